//! Six ways to fit a small network to a noisy curve, step by step: the state behind the experiment.

use super::regression_answers::{
    Answer, DRAWS, NET, PLACES, linearised, median, of_draws, place, scaled,
};
use crate::data::Gapped;
use crate::inference::adam::annealed;
use crate::inference::{Adam, Dropout, Hmc, Laplace, LogDensity, MeanField, NoiseLine, Regression};
use crate::rng::{Rng, Stream};
use crate::runs::Own;
use crate::session::Progress;
use crate::settings::Settings;

/// Prior variances of the first layer and of the output layer.
const PRIOR: (f64, f64) = (10.0, 1.0 / 50.0);
/// Stages in which the fits are made: in the first the mode, in the others the rest.
pub const STAGES: u32 = 50;
/// Draws of the chain before it counts.
const WARM_UP: usize = 300;

/// A way to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Hamiltonian Monte Carlo.
    Hmc,
    /// Laplace's approximation of the linearised network.
    Laplace,
    /// An anchored ensemble.
    Anchored,
    /// Mean-field variational inference.
    MeanField,
    /// Monte Carlo dropout.
    Dropout,
    /// The mode.
    Single,
}

impl Way {
    /// Every way, the truth first.
    pub const ALL: [Self; 6] =
        [Self::Hmc, Self::Laplace, Self::Anchored, Self::MeanField, Self::Dropout, Self::Single];

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Hmc => "HMC",
            Self::Laplace => "Laplace",
            Self::Anchored => "anchored ensemble",
            Self::MeanField => "mean field",
            Self::Dropout => "MC dropout",
            Self::Single => "single net",
        }
    }
}

/// An ascent to a mode, some steps at a time.
struct Climb {
    at: Vec<f64>,
    adam: Adam,
    taken: usize,
}

/// Steps of an ascent.
const CLIMB: usize = 2000;

impl Climb {
    fn from(at: Vec<f64>) -> Self {
        Self { adam: Adam::new(at.len()), at, taken: 0 }
    }

    fn advance(&mut self, model: &Regression, steps: usize) {
        let mut gradient = vec![0.0; self.at.len()];
        for _ in 0..steps {
            model.log_density(&self.at, &mut gradient);
            let rate = annealed((0.03, 0.001), self.taken, CLIMB);
            self.adam.ascend(&mut self.at, &gradient, rate);
            self.taken += 1;
        }
    }
}

/// Everything that is fitted once the noise is known.
struct Fits {
    model: Regression,
    laplace: Option<Laplace>,
    hmc: Hmc,
    chain: Vec<Vec<f64>>,
    members: Vec<(Regression, Climb)>,
    field: MeanField,
    dropout: Dropout,
    /// Steps taken by each of [`WORK`].
    taken: [usize; 4],
}

/// Steps in all, and in one slice, of the chain, the ensemble, the mean field and dropout.
const WORK: [(usize, usize); 4] = [(WARM_UP + 1000, 1), (CLIMB, 4), (MEAN_FIELD, 4), (DROPOUT, 8)];
const MEAN_FIELD: usize = 4000;
const DROPOUT: usize = 3000;
/// Members of the anchored ensemble.
const MEMBERS: usize = 10;
/// Ascents in the first stage, each after the noise was fitted anew.
const ASCENTS: usize = 4;

/// The fits under way.
pub struct RegressionFits {
    seed: u64,
    /// The objects, (x, y).
    pub objects: Vec<(f64, f64)>,
    /// Where the gap is.
    pub gap: (f64, f64),
    /// ln σ(x), of scaled inputs.
    noise: NoiseLine,
    start: Vec<f64>,
    mode: Climb,
    ascents: usize,
    fits: Option<Fits>,
    stage: u32,
    /// What each way says at the end of the last stage.
    pub answers: Vec<Answer>,
    /// What the stage under way has led to so far.
    next: Vec<Answer>,
}

impl RegressionFits {
    /// Nothing learned yet: every way says what the prior says.
    pub fn new(gapped: &Gapped, seed: u64) -> Self {
        let objects = gapped.draw(seed);
        // Before anything is known σ is 0.2.
        let noise = NoiseLine { intercept: libm::log(0.2), slope: 0.0 };
        let model = model(&objects, noise);
        let mut rng = Rng::stream(seed, Stream::Initialisation, 0);
        let start = model.draw_prior(&mut rng);
        let prior: Vec<Vec<f64>> = (0..DRAWS).map(|_| model.draw_prior(&mut rng)).collect();
        let mut answers = vec![of_draws(&prior); Way::ALL.len()];
        answers[Way::ALL.len() - 1] = of_draws(std::slice::from_ref(&start));
        Self {
            seed,
            objects,
            gap: gapped.gap,
            noise,
            mode: Climb::from(start.clone()),
            start,
            ascents: 0,
            fits: None,
            stage: 0,
            answers,
            next: Vec::new(),
        }
    }

    /// The fitted standard deviation of the noise.
    pub fn sigma(&self, x: f64) -> f64 {
        self.noise.sigma(scaled(x))
    }

    /// Median epistemic σ in the gap and at the objects; none of a single net.
    pub fn inside_and_outside(&self, way: Way) -> (f64, f64) {
        let epistemic = &self.answers[way as usize].epistemic;
        let inside = |i: &usize| (self.gap.0..=self.gap.1).contains(&place(*i));
        let gap = (0..PLACES).filter(inside).map(|i| epistemic[i]).collect();
        let nearest = |x: f64| ((x - place(0)) / (place(1) - place(0))).round() as usize;
        let data = self.objects.iter().map(|(x, _)| epistemic[nearest(*x)]).collect();
        (median(gap), median(data))
    }

    /// Does a slice of the mode: ascents, with the noise fitted to what is left after each.
    fn ascend(&mut self) {
        self.mode.advance(&model(&self.objects, self.noise), 50);
        if self.mode.taken < CLIMB {
            return;
        }
        self.ascents += 1;
        if self.ascents < ASCENTS {
            let x: Vec<f64> = self.objects.iter().map(|(x, _)| scaled(*x)).collect();
            let outputs = NET.forward(&self.mode.at, &x).outputs;
            let left = self.objects.iter().zip(outputs).map(|((_, y), f)| y - f);
            self.noise = NoiseLine::fitted(&x, &left.collect::<Vec<_>>());
            self.mode = Climb::from(self.mode.at.clone());
        } else {
            self.fits = Some(self.begin());
        }
    }

    /// Everything else at its start.
    fn begin(&self) -> Fits {
        let model = model(&self.objects, self.noise);
        let (seed, mode) = (self.seed, self.mode.at.clone());
        let scales = NET.by_layer(PRIOR.0.sqrt(), PRIOR.1.sqrt());
        let chain = Rng::stream(seed, Stream::Noise, 1);
        let hmc = Hmc::new(&model, mode.clone(), scales, 0.01, 40, WARM_UP, chain);
        let mut anchors = Rng::stream(seed, Stream::Initialisation, 5);
        let mut noise = Rng::stream(seed, Stream::Noise, 5);
        let member = |_| {
            let anchor = model.draw_prior(&mut anchors);
            (model.perturbed(&mut noise).anchored(anchor.clone()), Climb::from(anchor))
        };
        let members = (0..MEMBERS).map(member).collect();
        let field = MeanField::new(&mode, 0.05, 4, Rng::stream(seed, Stream::Noise, 2));
        let masks = Rng::stream(seed, Stream::Dropout, 2);
        Fits {
            laplace: model.laplace(mode.clone()).ok(),
            hmc,
            chain: vec![mode],
            members,
            field,
            dropout: Dropout::new(self.start.clone(), 0.1, 4, masks),
            taken: [0; 4],
            model,
        }
    }

    /// What a way says now.
    fn answer(&self, way: Way) -> Answer {
        let mode = || of_draws(std::slice::from_ref(&self.mode.at));
        let Some(fits) = &self.fits else { return mode() };
        let rng = &mut Rng::stream(self.seed, Stream::Prediction, way as u64);
        match way {
            Way::Hmc => of_draws(&fits.chain),
            Way::Laplace => fits.laplace.as_ref().map_or_else(mode, |l| linearised(l, rng)),
            Way::Anchored => {
                let members = fits.members.iter().map(|(_, member)| member.at.clone());
                of_draws(&members.collect::<Vec<_>>())
            }
            Way::MeanField => {
                of_draws(&(0..DRAWS).map(|_| fits.field.sample(rng)).collect::<Vec<_>>())
            }
            Way::Dropout => {
                of_draws(&(0..DRAWS).map(|_| fits.dropout.sample(rng)).collect::<Vec<_>>())
            }
            Way::Single => mode(),
        }
    }
}

impl Fits {
    /// Does a slice of what has not come far enough for `stage`; whether there was something.
    fn advance(&mut self, stage: u32) -> bool {
        let share = f64::from(stage - 1) / f64::from(STAGES - 1);
        for (work, (all, slice)) in WORK.into_iter().enumerate() {
            let target = (share * all as f64).round() as usize;
            let taken = self.taken[work];
            if taken >= target.min(all) {
                continue;
            }
            let steps = slice.min(target - taken);
            self.taken[work] += steps;
            self.work(work, taken, steps);
            return true;
        }
        false
    }

    fn work(&mut self, work: usize, taken: usize, steps: usize) {
        let Self { model, hmc, chain, members, field, dropout, .. } = self;
        match work {
            0 => {
                // What the chain has seen while it warmed up is shown, then forgotten.
                if taken == WARM_UP {
                    chain.clear();
                }
                chain.push(hmc.advance(model, steps));
            }
            1 => members.iter_mut().for_each(|(model, member)| member.advance(model, steps)),
            2 => (taken..taken + steps).for_each(|step| {
                field.step(model, annealed((0.02, 0.0005), step, MEAN_FIELD));
            }),
            _ => (taken..taken + steps).for_each(|step| {
                dropout.step(model, annealed((0.02, 0.001), step, DROPOUT));
            }),
        }
    }
}

impl Own for RegressionFits {
    fn advance(&mut self) -> Progress {
        let stage = (self.stage + 1).min(STAGES);
        let busy = match &mut self.fits {
            None => {
                self.ascend();
                true
            }
            Some(fits) => fits.advance(stage),
        };
        if busy {
            return Progress::Trained;
        }
        self.next.push(self.answer(Way::ALL[self.next.len()]));
        if self.next.len() < Way::ALL.len() {
            return Progress::Trained;
        }
        self.answers = std::mem::take(&mut self.next);
        self.stage += 1;
        Progress::Epoch
    }

    fn epoch(&self) -> u32 {
        self.stage
    }

    fn set(&mut self, _: &Settings) {}
}

/// The posterior of the network given the objects and their noise.
fn model(objects: &[(f64, f64)], noise: NoiseLine) -> Regression {
    let x: Vec<f64> = objects.iter().map(|(x, _)| scaled(*x)).collect();
    let y = objects.iter().map(|(_, y)| *y).collect();
    let sigma = x.iter().map(|&x| noise.sigma(x)).collect();
    Regression::new(NET, x, y, sigma, NET.by_layer(PRIOR.0, PRIOR.1))
}

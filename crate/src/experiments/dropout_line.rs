//! A curve under dropout, and the same one under Laplace's approximation, for more and more objects:
//! the state behind half of an experiment.

use crate::inference::adam::annealed;
use crate::inference::{Adam, Dropout, LogDensity, Regression, TanhNet};
use crate::rng::{Rng, Stream};
use crate::runs::Own;
use crate::session::Progress;
use crate::settings::Settings;

/// How many objects the curve is learned from: every number a fit of its own.
pub const SIZES: [usize; 5] = [25, 50, 100, 200, 400];
/// Probability that a hidden unit is dropped in training.
pub const TRAINED: f32 = 0.1;
/// Standard deviation of the noise, which every fit knows.
pub const NOISE: f64 = 0.2;
/// Where objects lie.
pub const SPAN: (f64, f64) = (-1.5, 1.5);

const NET: TanhNet = TanhNet { hidden: 50 };
/// Prior variances of the first layer and of the output layer.
const PRIOR: (f64, f64) = (10.0, 1.0 / 50.0);
/// Steps of Adam in an epoch, and in a slice of it.
const STEPS: (usize, usize) = (50, 5);

/// The curve behind the objects.
pub fn truth(x: f64) -> f64 {
    libm::sin(2.0 * x)
}

/// One number of objects.
pub struct Fit {
    /// The objects' inputs.
    pub x: Vec<f64>,
    /// Their targets.
    pub y: Vec<f64>,
    /// The network under dropout.
    pub dropout: Dropout,
    model: Regression,
    mode: Vec<f64>,
    adam: Adam,
}

impl Fit {
    fn new(size: usize, seed: u64) -> Self {
        let mut rng = Rng::stream(seed, Stream::Points, 0);
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for _ in 0..size {
            let at = SPAN.0 + (SPAN.1 - SPAN.0) * f64::from(rng.uniform());
            x.push(at);
            y.push(truth(at) + NOISE * f64::from(rng.normal()));
        }
        let prior = NET.by_layer(PRIOR.0, PRIOR.1);
        let model = Regression::new(NET, x.clone(), y.clone(), vec![NOISE; size], prior);
        let start = model.draw_prior(&mut Rng::stream(seed, Stream::Initialisation, 0));
        let masks = Rng::stream(seed, Stream::Dropout, size as u64);
        let dropout = Dropout::new(start.clone(), TRAINED, 4, masks);
        Self { x, y, dropout, model, adam: Adam::new(start.len()), mode: start }
    }

    fn step(&mut self, rate: f64) {
        self.dropout.step(&self.model, rate);
        let mut gradient = vec![0.0; self.mode.len()];
        self.model.log_density(&self.mode, &mut gradient);
        self.adam.ascend(&mut self.mode, &gradient, rate);
    }

    /// The standard deviation of the curve at `x` (n) under Laplace's approximation around the mode;
    /// nothing where that is no mode.
    pub fn laplace(&self, x: &[f64]) -> Vec<f64> {
        let Ok(laplace) = self.model.laplace(self.mode.clone()) else { return Vec::new() };
        let jacobian = NET.jacobian(&self.mode, x);
        jacobian.chunks_exact(NET.parameters()).map(|row| laplace.variance(row).sqrt()).collect()
    }
}

/// The fits under way, all from the same start; the objects of a smaller one are the first of a
/// larger one's.
pub struct DropoutLine {
    /// One for each of [`SIZES`].
    pub fits: Vec<Fit>,
    epochs: u32,
    epoch: u32,
    /// The fit whose turn it is, and its steps in this epoch.
    turn: usize,
    taken: usize,
}

impl DropoutLine {
    /// Nothing learned yet.
    pub fn new(settings: &Settings) -> Self {
        let fits = SIZES.iter().map(|&size| Fit::new(size, settings.seed)).collect();
        Self { fits, epochs: settings.epochs, epoch: 0, turn: 0, taken: 0 }
    }
}

impl Own for DropoutLine {
    fn advance(&mut self) -> Progress {
        for _ in 0..STEPS.1 {
            let step = self.epoch as usize * STEPS.0 + self.taken;
            let rate = annealed((0.02, 0.001), step, self.epochs as usize * STEPS.0);
            self.fits[self.turn].step(rate);
            self.taken += 1;
        }
        if self.taken < STEPS.0 {
            return Progress::Trained;
        }
        (self.taken, self.turn) = (0, self.turn + 1);
        if self.turn < SIZES.len() {
            return Progress::Trained;
        }
        self.turn = 0;
        self.epoch += 1;
        Progress::Epoch
    }

    fn epoch(&self) -> u32 {
        self.epoch
    }

    fn set(&mut self, _: &Settings) {}
}

//! Four kinds of models that uncertainty is compared on: runs in lock-step, and what each says of
//! some objects.

use std::sync::Arc;

use crate::data::Data;
use crate::layers::Point;
use crate::likelihoods::softmax;
use crate::linalg::Matrix;
use crate::measures::{CHUNK, Ensemble};
use crate::network::FixedNetwork;
use crate::plots::plot::Plot;
use crate::rng::{Rng, Stream};
use crate::runs::{Arm, Observing, Runs};
use crate::session::Session;
use crate::settings::Settings;

/// A kind of model, which answers by averaging its members' probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// One network of point estimates: it has one member.
    Single,
    /// Binary dropout that goes on in prediction: a member is a mask.
    Dropout,
    /// A Gaussian posterior under the prior N(0, 1): a member is a draw of all weights.
    Posterior,
    /// Networks from different starts; the single net is the first.
    Ensemble,
}

/// Networks in the ensemble.
pub const NETS: usize = 10;

impl Model {
    /// Every kind, in the order of tables.
    pub const ALL: [Self; 4] = [Self::Single, Self::Dropout, Self::Posterior, Self::Ensemble];

    /// The name in legends and tables.
    pub fn label(self) -> &'static str {
        match self {
            Self::Single => "single net",
            Self::Dropout => "MC dropout",
            Self::Posterior => "Gaussian posterior",
            Self::Ensemble => "ensemble of 10",
        }
    }

    /// How many members answer; `samples` of those that there are infinitely many of.
    fn members(self, samples: u32) -> usize {
        match self {
            Self::Single => 1,
            Self::Dropout | Self::Posterior => samples as usize,
            Self::Ensemble => NETS,
        }
    }

    /// Member `k` as it was at the end of a past epoch, or as it is now.
    fn member(self, runs: &Runs, epoch: Option<u32>, k: usize) -> Option<FixedNetwork> {
        let drawn = |session: &Session| {
            let seed = session.settings().seed;
            let mut rng = Rng::stream(seed, Stream::Prediction, k as u64);
            session.network_at(epoch).0.fixed(Point::Sample(&mut rng))
        };
        let mean = |session: &Session| {
            session.network_at(epoch).0.fixed(Point::Mean { threshold: f32::INFINITY })
        };
        match self {
            Self::Single => runs.session(0).map(mean),
            Self::Ensemble => runs.session(k).map(mean),
            Self::Dropout => runs.session(NETS).map(drawn),
            Self::Posterior => runs.session(NETS + 1).map(drawn),
        }
    }
}

/// The runs behind all four, on `data`: ten networks of point estimates, one with dropout, one
/// posterior. What only one kind has stands in the common settings.
pub fn arms(base: &Settings, data: &Arc<Data>) -> Vec<Arm> {
    let net = |k: usize| match k {
        0 => Arm::new(Model::Single.label(), base, &[]),
        // Seeds that no neighbouring run has.
        k => {
            let seed = (base.seed + 1_000_003 * k as u64) % (1 << 32);
            Arm::new(format!("net {}", k + 1), base, &[("seed", &seed.to_string())])
        }
    };
    let dropout = Arm::new(Model::Dropout.label(), base, &[("method", "binary-dropout")]);
    let posterior = Arm::new(Model::Posterior.label(), base, &[("method", "gaussian")]);
    let arms = (0..NETS).map(net).chain([dropout, posterior]);
    arms.map(|arm| arm.on(data.clone()).brief()).collect()
}

/// A question to one model under way: member after member, some objects at a time.
struct Poll {
    model: Model,
    answers: Ensemble,
    network: Option<FixedNetwork>,
    next: usize,
}

/// Asks `models` about the same `objects` (objects, features) in slices; `plot` makes the picture
/// of what each model's members say together.
pub fn ask(
    runs: &Runs,
    epoch: Option<u32>,
    models: &[Model],
    objects: Matrix,
    plot: impl Fn(&Runs, &[Ensemble]) -> Plot + 'static,
) -> Observing {
    ask_all(runs, epoch, models, objects, Box::new(plot))
}

/// Makes the picture of what is answered.
type Drawn = dyn Fn(&Runs, &[Ensemble]) -> Plot;

/// [`ask`], compiled once for every picture.
fn ask_all(
    runs: &Runs,
    epoch: Option<u32>,
    models: &[Model],
    objects: Matrix,
    plot: Box<Drawn>,
) -> Observing {
    let classes = runs.lead().map_or(0, |lead| lead.trainer().data().classes);
    let poll = |&model| Poll {
        model,
        answers: Ensemble::new(objects.nrows(), classes),
        network: None,
        next: 0,
    };
    let mut open: Vec<Poll> = models.iter().rev().map(poll).collect();
    let mut closed = Vec::new();
    Box::new(move |runs| {
        while let Some(mut poll) = open.pop() {
            if poll.advance(runs, epoch, &objects) {
                closed.push(poll.answers);
                continue;
            }
            open.push(poll);
            return None;
        }
        Some(plot(runs, &closed))
    })
}

impl Poll {
    /// Does a slice; whether there is nothing left to ask.
    fn advance(&mut self, runs: &Runs, epoch: Option<u32>, objects: &Matrix) -> bool {
        let asked = self.answers.samples();
        if asked == self.model.members(runs.settings().samples) {
            return true;
        }
        if self.next == 0 {
            self.network = self.model.member(runs, epoch, asked);
        }
        let Some(network) = &self.network else { return true };
        let end = (self.next + 2 * CHUNK).min(objects.nrows());
        let slice = objects.slice(ndarray::s![self.next..end, ..]).to_owned();
        self.answers.add_part(self.next, &softmax(network.predict(slice)));
        self.next = if end == objects.nrows() { 0 } else { end };
        false
    }
}

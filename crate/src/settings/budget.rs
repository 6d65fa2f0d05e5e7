//! What a run may take: memory and time are estimated before it starts.
//!
//! The estimates are upper bounds, in plain sums over the layers; `tests/hostile.rs` holds them
//! against what runs really allocate.

use super::{Carry, Settings};
use crate::data::Data;
use crate::error::{Error, Result};
use crate::layers::Estimator;
use crate::methods::Method;
use crate::topology::Stage;

/// What one run may take at most.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Memory in bytes, besides the data.
    pub memory: f64,
    /// Multiplications in one piece of work (a step, or a slice of an evaluation).
    pub work: f64,
    /// Who sets the limit, in words.
    whose: &'static str,
}

/// Multiplications that a browser does in a second, on a slow phone fewer.
const SPEED: f64 = 5e9;

/// A page has 4 GB at most, and keeps the run before for undo, and the data.
pub const PAGE: Budget = Budget { memory: 1.5e9, work: 10.0 * SPEED, whose: "a page" };

/// The command line's.
pub const NATIVE: Budget = Budget { memory: 16e9, work: 1000.0 * SPEED, whose: "the command line" };

/// The budget here.
pub const HERE: Budget = if cfg!(target_arch = "wasm32") { PAGE } else { NATIVE };

/// What a run takes. Sizes in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Weights with their gradients, moments and copies.
    pub weights: f64,
    /// Activations of a batch, and of an evaluation's slice.
    pub activations: f64,
    /// Past epochs.
    pub history: f64,
    /// Multiplications of a training step.
    pub step: f64,
    /// Multiplications of a slice of an evaluation.
    pub slice: f64,
}

/// Objects that an evaluation sees at a time.
pub const SLICE: usize = 250;

impl Cost {
    /// What a run with these settings takes on `data`.
    pub fn of(settings: &Settings, data: &Data) -> Self {
        let bayesian = settings.method.prior().is_some();
        let batch = settings.batch_size as f64;
        let objects = settings.objects(data) as f64;
        // A weight's copies: the run (value, gradient and two moments each of μ and ln σ, σ²), the
        // last good epoch, a past epoch looked at, gradients under way and transposed, the fixed
        // networks and variances of an evaluation, a frame.
        let per_weight = match (bayesian, settings.retire) {
            (true, true) => 290.0,
            (true, false) => 200.0,
            (false, _) => 90.0,
        };
        // A posterior that has become the prior, and one that is about to.
        let earlier = if settings.tasks.carry == Carry::Posterior { 50.0 } else { 0.0 };
        let per_weight = per_weight + earlier;
        let remembered = if bayesian { 2.5 } else { 2.0 };
        let passes = if bayesian && settings.estimator == Estimator::Lrt { 6.0 } else { 3.0 };
        let snapshots = f64::from(settings.epochs) + 2.0;
        let mut cost = Self {
            // The order of the objects, their labels, and what does not grow.
            activations: 16.0 * objects + 1e6,
            ..Self::default()
        };
        let mut passing = 0.0;
        for (input, stage) in settings.network.stages() {
            let inputs = input.features() as f64;
            let output = stage.output(input);
            let outputs = output.map_or(0.0, |output| output.features() as f64);
            // What the backward pass needs stays, and is copied with the last good epoch; the rest
            // is one layer's at a time.
            let rows = batch.min(objects);
            let sliced = SLICE.min(data.test.len()) as f64 * 16.0 * (inputs + outputs);
            cost.activations += rows * (32.0 * inputs + 8.0 * outputs);
            passing = f64::max(passing, rows * (32.0 * inputs + 48.0 * outputs) + sliced);
            match stage.weights(input) {
                None => cost.weights += 100.0 * input.channels as f64,
                Some((fan_in, fan_out)) => {
                    let weights = fan_in as f64 * fan_out as f64;
                    let positions = match stage {
                        Stage::Convolution { .. } => outputs / fan_out as f64,
                        _ => 1.0,
                    };
                    // A bias has four numbers in each copy.
                    cost.weights += per_weight * weights + 100.0 * fan_out as f64;
                    cost.history +=
                        snapshots * (remembered * weights + 4.0 * fan_out as f64 + 64.0);
                    cost.step += passes * batch * positions * weights + 30.0 * weights;
                    cost.slice += SLICE as f64 * positions * weights + 10.0 * weights;
                }
            }
        }
        if settings.method == Method::BinaryDropout {
            cost.activations *= 1.5;
        }
        cost.activations += passing;
        cost
    }

    /// Bytes in all.
    pub fn memory(&self) -> f64 {
        self.weights + self.activations + self.history
    }

    /// An error that says how much it is and what to change, unless a budget allows it.
    fn within(&self, budget: Budget, settings: &Settings) -> Result<()> {
        let Settings { network, batch_size, epochs, .. } = settings;
        let most = self.weights.max(self.activations).max(self.history);
        let advice = match most {
            _ if most == self.history => format!("fewer epochs than {epochs} or a smaller network"),
            _ if most == self.activations => format!("a smaller batch size than {batch_size}"),
            _ => "a smaller network".to_owned(),
        };
        if self.memory() > budget.memory {
            return Err(Error::new(format!(
                "Network {network} with batch size {batch_size} needs about {} of memory for {epochs} epochs and {} may take {}: choose {advice}.",
                gigabytes(self.memory()),
                budget.whose,
                gigabytes(budget.memory),
            )));
        }
        let work = self.step.max(self.slice);
        if work > budget.work {
            let advice = if work == self.slice { "network" } else { "batch size or network" };
            return Err(Error::new(format!(
                "Network {network} with batch size {batch_size} takes about {:.0} s a step: choose a smaller {advice}.",
                work / SPEED
            )));
        }
        Ok(())
    }
}

/// An error that says how much the run would take and what to change, unless it fits [`HERE`].
pub fn check(settings: &Settings, data: &Data) -> Result<()> {
    Cost::of(settings, data).within(HERE, settings)
}

fn gigabytes(bytes: f64) -> String {
    format!("{:.1} GB", bytes / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, Features};

    /// Data of so many objects with images of `side` × `side`; 10 classes.
    fn data(side: usize, train: usize) -> Data {
        let set = |n: usize| {
            let values = Features::Bytes { values: vec![0; n * side * side], scale: 1.0 };
            Dataset::new(values, side * side, (0..n).map(|i| (i % 10) as u8).collect())
        };
        Data::new("made up", set(train), set(300), Some((side, side))).unwrap()
    }

    fn refusal(query: &str, data: &Data) -> Option<String> {
        let mut settings = crate::experiments::from_query(query).0;
        settings.fit(data);
        Cost::of(&settings, data).within(PAGE, &settings).err().map(|error| error.to_string())
    }

    #[test]
    fn a_page_takes_what_people_train_and_refuses_the_rest_with_its_size() {
        let (digits, mnist) = (data(8, 1437), data(28, 60_000));
        for experiment in crate::experiments::ALL {
            let data = if (experiment.settings)().data == "mnist" { &mnist } else { &digits };
            assert_eq!(refusal(&format!("experiment={}", experiment.name), data), None);
        }
        for query in [
            "experiment=lenet-300-100&network=784-1000-1000-10&epochs=100",
            "experiment=lenet-5-caffe&batch=500",
            "network=64-20-10&epochs=10000",
            "network=64-1000-500-10&batch=1437",
        ] {
            let data = if query.starts_with("experiment") { &mnist } else { &digits };
            assert_eq!(refusal(query, data), None, "{query}");
        }
        for (query, advice) in [
            ("network=64-4000-4000-10", "smaller network"),
            ("network=64-100000-10&batch=1437", "a smaller"),
            ("network=8x8-15000c1-10&batch=1437", "smaller batch size than 1437"),
            ("network=64-1000-1000-10&epochs=9999", "fewer epochs than 9999"),
            ("network=8x8-900c3-900c3-10&batch=1437", "a smaller"),
        ] {
            let refusal = refusal(query, &digits).expect(query);
            assert!(refusal.contains(advice), "{refusal}");
            assert!(refusal.contains("GB") || refusal.contains(" s a step"), "{refusal}");
        }
    }
}

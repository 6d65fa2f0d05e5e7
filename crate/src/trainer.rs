//! A run: a value that changes only by [`Trainer::step`].
//!
//! It is decided by its settings (with the changes made on the way), its data and the number of
//! steps. No clock, no global randomness, no thread count.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::changes::{Change, Course};
use crate::data::Data;
use crate::error::Result;
use crate::layers::Estimator;
use crate::likelihoods::{Categorical, Likelihood};
use crate::linalg::{self, Matrix};
use crate::methods::Method;
use crate::network::Network;
use crate::optimizer::Step;
use crate::posterior::Update;
use crate::priors::{self, Prior};
use crate::rng::{Rng, Stream};
use crate::settings::{Carry, Settings};

/// Sums over the mini-batches of the epoch under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Running {
    /// NLL in nats, summed over the objects seen.
    #[serde(with = "bits")]
    pub nll: f64,
    /// Objects classified rightly by the noisy training network.
    pub correct: u32,
    /// Objects seen.
    pub seen: u32,
}

/// A number as its bits: decimals would need a large library to come back exactly.
mod bits {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        x.to_bits().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        u64::deserialize(deserializer).map(f64::from_bits)
    }
}

fn is_zero(steps: &u64) -> bool {
    *steps == 0
}

/// Where a run stands, besides its network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Mini-batches taken.
    pub step: u64,
    /// Epochs completed.
    pub epoch: u32,
    /// Mini-batches taken before the task under way.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub began: u64,
    /// Objects of the epoch under way that were taken.
    pub taken: usize,
    /// Sums over them.
    pub running: Running,
    /// Sums over the epoch completed last.
    pub last_epoch: Running,
}

/// What a step led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The epoch goes on.
    Within,
    /// The epoch is complete.
    EpochEnd,
    /// The loss is no longer a number: the run cannot go on from here.
    Diverged,
}

/// A network in training.
#[derive(Clone)]
pub struct Trainer {
    course: Course,
    data: Arc<Data>,
    /// Labels of the training images in use, some of them shuffled.
    labels: Vec<u8>,
    network: Network,
    /// Order of the training images in the epoch under way.
    order: Vec<u32>,
    position: Position,
}

impl Trainer {
    /// A run at its start. The settings must fit the data, see [`Settings::fit`].
    pub fn new(settings: Settings, data: Arc<Data>) -> Self {
        let n = settings.objects(&data);
        let labels = labels(&data.train.labels()[..n], settings.wrong_labels, settings.seed);
        let mut rng = Rng::stream(settings.seed, Stream::Initialisation, 0);
        let network = Network::new(&settings.architecture(), &mut rng);
        let mut trainer = Self {
            course: Course::new(settings),
            data,
            labels,
            network,
            order: Vec::new(),
            position: Position::default(),
        };
        trainer.shuffle();
        trainer
    }

    /// A run that stands elsewhere: at `position` of its `course`, with a network to be filled.
    pub fn resume(course: Course, data: Arc<Data>, position: Position) -> Self {
        let new = Self::new(course.settings.clone(), data);
        let mut trainer = Self { course, position, ..new };
        trainer.shuffle();
        trainer
    }

    fn shuffle(&mut self) {
        let epoch = u64::from(self.position.epoch);
        let mut rng = Rng::stream(self.settings().seed, Stream::Shuffle, epoch);
        let objects = self.settings().tasks.objects(self.task().0, self.labels.len());
        self.order = rng.permutation(objects.len());
        self.order.iter_mut().for_each(|place| *place += objects.start as u32);
    }

    /// The task under way, from 0, and the epochs of it that are done.
    pub fn task(&self) -> (u32, u32) {
        self.settings().tasks.place(self.position.epoch, self.settings().epochs)
    }

    /// Goes to the next task once the one before is done; before that its end may be looked at.
    fn turn(&mut self) {
        let (task, done) = self.task();
        let Position { step, taken, began, .. } = self.position;
        if task == 0 || done > 0 || taken > 0 || began == step {
            return;
        }
        self.position.began = step;
        let gaussian = self.settings().method.prior().is_some_and(|prior| prior.is_gaussian());
        if self.settings().tasks.carry == Carry::Weights || !gaussian {
            self.network.forget_moments();
            return;
        }
        let mut rng = Rng::stream(self.settings().seed, Stream::Initialisation, task.into());
        let mut network = Network::new(&self.settings().architecture(), &mut rng);
        network.follow(&self.network);
        self.network = network;
    }

    /// Trains on one mini-batch.
    pub fn step(&mut self) -> Outcome {
        self.turn();
        let end = (self.position.taken + self.settings().batch_size).min(self.order.len());
        let (x, labels) = self.batch(self.position.taken..end);
        let (nll, correct) = self.gradients(x, &labels, Stream::Noise, self.position.step);
        if !nll.is_finite() {
            return Outcome::Diverged;
        }
        let scale = self.loss_scale();
        self.network.update(&Update {
            optimizer: self.settings().optimizer(),
            step: Step {
                number: self.position.step - self.position.began + 1,
                learning_rate: self.learning_rate(),
            },
            prior: self.prior(),
            kl_weight: scale * self.kl_weight() / self.train_size() as f32,
        });
        self.position.step += 1;
        self.position.taken = end;
        let running = &mut self.position.running;
        running.nll += nll * labels.len() as f64;
        running.correct += correct;
        running.seen += labels.len() as u32;
        if end < self.order.len() {
            return Outcome::Within;
        }
        self.position.last_epoch = std::mem::take(&mut self.position.running);
        self.position.taken = 0;
        if self.settings().retire && self.settings().method.sparsifies() && self.kl_weight() > 0.0 {
            self.network.retire();
        }
        self.position.epoch += 1;
        self.prune();
        self.shuffle();
        Outcome::EpochEnd
    }

    /// Magnitude pruning at the end of an epoch; what is pruned stays so.
    fn prune(&mut self) {
        let Settings { method, prune, prune_target, .. } = *self.settings();
        if method == Method::MagnitudePruning {
            self.network.prune(prune.sparsity(self.position.epoch, prune_target));
        }
    }

    /// Sets the gradients of the data term on one batch, with noise from (`stream`, `counter`);
    /// returns the mean NLL and the number of objects classified rightly.
    fn gradients(&mut self, x: Matrix, labels: &[u8], stream: Stream, counter: u64) -> (f64, u32) {
        let mut noise = Rng::stream(self.settings().seed, stream, counter);
        let logits = self.network.forward(x, &mut noise);
        let (nll, gradient) = Categorical.nll(&logits, labels);
        let right = |(row, &label): (ndarray::ArrayView1<'_, f32>, &u8)| {
            argmax(row.iter()) == usize::from(label)
        };
        let correct = logits.rows().into_iter().zip(labels).filter(|&pair| right(pair)).count();
        self.network.backward(gradient * self.loss_scale());
        (nll, correct as u32)
    }

    /// The labels of the training objects in use, in their order: what the run learns.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// Images (objects, features) and labels of places `range` in the epoch's order.
    fn batch(&self, range: std::ops::Range<usize>) -> (Matrix, Vec<u8>) {
        let images = &self.order[range];
        let labels = images.iter().map(|&i| self.labels[i as usize]).collect();
        (self.data.train.rows(images), labels)
    }

    /// dL/dμ of every weight layer on the next mini-batch with the noise of `repeat`, in the
    /// scale of the whole training set. The run's position and parameters stay as they are.
    pub fn gradient_sample(&mut self, estimator: Estimator, repeat: u64) -> Vec<&Matrix> {
        self.network.set_estimator(estimator);
        let end = (self.position.taken + self.settings().batch_size).min(self.order.len());
        let (x, labels) = self.batch(self.position.taken..end);
        self.gradients(x, &labels, Stream::Measures, repeat);
        self.network.set_estimator(self.settings().estimator);
        self.network.mean_gradients()
    }

    /// Changes a setting that acts on a running training (or on the view only) and remembers
    /// the change; refuses one that would start the run over.
    pub fn set(&mut self, key: &str, value: &str) -> Result<()> {
        let mut course = self.course.clone();
        course.set(self.position.step, key, value, &self.data)?;
        self.follow(course);
        Ok(())
    }

    /// Goes on with a course that was changed where the run stands.
    pub fn follow(&mut self, course: Course) {
        self.course = course;
        self.network.set_estimator(self.course.settings.estimator);
    }

    /// What decides the run besides its data.
    pub fn course(&self) -> &Course {
        &self.course
    }

    /// The settings as they are now.
    pub fn settings(&self) -> &Settings {
        &self.course.settings
    }

    /// The changes made since the start, oldest first.
    pub fn changes(&self) -> &[Change] {
        &self.course.changes
    }

    /// The data.
    pub fn data(&self) -> &Arc<Data> {
        &self.data
    }

    /// The network as it is now.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The network, to be filled from a file.
    pub fn network_mut(&mut self) -> &mut Network {
        &mut self.network
    }

    /// Where the run stands.
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// Training images of the task under way.
    pub fn train_size(&self) -> usize {
        self.order.len()
    }

    /// Mini-batches in an epoch.
    pub fn steps_per_epoch(&self) -> usize {
        self.order.len().div_ceil(self.settings().batch_size)
    }

    /// The prior in force. (Point estimates have none, and their networks no KL.)
    pub fn prior(&self) -> &'static dyn Prior {
        self.settings().method.prior().unwrap_or(priors::ALL[0])
    }

    /// The KL weight in the epoch under way.
    pub fn kl_weight(&self) -> f32 {
        self.kl_weight_of(self.position.epoch)
    }

    /// The learning rate in the epoch under way.
    pub fn learning_rate(&self) -> f32 {
        self.learning_rate_of(self.position.epoch)
    }

    /// The KL weight in `epoch`, from 0.
    pub fn kl_weight_of(&self, epoch: u32) -> f32 {
        self.settings().kl_weight * self.settings().kl_warmup.at(self.number_in_task(epoch))
    }

    /// The learning rate in `epoch`, from 0.
    pub fn learning_rate_of(&self, epoch: u32) -> f32 {
        self.settings().learning_rate * self.settings().decay.at(self.number_in_task(epoch))
    }

    /// Schedules begin anew with every task, and count from 1.
    fn number_in_task(&self, epoch: u32) -> u32 {
        self.settings().tasks.place(epoch, self.settings().epochs).1.saturating_add(1)
    }

    fn loss_scale(&self) -> f32 {
        self.settings().optimizer().loss_scale(self.train_size())
    }
}

/// The labels with the share `wrong` of them shuffled among themselves; those that are shuffled at
/// one share are so at every larger one.
fn labels(all: &[u8], wrong: f32, seed: u64) -> Vec<u8> {
    let mut shuffled = Rng::stream(seed, Stream::Labels, 0).permutation(all.len());
    shuffled.truncate((wrong * all.len() as f32).round() as usize);
    let keys: Vec<f64> = shuffled.iter().map(|&place| f64::from(place)).collect();
    let mut labels = all.to_vec();
    for (to, &from) in linalg::order(&keys).into_iter().zip(&shuffled) {
        labels[shuffled[to] as usize] = all[from as usize];
    }
    labels
}

/// The place of the largest value, the first of equals.
pub fn argmax<'a>(values: impl Iterator<Item = &'a f32>) -> usize {
    let best = values.enumerate().fold((0, f32::NEG_INFINITY), |best, (i, &value)| {
        if value > best.1 { (i, value) } else { best }
    });
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{self, Checkpoint};
    use crate::data;
    use crate::schedule::Pruning;

    fn pruning() -> Trainer {
        let settings = Settings {
            method: Method::MagnitudePruning,
            network: crate::topology::Topology::dense(&[64, 30, 10]),
            prune: Pruning { from: 1.0, to: 5.0 },
            prune_target: 0.8,
            train_size: 320,
            ..Settings::default()
        };
        Trainer::new(settings, Arc::new(data::digits()))
    }

    fn epoch(trainer: &mut Trainer) {
        while trainer.step() != Outcome::EpochEnd {}
    }

    fn zeros(trainer: &Trainer) -> Vec<Vec<bool>> {
        let weights = trainer.network.weights().into_iter();
        weights.map(|w| w.mean.iter().map(|&weight| weight == 0.0).collect()).collect()
    }

    #[test]
    fn as_many_labels_are_shuffled_as_is_asked_and_all_as_ever() {
        let all: Vec<u8> = (0..200).collect();
        let moved = |labels: &[u8]| {
            let moved = all.iter().zip(labels).filter(|(a, b)| a != b).map(|(a, _)| *a);
            moved.collect::<Vec<u8>>()
        };
        let mut before = Vec::new();
        for (wrong, count) in [(0.0, 0), (0.1, 20), (0.5, 100), (1.0, 200)] {
            let mut labels = labels(&all, wrong, 3);
            let changed = moved(&labels);
            // Of k shuffled labels about one stays where it is; nine or more do once in 10⁶ shuffles.
            assert!((count.max(8) - 8..=count).contains(&changed.len()), "{wrong}");
            let inside = before.iter().filter(|label| changed.contains(label)).count();
            assert!(inside + 8 >= before.len(), "what is wrong stays wrong");
            before = changed;
            labels.sort();
            assert_eq!(labels, all, "every label is still there");
        }
        // What `labels=random` has always meant.
        let order = Rng::stream(3, Stream::Labels, 0).permutation(200);
        assert!(labels(&all, 1.0, 3).iter().map(|&label| u32::from(label)).eq(order));
    }

    #[test]
    fn magnitude_pruning_follows_its_schedule_layer_by_layer() {
        let mut trainer = pruning();
        for sparsity in [0.0, 0.4625, 0.7, 0.7875, 0.8, 0.8] {
            let before = zeros(&trainer);
            epoch(&mut trainer);
            let after = zeros(&trainer);
            let pairs = || before.iter().flatten().zip(after.iter().flatten());
            assert!(pairs().all(|(before, after)| after >= before), "what is pruned stays so");
            for layer in trainer.network.weights() {
                let pruned = layer.total() - layer.kept(3.0);
                assert!((pruned as f32 - sparsity * layer.total() as f32).abs() <= 0.5 + 1e-3);
            }
        }
    }

    #[test]
    fn a_pruned_run_resumes_exactly() {
        let mut whole = pruning();
        (0..3).for_each(|_| epoch(&mut whole));
        (0..4).for_each(|_| _ = whole.step());
        let file = checkpoint::save(&whole, &[]);
        let data = Arc::new(data::digits());
        let (mut resumed, _) = Checkpoint::read("x", &file).unwrap().resume(data).unwrap();
        for trainer in [&mut whole, &mut resumed] {
            (0..4).for_each(|_| epoch(trainer));
        }
        assert_eq!(resumed.network.fingerprint(), whole.network.fingerprint());
        assert_eq!(zeros(&resumed), zeros(&whole));
    }

    #[test]
    fn pruned_weights_have_no_gradient_and_no_moments() {
        let mut trainer = pruning();
        (0..4).for_each(|_| epoch(&mut trainer));
        trainer.step();
        let mut pruned = 0;
        for (name, p) in trainer.network.parameters() {
            if !name.ends_with("weight") {
                continue;
            }
            for place in ndarray::indices(p.value.dim()) {
                if p.value[place] == 0.0 {
                    pruned += 1;
                    let rest = [p.gradient[place], p.first_moment[place], p.second_moment[place]];
                    assert_eq!(rest, [0.0; 3]);
                }
            }
        }
        assert!(pruned > 1500, "{pruned}");
    }
}

//! The evaluation at the end of an epoch, in slices short enough that nobody waits for them.

use serde::{Deserialize, Deserializer, Serialize};

use crate::layers::{Estimator, Point};
use crate::measures::{CHUNK, Ensemble, GradientVariance, Scoring, Tally, probabilities};
use crate::network::FixedNetwork;
use crate::objective::Elbo;
use crate::rng::{Rng, Stream};
use crate::trainer::Trainer;

/// What is known of a run at the end of one epoch. Losses are in nats per object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Epochs trained.
    pub epoch: u32,
    /// Mini-batches trained.
    pub step: u64,
    /// KL weight of the epoch; 0 before the first.
    #[serde(deserialize_with = "or_nan")]
    pub kl_weight: f32,
    /// Learning rate of the epoch; 0 before the first.
    #[serde(deserialize_with = "or_nan")]
    pub learning_rate: f32,
    /// Training NLL + kl_weight·KL/N, averaged over the epoch; absent before the first.
    pub train_loss: Option<f32>,
    /// Training NLL under weight noise, averaged over the epoch.
    pub train_nll: Option<f32>,
    /// Training accuracy under weight noise in percent, averaged over the epoch.
    pub train_accuracy: Option<f32>,
    /// KL(q‖p)/N; absent for point estimates.
    pub kl: Option<f32>,
    /// The ELBO (KL weight 1).
    pub elbo: Option<f32>,
    /// The pruning threshold that the following numbers used.
    #[serde(deserialize_with = "or_nan")]
    pub threshold: f32,
    /// Test accuracy of the pruned mean network in percent.
    #[serde(deserialize_with = "or_nan")]
    pub test_accuracy: f32,
    /// Test NLL of the pruned mean network.
    #[serde(deserialize_with = "or_nan")]
    pub test_nll: f32,
    /// Test accuracy of the mean network with all its weights, percent.
    #[serde(deserialize_with = "or_nan")]
    pub dense_accuracy: f32,
    /// Test accuracy of an ensemble of `samples` weight samples, percent.
    #[serde(deserialize_with = "or_nan")]
    pub sampled_accuracy: f32,
    /// Test NLL of the ensemble.
    #[serde(deserialize_with = "or_nan")]
    pub sampled_nll: f32,
    /// Test images that the ensemble saw.
    pub sampled_images: usize,
    /// Weight samples in the ensemble.
    pub samples: usize,
    /// Mean expected entropy over those images.
    #[serde(deserialize_with = "or_nan")]
    pub aleatoric: f32,
    /// Mean mutual information over those images.
    #[serde(deserialize_with = "or_nan")]
    pub epistemic: f32,
    /// The names of the weight layers.
    #[serde(default)]
    pub names: Vec<String>,
    /// Weights kept in every layer.
    pub kept: Vec<usize>,
    /// Weights in every layer.
    pub total: Vec<usize>,
    /// Gradient variance of RT and of LRT on the coming batch; absent for point estimates.
    #[serde(default, deserialize_with = "pair")]
    pub gradient_variance: Option<(f32, f32)>,
    /// The network's fingerprint.
    pub fingerprint: String,
}

/// JSON has no number for what is none and says `null`.
fn or_nan<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f32, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f32::NAN))
}

/// The same of two numbers, which are absent if one is.
fn pair<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<(f32, f32)>, D::Error> {
    let pair: Option<(Option<f32>, Option<f32>)> = Option::deserialize(deserializer)?;
    Ok(pair.and_then(|(a, b)| a.zip(b)))
}

impl Record {
    /// Whether it can be one of a network with so many weights in each layer.
    pub fn is_of(&self, weights: &[usize]) -> bool {
        let kept = self.kept.iter().zip(&self.total).all(|(kept, total)| kept <= total);
        let names = self.names.is_empty() || self.names.len() == weights.len();
        let count = self.kept.len() == weights.len();
        kept && count && names && self.total == weights && self.fingerprint.len() == 8
    }

    /// Weights kept in all layers.
    pub fn kept_weights(&self) -> usize {
        self.kept.iter().sum()
    }

    /// Weights in all layers.
    pub fn total_weights(&self) -> usize {
        self.total.iter().sum()
    }

    /// |W|/|W≠0|; infinite when all weights are pruned.
    pub fn compression(&self) -> f32 {
        self.total_weights() as f32 / self.kept_weights() as f32
    }

    /// The share of pruned weights in every layer.
    pub fn sparsity(&self) -> Vec<f32> {
        let pairs = self.kept.iter().zip(&self.total);
        pairs.map(|(&kept, &total)| 1.0 - kept as f32 / total as f32).collect()
    }
}

/// How much an evaluation measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Accuracy, NLL, sparsity and the ELBO: what the command line prints.
    Scores,
    /// Ensembles and gradient variances too: what the page shows.
    Everything,
}

/// Test images that an ensemble sees: its accuracy is then known to about ±1 %.
const SAMPLED_IMAGES: usize = 1000;
/// Draws of noise for each gradient variance.
const REPEATS: u64 = 8;

/// An evaluation under way.
pub struct Evaluation {
    record: Record,
    pruned: Scoring,
    dense: Scoring,
    /// Those of the pruned and the dense mean network, once they are known.
    scores: Option<(Tally, Tally)>,
    ensemble: Ensemble,
    /// The weight sample under way, and the next image it sees.
    sample: Option<(FixedNetwork, usize)>,
    samples: usize,
    variances: (GradientVariance, GradientVariance),
    repeats: u64,
    /// Gradients still to be taken, one of each estimator for every repeat.
    remaining_gradients: u64,
}

impl Evaluation {
    /// Begins to evaluate `trainer`, which must not step before [`advance`](Self::advance) is
    /// done with it.
    pub fn new(trainer: &Trainer, detail: Detail) -> Self {
        let settings = trainer.settings();
        let (network, position) = (trainer.network(), trainer.position());
        let bayesian = settings.method.prior();
        let test = &trainer.data().test;
        let ensemble_of = if detail == Detail::Everything { settings.samples as usize } else { 0 };
        let images = test.len().min(SAMPLED_IMAGES);
        let repeats = if ensemble_of > 0 && bayesian.is_some() { REPEATS } else { 0 };
        let mean = |threshold| {
            Scoring::new(network.fixed(Point::Mean { threshold }), trainer.data().clone())
        };
        let mut record = Record {
            epoch: position.epoch,
            step: position.step,
            kl_weight: 0.0,
            learning_rate: 0.0,
            train_loss: None,
            train_nll: None,
            train_accuracy: None,
            kl: bayesian.map(|prior| (network.kl(prior) / trainer.train_size() as f64) as f32),
            elbo: None,
            threshold: settings.threshold,
            test_accuracy: 0.0,
            test_nll: 0.0,
            dense_accuracy: 0.0,
            sampled_accuracy: 0.0,
            sampled_nll: 0.0,
            sampled_images: images,
            samples: ensemble_of,
            aleatoric: 0.0,
            epistemic: 0.0,
            names: network.layer_names(),
            kept: network.weights().iter().map(|w| w.kept(settings.threshold)).collect(),
            total: network.weights().iter().map(|w| w.total()).collect(),
            gradient_variance: None,
            fingerprint: network.fingerprint(),
        };
        if position.epoch > 0 {
            let epoch = position.epoch - 1;
            record.kl_weight = bayesian.map_or(0.0, |_| trainer.kl_weight_of(epoch));
            record.learning_rate = trainer.learning_rate_of(epoch);
            let sums = position.last_epoch;
            let nll = sums.nll / f64::from(sums.seen);
            let elbo = Elbo { nll, kl: f64::from(record.kl.unwrap_or(0.0)) };
            record.train_nll = Some(nll as f32);
            record.train_accuracy = Some(100.0 * sums.correct as f32 / sums.seen as f32);
            record.train_loss = Some(elbo.loss(record.kl_weight) as f32);
            record.elbo = bayesian.map(|_| elbo.value() as f32);
        }
        Self {
            record,
            pruned: mean(settings.threshold),
            dense: mean(f32::INFINITY),
            scores: None,
            ensemble: Ensemble::new(images, trainer.data().classes),
            sample: None,
            samples: ensemble_of,
            variances: Default::default(),
            repeats,
            remaining_gradients: 2 * repeats,
        }
    }

    /// Does one slice of the work; the record when all is done.
    pub fn advance(&mut self, trainer: &mut Trainer) -> Option<Record> {
        let data = trainer.data().clone();
        let test = &data.test;
        if self.scores.is_none() {
            self.scores = self.pruned.advance().zip(self.dense.advance());
        } else if self.ensemble.samples() < self.samples {
            let (sample, first) = self.sample.take().unwrap_or_else(|| {
                let k = self.ensemble.samples() as u64;
                let mut rng = Rng::stream(trainer.settings().seed, Stream::Prediction, k);
                (trainer.network().fixed(Point::Sample(&mut rng)), 0)
            });
            let end = (first + CHUNK).min(self.record.sampled_images);
            self.ensemble.add_part(first, &probabilities(&sample, test, first..end));
            self.sample = (end < self.record.sampled_images).then_some((sample, end));
        } else if self.remaining_gradients > 0 {
            self.remaining_gradients -= 1;
            if self.remaining_gradients % 2 == 1 {
                self.variances.0.add(trainer, Estimator::Rt);
            } else {
                self.variances.1.add(trainer, Estimator::Lrt);
            }
        } else {
            return Some(self.finish(trainer));
        }
        None
    }

    fn finish(&mut self, trainer: &Trainer) -> Record {
        let mut record = self.record.clone();
        let (pruned, dense) = self.scores.expect("scored first");
        record.test_accuracy = pruned.accuracy();
        record.test_nll = pruned.mean_nll();
        record.dense_accuracy = dense.accuracy();
        if self.samples > 0 {
            let mut tally = Tally::default();
            let labels = &trainer.data().test.labels()[..record.sampled_images];
            tally.add(&self.ensemble.mean(), labels);
            record.sampled_accuracy = tally.accuracy();
            record.sampled_nll = tally.mean_nll();
            let all = self.ensemble.uncertainties();
            let mean = |of: fn(&_) -> f32| all.iter().map(of).sum::<f32>() / all.len() as f32;
            record.aleatoric = mean(|u: &crate::measures::Uncertainty| u.aleatoric);
            record.epistemic = mean(|u: &crate::measures::Uncertainty| u.epistemic);
        }
        if self.repeats > 0 {
            let n = trainer.train_size();
            let (rt, lrt) = &self.variances;
            record.gradient_variance = Some((rt.per_object(n) as f32, lrt.per_object(n) as f32));
        }
        record
    }

    /// The whole evaluation at once.
    pub fn run(trainer: &mut Trainer, detail: Detail) -> Record {
        let mut evaluation = Self::new(trainer, detail);
        loop {
            if let Some(record) = evaluation.advance(trainer) {
                return record;
            }
        }
    }
}

//! Settings: everything that decides a run, by name.
//!
//! To add a setting: one field of [`Settings`], one entry of [`FIELDS`]. The page's controls,
//! the URL's keys and the command line's flags are made from that list.

mod advice;
pub mod budget;
mod field;
mod fields;
mod knobs;
mod sequence;

pub use advice::{Advice, advice};
pub use field::{Effect, Field, Kind, Pace};
pub use fields::{FIELDS, GROUPS};
pub use knobs::Knobs;
pub use sequence::{Carry, Sequence};

use crate::data::{self, Data, Source};
use crate::error::{Error, Result, printable};
use crate::layers::Estimator;
use crate::methods::Method;
use crate::network::Architecture;
use crate::optimizer::{self, Optimizer};
use crate::schedule::{Decay, Pruning, Warmup};
use crate::topology::Topology;

/// Everything that decides a run besides the data itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The experiment these settings started from.
    pub experiment: String,
    /// The name of one of [`data::SOURCES`].
    pub data: String,
    /// The layers.
    pub network: Topology,
    /// What stands for a weight, and its prior.
    pub method: Method,
    /// Gradient estimator of Bayesian weights.
    pub estimator: Estimator,
    /// The share of the training labels that are shuffled among themselves, once.
    pub wrong_labels: f32,
    /// The optimizer's name.
    pub optimizer: String,
    /// The learning rate before it falls.
    pub learning_rate: f32,
    /// How the learning rate falls.
    pub decay: Decay,
    /// Training images in a mini-batch.
    pub batch_size: usize,
    /// What KL(q‖p) is multiplied by once it is warm.
    pub kl_weight: f32,
    /// How the KL weight warms up.
    pub kl_warmup: Warmup,
    /// Weights with ln α above this are pruned.
    pub threshold: f32,
    /// Standard deviation of the initial means.
    pub init_scale: f32,
    /// Initial ln σ.
    pub init_log_sigma: f32,
    /// Whether pruned means are held at 0 in training too.
    pub clip: bool,
    /// Whether what does nothing but make noise retires at the end of an epoch.
    pub retire: bool,
    /// Probability that binary dropout drops a hidden unit.
    pub dropout: f32,
    /// The share of weights that magnitude pruning sets to zero in the end.
    pub prune_target: f32,
    /// When magnitude pruning happens.
    pub prune: Pruning,
    /// Seed of all random streams.
    pub seed: u64,
    /// Epochs to train.
    pub epochs: u32,
    /// Weight samples of an ensemble.
    pub samples: u32,
    /// Training images to use; 0 for all.
    pub train_size: usize,
    /// The tasks that the training images are cut into.
    pub tasks: Sequence,
    /// What only this experiment has.
    pub knobs: Knobs,
}

impl Default for Settings {
    /// Sparse VD with local reparametrization and the full KL on the built-in digits: the common
    /// ground of all experiments.
    ///
    /// Small data needs the KL weight to wait: on from the first epoch, it would empty the
    /// network before it has learned anything.
    fn default() -> Self {
        Self {
            experiment: "sparsity".to_owned(),
            data: data::SOURCES[0].name.to_owned(),
            network: Topology::dense(&[64, 300, 100, 10]),
            method: Method::SparseVd,
            estimator: Estimator::Lrt,
            wrong_labels: 0.0,
            optimizer: "adam".to_owned(),
            learning_rate: 1e-3,
            decay: Decay::Linear { from: 50.0, to: 100.0 },
            batch_size: 32,
            kl_weight: 1.0,
            kl_warmup: Warmup { from: 10.0, to: 50.0 },
            threshold: 3.0,
            init_scale: 0.1,
            init_log_sigma: -5.0,
            clip: false,
            retire: false,
            dropout: 0.5,
            prune_target: 0.9,
            prune: Pruning { from: 10.0, to: 50.0 },
            seed: 1,
            epochs: 100,
            samples: 10,
            train_size: 0,
            tasks: Sequence::ONE,
            knobs: Knobs::default(),
        }
    }
}

impl Settings {
    /// The settings of a query that names all of them, as [`to_query`](Self::to_query) writes it,
    /// with a sentence for each correction. Knobs are not read.
    pub fn read(query: &str) -> (Self, Vec<String>) {
        let name = pairs(query).find(|(key, _)| key == "experiment").map(|(_, name)| name);
        let mut settings = Self::default();
        settings.experiment = name.unwrap_or(settings.experiment);
        let notices = settings.apply_query(query);
        (settings, notices)
    }

    /// Everything that can be set, the experiment's knobs last.
    pub fn fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        FIELDS.iter().chain(self.knobs.fields())
    }

    /// What can be set by the URL key `key`.
    pub fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields().find(|field| field.key == key)
    }

    /// The setting `key` as text.
    pub fn get(&self, key: &str) -> Option<String> {
        self.field(key).map(|field| (field.get)(self))
    }

    /// Changes the setting `key`; an unknown key or a bad value is an error and changes nothing.
    pub fn set(&mut self, key: &str, value: &str) -> Result<()> {
        let field = self
            .field(key)
            .ok_or_else(|| Error::new(format!("There is no setting called '{key}'.")))?;
        let value = field.check(value)?;
        (field.set)(self, &value)
    }

    /// Changes what `query` (a URL's query string, with or without `?`) says; unknown keys are
    /// ignored, numbers out of range are clamped, and every correction is returned as a sentence.
    pub fn apply_query(&mut self, query: &str) -> Vec<String> {
        let mut notices = Vec::new();
        for (key, value) in pairs(query) {
            let Some(field) = self.field(&key) else { continue };
            let (value, notice) = field.clamp(&value);
            notices.extend(notice);
            if let Some(Err(error)) = value.map(|value| (field.set)(self, &value)) {
                notices.push(format!("{error} Using {}.", (field.get)(self)));
            }
        }
        notices
    }

    /// The settings as a query string, without `?`.
    pub fn to_query(&self) -> String {
        let mut query = format!("experiment={}", self.experiment);
        for field in self.fields() {
            query += &format!("&{}={}", field.key, (field.get)(self));
        }
        query
    }

    /// Where the data come from.
    pub fn source(&self) -> &'static Source {
        data::source(&self.data)
    }

    /// The settings' optimizer.
    pub fn optimizer(&self) -> &'static dyn Optimizer {
        optimizer::find(&self.optimizer).expect("the setting was checked when it was made")
    }

    /// What the network is made of.
    pub fn architecture(&self) -> Architecture {
        Architecture {
            topology: self.network.clone(),
            method: self.method,
            estimator: self.estimator,
            init_scale: self.init_scale,
            init_log_sigma: self.init_log_sigma,
            clip: self.clip,
            dropout: self.dropout,
        }
    }

    /// Makes the settings fit the data; returns a sentence for each correction.
    pub fn fit(&mut self, data: &Data) -> Vec<String> {
        let mut notices = Vec::new();
        let (features, classes, train_size) = (data.features(), data.classes, data.train.len());
        let fitted = self.network.fitted(features, data.image, classes);
        let fitted = fitted.unwrap_or_else(|| Topology::dense(&[features, 300, 100, classes]));
        if fitted != self.network {
            notices.push(format!(
                "Network {} does not fit the data ({features} inputs, {classes} classes): using {fitted}.",
                self.network
            ));
            self.network = fitted;
        }
        if self.train_size > train_size {
            notices.push(format!(
                "Training size {} is larger than the data: using all {train_size} images.",
                self.train_size
            ));
            self.train_size = 0;
        }
        let objects = self.objects(data);
        if self.tasks.size(objects) == 0 {
            notices.push(format!(
                "{} tasks are more than there are objects: using 1.",
                self.tasks.tasks
            ));
            self.tasks = Sequence::ONE;
        }
        notices.extend(self.fit_batch(self.epoch_objects(data)));
        notices
    }

    /// Training objects in use.
    pub fn objects(&self, data: &Data) -> usize {
        let all = data.train.len();
        if self.train_size == 0 { all } else { self.train_size.min(all) }
    }

    /// Training objects of an epoch: those of its task.
    pub fn epoch_objects(&self, data: &Data) -> usize {
        self.tasks.size(self.objects(data))
    }

    /// Makes the batch no larger than the `available` images; a sentence if it was.
    pub(crate) fn fit_batch(&mut self, available: usize) -> Option<String> {
        let asked = self.batch_size;
        self.batch_size = asked.min(available);
        (asked > available).then(|| {
            format!("Batch size {asked} is larger than the data: choose at most {available}.")
        })
    }
}

/// Keys and values of a query string, percent-decoded; line ends and other control characters,
/// which no value has and no sentence should, become spaces.
pub fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    let pairs = form_urlencoded::parse(query.trim_start_matches('?').as_bytes());
    pairs.map(|(key, value)| (printable(&key), printable(&value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, Features};

    fn data(features: usize, classes: usize, train_size: usize) -> Data {
        let dataset = || {
            let values = Features::Bytes { values: vec![0; features * train_size], scale: 1.0 };
            let labels = (0..train_size).map(|i| (i % classes) as u8).collect();
            Dataset::new(values, features, labels)
        };
        let side = features.isqrt();
        Data::new("made up", dataset(), dataset(), Some((side, side))).expect("some classes")
    }

    #[test]
    fn values_out_of_range_are_clamped_with_a_notice() {
        let mut settings = Settings::default();
        let notices =
            settings.apply_query("?lr=10&kl=1000&seed=-3&epochs=abc&nonsense=1&method=magic");
        assert_eq!(notices.len(), 5, "{notices:?}");
        assert!(notices[0].contains("10") && notices[0].contains("Learning rate"));
        assert_eq!((settings.learning_rate, settings.kl_weight, settings.seed), (1.0, 100.0, 0));
        assert_eq!(
            (settings.epochs, settings.method),
            (Settings::default().epochs, Settings::default().method)
        );
    }

    #[test]
    fn a_bad_value_changes_nothing() {
        let mut settings = Settings::default();
        for (key, value) in [
            ("lr", "10"),
            ("lr", "NaN"),
            ("network", "64--10"),
            ("network", "64"),
            ("batch", "0"),
            ("kl", "1000"),
            ("warmup", "9..1"),
            ("prune", "9..1"),
            ("prune-target", "1.5"),
            ("estimator", "magic"),
            ("colour", "red"),
        ] {
            let error = settings.set(key, value).unwrap_err().to_string();
            assert!(error.contains(value) || error.contains(key), "{error}");
        }
        assert_eq!(settings, Settings::default());
    }

    #[test]
    fn random_labels_are_a_share_of_one() {
        for (query, share, word) in [
            ("labels=random", 1.0, "random"),
            ("labels=true&wrong=0.3", 0.3, "true"),
            ("wrong=0.3&labels=true", 0.3, "true"),
            ("labels=random&wrong=1", 1.0, "random"),
            ("", 0.0, "true"),
        ] {
            let mut settings = Settings::default();
            assert!(settings.apply_query(query).is_empty());
            assert_eq!(
                (settings.wrong_labels, settings.get("labels").unwrap()),
                (share, word.into())
            );
            assert_eq!(Settings::read(&settings.to_query()), (settings, Vec::new()), "{query}");
        }
    }

    #[test]
    fn settings_fit_their_data() {
        let mut settings = Settings::default();
        assert!(settings.fit(&data(64, 10, 1437)).is_empty());
        settings.batch_size = 5000;
        let notices = settings.fit(&data(784, 26, 1000));
        assert_eq!(notices.len(), 2, "{notices:?}");
        assert_eq!(settings.batch_size, 1000);
        assert_eq!(settings.network, Topology::dense(&[784, 300, 100, 26]));
        settings.set("network", "lenet-5-caffe").unwrap();
        assert!(settings.fit(&data(784, 10, 1000)).is_empty());
        let notices = settings.fit(&data(64, 10, 1000));
        assert!(notices[0].contains("lenet-5-caffe") && notices[0].contains("64-300-100-10"));
    }

    #[test]
    fn random_text_is_survived() {
        use proptest::prelude::*;
        proptest!(|(query in "\\PC*")| { Settings::default().apply_query(&query); });
        proptest!(|(value in "\\PC*", i in 0..FIELDS.len())| {
            let _ = Settings::default().set(FIELDS[i].key, &value);
        });
    }
}

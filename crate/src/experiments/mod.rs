//! Experiments: named settings, in the order of the page's menu.
//!
//! To add an experiment: one entry of [`ALL`].

use crate::layers::Estimator;
use crate::schedule::{Decay, Warmup};
use crate::settings::{Settings, pairs};
use crate::topology::Topology;

/// A named set of settings with a question to ask of it.
pub struct Experiment {
    /// The name in menus, URLs and on the command line.
    pub name: &'static str,
    /// The name in words.
    pub label: &'static str,
    /// What there is to see, in one sentence.
    pub about: &'static str,
    /// The settings.
    pub settings: fn() -> Settings,
}

/// Every experiment; the first is the default.
pub const ALL: &[Experiment] = &[
    Experiment {
        name: "sparsity",
        label: "Sparsity emerges",
        about: "A network learns digits, then loses most of its weights while its accuracy stays.",
        // Of the KL weights tried (0.15, 0.2, 0.25, …) the largest whose end keeps the accuracy of
        // before the KL on 9 of 10 seeds with LRT and RT. Clipping and a learning rate that stays
        // high prune more at the same accuracy.
        settings: || Settings {
            kl_weight: 0.2,
            clip: true,
            retire: true,
            learning_rate: 1.5e-3,
            decay: Decay::Linear { from: 80.0, to: 120.0 },
            epochs: 120,
            ..Settings::default()
        },
    },
    Experiment {
        name: "full-kl",
        label: "The full prior",
        about: "KL weight 1, Bayes' rule as it is: 50,200 weights against 1,437 images, and the accuracy pays.",
        settings: || Settings { experiment: "full-kl".to_owned(), ..Settings::default() },
    },
    Experiment {
        name: "digits-conv",
        label: "Filters disappear",
        about: "A small convolutional network on the built-in digits: whole filters die.",
        settings: || Settings {
            experiment: "digits-conv".to_owned(),
            network: "8x8-20c3-40c3-p2-100-10".parse().expect("a network"),
            clip: true,
            retire: true,
            ..Settings::default()
        },
    },
    Experiment {
        name: "lenet-300-100",
        label: "LeNet-300-100 on MNIST",
        about: "The paper's fully-connected network with the paper's schedule, 200 epochs.",
        // Clipping prunes more than the paper: with half the KL its compression at less error.
        settings: || Settings {
            experiment: "lenet-300-100".to_owned(),
            kl_weight: 0.5,
            network: Topology::dense(&[784, 300, 100, 10]),
            kl_warmup: Warmup { from: 5.0, to: 20.0 },
            decay: Decay::Linear { from: 100.0, to: 200.0 },
            clip: true,
            retire: true,
            epochs: 200,
            ..mnist()
        },
    },
    Experiment {
        name: "lenet-5-caffe",
        label: "LeNet-5-Caffe on MNIST",
        about: "The paper's convolutional network with the paper's schedule, 200 epochs.",
        settings: || Settings {
            experiment: "lenet-5-caffe".to_owned(),
            network: "lenet-5-caffe".parse().expect("a network's name"),
            kl_warmup: Warmup { from: 5.0, to: 20.0 },
            decay: Decay::Linear { from: 0.0, to: 200.0 },
            clip: true,
            retire: true,
            epochs: 200,
            ..mnist()
        },
    },
    Experiment {
        name: "seminar",
        label: "Seminar notebook on MNIST",
        about: "The seminar's 784-300-10 network and its settings, which use RT: 61× at 98.2 %.",
        settings: || Settings {
            experiment: "seminar".to_owned(),
            estimator: Estimator::Rt,
            ..mnist()
        },
    },
];

/// The seminar's recipe, the common ground of the MNIST experiments.
fn mnist() -> Settings {
    Settings {
        data: "mnist".to_owned(),
        network: Topology::dense(&[784, 300, 10]),
        batch_size: 100,
        init_scale: 0.02,
        kl_warmup: Warmup { from: -1.0, to: 49.0 },
        decay: Decay::Steps { factor: 0.2, after: vec![50, 60, 70, 80] },
        epochs: 100,
        ..Settings::default()
    }
}

/// The experiment called `name`.
pub fn find(name: &str) -> Option<&'static Experiment> {
    ALL.iter().find(|experiment| experiment.name == name)
}

/// The settings that a URL's query string stands for, with a sentence for each correction.
pub fn from_query(query: &str) -> (Settings, Vec<String>) {
    let mut notices = Vec::new();
    let name = pairs(query).find(|(key, _)| key == "experiment").map(|(_, name)| name);
    let experiment = name.and_then(|name| {
        let found = find(&name);
        if found.is_none() {
            let names: Vec<_> = ALL.iter().map(|e| e.name).collect();
            notices.push(format!(
                "Experiment '{name}' is not known: choose one of {}. Using {}.",
                names.join(", "),
                ALL[0].name
            ));
        }
        found
    });
    let mut settings = (experiment.unwrap_or(&ALL[0]).settings)();
    notices.extend(settings.apply_query(query));
    (settings, notices)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_experiment_is_found_and_its_query_round_trips() {
        for experiment in ALL {
            let settings = (experiment.settings)();
            assert_eq!(settings.experiment, experiment.name);
            let (again, notices) = from_query(&settings.to_query());
            assert_eq!((again, notices), (settings, Vec::new()));
        }
    }

    #[test]
    fn an_unknown_experiment_is_named() {
        let (settings, notices) = from_query("?experiment=alchemy&seed=7");
        assert!(notices[0].contains("alchemy") && notices[0].contains(ALL[0].name));
        assert_eq!((settings.experiment.as_str(), settings.seed), (ALL[0].name, 7));
    }
}

//! Experiments, in the order of the page's menu: some runs, some pictures of them, and one measured
//! sentence.
//!
//! To add an experiment: one file with a value of [`Experiment`], one line in [`ALL`].

mod binary_dropout;
mod dropout_line;
mod ensembling;
mod experiment;
mod lenet;
mod models;
mod random_labels;
mod regression_answers;
mod regression_fits;
mod reparametrization;
mod rotated_digit;
mod rt_vs_lrt;
mod sparsity;
mod uncertainty_classification;
mod uncertainty_regression;
mod uncertainty_surfaces;
mod unseen_classes;
mod vd_vs_ard;
mod verdict;

pub use experiment::{Experiment, PLAIN, Part};
pub use verdict::{Figure, Verdict};

use crate::settings::{Settings, pairs};

/// Every experiment; the first is the default.
pub const ALL: &[&Experiment] = &[
    &sparsity::SPARSITY,
    &ensembling::ENSEMBLING,
    &uncertainty_regression::UNCERTAINTY_REGRESSION,
    &uncertainty_classification::UNCERTAINTY_CLASSIFICATION,
    &unseen_classes::UNSEEN_CLASSES,
    &rotated_digit::ROTATED_DIGIT,
    &binary_dropout::BINARY_DROPOUT,
    &reparametrization::REPARAMETRIZATION,
    &rt_vs_lrt::RT_VS_LRT,
    &vd_vs_ard::VD_VS_ARD,
    &random_labels::RANDOM_LABELS,
    &sparsity::FULL_KL,
    &sparsity::DIGITS_CONV,
    &lenet::LENET_300_100,
    &lenet::LENET_5_CAFFE,
    &lenet::SEMINAR,
];

/// The experiment called `name`.
pub fn find(name: &str) -> Option<&'static Experiment> {
    ALL.iter().copied().find(|experiment| experiment.name == name)
}

/// The experiment that settings started from.
pub fn of(settings: &Settings) -> &'static Experiment {
    find(&settings.experiment).unwrap_or(ALL[0])
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
    let mut settings = (experiment.unwrap_or(ALL[0]).settings)();
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

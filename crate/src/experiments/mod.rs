//! Experiments, in the order of the page's menu: some runs, some pictures of them, and one measured
//! sentence.
//!
//! To add an experiment: one file with a value of [`Experiment`], one line in the list below. In the
//! core, which knows what the menu says of all, are only those that are nothing but settings.

mod binary_dropout;
mod claims;
mod dropout_line;
mod ensembling;
mod experiment;
mod lenet;
mod models;
mod power_law;
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

pub use claims::{CLAIMS, Checked, Claim, Recording, recording};
pub use experiment::{Entry, Experiment, PLAIN, Part};
pub use verdict::{Figure, Verdict};

use crate::settings::{Settings, pairs};

macro_rules! experiments {
    ($($file:ident::$it:ident $(in $feature:literal)?,)*) => {
        /// Every experiment that can be begun; the first is the default.
        pub const ALL: &[&Experiment] = &[$($(#[cfg(feature = $feature)])? &$file::$it,)*];

        /// What the menu says of every experiment, whether it can be begun here or in the lab.
        pub const MENU: &[Entry] = &[$(Entry::of(&$file::$it),)*];
    };
}

experiments! {
    sparsity::SPARSITY,
    ensembling::ENSEMBLING in "lab",
    uncertainty_regression::UNCERTAINTY_REGRESSION in "lab",
    uncertainty_classification::UNCERTAINTY_CLASSIFICATION in "lab",
    unseen_classes::UNSEEN_CLASSES in "lab",
    rotated_digit::ROTATED_DIGIT in "lab",
    binary_dropout::BINARY_DROPOUT in "lab",
    reparametrization::REPARAMETRIZATION in "lab",
    rt_vs_lrt::RT_VS_LRT in "lab",
    vd_vs_ard::VD_VS_ARD in "lab",
    random_labels::RANDOM_LABELS in "lab",
    sparsity::FULL_KL,
    sparsity::DIGITS_CONV,
    lenet::LENET_300_100,
    lenet::LENET_5_CAFFE,
    lenet::SEMINAR,
}

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
            let names: Vec<_> = MENU.iter().map(|e| e.name).collect();
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
    fn the_menu_says_of_every_experiment_what_it_says() {
        let menu = MENU.iter().map(|e| (e.name, e.part, e.label, e.question));
        assert!(menu.eq(ALL.iter().map(|e| (e.name, e.part, e.label, e.question))));
    }

    #[test]
    fn an_unknown_experiment_is_named() {
        let (settings, notices) = from_query("?experiment=alchemy&seed=7");
        assert!(notices[0].contains("alchemy") && notices[0].contains(ALL[0].name));
        assert_eq!((settings.experiment.as_str(), settings.seed), (ALL[0].name, 7));
    }
}

//! What an experiment is: some runs, some pictures of them, and one measured sentence.

use std::sync::Arc;

use super::verdict::Verdict;
use crate::changes::Change;
use crate::data::Data;
use crate::error::Result;
use crate::pictures::of_runs::{ACCURACY, COMPRESSION, ELBO, ENTROPY, SCATTER, SPARSITY, VARIANCE};
use crate::runs::{DIFFERENCES, Picture, Runs, Setup};
use crate::settings::Settings;

/// The parts of the lecture, by which the menu is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What the lecture's animation shows.
    Animation,
    /// Why neural networks go Bayesian.
    WhyBayesian,
    /// How weights disappear.
    Compression,
}

impl Part {
    /// Every part, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::Animation, Self::WhyBayesian, Self::Compression];

    /// The heading in the menu.
    pub fn label(self) -> &'static str {
        match self {
            Self::Animation => "The animation",
            Self::WhyBayesian => "Part 1: why go Bayesian",
            Self::Compression => "Part 2: compression",
        }
    }
}

/// What the menu says of an experiment.
pub struct Entry {
    /// See [`Experiment::name`].
    pub name: &'static str,
    /// See [`Experiment::part`].
    pub part: Part,
    /// See [`Experiment::label`].
    pub label: &'static str,
    /// See [`Experiment::question`].
    pub question: &'static str,
}

impl Entry {
    /// That of `it`; of the rest nothing is kept.
    pub const fn of(it: &Experiment) -> Self {
        Self { name: it.name, part: it.part, label: it.label, question: it.question }
    }
}

/// An experiment.
pub struct Experiment {
    /// The name in menus, URLs and on the command line.
    pub name: &'static str,
    /// The part of the lecture that it belongs to.
    pub part: Part,
    /// The name in words.
    pub label: &'static str,
    /// What is asked, in one sentence.
    pub question: &'static str,
    /// What to predict before it runs: a question and answers to choose from; or nothing.
    pub prediction: (&'static str, &'static [&'static str]),
    /// What the lecture says, or what to look for, in one or two sentences.
    pub aha: &'static str,
    /// The formula in MathML, if it has one of its own.
    pub formula: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// What it does not show.
    pub limits: &'static str,
    /// The settings.
    pub settings: fn() -> Settings,
    /// Keys of the settings that the page offers; empty for all that the method has.
    pub offered: &'static [&'static str],
    /// What runs.
    pub setup: fn(&Settings) -> Setup,
    /// Panels of the page that are no pictures: `weights`, `digit`, …
    pub panels: &'static [&'static str],
    /// What is seen.
    pub pictures: &'static [&'static Picture],
    /// What came out, once the runs have finished and everything is seen.
    pub verdict: Option<fn(&Runs) -> Verdict>,
}

/// An experiment with nothing but settings: one run, with every panel.
pub const PLAIN: Experiment = Experiment {
    name: "",
    part: Part::Compression,
    label: "",
    question: "",
    prediction: ("", &[]),
    aha: "",
    formula: "",
    source: "",
    limits: "",
    settings: Settings::default,
    offered: &[],
    setup: Setup::one,
    panels: &["readouts", "weights", "digit", "sizes", "table", "lenet"],
    pictures: &[
        &COMPRESSION,
        &ACCURACY,
        &ELBO,
        &SCATTER,
        &SPARSITY,
        &VARIANCE,
        &ENTROPY,
        &DIFFERENCES,
    ],
    verdict: None,
};

impl Experiment {
    /// Makes the settings fit the data, unless all that runs has data of its own; returns a sentence
    /// for each correction.
    pub fn fit(&self, settings: &mut Settings, data: &Data) -> Vec<String> {
        let arms = (self.setup)(settings).arms;
        let apart = arms.iter().all(|arm| arm.data.is_some());
        if apart { Vec::new() } else { settings.fit(data) }
    }

    /// Its runs, at their start.
    ///
    /// # Errors
    /// A run would take more memory or time than there is.
    pub fn begin(&self, settings: Settings, data: &Arc<Data>, changes: &[Change]) -> Result<Runs> {
        let setup = (self.setup)(&settings);
        Runs::new(settings, setup, self.pictures, data, changes)
    }
}

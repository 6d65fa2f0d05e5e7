//! Arms: what each run of an experiment has of its own.

use std::any::Any;
use std::sync::Arc;

use crate::data::Data;
use crate::evaluation::Detail;
use crate::session::Progress;
use crate::settings::Settings;

/// One run among several.
#[derive(Clone)]
pub struct Arm {
    /// What it is called in legends.
    pub label: String,
    /// Its settings: those of the experiment, but for what is pinned.
    pub settings: Settings,
    /// The keys of settings that are its own: changing them for all leaves it as it is.
    pub pins: Vec<&'static str>,
    /// Data of its own, if it does not share the experiment's.
    pub data: Option<Arc<Data>>,
    /// How much is measured at the end of every epoch.
    pub detail: Detail,
}

impl Arm {
    /// An arm with some settings of its own.
    ///
    /// # Panics
    /// A pinned value that its setting does not take: a mistake in the experiment.
    pub fn new(label: impl Into<String>, base: &Settings, own: &[(&'static str, &str)]) -> Self {
        let mut settings = base.clone();
        for (key, value) in own {
            settings.set(key, value).unwrap_or_else(|error| panic!("an arm's own: {error}"));
        }
        let pins = own.iter().map(|(key, _)| *key).collect();
        Self { label: label.into(), settings, pins, data: None, detail: Detail::Everything }
    }

    /// The same on data of its own.
    pub fn on(self, data: Arc<Data>) -> Self {
        Self { data: Some(data), ..self }
    }

    /// The same, measured as far as the command line prints: no ensembles, no gradient variances.
    pub fn brief(self) -> Self {
        Self { detail: Detail::Scores, ..self }
    }
}

/// What an experiment computes besides runs of networks: a chain, a fit, a game of samples. Its
/// epochs keep step with the arms'.
pub trait Own: Any {
    /// Does a slice of the epoch under way, a few milliseconds of work: [`Progress::Trained`], or
    /// [`Progress::Epoch`] when it is complete.
    fn advance(&mut self) -> Progress;

    /// Epochs completed.
    fn epoch(&self) -> u32;

    /// Takes in a live setting or a knob.
    fn set(&mut self, settings: &Settings);
}

/// What an experiment is made of.
#[derive(Default)]
pub struct Setup {
    /// The runs; the first leads.
    pub arms: Vec<Arm>,
    /// What else is computed.
    pub own: Option<Box<dyn Own>>,
}

impl Setup {
    /// One run, as plain as the settings.
    pub fn one(settings: &Settings) -> Self {
        Self::of(vec![Arm::new(settings.method.label(), settings, &[])])
    }

    /// Several runs.
    pub fn of(arms: Vec<Arm>) -> Self {
        Self { arms, own: None }
    }

    /// No run of a network.
    pub fn own(own: impl Own) -> Self {
        Self { arms: Vec::new(), own: Some(Box::new(own)) }
    }
}

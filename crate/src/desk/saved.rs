//! Saved runs: read from a file, and joined with their data.

use std::sync::Arc;

use super::short;
use crate::checkpoint::{self, Checkpoint};
use crate::data::{Data, File, Identity};
use crate::error::{Error, Result};
use crate::experiments;
use crate::link::Link;
use crate::runs::Runs;
use crate::session::Session;
use crate::settings::Settings;

/// A file of one run or of several, not yet joined with its data.
pub(super) struct Saved {
    /// The file's name.
    pub name: String,
    /// The runs, the leading one first.
    runs: Vec<Checkpoint>,
    /// The query of all, where there are several.
    query: Option<String>,
}

impl Saved {
    /// Reads a file.
    ///
    /// # Errors
    /// What it is instead, or what in it is damaged.
    pub fn read(file: File) -> Result<Self> {
        let name = short(&file.name);
        let (query, runs) = match checkpoint::unpack(&name, &file.bytes)? {
            Some((query, runs)) => (Some(query), runs),
            None => (None, vec![Checkpoint::read(&name, &file.bytes)?]),
        };
        Ok(Self { name, runs, query })
    }

    /// The data that it was trained on, as far as it knows them.
    pub fn identity(&self) -> Option<&Identity> {
        self.runs[0].identity()
    }

    /// The settings of the leading run, which say what data it needs.
    pub fn settings(&self) -> &Settings {
        self.runs[0].settings()
    }

    /// The data in words.
    pub fn needs(&self) -> String {
        self.identity().map_or_else(|| "its data".to_owned(), |identity| identity.to_string())
    }

    /// Whether these are the run's data, as far as its file knows them.
    pub fn fits(&self, data: &Data) -> bool {
        let by_source = self.settings().data == data.source;
        self.identity().map_or(by_source, |identity| identity.check(data).is_ok())
    }

    /// The runs on their data, to go on exactly.
    ///
    /// # Errors
    /// Other data than theirs, or runs that are not those of their experiment.
    pub fn on(mut self, data: Arc<Data>) -> Result<Runs> {
        let Some(query) = &self.query else {
            let session = Session::load(self.runs.remove(0), data)?;
            let pictures = experiments::of(session.settings()).pictures;
            return Ok(Runs::resumed(session, pictures));
        };
        let link = Link::read(query).0;
        let mut runs =
            experiments::of(&link.settings).begin(link.settings, &data, &link.changes)?;
        if let Some(a) = link.a {
            let a = Link::read_alone(&a).0;
            runs = runs.beside(Session::new(a.settings, data.clone(), a.changes)?)?;
        }
        let fresh: Vec<Arc<Data>> =
            runs.arms().map(|(_, session)| session.trainer().data().clone()).collect();
        if fresh.len() != self.runs.len() {
            let (has, needs) = (self.runs.len(), fresh.len());
            return Err(Error::new(format!(
                "{} is not a saved run: it has {has} runs, and its experiment {needs}.",
                self.name
            )));
        }
        let sessions = self.runs.into_iter().zip(fresh);
        runs.restored(sessions.map(|(run, data)| Session::load(run, data)).collect::<Result<_>>()?)
    }
}

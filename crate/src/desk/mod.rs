//! The desk: the run on the screen, the one before it, and what waits for its data.
//!
//! Data have one identity, their contents: a run keeps the data that it began on, and a link or
//! a saved run that names other data than those at hand waits for them.

mod saved;

use std::sync::Arc;

use crate::data::{self, Data, File, Identity};
use crate::error::{Error, Result};
use crate::experiments;
use crate::link::Link;
use crate::runs::Runs;
use crate::session::Session;
use crate::settings::{self, Settings};
use crate::topology::Topology;
use saved::Saved;

/// Data that no run needs are kept for coming back to, up to so many features.
const SHELF: usize = 100_000_000;

/// What an action has led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Another run has begun.
    Began,
    /// The run that waited for its data has begun.
    Finished,
    /// A saved run is on the desk, where it was saved.
    Resumed,
    /// The run is on the desk already.
    Same,
    /// The run waits for its data, see [`Desk::waits_for`].
    Waits,
}

/// What begins as soon as its data come.
enum Waiting {
    Link(Box<Link>),
    Saved(Saved),
}

/// The runs of one page.
#[derive(Default)]
pub struct Desk {
    run: Option<Runs>,
    before: Option<Runs>,
    waiting: Option<Waiting>,
    /// Data that came in, oldest first.
    shelf: Vec<Arc<Data>>,
    notices: Vec<String>,
}

impl Desk {
    /// The run on the screen.
    pub fn run(&self) -> Option<&Runs> {
        self.run.as_ref()
    }

    /// The run on the screen, to work on.
    pub fn run_mut(&mut self) -> Option<&mut Runs> {
        self.run.as_mut()
    }

    /// Whether there is a run to go back to.
    pub fn undoable(&self) -> bool {
        self.before.is_some()
    }

    /// Sentences about what has begun, each given once.
    pub fn notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    /// The query string that repeats the run on the screen; empty if there is none.
    pub fn address(&self) -> String {
        self.run().map_or_else(String::new, |run| link_of(run).to_query())
    }

    /// What the run that waits needs, as a sentence.
    pub fn waits_for(&self) -> Option<String> {
        let (what, needs) = match self.waiting.as_ref()? {
            Waiting::Link(link) if link.file.is_none() => ("This run".to_owned(), link.needs()),
            Waiting::Link(link) => ("This link".to_owned(), link.needs()),
            Waiting::Saved(saved) => (saved.name.clone(), saved.needs()),
        };
        Some(format!("{what} needs {needs}: drop it here or press Open."))
    }

    /// Whether what waits needs data that a server may have: MNIST.
    pub fn waits_for_mnist(&self) -> bool {
        self.waiting.as_ref().is_some_and(|waiting| match waiting {
            Waiting::Link(link) => link.settings.source().is_known(),
            Waiting::Saved(saved) => saved.settings().source().is_known(),
        })
    }

    /// Begins the run of a link. Without its data the link waits, and what is on the screen stays.
    pub fn start(&mut self, query: &str) -> Result<Outcome> {
        let (link, _) = Link::read(query);
        match self.find(&link.settings, link.hash.as_deref()) {
            Some(data) => self.begin(link, data),
            None => {
                self.waiting = Some(Waiting::Link(Box::new(link)));
                Ok(Outcome::Waits)
            }
        }
    }

    /// Goes to the run of a link: one that is on the desk goes on where it stands.
    pub fn visit(&mut self, query: &str) -> Result<Outcome> {
        if repeats(&self.run, query) {
            self.dismiss();
            return Ok(Outcome::Same);
        }
        if repeats(&self.before, query) && self.undo() {
            return Ok(Outcome::Resumed);
        }
        self.start(query)
    }

    /// Whether the run of a link is on the desk.
    pub fn holds(&self, query: &str) -> bool {
        repeats(&self.run, query) || repeats(&self.before, query)
    }

    /// Lets go of what waits for its data.
    pub fn dismiss(&mut self) {
        self.waiting = None;
    }

    /// Shows the built-in digits if there is nothing else, while something waits for its data.
    pub fn meanwhile(&mut self) -> Result<bool> {
        if self.run.is_some() {
            return Ok(false);
        }
        let waiting = self.waiting.take();
        self.start("")?;
        self.waiting = waiting;
        Ok(true)
    }

    /// Goes back to the run before; once more, and forward again.
    pub fn undo(&mut self) -> bool {
        if self.before.is_none() {
            return false;
        }
        std::mem::swap(&mut self.run, &mut self.before);
        self.dismiss();
        true
    }

    /// Begins B beside the run of arm `i`, which is kept as A: the same up to the end of `epoch`.
    ///
    /// # Errors
    /// As [`Runs::branch`]; the desk is as it was.
    pub fn branch(&mut self, i: usize, epoch: u32) -> Result<Outcome> {
        let run = self.run.as_ref().ok_or_else(|| Error::new("There is no run to go on from."))?;
        let branched = run.branch(i, epoch)?;
        self.adopt(branched);
        self.notices = vec![format!(
            "The run is kept as A. B is the same up to epoch {epoch} and waits there: change a \
             setting, then train on."
        )];
        Ok(Outcome::Began)
    }

    /// Opens what was dropped together: saved runs, data, or saved runs with their data. Data
    /// that nothing waits for begin a run with the settings of `query`.
    ///
    /// # Errors
    /// One sentence about the file that cannot be used; the desk is as it was.
    pub fn open(&mut self, files: Vec<File>, query: &str) -> Result<Outcome> {
        let (saved, tables): (Vec<_>, Vec<_>) = files.into_iter().partition(is_saved);
        let saved: Vec<Saved> = saved.into_iter().map(Saved::read).collect::<Result<_>>()?;
        let data = match tables.is_empty() && !saved.is_empty() {
            true => None,
            false => {
                let data = data::from_files(tables)?;
                Some(Arc::new(Data { name: short(&data.name), ..data }))
            }
        };
        match data {
            Some(data) if saved.is_empty() => self.receive(data, query),
            data => self.resume(saved, data),
        }
    }

    /// Takes saved runs up, each on the data that it belongs to.
    fn resume(&mut self, saved: Vec<Saved>, dropped: Option<Arc<Data>>) -> Result<Outcome> {
        if let (Some(data), [first, ..]) = (&dropped, &saved[..])
            && !saved.iter().any(|saved| saved.fits(data))
        {
            return Err(Error::new(format!(
                "{} needs other data, {}: this is {}.",
                first.name,
                first.needs(),
                Identity::of(data)
            )));
        }
        let (mut ready, mut waiting) = (Vec::new(), None);
        for saved in saved {
            match self.data_of(&saved, dropped.as_ref()) {
                Some(data) => ready.push((saved.name.clone(), saved.on(data)?)),
                None => waiting = Some(Waiting::Saved(saved)),
            }
        }
        let names: Vec<_> = ready.iter().map(|(name, _)| &name[..]).collect();
        match &names[..] {
            [] | [_] => {}
            [first, second] => self.notices.push(format!("{second} is shown, Undo shows {first}.")),
            [lost @ .., first, second] => self.notices.push(format!(
                "{second} is shown, Undo shows {first}; there is no room for {}: open it again.",
                lost.join(", ")
            )),
        }
        let began = !ready.is_empty();
        ready.into_iter().for_each(|(_, runs)| self.adopt(runs));
        self.waiting = waiting.or(self.waiting.take());
        Ok(if began { Outcome::Resumed } else { Outcome::Waits })
    }

    /// The data of a saved run: those it was dropped with if they are its own, or known ones.
    fn data_of(&self, saved: &Saved, dropped: Option<&Arc<Data>>) -> Option<Arc<Data>> {
        let hash = saved.identity().map(|identity| &identity.hash[..]);
        let dropped = dropped.filter(|data| saved.fits(data));
        dropped.cloned().or_else(|| self.find(saved.settings(), hash))
    }

    /// Takes in data: for what waits for them, or for a run of their own.
    fn receive(&mut self, data: Arc<Data>, query: &str) -> Result<Outcome> {
        let Identity { name, train, test, features, classes, .. } = Identity::of(&data);
        self.shelve(&data);
        let told = format!(
            "{name}: {train} training and {test} test objects with {features} features and \
             {classes} classes."
        );
        let told = [vec![told], data.notices.clone()].concat();
        let outcome = match self.waiting.take() {
            Some(Waiting::Link(link)) if link.takes(&data) => {
                let begun = self.begin(Link::clone(&link), data);
                if begun.is_err() {
                    self.waiting = Some(Waiting::Link(link));
                }
                begun.map(|_| Outcome::Finished)
            }
            Some(Waiting::Saved(saved)) if saved.fits(&data) => {
                self.resume(vec![saved], Some(data))
            }
            other => {
                let begun = self.begin(link_for(query, data.source), data);
                self.waiting = other.filter(|waiting| matches!(waiting, Waiting::Saved(_)));
                begun
            }
        };
        if outcome.is_ok() {
            self.notices.splice(..0, told);
        }
        outcome
    }

    fn begin(&mut self, link: Link, data: Arc<Data>) -> Result<Outcome> {
        let mut notices = Vec::from_iter(link.foreign(&data));
        let Link { mut settings, changes, sized, a, .. } = link;
        settings.data = data.source.to_owned();
        if !sized && settings.source().is_own() {
            settings.network = Topology::dense(&[data.features(), 100, data.classes]);
        }
        let experiment = experiments::of(&settings);
        notices.extend(experiment.fit(&mut settings, &data));
        notices.extend(settings::advice(&settings, &data).map(|advice| advice.text));
        let mut runs = experiment.begin(settings, &data, &changes)?;
        notices.extend(runs.notices().cloned());
        if let Some(query) = a {
            runs = runs.beside(self.run_a(&query, &data)?)?;
        }
        self.adopt(runs);
        self.notices = notices;
        Ok(Outcome::Began)
    }

    /// The run of `query` on `data`, to be kept as A: one that is on the desk, or anew.
    fn run_a(&self, query: &str, data: &Arc<Data>) -> Result<Session> {
        let on_desk =
            self.run.iter().chain(&self.before).flat_map(|runs| [runs.kept(), runs.lead()]);
        let is = |session: &&Session| {
            let same = Arc::ptr_eq(session.trainer().data(), data);
            same && query_of(session) == query
        };
        if let Some(session) = on_desk.flatten().find(is) {
            return Ok(session.clone());
        }
        let Link { mut settings, changes, .. } = Link::read_alone(query).0;
        settings.fit(data);
        Session::new(settings, data.clone(), changes)
    }

    fn adopt(&mut self, runs: Runs) {
        let data = runs.data().clone();
        self.before = self.run.replace(runs);
        self.waiting = None;
        self.shelve(&data);
    }

    /// Keeps data to come back to, and lets go of the oldest that no run needs.
    fn shelve(&mut self, data: &Arc<Data>) {
        let Self { run, before, shelf, .. } = self;
        shelf.retain(|known| known.hash != data.hash);
        if !data::source(data.source).is_built_in() {
            shelf.push(data.clone());
        }
        let runs: Vec<_> = [run, before].into_iter().flatten().collect();
        let needed = |data: &Arc<Data>| runs.iter().any(|r| Arc::ptr_eq(r.data(), data));
        let mut room = SHELF;
        for i in (0..shelf.len()).rev() {
            let size = shelf[i].features() * (shelf[i].train.len() + shelf[i].test.len());
            let fits = size <= room;
            room = room.saturating_sub(size);
            // The newest has just come: somebody is about to need it.
            if !fits && i + 1 < shelf.len() && !needed(&shelf[i]) {
                shelf.remove(i);
            }
        }
    }

    /// The data that settings name: the program's own, or else those of this hash; without a hash
    /// the nearest of their source.
    fn find(&self, settings: &Settings, hash: Option<&str>) -> Option<Arc<Data>> {
        let made = settings.source().make(settings.seed);
        let runs = [&self.run, &self.before].into_iter().flatten().map(Runs::data);
        let mut known = runs.chain(self.shelf.iter().rev());
        let is = |data: &Data| match (&made, hash) {
            (Some(made), _) => data.hash == made.hash,
            (None, Some(hash)) => Identity::of(data).hash == hash,
            (None, None) => data.source == settings.data,
        };
        known.find(|data| is(data)).cloned().or_else(|| made.map(Arc::new))
    }
}

/// The link of a run with the settings of `query` on new data of `source`: of the first experiment
/// on such data, if there is one.
fn link_for(query: &str, source: &str) -> Link {
    let (mut link, _) = Link::read(query);
    if let Some(usual) = experiments::ALL.iter().find(|it| (it.settings)().data == source) {
        let seed = link.settings.seed;
        return Link::read(&format!("experiment={}&seed={seed}", usual.name)).0;
    }
    link.settings.data = source.to_owned();
    Link { sized: false, changes: Vec::new(), file: None, hash: None, a: None, ..link }
}

fn link_of(runs: &Runs) -> Link {
    let (settings, changes) = runs.plan();
    Link { a: runs.kept().map(query_of), ..Link::of(settings, changes, runs.data()) }
}

/// Whether a run is that of a link.
fn repeats(run: &Option<Runs>, query: &str) -> bool {
    run.as_ref().is_some_and(|run| link_of(run).repeats(&Link::read(query).0))
}

/// The query that repeats one run, on the data that it has.
fn query_of(session: &Session) -> String {
    let (settings, changes) = session.plan();
    let link = Link::of(settings, changes, session.trainer().data());
    Link { file: None, hash: None, ..link }.to_query()
}

/// Whether a file calls itself a saved run or looks like one: a length, then a JSON object.
fn is_saved(file: &File) -> bool {
    let length = file.bytes.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
    let header = length.is_some_and(|length| length < file.bytes.len() as u64);
    file.name.ends_with(".safetensors") || (header && file.bytes.get(8) == Some(&b'{'))
}

/// A name that leaves room for the sentence around it.
fn short(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= 60 {
        return name.to_owned();
    }
    let (start, end) = (&letters[..40], &letters[letters.len() - 15..]);
    format!("{}…{}", String::from_iter(start), String::from_iter(end))
}

//! Runs in lock-step: the arms of an experiment, their common epoch, and what is seen of them.
//!
//! Arms with one seed share their noise, because a random stream is decided by (seed, purpose,
//! counter): an arm is, bit for bit, the run that it would be alone.

mod arm;
mod compare;
mod elsewhere;
mod looking;
mod picture;

pub use arm::{Arm, Own, Setup};
pub use compare::DIFFERENCES;
pub use picture::{Look, Moved, Observing, Picture, When, Width, at_once};

use std::sync::Arc;

use crate::changes::{Change, changed};
use crate::checkpoint;
use crate::data::Data;
use crate::error::{Error, Result};
use crate::session::{Progress, Session};
use crate::settings::{FIELDS, Settings};
use picture::Seen;

/// The runs of an experiment.
pub struct Runs {
    /// The settings of all, without what arms have pinned.
    settings: Settings,
    /// The data of all that have none of their own.
    data: Arc<Data>,
    arms: Vec<Arm>,
    sessions: Vec<Session>,
    own: Option<Box<dyn Own>>,
    /// Whether the second run is one that was kept as A.
    compares: bool,
    /// Arms that another worker trains.
    lent: Vec<bool>,
    /// Changes that wait for the end of the epoch under way, so that all arms take them at one step.
    waiting: Vec<(String, String)>,
    /// Epochs that all have completed and evaluated; `None` before the start is.
    epoch: Option<u32>,
    pictures: &'static [&'static Picture],
    /// What was seen of each picture, oldest first.
    seen: Vec<Vec<Seen>>,
    /// Observations under way, at most one of each picture.
    observing: Vec<Option<(Look, String, Observing)>>,
}

impl Runs {
    /// Runs at their start; the arms' settings are made to fit their data.
    ///
    /// `changes` are replayed in every arm that has not pinned what they change.
    ///
    /// # Errors
    /// A run would take more memory or time than there is.
    pub fn new(
        settings: Settings,
        setup: Setup,
        pictures: &'static [&'static Picture],
        data: &Arc<Data>,
        changes: &[Change],
    ) -> Result<Self> {
        let Setup { mut arms, own } = setup;
        let mut sessions = Vec::new();
        for arm in &mut arms {
            let data = arm.data.as_ref().unwrap_or(data);
            arm.settings.fit(data);
            let its = |change: &&Change| !arm.pins.contains(&&*change.key);
            let changes = changes.iter().filter(its).cloned().collect();
            let session = Session::new(arm.settings.clone(), data.clone(), changes)?;
            sessions.push(session.measuring(arm.detail));
        }
        Ok(Self::of(settings, data.clone(), (arms, sessions), own, pictures))
    }

    fn of(
        settings: Settings,
        data: Arc<Data>,
        (arms, sessions): (Vec<Arm>, Vec<Session>),
        own: Option<Box<dyn Own>>,
        pictures: &'static [&'static Picture],
    ) -> Self {
        let seen = pictures.iter().map(|_| Vec::new()).collect();
        let observing = pictures.iter().map(|_| None).collect();
        let epoch = sessions.first().and_then(|s| s.records().last()).map(|record| record.epoch);
        Self {
            settings,
            data,
            arms,
            sessions,
            own,
            compares: false,
            lent: Vec::new(),
            waiting: Vec::new(),
            epoch,
            pictures,
            seen,
            observing,
        }
    }

    /// A saved run that goes on.
    pub fn resumed(session: Session, pictures: &'static [&'static Picture]) -> Self {
        let settings = session.settings().clone();
        let (data, arms) = (session.trainer().data().clone(), Setup::one(&settings).arms);
        Self::of(settings, data, (arms, vec![session]), None, pictures)
    }

    /// The same with the saved run of every arm in its place, to go on where they were saved.
    ///
    /// # Errors
    /// They are not the runs of these arms.
    pub fn restored(mut self, saved: Vec<Session>) -> Result<Self> {
        let plans = |sessions: &[Session]| sessions.iter().map(Session::plan).collect::<Vec<_>>();
        if plans(&saved) != plans(&self.sessions) {
            return Err(Error::new("The saved runs are not those of their experiment."));
        }
        let last = |session: &Session| Some(session.records().last()?.epoch);
        self.epoch = saved.iter().map(last).min().flatten();
        let details = self.sessions.iter().map(Session::detail);
        self.sessions =
            saved.into_iter().zip(details).map(|(run, detail)| run.measuring(detail)).collect();
        Ok(self)
    }

    /// The runs as a file; `query` repeats them.
    ///
    /// # Errors
    /// There is no run of a network.
    pub fn save(&self, query: &str) -> Result<Vec<u8>> {
        match &self.sessions[..] {
            [] => Err(Error::new("There is no network here to save: Link repeats what is seen.")),
            [session] => Ok(session.save()),
            several => {
                let runs: Vec<_> = several.iter().map(Session::save).collect();
                Ok(checkpoint::pack(query, &runs))
            }
        }
    }

    /// The arms with their runs, the leading one first.
    pub fn arms(&self) -> impl Iterator<Item = (&Arm, &Session)> {
        self.arms.iter().zip(&self.sessions)
    }

    /// The leading run, if there is a run of a network at all.
    pub fn lead(&self) -> Option<&Session> {
        self.sessions.first()
    }

    /// The data that people have chosen.
    pub fn data(&self) -> &Arc<Data> {
        &self.data
    }

    /// Sentences about changes that were left out.
    pub fn notices(&self) -> impl Iterator<Item = &String> {
        self.sessions.first().into_iter().flat_map(Session::notices)
    }

    /// The run of arm `i`, if there are so many.
    pub fn session(&self, i: usize) -> Option<&Session> {
        self.sessions.get(i)
    }

    /// The run of the arm called `label`.
    pub fn arm(&self, label: &str) -> Option<&Session> {
        self.arms().find(|(arm, _)| arm.label == label).map(|(_, session)| session)
    }

    /// Goes back to the last epoch of all with a tenth of the learning rate, after a loss that is no
    /// number: all arms at one step, so that the address repeats it.
    ///
    /// # Errors
    /// There is no such epoch, or no run of a network.
    pub fn recover(&mut self) -> Result<()> {
        let Some(epoch) = self.epoch.filter(|_| !self.sessions.is_empty()) else {
            return Err(Error::new("There is no epoch to go back to: reset the run."));
        };
        self.take_back();
        self.waiting.clear();
        for (arm, session) in self.arms.iter().zip(&mut self.sessions) {
            let kept = arm.pins.contains(&"lr") && !session.diverged();
            if kept { session.back_to(epoch) } else { session.recover(epoch) }?;
        }
        Ok(())
    }

    /// What the experiment computes of its own, if that is a `T`.
    pub fn own<T: Own>(&self) -> Option<&T> {
        let own: &dyn std::any::Any = self.own.as_deref()?;
        own.downcast_ref()
    }

    /// Epochs that all have completed.
    pub fn epoch(&self) -> u32 {
        self.epoch.unwrap_or(0)
    }

    /// Does the next piece of work: of the first arm that is behind, or of a picture.
    pub fn advance(&mut self) -> Progress {
        if let Some(done) = self.observe_epoch() {
            return done;
        }
        let target = self.epoch.map_or(0, |epoch| epoch + 1);
        let behind = |i: &usize| !self.at_end_of(*i, target);
        let mut all_behind = (0..self.sessions.len()).filter(behind).peekable();
        let others = all_behind.peek().is_some();
        if let Some(i) = all_behind.find(|i| !self.is_lent(*i)) {
            return match self.sessions[i].advance() {
                // An epoch is complete when it is so for all.
                Progress::Epoch => self.level(target),
                Progress::Diverged if self.is_lost(i) => self.level(target),
                other => other,
            };
        }
        if others {
            return Progress::Elsewhere;
        }
        match &mut self.own {
            Some(own) if own.epoch() < target.min(self.settings.epochs) => match own.advance() {
                Progress::Epoch => self.level(target),
                other => other,
            },
            // The start of what has no arms needs no work.
            Some(_) if self.sessions.is_empty() && target == 0 => self.level(0),
            _ => Progress::Finished,
        }
    }

    /// After one has completed epoch `target`: whether all have.
    fn level(&mut self, target: u32) -> Progress {
        let all = (0..self.sessions.len()).all(|i| self.at_end_of(i, target));
        let own = self.own.as_ref().is_none_or(|own| own.epoch() >= target);
        if !all || !own {
            return Progress::Evaluated;
        }
        self.epoch = Some(target);
        if let several @ [_, _, ..] = &mut self.sessions[..] {
            several.iter_mut().for_each(|session| session.level_at(target));
        }
        self.take_waiting();
        match self.next_of_epoch() {
            Some(_) => Progress::Evaluated,
            None => Progress::Epoch,
        }
    }

    /// Whether arm `i` has completed `epoch`, or all that it has.
    fn at_end_of(&self, i: usize, epoch: u32) -> bool {
        let session = &self.sessions[i];
        let last = session.records().last().map(|record| record.epoch);
        let done = session.finished() && !session.evaluating();
        done || self.is_lost(i) || last.is_some_and(|last| last >= epoch)
    }

    /// Whether all epochs of all arms are trained and evaluated.
    pub fn finished(&self) -> bool {
        let ended = |(i, s): (usize, &Session)| self.is_lost(i) || s.finished() && !s.evaluating();
        let arms = self.sessions.iter().enumerate().all(ended);
        let own = self.own.as_ref().is_none_or(|own| own.epoch() >= self.settings.epochs);
        arms && own && self.next_of_epoch().is_none()
    }

    /// Whether an epoch is trained and what is seen of it is under way.
    pub fn evaluating(&self) -> bool {
        self.next_of_epoch().is_some() || self.sessions.iter().any(Session::evaluating)
    }

    /// The settings that people see: without what arms have pinned.
    pub fn settings(&self) -> Settings {
        let Some(lead) = self.sessions.first() else { return self.settings.clone() };
        let mut settings = self.unpinned(lead.settings().clone());
        for (key, value) in &self.waiting {
            // It was checked when it came.
            let _ = settings.set(key, value);
        }
        settings
    }

    /// The leading arm's settings with the experiment's values where the arm has its own.
    fn unpinned(&self, mut settings: Settings) -> Settings {
        let pins = self.arms.first().map_or(&[][..], |arm| &arm.pins[..]);
        for field in FIELDS.iter().filter(|field| pins.contains(&field.key)) {
            let _ = (field.set)(&mut settings, &(field.get)(&self.settings));
        }
        Settings { knobs: self.settings.knobs.clone(), ..settings }
    }

    /// What decides the runs: the settings when all changes are made, and those changes.
    pub fn plan(&self) -> (Settings, Vec<Change>) {
        let Some(lead) = self.sessions.first() else { return (self.settings(), Vec::new()) };
        let (settings, changes) = lead.plan();
        (self.unpinned(settings), changes)
    }

    /// Changes a live setting of all arms that have not pinned it; an error changes none. Where
    /// several take it, they do so at the end of the epoch under way, all at one step.
    pub fn set(&mut self, key: &str, value: &str) -> Result<()> {
        let taking: Vec<usize> =
            (0..self.arms.len()).filter(|&i| !self.arms[i].pins.contains(&key)).collect();
        if !self.arms.is_empty() && taking.is_empty() {
            return Err(Error::new(format!("Setting '{key}' is each run's own here.")));
        }
        let base = changed(&self.settings(), key, value, None)?;
        for &i in &taking {
            let session = &self.sessions[i];
            changed(session.settings(), key, value, Some(session.trainer().data()))?;
        }
        match &taking[..] {
            [] => {}
            [only] if !self.is_lent(*only) => self.sessions[*only].set(key, value)?,
            _ => self.waiting.push((key.to_owned(), value.to_owned())),
        }
        // Between two epochs nothing has to wait.
        let lent = (0..self.sessions.len()).any(|i| self.is_lent(i));
        let rests = |i: usize| self.sessions[i].between() && self.at_end_of(i, self.epoch());
        if !lent && (0..self.sessions.len()).all(rests) {
            self.take_waiting();
        }
        self.settings.knobs = base.knobs.clone();
        if let Some(own) = &mut self.own {
            self.settings = base;
            own.set(&self.settings);
        }
        Ok(())
    }

    /// Makes the changes that waited for the end of an epoch.
    fn take_waiting(&mut self) {
        for (key, value) in std::mem::take(&mut self.waiting) {
            for (arm, session) in self.arms.iter().zip(&mut self.sessions) {
                if !arm.pins.contains(&&*key) {
                    // It was checked when it came.
                    let _ = session.set(&key, &value);
                }
            }
        }
    }
}

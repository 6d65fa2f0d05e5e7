//! A session: a run, the evaluation of its epochs and the memory of its past.

mod handover;

use std::borrow::Cow;
use std::sync::Arc;

use crate::changes::{Change, Course, Plan};
use crate::checkpoint;
use crate::data::Data;
use crate::error::{Error, Result};
use crate::evaluation::{Detail, Evaluation, Record};
use crate::frame::{self, Header};
use crate::layers::Point;
use crate::measures::Scoring;
use crate::network::Network;
use crate::prediction::{self, Comparing, Prediction, Sampling};
use crate::settings::{Settings, budget};
use crate::snapshot::Snapshot;
use crate::trainer::{Outcome, Trainer};

/// What a piece of work led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// One mini-batch was trained on.
    Trained,
    /// A slice of an evaluation was done.
    Evaluated,
    /// An epoch is complete and evaluated.
    Epoch,
    /// All epochs are done; there is no more work.
    Finished,
    /// The loss is no longer a number; there is no more work.
    Diverged,
    /// What is left is done by other workers.
    Elsewhere,
}

/// A run that is watched: it trains, evaluates every epoch and remembers each.
pub struct Session {
    trainer: Trainer,
    evaluation: Option<Evaluation>,
    /// How much is measured at the end of an epoch.
    detail: Detail,
    records: Vec<Record>,
    history: Vec<(u32, Arc<Snapshot>)>,
    /// The limits of the layers' colours up to each epoch of the history.
    limits: Vec<Vec<f32>>,
    /// The run at its last evaluated epoch, to go back to if it diverges.
    last_good: Option<Trainer>,
    /// Where all arms of its lock-step have come to, and the run there while it is ahead of them.
    level: Option<u32>,
    at_level: Option<Trainer>,
    diverged: bool,
    /// Changes that the run will replay, soonest last: they came with its address.
    planned: Vec<Change>,
    /// The course that it takes once the evaluation under way is done.
    ahead: Option<Course>,
    /// Sentences about changes that were left out.
    notices: Vec<String>,
}

impl Clone for Session {
    /// The same run once more. An evaluation under way begins again, and comes to the same record.
    fn clone(&self) -> Self {
        let again = |_: &Evaluation| Evaluation::new(&self.trainer, self.detail);
        Self {
            trainer: self.trainer.clone(),
            evaluation: self.evaluation.as_ref().map(again),
            detail: self.detail,
            records: self.records.clone(),
            history: self.history.clone(),
            limits: self.limits.clone(),
            last_good: self.last_good.clone(),
            level: self.level,
            at_level: self.at_level.clone(),
            diverged: self.diverged,
            planned: self.planned.clone(),
            ahead: self.ahead.clone(),
            notices: self.notices.clone(),
        }
    }
}

impl Session {
    /// A session at the start of a run. Settings must fit the data, see [`Settings::fit`].
    ///
    /// `changes` were made to an earlier run: they are undone now and made again at their steps,
    /// so that the run ends up where that one did. Those that a running training refuses are left
    /// out, see [`notices`](Self::notices).
    ///
    /// # Errors
    /// The run would take more memory or time than there is.
    pub fn new(settings: Settings, data: Arc<Data>, changes: Vec<Change>) -> Result<Self> {
        let Plan { start, mut changes, notices } = Plan::new(&settings, changes, Some(&data));
        budget::check(&start, &data)?;
        // Soonest last; of those at one step the first is last, to be made first.
        changes.reverse();
        let mut session = Self::of(Trainer::new(start, data), Vec::new());
        session.planned = changes;
        session.notices = notices;
        Ok(session)
    }

    fn of(trainer: Trainer, records: Vec<Record>) -> Self {
        let mut session = Self {
            evaluation: None,
            detail: Detail::Everything,
            records,
            history: Vec::new(),
            limits: Vec::new(),
            last_good: None,
            level: None,
            at_level: None,
            diverged: false,
            planned: Vec::new(),
            ahead: None,
            notices: Vec::new(),
            trainer,
        };
        let known = session.records.last().is_some_and(|r| r.step == session.step());
        if known {
            session.remember();
        } else if session.trainer.position().taken == 0 {
            session.evaluation = Some(Evaluation::new(&session.trainer, Detail::Everything));
        }
        session
    }

    /// The same at its start, measuring as much as `detail` says.
    pub fn measuring(mut self, detail: Detail) -> Self {
        self.detail = detail;
        self.evaluation = self.evaluation.map(|_| Evaluation::new(&self.trainer, detail));
        self
    }

    /// How much it measures at the end of an epoch.
    pub fn detail(&self) -> Detail {
        self.detail
    }

    /// The limits of the layers' colours as the run is now, none below those of `before`.
    fn limits_from(&self, before: Option<&Vec<f32>>) -> Vec<f32> {
        let before = before.map_or(&[][..], Vec::as_slice);
        frame::limits(self.trainer.network(), self.settings().threshold, before)
    }

    fn step(&self) -> u64 {
        self.trainer.position().step
    }

    fn remember(&mut self) {
        let epoch = self.trainer.position().epoch;
        self.limits.push(self.limits_from(self.limits.last()));
        self.history.push((epoch, Arc::new(Snapshot::of(self.trainer.network()))));
        // The old copy goes first: two are enough, unless somebody is behind.
        let at = |good: &Trainer| Some(good.position().epoch);
        self.at_level = self.last_good.take().filter(|good| at(good) == self.level);
        self.last_good = Some(self.trainer.clone());
    }

    /// Makes the planned changes that are due.
    fn replay(&mut self) {
        let mut course = self.ahead.take();
        while let Some(change) =
            self.planned.pop_if(|change| change.step <= self.trainer.position().step)
        {
            let course = course.get_or_insert_with(|| self.trainer.course().clone());
            // The plan was checked when the session was made.
            let _ = course.set(self.step(), &change.key, &change.to, self.trainer.data());
        }
        self.ahead = course;
    }

    /// Takes the course that waited for the end of an evaluation.
    fn turn(&mut self) {
        self.replay();
        if let Some(course) = self.ahead.take() {
            self.trainer.follow(course);
        }
    }

    /// Does the next piece of work: a mini-batch, or a slice of an evaluation.
    pub fn advance(&mut self) -> Progress {
        if let Some(evaluation) = &mut self.evaluation {
            let Some(record) = evaluation.advance(&mut self.trainer) else {
                return Progress::Evaluated;
            };
            self.evaluation = None;
            self.records.push(record);
            self.remember();
            self.turn();
            return Progress::Epoch;
        }
        if self.diverged {
            return Progress::Diverged;
        }
        if self.finished() {
            return Progress::Finished;
        }
        self.turn();
        match self.trainer.step() {
            Outcome::Within => {}
            Outcome::EpochEnd => {
                self.evaluation = Some(Evaluation::new(&self.trainer, self.detail));
            }
            Outcome::Diverged => {
                self.diverged = true;
                return Progress::Diverged;
            }
        }
        Progress::Trained
    }

    /// Whether an epoch is trained and its evaluation is under way.
    pub fn evaluating(&self) -> bool {
        self.evaluation.is_some()
    }

    /// Whether all epochs are trained.
    pub fn finished(&self) -> bool {
        self.trainer.position().epoch >= self.settings().epochs
    }

    /// Whether the loss is no longer a number.
    pub fn diverged(&self) -> bool {
        self.diverged
    }

    /// Changes a live setting of the run. While an evaluation is under way the change waits for its
    /// end, so that its record is of one network with one set of settings.
    pub fn set(&mut self, key: &str, value: &str) -> Result<()> {
        self.replay();
        let mut course = self.course().clone();
        course.set(self.step(), key, value, self.trainer.data())?;
        self.ahead = Some(course);
        if self.evaluation.is_none() {
            self.turn();
        }
        Ok(())
    }

    fn course(&self) -> &Course {
        self.ahead.as_ref().unwrap_or(self.trainer.course())
    }

    /// The settings, with what was changed while an evaluation is under way.
    pub fn settings(&self) -> &Settings {
        &self.course().settings
    }

    /// The changes made since the start, oldest first, those that wait among them.
    pub fn changes(&self) -> &[Change] {
        &self.course().changes
    }

    /// Sentences about changes of its address that were left out.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// What decides the run: its settings when all changes are made, and those changes, the ones
    /// to come included.
    pub fn plan(&self) -> (Settings, Vec<Change>) {
        let mut course = self.course().clone();
        for Change { step, key, to, .. } in self.planned.iter().rev() {
            // The plan was checked when the session was made.
            let _ = course.set(*step, key, to, self.trainer.data());
        }
        (course.settings, course.changes)
    }

    /// All arms of its lock-step have come to `epoch`.
    pub(crate) fn level_at(&mut self, epoch: u32) {
        self.level = Some(epoch);
        self.at_level = None;
    }

    /// Goes back to the end of `epoch`, the last before a loss was lost, with a tenth of the learning
    /// rate.
    ///
    /// # Errors
    /// Nothing is known of that epoch any more.
    pub fn recover(&mut self, epoch: u32) -> Result<()> {
        self.back_to(epoch)?;
        let gentler = self.trainer.settings().learning_rate / 10.0;
        self.trainer.set("lr", &gentler.max(1e-6).to_string())
    }

    /// Goes back to the end of `epoch`, the last one or the last one of all arms.
    pub(crate) fn back_to(&mut self, epoch: u32) -> Result<()> {
        let known = self.last_good.iter().chain(&self.at_level);
        let good = known.into_iter().find(|good| good.position().epoch == epoch).cloned();
        let nothing = || Error::new("There is no epoch to go back to: reset the run.");
        self.trainer = good.ok_or_else(nothing)?;
        let len = self.history.partition_point(|(past, _)| *past <= epoch);
        self.history.truncate(len);
        self.limits.truncate(len);
        self.records.retain(|record| record.epoch <= epoch);
        self.last_good = Some(self.trainer.clone());
        self.at_level = None;
        self.evaluation = None;
        self.diverged = false;
        self.ahead = None;
        Ok(())
    }

    /// The run.
    pub fn trainer(&self) -> &Trainer {
        &self.trainer
    }

    /// The records of all epochs, oldest first.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The first epoch that can be looked at: a run resumed within an epoch remembers none yet.
    pub fn first_epoch(&self) -> u32 {
        let now = || self.trainer.position().epoch;
        self.history.first().map_or_else(now, |(epoch, _)| *epoch)
    }

    /// The network at the end of a past `epoch`; as it is now for `None` and unknown epochs.
    pub fn network_at(&self, epoch: Option<u32>) -> (Cow<'_, Network>, Option<u32>) {
        let now = self.trainer.network();
        let found = epoch.and_then(|epoch| self.history.iter().find(|(e, _)| *e == epoch));
        match found {
            Some((epoch, snapshot)) => (Cow::Owned(snapshot.network(now)), Some(*epoch)),
            None => (Cow::Borrowed(now), None),
        }
    }

    fn record(&self, epoch: u32) -> Option<&Record> {
        self.records.iter().rfind(|record| record.epoch == epoch)
    }

    /// A frame of a past `epoch`, or of the run as it is now.
    pub fn frame(&self, epoch: Option<u32>) -> Vec<u8> {
        let (network, past) = self.network_at(epoch);
        let position = self.trainer.position();
        let batches = self.trainer.steps_per_epoch();
        let taken = position.taken.div_ceil(self.trainer.settings().batch_size);
        // An epoch counts once it is evaluated, so that a frame always has its numbers.
        let (epoch, batch) = match (past, self.evaluation.is_some()) {
            (Some(past), _) => (past, 0),
            (None, true) if position.epoch > 0 => (position.epoch - 1, batches),
            (None, _) => (position.epoch, taken),
        };
        let record = self.record(epoch).cloned();
        let at_rest = record.as_ref().filter(|_| batch == 0);
        let known = past.and_then(|past| self.history.iter().position(|(e, _)| *e == past));
        let limits = match known {
            Some(i) => self.limits[i].clone(),
            None => self.limits_from(self.limits.last()),
        };
        let header = Header {
            limits,
            epoch,
            batch,
            batches,
            live: past.is_none(),
            fingerprint: at_rest.map_or_else(|| network.fingerprint(), |r| r.fingerprint.clone()),
            kl_weight: at_rest.map_or_else(|| self.trainer.kl_weight(), |r| r.kl_weight),
            record,
            image: self.trainer.data().image,
            layers: frame::shapes(&network),
        };
        frame::encode(&header, &network)
    }

    /// Begins to score the mean network pruned at `threshold`: the threshold as a lens, without
    /// any training.
    pub fn lens(&self, epoch: Option<u32>, threshold: f32) -> Scoring {
        let (network, _) = self.network_at(epoch);
        Scoring::new(network.fixed(Point::Mean { threshold }), self.trainer.data().clone())
    }

    fn sampling(&self, threshold: f32) -> Sampling {
        let Settings { seed, samples, .. } = *self.settings();
        Sampling { seed, samples, threshold }
    }

    /// What the network of an epoch says of `image` (features); its mean network is pruned at
    /// `threshold`.
    pub fn predict(&self, epoch: Option<u32>, image: &[f32], threshold: f32) -> Prediction {
        prediction::predict(&self.network_at(epoch).0, image, self.sampling(threshold))
    }

    /// Begins to compare the entropies of test images and of shuffled ones.
    pub fn comparing(&self, epoch: Option<u32>) -> Comparing {
        let sampling = self.sampling(f32::INFINITY);
        let network = self.network_at(epoch).0.into_owned();
        Comparing::new(network, self.trainer.data(), sampling)
    }

    /// The session as a file that [`Session::load`] reads.
    pub fn save(&self) -> Vec<u8> {
        match &self.last_good {
            // Where the loss was lost there is nothing to go on from.
            Some(good) if self.diverged => checkpoint::save(good, &self.records),
            _ => checkpoint::save_with(&self.trainer, self.course(), &self.records),
        }
    }

    /// The session that was saved, to go on exactly; its past epochs are known as numbers only.
    pub fn load(checkpoint: checkpoint::Checkpoint, data: Arc<Data>) -> Result<Self> {
        let (trainer, records) = checkpoint.resume(data)?;
        Ok(Self::of(trainer, records))
    }
}

#[cfg(test)]
mod tests;

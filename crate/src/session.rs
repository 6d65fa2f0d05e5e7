//! A session: a run, the evaluation of its epochs and the memory of its past.

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
}

/// A run that is watched: it trains, evaluates every epoch and remembers each.
pub struct Session {
    trainer: Trainer,
    evaluation: Option<Evaluation>,
    /// How much is measured at the end of an epoch.
    detail: Detail,
    records: Vec<Record>,
    history: Vec<(u32, Snapshot)>,
    /// The run at its last evaluated epoch, to go back to if it diverges.
    last_good: Option<Trainer>,
    diverged: bool,
    /// Changes that the run will replay, soonest last: they came with its address.
    planned: Vec<Change>,
    /// The course that it takes once the evaluation under way is done.
    ahead: Option<Course>,
    /// Sentences about changes that were left out.
    notices: Vec<String>,
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
            last_good: None,
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

    fn step(&self) -> u64 {
        self.trainer.position().step
    }

    fn remember(&mut self) {
        let epoch = self.trainer.position().epoch;
        self.history.push((epoch, Snapshot::of(self.trainer.network())));
        // The old copy goes first: two are enough.
        self.last_good = None;
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

    /// Goes back to the last epoch before the loss was lost, with a tenth of the learning rate.
    pub fn recover(&mut self) -> Result<()> {
        let nothing = || Error::new("There is no epoch to go back to: reset the run.");
        self.trainer = self.last_good.clone().ok_or_else(nothing)?;
        self.diverged = false;
        self.ahead = None;
        let gentler = self.trainer.settings().learning_rate / 10.0;
        self.trainer.set("lr", &gentler.max(1e-6).to_string())
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
        let header = Header {
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
mod tests {
    use super::*;
    use crate::data;
    use crate::frame::decode;

    fn settings() -> Settings {
        Settings {
            network: crate::topology::Topology::dense(&[64, 20, 10]),
            epochs: 4,
            samples: 2,
            ..Settings::default()
        }
    }

    fn session() -> Session {
        Session::new(settings(), Arc::new(data::digits()), Vec::new()).unwrap()
    }

    fn run_to(session: &mut Session, epoch: u32) {
        while session.records.last().is_none_or(|r| r.epoch < epoch) {
            assert_ne!(session.advance(), Progress::Diverged);
        }
    }

    #[test]
    fn a_session_ends_and_remembers_every_epoch() {
        let mut session = session();
        run_to(&mut session, 4);
        assert_eq!(session.advance(), Progress::Finished);
        for epoch in 0..=4 {
            let frame = decode(&session.frame(Some(epoch))).unwrap();
            assert!(!frame.header.live && frame.header.epoch == epoch);
            assert_eq!(frame.header.fingerprint, session.record(epoch).unwrap().fingerprint);
        }
        let now = decode(&session.frame(None)).unwrap();
        assert_eq!(now.header.fingerprint, session.record(4).unwrap().fingerprint);
    }

    #[test]
    fn looking_never_changes_the_run() {
        let (mut watched, mut alone) = (session(), session());
        let image = watched.trainer.data().test.rows(&[0]).into_raw_vec_and_offset().0;
        run_to(&mut watched, 1);
        for _ in 0..60 {
            watched.frame(Some(0));
            watched.predict(None, &image, 3.0);
            let mut lens = watched.lens(Some(1), 1.0);
            while lens.advance().is_none() {}
            watched.advance();
        }
        let mut comparing = watched.comparing(None);
        while comparing.advance().is_none() {}
        watched.set("threshold", "1").unwrap();
        watched.set("samples", "5").unwrap();
        run_to(&mut watched, 3);
        run_to(&mut alone, 3);
        let last = |session: &Session| session.records.last().unwrap().fingerprint.clone();
        assert_eq!(last(&watched), last(&alone));
    }

    #[test]
    fn the_lens_sees_what_the_evaluation_saw() {
        let mut session = session();
        run_to(&mut session, 3);
        for epoch in [Some(2), None] {
            let mut lens = session.lens(epoch, session.trainer.settings().threshold);
            let tally = std::iter::repeat_with(|| lens.advance()).find_map(|tally| tally);
            let truth = session.record(epoch.unwrap_or(3)).unwrap().test_accuracy;
            assert!((tally.unwrap().accuracy() - truth).abs() < 0.3, "one image at most");
        }
    }

    #[test]
    fn changes_are_replayed() {
        let mut first = session();
        run_to(&mut first, 1);
        first.advance();
        first.set("estimator", "rt").unwrap();
        run_to(&mut first, 2);
        first.set("method", "ard").unwrap();
        first.set("lr", "0.002").unwrap();
        run_to(&mut first, 4);
        assert_eq!(first.advance(), Progress::Finished);
        first.set("epochs", "5").unwrap();
        run_to(&mut first, 5);
        assert!(first.set("seed", "3").is_err() && first.set("method", "dense").is_err());

        let settings = first.trainer.settings().clone();
        let changes = first.trainer.changes().to_vec();
        assert_eq!(changes.len(), 4);
        let mut second = Session::new(settings, Arc::new(data::digits()), changes).unwrap();
        run_to(&mut second, 5);
        assert_eq!(second.records.last(), first.records.last());
    }

    #[test]
    fn changes_at_one_step_are_undone_last_to_first() {
        let mut first = session();
        run_to(&mut first, 4);
        for (key, value) in [("estimator", "rt"), ("method", "ard"), ("estimator", "lrt")] {
            first.set(key, value).unwrap();
        }
        let settings = first.trainer.settings().clone();
        let changes = first.trainer.changes().to_vec();
        let mut second = Session::new(settings, Arc::new(data::digits()), changes).unwrap();
        run_to(&mut second, 4);
        assert_eq!(second.records.last(), first.records.last());
        assert_eq!(second.trainer.changes(), first.trainer.changes());
        assert_eq!(second.trainer.settings(), first.trainer.settings());
    }

    #[test]
    fn a_change_during_an_evaluation_is_told_at_once_and_made_at_its_end() {
        let mut waiting = session();
        run_to(&mut waiting, 1);
        while waiting.evaluation.is_none() {
            waiting.advance();
        }
        waiting.advance();
        let step = waiting.trainer.position().step;
        waiting.set("lr", "0,004").unwrap();
        waiting.set("epochs", "3").unwrap();
        assert!(waiting.set("lr", "9").is_err() && waiting.set("seed", "2").is_err());
        assert!(waiting.evaluation.is_some(), "the evaluation goes on in slices");
        assert_eq!(waiting.settings().get("lr").as_deref(), Some("0.004"));
        assert_eq!(waiting.changes().len(), 2);
        assert!(waiting.trainer.changes().is_empty());
        let saved = checkpoint::Checkpoint::read("x", &waiting.save()).unwrap();
        assert_eq!(saved.changes(), waiting.changes());
        run_to(&mut waiting, 2);
        assert_eq!(waiting.trainer.changes(), waiting.changes());
        assert!(waiting.changes().iter().all(|change| change.step == step));
        assert!((waiting.records.last().unwrap().learning_rate - 0.001).abs() < 1e-9);
        // The address repeats it.
        let (settings, changes) = (waiting.settings().clone(), waiting.changes().to_vec());
        let mut again = Session::new(settings, Arc::new(data::digits()), changes).unwrap();
        assert!(again.notices().is_empty());
        run_to(&mut waiting, 3);
        run_to(&mut again, 3);
        assert_eq!(waiting.records.last(), again.records.last());
    }

    #[test]
    fn changes_that_a_running_training_refuses_are_told_and_left_out() {
        let digits = || Arc::new(data::digits());
        let mut plain = Session::new(settings(), digits(), Vec::new()).unwrap();
        run_to(&mut plain, 1);
        for (text, words) in [
            ("1:size:10000", "size"),
            ("2:network:36-3", "network"),
            ("5:network:2x2x1-b-2", "network"),
            ("3:network:6x6-2c3-p2-3", "network"),
            ("3:batch:100000", "Batch size"),
            ("9:batch:1438", "Batch size"),
            ("99999:lr:0.1", "ends before"),
            ("4:method:dense", "method"),
        ] {
            let query =
                format!("experiment=full-kl&network=64-20-10&epochs=4&samples=2&changes={text}");
            let (link, notices) = crate::link::Link::read(&query);
            let session = Session::new(link.settings, digits(), link.changes);
            let mut session = session.unwrap();
            let notices = [notices, session.notices().to_vec()].concat();
            assert!(notices.len() == 1 && notices[0].contains(words), "{text}: {notices:?}");
            run_to(&mut session, 1);
            assert_eq!(session.records.last(), plain.records.last(), "{text}");
        }
    }

    #[test]
    fn a_diverged_run_says_so_and_recovers() {
        let mut session = session();
        session.set("lr", "1").unwrap();
        run_to(&mut session, 1);
        // An infinite weight stands for what a real overflow leaves behind.
        session.trainer.network_mut().parameters_mut()[0].value[[20, 0]] = f32::INFINITY;
        session.trainer.network_mut().refresh();
        while session.advance() != Progress::Diverged {}
        assert_eq!(session.advance(), Progress::Diverged);
        assert!(decode(&session.frame(Some(1))).is_some(), "the past is not lost");
        session.recover().unwrap();
        assert!((session.trainer.settings().learning_rate - 0.1).abs() < 1e-6);
        assert_eq!(session.advance(), Progress::Trained);
    }

    #[test]
    fn a_loaded_session_goes_on_where_it_was_saved() {
        let mut whole = session();
        run_to(&mut whole, 2);
        whole.advance();
        let file = whole.save();
        let checkpoint = checkpoint::Checkpoint::read("x", &file).unwrap();
        let mut loaded = Session::load(checkpoint, Arc::new(data::digits())).unwrap();
        run_to(&mut whole, 4);
        run_to(&mut loaded, 4);
        assert_eq!(loaded.records, whole.records);
    }
}

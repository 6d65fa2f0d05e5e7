//! The desk as the worker holds it: the run on the screen, and how another takes its place.

use serde_json::json;
use wasm_bindgen::prelude::*;

use super::data::DataSet;
use super::{to_js_error, values};
use crate::desk::{self, Outcome};
use crate::error;
use crate::measures::Scoring;
use crate::pictures::events;
use crate::runs::Runs;
use crate::session::{self, Session};

/// What a piece of work led to, see [`session::Progress`].
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum Progress {
    /// One mini-batch was trained on.
    Trained,
    /// A slice of an evaluation was done.
    Evaluated,
    /// An epoch is complete and evaluated.
    Epoch,
    /// All epochs are done.
    Finished,
    /// The loss is no longer a number.
    Diverged,
    /// What is left is done by other workers.
    Elsewhere,
}

impl From<session::Progress> for Progress {
    fn from(progress: session::Progress) -> Self {
        match progress {
            session::Progress::Trained => Self::Trained,
            session::Progress::Evaluated => Self::Evaluated,
            session::Progress::Epoch => Self::Epoch,
            session::Progress::Finished => Self::Finished,
            session::Progress::Diverged => Self::Diverged,
            session::Progress::Elsewhere => Self::Elsewhere,
        }
    }
}

/// What an action on the desk led to, see [`desk::Outcome`].
#[wasm_bindgen]
#[derive(Clone, Copy)]
pub enum Led {
    /// Another run has begun.
    Began,
    /// The run that waited for its data has begun.
    Finished,
    /// A run is on the screen where it stood.
    Resumed,
    /// The run was on the screen already.
    Same,
    /// The run waits for its data.
    Waits,
}

impl From<Outcome> for Led {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Began => Self::Began,
            Outcome::Finished => Self::Finished,
            Outcome::Resumed => Self::Resumed,
            Outcome::Same => Self::Same,
            Outcome::Waits => Self::Waits,
        }
    }
}

/// Another threshold's accuracy, slice by slice.
#[wasm_bindgen]
pub struct Lens(Scoring);

#[wasm_bindgen]
impl Lens {
    /// Does one slice of the work; the test accuracy in percent when all is done.
    pub fn advance(&mut self) -> Option<f32> {
        self.0.advance().map(|tally| tally.accuracy())
    }
}

/// The runs of a page, and the arm that is looked at. What needs a run is an error while there is
/// none.
#[wasm_bindgen]
#[derive(Default)]
pub struct Desk {
    pub(super) desk: desk::Desk,
    arm: usize,
}

impl Desk {
    pub(super) fn runs_mut(&mut self) -> Result<&mut Runs, JsError> {
        self.desk.run_mut().ok_or_else(|| JsError::new(NONE))
    }

    pub(super) fn runs(&self) -> Result<&Runs, JsError> {
        self.desk.run().ok_or_else(|| JsError::new(NONE))
    }

    /// Begins a branch of the arm that is looked at.
    pub(super) fn begin_branch(&mut self, epoch: u32) -> error::Result<Outcome> {
        self.desk.branch(self.arm, epoch)
    }

    /// Begins the run of `query`, unless it is there; whether its data are.
    pub(super) fn begin(&mut self, query: &str) -> Result<bool, JsError> {
        let there = self.desk.address() == query;
        Ok(there || self.desk.start(query).map_err(to_js_error)? != Outcome::Waits)
    }

    /// The run of the arm that is looked at, if this experiment has runs of networks.
    fn session(&self) -> Result<Option<&Session>, JsError> {
        let runs = self.runs()?;
        Ok(runs.session(self.arm).or_else(|| runs.lead()))
    }

    fn run(&self) -> Result<&Session, JsError> {
        self.session()?.ok_or_else(|| JsError::new(NO_NETWORK))
    }
}

const NONE: &str = "No run has begun yet: wait a moment, or choose an experiment.";
const NO_NETWORK: &str = "This experiment trains no network: choose another in the menu.";

#[wasm_bindgen]
impl Desk {
    /// An empty desk.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins the run of a query string, or waits for its data.
    pub fn start(&mut self, query: &str) -> Result<Led, JsError> {
        self.desk.start(query).map(Led::from).map_err(to_js_error)
    }

    /// Goes to the run of a query string: one that is on the desk goes on where it stands.
    pub fn visit(&mut self, query: &str) -> Result<Led, JsError> {
        self.desk.visit(query).map(Led::from).map_err(to_js_error)
    }

    /// Whether the run of a query string is on the desk.
    pub fn holds(&self, query: &str) -> bool {
        self.desk.holds(query)
    }

    /// Lets go of what waits for its data.
    pub fn dismiss(&mut self) {
        self.desk.dismiss();
    }

    /// Shows the built-in digits if there is nothing else; whether it did.
    pub fn meanwhile(&mut self) -> Result<bool, JsError> {
        self.desk.meanwhile().map_err(to_js_error)
    }

    /// Goes back to the run before; whether there was one.
    pub fn undo(&mut self) -> bool {
        self.desk.undo()
    }

    /// Whether there is a run to go back to.
    pub fn undoable(&self) -> bool {
        self.desk.undoable()
    }

    /// What the run that waits needs, as a sentence.
    #[wasm_bindgen(js_name = waitsFor)]
    pub fn waits_for(&self) -> Option<String> {
        self.desk.waits_for()
    }

    /// Whether it needs MNIST, which a server may have.
    #[wasm_bindgen(js_name = waitsForMnist)]
    pub fn waits_for_mnist(&self) -> bool {
        self.desk.waits_for_mnist()
    }

    /// Sentences about what has begun, each given once.
    pub fn notices(&mut self) -> Vec<String> {
        self.desk.notices()
    }

    /// The data of the run.
    pub fn data(&self) -> Result<DataSet, JsError> {
        let run = self.session()?.map(|run| run.trainer().data());
        Ok(DataSet(run.unwrap_or(self.runs()?.data()).clone()))
    }

    /// The runs as the bytes of a safetensors file.
    pub fn save(&self) -> Result<Vec<u8>, JsError> {
        self.runs()?.save(&self.desk.address()).map_err(to_js_error)
    }

    /// Does the next piece of work.
    pub fn advance(&mut self) -> Result<Progress, JsError> {
        Ok(self.runs_mut()?.advance().into())
    }

    /// Changes a live setting.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), JsError> {
        self.runs_mut()?.set(key, value).map_err(to_js_error)
    }

    /// Goes back to the last good epoch with a tenth of the learning rate.
    pub fn recover(&mut self) -> Result<(), JsError> {
        self.runs_mut()?.recover().map_err(to_js_error)
    }

    /// Looks at arm number `arm` from now on; without so many, at the leading one.
    pub fn choose(&mut self, arm: usize) {
        self.arm = arm;
    }

    /// Where the runs stand and what decides them, as JSON; `address` is the query string that
    /// repeats them.
    pub fn status(&self) -> Result<String, JsError> {
        let runs = self.runs()?;
        let session = self.session()?;
        let settings = runs.settings();
        let arms: Vec<&str> = runs.arms().map(|(arm, _)| &*arm.label).collect();
        let method = session.map_or(settings.method, |session| session.settings().method);
        let mut status = json!({
            "epoch": runs.epoch(),
            "finished": runs.finished(),
            "evaluating": runs.evaluating(),
            "arms": arms,
            "arm": if self.arm < arms.len() { self.arm } else { 0 },
            "network": session.is_some(),
            "comparable": runs.comparable(),
            "compared": runs.kept().is_some(),
            "method": method.name(),
            "values": values(&settings),
            "address": self.desk.address(),
            "taken": 0, "batches": 1, "firstEpoch": 0, "marks": [],
        });
        if let Some(session) = session {
            let (trainer, batch) = (session.trainer(), session.settings().batch_size);
            status["taken"] = trainer.position().taken.div_ceil(batch).into();
            status["batches"] = trainer.steps_per_epoch().into();
            status["firstEpoch"] = session.first_epoch().into();
            status["marks"] =
                events(session).into_iter().map(|e| json!([e.epoch, e.label])).collect();
        }
        Ok(status.to_string())
    }

    /// The records from number `first` on, as a JSON array.
    #[wasm_bindgen(js_name = recordsFrom)]
    pub fn records_from(&self, first: usize) -> Result<String, JsError> {
        let records = self.session()?.map_or(&[][..], Session::records);
        // An arm may be an epoch ahead of the others.
        let epoch = self.runs()?.epoch();
        let level = records.partition_point(|record| record.epoch <= epoch);
        let new = &records[first.min(level)..level];
        Ok(serde_json::to_string(new).expect("plain data becomes JSON"))
    }

    /// A frame of a past epoch, or of the run as it is now.
    pub fn frame(&self, epoch: Option<u32>) -> Result<Vec<u8>, JsError> {
        Ok(self.run()?.frame(epoch))
    }

    /// Begins to score the mean network pruned at `threshold`.
    pub fn lens(&self, epoch: Option<u32>, threshold: f32) -> Result<Lens, JsError> {
        Ok(Lens(self.run()?.lens(epoch, threshold)))
    }

    /// What the network says of an image, as JSON.
    pub fn predict(
        &self,
        epoch: Option<u32>,
        image: &[f32],
        threshold: f32,
    ) -> Result<String, JsError> {
        let prediction = self.run()?.predict(epoch, image, threshold);
        Ok(serde_json::to_string(&prediction).expect("plain data becomes JSON"))
    }
}

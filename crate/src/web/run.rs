//! The desk as the worker holds it: the run on the screen, and how another takes its place.

use serde_json::json;
use wasm_bindgen::prelude::*;

use super::data::DataSet;
use super::{to_js_error, values};
use crate::changes;
use crate::data::File;
use crate::desk::{self, Outcome};
use crate::measures::Scoring;
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

/// The runs of a page. What needs a run is an error while there is none.
#[wasm_bindgen]
#[derive(Default)]
pub struct Desk(desk::Desk);

impl Desk {
    fn runs(&mut self) -> Result<&mut Runs, JsError> {
        self.0.run_mut().ok_or_else(|| JsError::new(NONE))
    }

    fn run(&self) -> Result<&Session, JsError> {
        self.0.run().and_then(Runs::lead).ok_or_else(|| JsError::new(NONE))
    }
}

const NONE: &str = "No run has begun yet: wait a moment, or choose an experiment.";

#[wasm_bindgen]
impl Desk {
    /// An empty desk.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins the run of a query string, or waits for its data.
    pub fn start(&mut self, query: &str) -> Result<Led, JsError> {
        self.0.start(query).map(Led::from).map_err(to_js_error)
    }

    /// Goes to the run of a query string: one that is on the desk goes on where it stands.
    pub fn visit(&mut self, query: &str) -> Result<Led, JsError> {
        self.0.visit(query).map(Led::from).map_err(to_js_error)
    }

    /// Opens files, `names` and as many `contents`; new data are trained on with the settings of
    /// `query`. An error says which file is wrong, what was expected and what was found.
    pub fn open(
        &mut self,
        names: Vec<String>,
        contents: Vec<js_sys::Uint8Array>,
        query: &str,
    ) -> Result<Led, JsError> {
        let files = names.into_iter().zip(contents);
        let files = files.map(|(name, bytes)| File { name, bytes: bytes.to_vec() }).collect();
        self.0.open(files, query).map(Led::from).map_err(to_js_error)
    }

    /// Shows the built-in digits if there is nothing else; whether it did.
    pub fn meanwhile(&mut self) -> Result<bool, JsError> {
        self.0.meanwhile().map_err(to_js_error)
    }

    /// Goes back to the run before; whether there was one.
    pub fn undo(&mut self) -> bool {
        self.0.undo()
    }

    /// Whether there is a run to go back to.
    pub fn undoable(&self) -> bool {
        self.0.undoable()
    }

    /// What the run that waits needs, as a sentence.
    #[wasm_bindgen(js_name = waitsFor)]
    pub fn waits_for(&self) -> Option<String> {
        self.0.waits_for()
    }

    /// Whether it needs MNIST, which a server may have.
    #[wasm_bindgen(js_name = waitsForMnist)]
    pub fn waits_for_mnist(&self) -> bool {
        self.0.waits_for_mnist()
    }

    /// Sentences about what has begun, each given once.
    pub fn notices(&mut self) -> Vec<String> {
        self.0.notices()
    }

    /// The data of the run.
    pub fn data(&self) -> Result<DataSet, JsError> {
        Ok(DataSet(self.run()?.trainer().data().clone()))
    }

    /// The run as the bytes of a safetensors file.
    pub fn save(&self) -> Result<Vec<u8>, JsError> {
        Ok(self.run()?.save())
    }

    /// Does the next piece of work.
    pub fn advance(&mut self) -> Result<Progress, JsError> {
        Ok(match self.runs()?.advance() {
            session::Progress::Trained => Progress::Trained,
            session::Progress::Evaluated => Progress::Evaluated,
            session::Progress::Epoch => Progress::Epoch,
            session::Progress::Finished => Progress::Finished,
            session::Progress::Diverged => Progress::Diverged,
            session::Progress::Elsewhere => Progress::Elsewhere,
        })
    }

    /// Changes a live setting.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), JsError> {
        self.runs()?.set(key, value).map_err(to_js_error)
    }

    /// Goes back to the last good epoch with a tenth of the learning rate.
    pub fn recover(&mut self) -> Result<(), JsError> {
        let lead = self.runs()?.lead_mut().ok_or_else(|| JsError::new(NONE))?;
        lead.recover().map_err(to_js_error)
    }

    /// Where the run stands and what decides it, as JSON; `address` is the query string that
    /// repeats it.
    pub fn status(&self) -> Result<String, JsError> {
        let session = self.run()?;
        let trainer = session.trainer();
        let (settings, position) = (session.settings(), trainer.position());
        let batches = trainer.steps_per_epoch();
        let marks: Vec<_> = session
            .changes()
            .iter()
            .map(|c| json!({ "epoch": c.step as f64 / batches as f64, "key": c.key, "to": c.to }))
            .collect();
        Ok(json!({
            "epoch": session.records().last().map_or(0, |record| record.epoch),
            "finished": session.finished(),
            "evaluating": session.evaluating(),
            "taken": position.taken,
            "step": position.step,
            "batches": batches,
            "trainSize": trainer.train_size(),
            "firstEpoch": session.first_epoch(),
            "values": values(settings),
            "changes": changes::to_text(session.changes()),
            "marks": marks,
            "address": self.0.address(),
        })
        .to_string())
    }

    /// The records from number `first` on, as a JSON array.
    #[wasm_bindgen(js_name = recordsFrom)]
    pub fn records_from(&self, first: usize) -> Result<String, JsError> {
        let records = self.run()?.records();
        let new = &records[first.min(records.len())..];
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

    /// Entropies of test images and of images that are no digits, as JSON.
    pub fn entropies(&self, epoch: Option<u32>) -> Result<String, JsError> {
        let entropies = self.run()?.entropies(epoch);
        Ok(serde_json::to_string(&entropies).expect("plain data becomes JSON"))
    }
}

//! A session as the worker holds it.

use serde_json::json;
use wasm_bindgen::prelude::*;

use super::data::DataSet;
use super::{to_js_error, values};
use crate::address::Address;
use crate::changes;
use crate::checkpoint::Checkpoint;
use crate::measures::Scoring;
use crate::session::{self, Session};
use crate::settings;

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

/// A run under way.
#[wasm_bindgen]
pub struct Run {
    session: Session,
    notices: Vec<String>,
}

#[wasm_bindgen]
impl Run {
    /// The run that a query string stands for, at its start.
    #[wasm_bindgen(constructor)]
    pub fn new(query: &str, data: &DataSet) -> Result<Self, JsError> {
        let Address { mut settings, changes, .. } = Address::read(query);
        let data = data.0.clone();
        let mut notices = settings.fit(&data);
        notices.extend(settings::advice(&settings, &data).map(|advice| advice.text));
        let session = Session::new(settings, data, changes).map_err(to_js_error)?;
        notices.extend_from_slice(session.notices());
        Ok(Self { session, notices })
    }

    /// The query string of the run saved in a file, which says what data it needs.
    #[wasm_bindgen(js_name = savedQuery)]
    pub fn saved_query(name: &str, bytes: &[u8]) -> Result<String, JsError> {
        let checkpoint = Checkpoint::read(name, bytes).map_err(to_js_error)?;
        Ok(checkpoint.settings().to_query())
    }

    /// The run saved in a file, to go on exactly.
    pub fn load(name: &str, bytes: &[u8], data: &DataSet) -> Result<Self, JsError> {
        let checkpoint = Checkpoint::read(name, bytes).map_err(to_js_error)?;
        let session = Session::load(checkpoint, data.0.clone()).map_err(to_js_error)?;
        Ok(Self { session, notices: Vec::new() })
    }

    /// The run as the bytes of a safetensors file.
    pub fn save(&self) -> Vec<u8> {
        self.session.save()
    }

    /// Sentences about settings that did not fit the data.
    pub fn notices(&self) -> Vec<String> {
        self.notices.clone()
    }

    /// Does the next piece of work.
    pub fn advance(&mut self) -> Progress {
        match self.session.advance() {
            session::Progress::Trained => Progress::Trained,
            session::Progress::Evaluated => Progress::Evaluated,
            session::Progress::Epoch => Progress::Epoch,
            session::Progress::Finished => Progress::Finished,
            session::Progress::Diverged => Progress::Diverged,
        }
    }

    /// Changes a live setting.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), JsError> {
        self.session.set(key, value).map_err(to_js_error)
    }

    /// Goes back to the last good epoch with a tenth of the learning rate.
    pub fn recover(&mut self) -> Result<(), JsError> {
        self.session.recover().map_err(to_js_error)
    }

    /// Where the run stands and what decides it, as JSON.
    pub fn status(&self) -> String {
        let trainer = self.session.trainer();
        let (settings, position) = (self.session.settings(), trainer.position());
        let batches = trainer.steps_per_epoch();
        let marks: Vec<_> = self
            .session
            .changes()
            .iter()
            .map(|c| json!({ "epoch": c.step as f64 / batches as f64, "key": c.key, "to": c.to }))
            .collect();
        json!({
            "epoch": self.session.records().last().map_or(0, |record| record.epoch),
            "finished": self.session.finished(),
            "taken": position.taken,
            "step": position.step,
            "batches": batches,
            "trainSize": trainer.train_size(),
            "firstEpoch": self.session.first_epoch(),
            "values": values(settings),
            "query": settings.to_query(),
            "changes": changes::to_text(self.session.changes()),
            "marks": marks,
        })
        .to_string()
    }

    /// The records from number `first` on, as a JSON array.
    #[wasm_bindgen(js_name = recordsFrom)]
    pub fn records_from(&self, first: usize) -> String {
        let records = self.session.records();
        let new = &records[first.min(records.len())..];
        serde_json::to_string(new).expect("plain data becomes JSON")
    }

    /// A frame of a past epoch, or of the run as it is now.
    pub fn frame(&self, epoch: Option<u32>) -> Vec<u8> {
        self.session.frame(epoch)
    }

    /// Begins to score the mean network pruned at `threshold`.
    pub fn lens(&self, epoch: Option<u32>, threshold: f32) -> Lens {
        Lens(self.session.lens(epoch, threshold))
    }

    /// What the network says of an image, as JSON.
    pub fn predict(&self, epoch: Option<u32>, image: &[f32], threshold: f32) -> String {
        let prediction = self.session.predict(epoch, image, threshold);
        serde_json::to_string(&prediction).expect("plain data becomes JSON")
    }

    /// Entropies of test images and of images that are no digits, as JSON.
    pub fn entropies(&self, epoch: Option<u32>) -> String {
        let entropies = self.session.entropies(epoch);
        serde_json::to_string(&entropies).expect("plain data becomes JSON")
    }
}

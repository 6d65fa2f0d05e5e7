//! What the desk does for arms that other workers train, see [`crate::runs::Runs::lend`].

use wasm_bindgen::prelude::*;

use super::run::{Desk, Progress};
use super::to_js_error;

#[wasm_bindgen]
impl Desk {
    /// Lends an arm that waits for its next epoch to another worker; nothing if none does.
    pub fn lend(&mut self) -> Result<Option<usize>, JsError> {
        Ok(self.runs_mut()?.lend())
    }

    /// Where an arm stands, as bytes.
    #[wasm_bindgen(js_name = handOver)]
    pub fn hand_over(&self, arm: usize) -> Result<Vec<u8>, JsError> {
        self.runs()?.hand_over(arm).map_err(to_js_error)
    }

    /// Takes an arm back at the end of an epoch that another worker has trained.
    pub fn follow(&mut self, arm: usize, bytes: &[u8]) -> Result<Progress, JsError> {
        self.runs_mut()?.follow(arm, bytes).map(Progress::from).map_err(to_js_error)
    }

    /// Trains all arms here again.
    #[wasm_bindgen(js_name = takeBack)]
    pub fn take_back(&mut self) {
        if let Ok(runs) = self.runs_mut() {
            runs.take_back();
        }
    }

    /// Trains an epoch of an arm of the run of `query` for another worker, from `state`; nothing
    /// if its data are not here.
    pub fn train(
        &mut self,
        query: &str,
        arm: usize,
        state: &[u8],
    ) -> Result<Option<Vec<u8>>, JsError> {
        if !self.begin(query)? {
            return Ok(None);
        }
        self.runs()?.train(arm, state).map(Some).map_err(to_js_error)
    }
}

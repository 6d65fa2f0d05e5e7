//! The works of the benchmark, for the browser.

use std::sync::Arc;

use wasm_bindgen::prelude::*;

use crate::bench;
use crate::trainer::Trainer;

/// One work, ready to be timed.
#[wasm_bindgen]
pub struct BenchRun(Trainer);

#[wasm_bindgen]
impl BenchRun {
    /// The work called `name`.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str) -> Result<Self, JsError> {
        let work = bench::find(name)
            .ok_or_else(|| JsError::new(&format!("Work '{name}' is not known.")))?;
        Ok(Self(work.trainer(Arc::new(bench::stand_in()))))
    }

    /// Trains one step.
    pub fn step(&mut self) {
        self.0.step();
    }

    /// The network's fingerprint, to compare with other machines.
    pub fn fingerprint(&self) -> String {
        self.0.network().fingerprint()
    }
}

//! The works of the benchmark, for the browser.

use std::sync::Arc;

use wasm_bindgen::prelude::*;

use crate::bench::{self, Step, Work};

/// One work, ready to be timed.
#[wasm_bindgen]
pub struct BenchRun {
    work: &'static Work,
    step: Step,
}

#[wasm_bindgen]
impl BenchRun {
    /// The work called `name`.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str) -> Result<Self, JsError> {
        let work = bench::find(name)
            .ok_or_else(|| JsError::new(&format!("Work '{name}' is not known.")))?;
        Ok(Self { work, step: work.prepare(Arc::new(bench::stand_in())) })
    }

    /// The names of all works.
    pub fn works() -> Vec<String> {
        bench::ALL.iter().map(|work| work.name.to_owned()).collect()
    }

    /// Steps whose median counts.
    #[wasm_bindgen(getter)]
    pub fn steps(&self) -> usize {
        self.work.steps
    }

    /// Does one step.
    pub fn step(&mut self) {
        (self.step)();
    }
}

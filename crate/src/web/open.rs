//! Files on the worker's desk: the readers of people's files are in the lab alone.

use wasm_bindgen::prelude::*;

use super::run::{Desk, Led};
use super::to_js_error;
use crate::data::File;

#[wasm_bindgen]
impl Desk {
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
        self.desk.open(files, query).map(Led::from).map_err(to_js_error)
    }
}

//! Data sets as the worker holds them.

use std::sync::Arc;

use serde_json::json;
use wasm_bindgen::prelude::*;

use super::to_js_error;
use crate::data::{self, Data, File};

/// A data set that runs can share.
#[wasm_bindgen]
pub struct DataSet(pub(super) Arc<Data>);

#[wasm_bindgen]
impl DataSet {
    /// The built-in digits.
    pub fn digits() -> Self {
        Self(Arc::new(data::digits()))
    }

    /// The data in IDX or CSV files: `names` and as many `contents`. An error says which file is
    /// wrong, what was expected and what was found.
    #[wasm_bindgen(js_name = fromFiles)]
    pub fn from_files(
        names: Vec<String>,
        contents: Vec<js_sys::Uint8Array>,
    ) -> Result<Self, JsError> {
        let files = names.into_iter().zip(contents);
        let files = files.map(|(name, bytes)| File { name, bytes: bytes.to_vec() }).collect();
        Ok(Self(Arc::new(data::from_files(files).map_err(to_js_error)?)))
    }

    /// Name and sizes as JSON.
    pub fn summary(&self) -> String {
        let data = &self.0;
        json!({
            "name": data.name, "train": data.train.len(), "test": data.test.len(),
            "features": data.features(), "classes": data.classes, "image": data.image,
        })
        .to_string()
    }

    /// The test image `index`, turned by `degrees` and shifted by whole pixels.
    #[wasm_bindgen(js_name = testImage)]
    pub fn test_image(&self, index: usize, degrees: f32, right: i32, down: i32) -> Vec<f32> {
        let mut image = vec![0.0; self.0.features()];
        self.0.test.copy_row(index.min(self.0.test.len() - 1), &mut image);
        self.moved(image, degrees, right, down)
    }

    /// The class of the test image `index`.
    #[wasm_bindgen(js_name = testLabel)]
    pub fn test_label(&self, index: usize) -> u8 {
        self.0.test.labels()[index.min(self.0.test.len() - 1)]
    }

    /// What a network sees of a drawing in rows of `width` values in [0, 1], turned and shifted.
    pub fn drawing(
        &self,
        ink: &[f32],
        width: usize,
        degrees: f32,
        right: i32,
        down: i32,
    ) -> Vec<f32> {
        let Some(shape) = self.0.image else { return vec![0.0; self.0.features()] };
        self.moved(data::from_drawing(ink, width, shape), degrees, right, down)
    }

    fn moved(&self, image: Vec<f32>, degrees: f32, right: i32, down: i32) -> Vec<f32> {
        let Some(shape) = self.0.image else { return image };
        let turned = if degrees == 0.0 { image } else { data::rotate(&image, shape, degrees) };
        data::shift(&turned, shape, right, down)
    }
}

//! Data sets as the worker holds them.

use std::sync::Arc;

use serde_json::json;
use wasm_bindgen::prelude::*;

use super::to_js_error;
use crate::data::{self, Data};

/// Takes the file of the built-in digits, before any run.
#[wasm_bindgen]
pub fn load_digits(bytes: Vec<u8>) -> Result<(), JsError> {
    data::load_digits(bytes).map_err(to_js_error)
}

/// A data set that runs can share.
#[wasm_bindgen]
pub struct DataSet(pub(super) Arc<Data>);

#[wasm_bindgen]
impl DataSet {
    /// Name, sizes, what the classes are called and how files were read, as JSON.
    pub fn summary(&self) -> String {
        let data = &self.0;
        json!({
            "name": data.name, "train": data.train.len(), "test": data.test.len(),
            "features": data.features(), "classes": data.classes, "image": data.image,
            "labels": data.labels, "notices": data.notices, "hash": format!("{:016x}", data.hash),
        })
        .to_string()
    }

    /// The test image `index`, turned by `degrees` and shifted by whole pixels. An index that no
    /// test image has is an error.
    #[wasm_bindgen(js_name = testImage)]
    pub fn test_image(
        &self,
        index: usize,
        degrees: f32,
        right: i32,
        down: i32,
    ) -> Result<Vec<f32>, JsError> {
        self.0.check_test(index).map_err(to_js_error)?;
        let mut image = vec![0.0; self.0.features()];
        self.0.test.copy_row(index, &mut image);
        Ok(self.moved(image, degrees, right, down))
    }

    /// What the file calls the class of the test image `index`. An index that no test image has is
    /// an error.
    #[wasm_bindgen(js_name = testLabel)]
    pub fn test_label(&self, index: usize) -> Result<String, JsError> {
        self.0.check_test(index).map_err(to_js_error)?;
        Ok(self.0.labels[usize::from(self.0.test.labels()[index])].clone())
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

//! Two runs side by side: the worker's actions and its two frames, the page's difference.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::run::{Desk, Led};
use super::to_js_error;
use super::view::View;
use crate::difference::{Difference, difference};

#[wasm_bindgen]
impl Desk {
    /// Keeps the run as A; B goes on beside it.
    pub fn keep(&mut self) -> Result<(), JsError> {
        self.runs_mut()?.keep().map_err(to_js_error)
    }

    /// Lets A go.
    pub fn forget(&mut self) -> Result<(), JsError> {
        self.runs_mut()?.forget();
        Ok(())
    }

    /// Keeps the run that is looked at as A and begins B, which is the same up to `epoch`.
    pub fn branch(&mut self, epoch: u32) -> Result<Led, JsError> {
        self.begin_branch(epoch).map(Led::from).map_err(to_js_error)
    }

    /// A's frame and B's of one moment; nothing if no run is kept.
    pub fn frames(&self, epoch: Option<u32>) -> Result<Vec<Uint8Array>, JsError> {
        let frames = self.runs()?.frames(epoch).into_iter().flatten();
        Ok(frames.map(|bytes| Uint8Array::from(&bytes[..])).collect())
    }
}

#[wasm_bindgen]
impl View {
    /// Becomes B − A, at B's threshold; the colours of A and B get common limits. Returns which
    /// layers can be compared.
    pub fn subtract(&mut self, a: &mut View, b: &mut View) -> Vec<u8> {
        (a.threshold, self.threshold) = (b.threshold, b.threshold);
        let (Some(of_a), Some(of_b)) = (&mut a.frame, &mut b.frame) else { return Vec::new() };
        let limits = of_a.header.limits.iter_mut().zip(&mut of_b.header.limits);
        for (a, b) in limits {
            (*a, *b) = (a.max(*b), a.max(*b));
        }
        let Difference { frame, words } = difference(of_a, of_b, b.threshold);
        let same = frame.layers.iter().map(|layer| u8::from(!layer.mean.is_empty())).collect();
        (self.frame, self.words) = (Some(frame), words);
        same
    }
}

//! Arms in several workers: each trains its own and hands over the ends of epochs, so that whoever
//! looks has all of them. The bits are the same, because an arm is the run that it would be alone.

use super::Runs;
use crate::error::{Error, Result};
use crate::session::Progress;

impl Runs {
    /// Lets another worker train arm `i` from now on.
    pub fn lend(&mut self, i: usize) {
        self.lent.resize(self.arms.len(), false);
        if let Some(lent) = self.lent.get_mut(i) {
            *lent = true;
        }
    }

    /// Whether another worker trains arm `i`.
    pub fn is_lent(&self, i: usize) -> bool {
        self.lent.get(i).is_some_and(|lent| *lent)
    }

    /// Takes the end of an epoch of arm `i` from the worker that trains it.
    ///
    /// # Errors
    /// The bytes are not those of this arm.
    pub fn follow(&mut self, i: usize, bytes: &[u8]) -> Result<Progress> {
        let session = self.sessions.get_mut(i).ok_or_else(|| none(i))?;
        session.follow(bytes)?;
        let target = self.epoch.map_or(0, |epoch| epoch + 1);
        Ok(self.level(target))
    }

    /// Does the next piece of work of arm `i` alone, for another worker's sake.
    ///
    /// # Errors
    /// There is no such arm.
    pub fn advance_arm(&mut self, i: usize) -> Result<Progress> {
        Ok(self.sessions.get_mut(i).ok_or_else(|| none(i))?.advance())
    }

    /// Arm `i` at the end of its last epoch, for [`follow`](Self::follow).
    ///
    /// # Errors
    /// There is no such arm.
    pub fn hand_over(&self, i: usize) -> Result<Vec<u8>> {
        Ok(self.sessions.get(i).ok_or_else(|| none(i))?.handover())
    }

    /// Changes a setting of arm `i` alone, if it has not pinned it, for another worker's sake.
    ///
    /// # Errors
    /// There is no such arm, or it does not take the value.
    pub fn set_arm(&mut self, i: usize, key: &str, value: &str) -> Result<()> {
        let arm = self.arms.get(i).ok_or_else(|| none(i))?;
        if arm.pins.contains(&key) { Ok(()) } else { self.sessions[i].set(key, value) }
    }

    /// The changes that wait for the end of the epoch under way, for workers that train arms.
    pub fn waiting(&self) -> &[(String, String)] {
        &self.waiting
    }
}

fn none(i: usize) -> Error {
    Error::new(format!("There is no run {i}."))
}

//! Arms in several workers: another trains an epoch of an arm and hands its end back, so that whoever
//! looks has all of them. The bits are the same, because an arm is the run that it would be alone.

use super::Runs;
use crate::error::{Error, Result};
use crate::session::Progress;

impl Runs {
    /// Lends an arm to another worker, which trains its next epoch: the last arm that has not begun
    /// it, never the leading one. Its number, or nothing if none waits.
    pub fn lend(&mut self) -> Option<usize> {
        let next = self.epoch? + 1;
        let waits = |i: &usize| {
            !self.is_lent(*i) && !self.at_end_of(*i, next) && self.sessions[*i].between()
        };
        let i = (1..self.sessions.len()).rev().find(waits)?;
        self.lent.resize(self.sessions.len(), false);
        self.lent[i] = true;
        Some(i)
    }

    /// Whether another worker trains arm `i`.
    pub(super) fn is_lent(&self, i: usize) -> bool {
        self.lent.get(i).is_some_and(|lent| *lent)
    }

    /// Trains all arms here again, each from the end of its last epoch.
    pub fn take_back(&mut self) {
        self.lent.clear();
    }

    /// Arm `i` at the end of its last epoch, for [`train`](Self::train) and [`follow`](Self::follow).
    ///
    /// # Errors
    /// There is no such arm.
    pub fn hand_over(&self, i: usize) -> Result<Vec<u8>> {
        Ok(self.sessions.get(i).ok_or_else(|| none(i))?.handover())
    }

    /// Takes arm `i` back at the end of an epoch that another worker has trained.
    ///
    /// # Errors
    /// The bytes are not those of this arm.
    pub fn follow(&mut self, i: usize, bytes: &[u8]) -> Result<Progress> {
        self.sessions.get_mut(i).ok_or_else(|| none(i))?.follow(bytes)?;
        if let Some(lent) = self.lent.get_mut(i) {
            *lent = false;
        }
        let target = self.epoch.map_or(0, |epoch| epoch + 1);
        Ok(self.level(target))
    }

    /// Trains arm `i` of the same runs in another worker from the end of one epoch to the end of the
    /// next. These runs stay at their start.
    ///
    /// # Errors
    /// The bytes are not those of this arm, or its loss is no longer a number.
    pub fn train(&self, i: usize, bytes: &[u8]) -> Result<Vec<u8>> {
        let mut session = self.sessions.get(i).ok_or_else(|| none(i))?.clone();
        session.follow(bytes)?;
        loop {
            match session.advance() {
                Progress::Trained | Progress::Evaluated => {}
                Progress::Epoch => return Ok(session.handover()),
                _ => return Err(Error::new(format!("Run {i} has no next epoch."))),
            }
        }
    }
}

fn none(i: usize) -> Error {
    Error::new(format!("There is no run {i}."))
}

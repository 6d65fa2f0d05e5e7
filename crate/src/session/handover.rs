//! A run of which another worker trains an epoch: handed over at the end of one, and at that of the
//! next.

use super::Session;
use crate::checkpoint::{self, Checkpoint};
use crate::error::Result;

impl Session {
    /// Whether the run stands at the end of an epoch, evaluated, with nothing begun.
    pub fn between(&self) -> bool {
        self.trainer.position().taken == 0 && !self.evaluating() && !self.diverged
    }

    /// The run at the end of its last epoch with that epoch's record, for a session of the same run
    /// that follows it.
    pub fn handover(&self) -> Vec<u8> {
        let last = self.records.len().saturating_sub(1);
        checkpoint::save_with(&self.trainer, self.course(), &self.records[last..])
    }

    /// Goes to where another session of the same run has handed itself over.
    ///
    /// # Errors
    /// The bytes are not those of this run.
    pub fn follow(&mut self, bytes: &[u8]) -> Result<()> {
        let data = self.trainer.data().clone();
        let (trainer, records) = Checkpoint::read("the run", bytes)?.resume(data)?;
        self.trainer = trainer;
        self.evaluation = None;
        self.records.extend(records);
        // What was due has been done where the run comes from.
        let step = self.step();
        self.planned.retain(|change| change.step > step);
        self.remember();
        Ok(())
    }
}

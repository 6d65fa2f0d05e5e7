//! Training to the last epoch, and the line that is written of each.

use std::time::Instant;

use sparsevd::error::{Error, Result};
use sparsevd::evaluation::{Detail, Evaluation, Record};
use sparsevd::trainer::{Outcome, Trainer};

/// The columns of every line.
pub const HEADER: &str = "epoch,kl_weight,lr,train_loss,train_acc,test_acc,test_nll,kept,total,compression,sparsity_per_layer,seconds";

/// Trains to the last epoch; after each, `done` gets its record and the seconds it took.
pub fn train(
    trainer: &mut Trainer,
    mut done: impl FnMut(&Trainer, Record, f64) -> Result<()>,
) -> Result<()> {
    while trainer.position().epoch < trainer.settings().epochs {
        let start = Instant::now();
        let outcome = loop {
            match trainer.step() {
                Outcome::Within => {}
                outcome => break outcome,
            }
        };
        if outcome == Outcome::Diverged {
            return Err(Error::new(format!(
                "The loss is not a number any more (step {}): use a learning rate below {}.",
                trainer.position().step + 1,
                trainer.settings().learning_rate
            )));
        }
        let seconds = start.elapsed().as_secs_f64();
        let record = Evaluation::run(trainer, Detail::Scores);
        done(trainer, record, seconds)?;
    }
    Ok(())
}

/// The record's line: accuracies in percent, loss and NLL in nats per object; the last cell is
/// empty where nobody knows the seconds any more.
pub fn line(record: &Record, seconds: Option<f64>) -> String {
    let seconds = seconds.map(|seconds| format!("{seconds:.3}")).unwrap_or_default();
    format!(
        "{},{:.4},{:.3e},{:.5},{:.2},{:.2},{:.5},{},{},{:.2},{},{seconds}",
        record.epoch,
        record.kl_weight,
        record.learning_rate,
        record.train_loss.unwrap_or(f32::NAN),
        record.train_accuracy.unwrap_or(f32::NAN),
        record.test_accuracy,
        record.test_nll,
        record.kept_weights(),
        record.total_weights(),
        record.compression(),
        sparsity(record),
    )
}

/// The epoch of a line; 0 if it is none.
pub fn number(line: &str) -> u32 {
    line.split(',').next().and_then(|cell| cell.parse().ok()).unwrap_or(0)
}

/// A line without its seconds: what the same run always prints.
pub fn untimed(line: &str) -> &str {
    line.rsplit_once(',').map_or(line, |(numbers, _)| numbers)
}

/// The share of pruned weights in every layer, joined by slashes.
pub fn sparsity(record: &Record) -> String {
    record.sparsity().iter().map(|s| format!("{s:.4}")).collect::<Vec<_>>().join("/")
}

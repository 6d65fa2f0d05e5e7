//! `sparsevd evaluate`: the test accuracy of a saved network, and its bytes in every format.

use clap::ArgMatches;
use sparsevd::checkpoint::Checkpoint;
use sparsevd::error::Result;
use sparsevd::evaluation::{Detail, Evaluation};
use sparsevd::formats;

use crate::options;

/// Evaluates as the arguments say.
pub fn run(arguments: &ArgMatches) -> Result<()> {
    let file = options::value(arguments, "load").unwrap_or_default();
    let checkpoint = Checkpoint::read(file, &crate::read(file)?)?;
    let source = options::value(arguments, "data").unwrap_or(&checkpoint.settings().data);
    let data = options::load(source)?;
    let (mut trainer, _) = checkpoint.resume(data.into())?;
    if let Some(threshold) = options::value(arguments, "threshold") {
        trainer.set("threshold", threshold)?;
    }
    let record = Evaluation::run(&mut trainer, Detail::Scores);
    crate::print("epoch,test_acc,test_nll,dense_acc,kept,total,compression,fingerprint");
    crate::print(format_args!(
        "{},{:.2},{:.5},{:.2},{},{},{:.2},{}",
        record.epoch,
        record.test_accuracy,
        record.test_nll,
        record.dense_accuracy,
        record.kept_weights(),
        record.total_weights(),
        record.compression(),
        record.fingerprint,
    ));
    crate::print("\nformat,bytes,ratio");
    let sizes = formats::sizes(&formats::pruned(trainer.network(), record.threshold));
    for (format, &bytes) in formats::ALL.iter().zip(&sizes) {
        crate::print(format_args!("{},{bytes},{:.2}", format.name, sizes[0] as f64 / bytes as f64));
    }
    Ok(())
}

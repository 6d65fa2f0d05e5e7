//! `sparsevd evaluate`: the test accuracy of a saved network, and its bytes in every format.

use clap::ArgMatches;
use sparsevd::error::Result;
use sparsevd::evaluation::{Detail, Evaluation};
use sparsevd::formats;

use crate::{flags, options};

/// Evaluates as the arguments say.
pub fn run(arguments: &ArgMatches) -> Result<()> {
    let file = options::value(arguments, "load").unwrap_or_default();
    let (mut trainer, _) = flags::resume(file, arguments)?;
    flags::change(&mut trainer, file, arguments)?;
    trainer.data().notices.iter().for_each(crate::note);
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

//! `sparsevd train`: one line an epoch.

use clap::ArgMatches;
use sparsevd::error::{Error, Result};

use crate::kept::Kept;
use crate::{epochs, flags, options};

/// Trains as the arguments say.
pub fn run(arguments: &ArgMatches) -> Result<()> {
    let [file, csv, save] = ["resume", "csv", "save"].map(|flag| options::value(arguments, flag));
    let (mut trainer, mut records, acted) = match file {
        Some(file) => {
            let (mut trainer, records) = flags::resume(file, arguments)?;
            let acted = flags::change(&mut trainer, file, arguments)?;
            (trainer, records, acted)
        }
        None => (flags::start(arguments)?, Vec::new(), Vec::new()),
    };
    let mut kept = Kept::open(csv, save, file.map(|file| (file, records.as_slice())))?;
    let epoch = trainer.position().epoch;
    if epoch >= trainer.settings().epochs {
        let trained = format!("all {epoch} epochs are trained already");
        if let (Some(flag), None) = (acted.first(), save) {
            return Err(Error::new(format!(
                "--{flag} has no effect: {trained}; --epochs N trains on, --save FILE keeps the change."
            )));
        }
        crate::note(format_args!("{trained}: --epochs N trains on."));
    }
    // Before the first epoch, too: from here on there is always something to go on from.
    kept.write(&trainer, &records)?;
    trainer.data().notices.iter().for_each(crate::note);
    crate::print(epochs::HEADER);
    epochs::train(&mut trainer, |trainer, record, seconds| {
        let line = epochs::line(&record, Some(seconds));
        kept.add(&line);
        records.push(record);
        kept.write(trainer, &records)?;
        crate::print(line);
        Ok(())
    })
}

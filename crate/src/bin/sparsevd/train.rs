//! `sparsevd train`: one line an epoch.

use std::fs::File;
use std::io::{BufWriter, Write};

use clap::ArgMatches;
use sparsevd::checkpoint::{self, Checkpoint};
use sparsevd::error::{Error, Result};
use sparsevd::evaluation::Record;
use sparsevd::trainer::Trainer;

use crate::{epochs, options};

/// Trains as the arguments say.
pub fn run(arguments: &ArgMatches) -> Result<()> {
    let (mut trainer, mut records) = match options::value(arguments, "resume") {
        Some(file) => resume(file, arguments)?,
        None => {
            let (settings, data) = options::settings(arguments)?;
            (Trainer::new(settings, data), Vec::new())
        }
    };
    let mut csv = options::value(arguments, "csv").map(Csv::create).transpose()?;
    let save = options::value(arguments, "save");
    print_line(&mut csv, epochs::HEADER)?;
    epochs::train(&mut trainer, |trainer, record, seconds| {
        print_line(&mut csv, &epochs::line(&record, seconds))?;
        records.push(record);
        save.map_or(Ok(()), |file| crate::write(file, &checkpoint::save(trainer, &records)))
    })
}

fn resume(file: &str, arguments: &ArgMatches) -> Result<(Trainer, Vec<Record>)> {
    let checkpoint = Checkpoint::read(file, &crate::read(file)?)?;
    let source = options::value(arguments, "data").unwrap_or(&checkpoint.settings().data);
    let data = options::load(source)?;
    let (mut trainer, records) = checkpoint.resume(data.into())?;
    if let Some(epochs) = options::value(arguments, "epochs") {
        trainer.set("epochs", epochs)?;
    }
    Ok((trainer, records))
}

/// A file that gets the same lines as standard output.
struct Csv {
    name: String,
    file: BufWriter<File>,
}

impl Csv {
    fn create(name: &str) -> Result<Self> {
        let file = File::create(name)
            .map_err(|error| Error::new(format!("Could not create {name}: {error}.")))?;
        Ok(Self { name: name.to_owned(), file: BufWriter::new(file) })
    }
}

fn print_line(csv: &mut Option<Csv>, line: &str) -> Result<()> {
    crate::print(line);
    if let Some(csv) = csv {
        writeln!(csv.file, "{line}")
            .and_then(|()| csv.file.flush())
            .map_err(|error| Error::new(format!("Could not write {}: {error}.", csv.name)))?;
    }
    Ok(())
}

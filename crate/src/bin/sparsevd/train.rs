//! `sparsevd train`: one line an epoch.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::time::Instant;

use clap::ArgMatches;
use sparsevd::checkpoint::{self, Checkpoint};
use sparsevd::error::{Error, Result};
use sparsevd::evaluation::{Detail, Evaluation, Record};
use sparsevd::trainer::{Outcome, Trainer};

use crate::options;

/// The columns of every line.
const HEADER: &str = "epoch,kl_weight,lr,train_loss,train_acc,test_acc,test_nll,kept,total,compression,sparsity_per_layer,seconds";

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
    print_line(&mut csv, HEADER)?;
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
        let record = Evaluation::run(&mut trainer, Detail::Scores);
        print_line(&mut csv, &line(&record, seconds))?;
        records.push(record);
        if let Some(file) = save {
            crate::write(file, &checkpoint::save(&trainer, &records))?;
        }
    }
    Ok(())
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

/// The record's line: accuracies in percent, loss and NLL in nats per object.
fn line(record: &Record, seconds: f64) -> String {
    let sparsity: Vec<String> = record.sparsity().iter().map(|s| format!("{s:.4}")).collect();
    format!(
        "{},{:.4},{:.3e},{:.5},{:.2},{:.2},{:.5},{},{},{:.2},{},{seconds:.3}",
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
        sparsity.join("/"),
    )
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
    let mut out = std::io::stdout().lock();
    // A reader that went away (`| head`) ends the run without a complaint.
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
    if let Some(csv) = csv {
        writeln!(csv.file, "{line}")
            .and_then(|()| csv.file.flush())
            .map_err(|error| Error::new(format!("Could not write {}: {error}.", csv.name)))?;
    }
    Ok(())
}

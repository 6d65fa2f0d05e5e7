//! `sparsevd table`: trains the rows of the paper's table, interrupted as often as you like.
//!
//! A run is kept in two files of the folder: `NAME.safetensors` is its checkpoint, `NAME.csv` has
//! the lines that `sparsevd train` prints. Both are written after every epoch, and finished rows
//! are added to the table.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;
use sparsevd::checkpoint::Checkpoint;
use sparsevd::data::Data;
use sparsevd::error::{Error, Result};
use sparsevd::evaluation::Record;
use sparsevd::settings::Settings;
use sparsevd::table::{self, Row};
use sparsevd::trainer::Trainer;

use crate::kept::Kept;
use crate::rows::{self, Reached, Rows};
use crate::{epochs, files, flags, inputs, options};

/// One run: a row with a seed.
struct Job {
    row: &'static Row,
    settings: Settings,
    /// Where the run is kept, without an extension.
    file: PathBuf,
}

/// Trains as the arguments say.
pub fn run(arguments: &ArgMatches) -> Result<()> {
    let folder = Path::new(options::value(arguments, "dir").unwrap_or_default());
    let mut jobs = jobs(arguments, folder)?;
    let names = options::values(arguments, "data").unwrap_or_default();
    let data = Arc::new(inputs::load(&names, 0)?);
    for job in &mut jobs {
        flags::fit(&mut job.settings, &data, |_| true)?;
    }
    std::fs::create_dir_all(folder)
        .map_err(|error| Error::new(format!("Could not make {}: {error}.", folder.display())))?;
    let csv = options::value(arguments, "csv").map_or(folder.join("table.csv"), PathBuf::from);
    let mut rows = Rows::open(&csv.display().to_string())?;
    // What is wrong with the last run is said now, not when days have passed.
    jobs.iter().try_for_each(|job| job.resume(&data).map(drop))?;
    data.notices.iter().for_each(crate::note);
    let mut finished = Vec::new();
    for (i, job) in jobs.iter().enumerate() {
        let later = jobs[i + 1..].iter().map(|job| job.settings.epochs).sum();
        let reached = job.run(&data, later)?;
        rows.add(&reached)?;
        finished.push(reached);
    }
    rows::print(&finished);
    Ok(())
}

/// The rows that the arguments name, with each seed.
fn jobs(arguments: &ArgMatches, folder: &Path) -> Result<Vec<Job>> {
    let trained = || table::ALL.iter().filter_map(|row| Some((row, row.settings()?)));
    let only = options::value(arguments, "only");
    let methods: Option<Vec<&str>> =
        options::value(arguments, "methods").map(|list| list.split(',').collect());
    if let Some(only) = only {
        known("Network", only, trained().map(|(row, _)| row.experiment))?;
    }
    for method in methods.iter().flatten() {
        known("Method", method, trained().map(|(_, settings)| settings.method.name()))?;
    }
    let mut jobs = Vec::new();
    for (row, settings) in trained() {
        let method = settings.method.name();
        let asked = only.is_none_or(|only| only == row.experiment)
            && methods.as_ref().is_none_or(|methods| methods.contains(&method));
        for seed in options::value(arguments, "seeds").unwrap_or_default().split(',') {
            let mut settings = settings.clone();
            settings.set("seed", seed)?;
            for (flag, key) in [("epochs", "epochs"), ("train-size", "size")] {
                if let Some(value) = options::value(arguments, flag) {
                    settings.set(key, value)?;
                }
            }
            let name = format!("{}-{method}-{}", row.experiment, settings.seed);
            if asked {
                jobs.push(Job { row, settings, file: folder.join(name) });
            }
        }
    }
    Ok(jobs)
}

/// An error unless `name` is one of `names`.
fn known<'a>(what: &str, name: &str, names: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut names: Vec<&str> = names.collect();
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(*name));
    if names.contains(&name) {
        return Ok(());
    }
    Err(Error::new(format!(
        "{what} '{name}' is not a row that is trained: choose from {}.",
        names.join(", ")
    )))
}

impl Job {
    fn file(&self, extension: &str) -> String {
        self.file.with_added_extension(extension).display().to_string()
    }

    /// Trains to the end, from the checkpoint if there is one. `later` epochs are still to come in
    /// other runs.
    fn run(&self, data: &Arc<Data>, later: u32) -> Result<Reached> {
        let (mut trainer, mut records, mut kept) = self.resume(data)?;
        kept.write(&trainer, &records)?;
        let (row, method) = (self.row, self.settings.method.name());
        let name = format!("{} {method}, seed {}", row.network, self.settings.seed);
        let epochs = self.settings.epochs;
        if trainer.position().epoch >= epochs {
            eprintln!("{name}: trained already");
        }
        epochs::train(&mut trainer, |trainer, record, seconds| {
            kept.add(&epochs::line(&record, Some(seconds)));
            let left = f64::from(epochs - record.epoch);
            let speed = kept.seconds_per_epoch().unwrap_or(seconds);
            eprintln!(
                "{name}: epoch {}/{epochs}, {:.2} % accuracy, {:.1}× compression, {speed:.1} s an epoch, {} left, {} for all",
                record.epoch,
                record.test_accuracy,
                record.compression(),
                duration(left * speed),
                duration((left + f64::from(later)) * speed),
            );
            records.push(record);
            kept.write(trainer, &records)
        })?;
        let damaged = || Error::new(format!("{} has no epochs.", self.file("safetensors")));
        Ok(Reached {
            row,
            settings: self.settings.clone(),
            record: records.pop().ok_or_else(damaged)?,
            seconds_per_epoch: kept.seconds_per_epoch(),
        })
    }

    /// The run as it was left, or at its start, with its records and its files.
    fn resume(&self, data: &Arc<Data>) -> Result<(Trainer, Vec<Record>, Kept)> {
        let [name, csv] = ["safetensors", "csv"].map(|extension| self.file(extension));
        let open = |run| Kept::open(Some(&csv), Some(&name), run);
        if !Path::new(&name).exists() {
            let trainer = Trainer::new(self.settings.clone(), data.clone());
            return Ok((trainer, Vec::new(), open(None)?));
        }
        let checkpoint = Checkpoint::read(&name, &files::read(&name)?)?;
        let (mut trainer, records) = checkpoint.resume(data.clone())?;
        trainer.set("epochs", &self.settings.epochs.to_string())?;
        let beyond = trainer.position().epoch > self.settings.epochs;
        if trainer.settings() != &self.settings || beyond {
            return Err(Error::new(format!(
                "{name} is a run with other settings: choose another --dir or remove it."
            )));
        }
        let kept = open(Some((&name, &records)))?;
        Ok((trainer, records, kept))
    }
}

/// Seconds as people say them.
fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 90.0 * 60.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

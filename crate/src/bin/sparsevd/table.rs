//! `sparsevd table`: trains the rows of the paper's table, interrupted as often as you like.
//!
//! A run is kept in two files of the folder: `NAME.safetensors` is its checkpoint, `NAME.csv` has
//! the lines that `sparsevd train` prints. Both are written after every epoch.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;
use sparsevd::checkpoint::{self, Checkpoint};
use sparsevd::data::Data;
use sparsevd::error::{Error, Result};
use sparsevd::evaluation::Record;
use sparsevd::settings::Settings;
use sparsevd::table::{self, Published, Row};
use sparsevd::trainer::Trainer;

use crate::{epochs, options};

/// One run: a row with a seed.
struct Job {
    row: &'static Row,
    settings: Settings,
    /// Where the run is kept, without an extension.
    file: PathBuf,
}

/// A run that is finished.
struct Reached {
    row: &'static Row,
    settings: Settings,
    record: Record,
    seconds_per_epoch: f64,
}

/// Trains as the arguments say.
pub fn run(arguments: &ArgMatches) -> Result<()> {
    let folder = Path::new(options::value(arguments, "dir").unwrap_or_default());
    let mut jobs = jobs(arguments, folder)?;
    let data = Arc::new(options::load(options::value(arguments, "data").unwrap_or_default())?);
    for job in &mut jobs {
        let fit = job.settings.fit(&data);
        if let Some(notice) = fit.into_iter().next() {
            return Err(Error::new(notice));
        }
    }
    std::fs::create_dir_all(folder)
        .map_err(|error| Error::new(format!("Could not make {}: {error}.", folder.display())))?;
    let csv = options::value(arguments, "csv").map_or(folder.join("table.csv"), PathBuf::from);
    let mut finished = Vec::new();
    crate::replace(&csv, to_csv(&finished)?.as_bytes())?;
    for (i, job) in jobs.iter().enumerate() {
        let later = jobs[i + 1..].iter().map(|job| job.settings.epochs).sum();
        finished.push(job.run(&data, later)?);
        crate::replace(&csv, to_csv(&finished)?.as_bytes())?;
    }
    print(&finished);
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
    fn file(&self, extension: &str) -> PathBuf {
        self.file.with_added_extension(extension)
    }

    /// Trains to the end, from the checkpoint if there is one. `later` epochs are still to come in
    /// other runs.
    fn run(&self, data: &Arc<Data>, later: u32) -> Result<Reached> {
        let (mut trainer, mut records, mut lines) = self.resume(data)?;
        let (row, method) = (self.row, self.settings.method.name());
        let name = format!("{} {method}, seed {}", row.network, self.settings.seed);
        let epochs = self.settings.epochs;
        if trainer.position().epoch >= epochs {
            eprintln!("{name}: trained already");
        }
        epochs::train(&mut trainer, |trainer, record, seconds| {
            lines.push(epochs::line(&record, seconds));
            let left = f64::from(epochs - record.epoch);
            let speed = seconds_per_epoch(&lines);
            eprintln!(
                "{name}: epoch {}/{epochs}, {:.2} % accuracy, {:.1}× compression, {speed:.1} s an epoch, {} left, {} for all",
                record.epoch,
                record.test_accuracy,
                record.compression(),
                duration(left * speed),
                duration((left + f64::from(later)) * speed),
            );
            records.push(record);
            // The lines first: those that are ahead of the checkpoint are written again.
            let text = format!("{}\n{}\n", epochs::HEADER, lines.join("\n"));
            crate::replace(&self.file("csv"), text.as_bytes())?;
            crate::replace(&self.file("safetensors"), &checkpoint::save(trainer, &records))
        })?;
        let damaged = || Error::new(format!("{} has no epochs.", self.file("csv").display()));
        Ok(Reached {
            row,
            settings: self.settings.clone(),
            record: records.pop().ok_or_else(damaged)?,
            seconds_per_epoch: seconds_per_epoch(&lines),
        })
    }

    /// The run as it was left, with its records and lines, or at its start.
    fn resume(&self, data: &Arc<Data>) -> Result<(Trainer, Vec<Record>, Vec<String>)> {
        let file = self.file("safetensors");
        if !file.exists() {
            let trainer = Trainer::new(self.settings.clone(), data.clone());
            return Ok((trainer, Vec::new(), Vec::new()));
        }
        let name = file.display().to_string();
        let checkpoint = Checkpoint::read(&name, &crate::read(&name)?)?;
        let (mut trainer, records) = checkpoint.resume(data.clone())?;
        trainer.set("epochs", &self.settings.epochs.to_string())?;
        let beyond = trainer.position().epoch > self.settings.epochs;
        if trainer.settings() != &self.settings || beyond {
            return Err(Error::new(format!(
                "{name} is a run with other settings: choose another --dir or remove it."
            )));
        }
        let lines = self.file("csv").display().to_string();
        let lines = String::from_utf8_lossy(&crate::read(&lines)?).into_owned();
        let lines = lines.lines().skip(1).take(records.len()).map(str::to_owned).collect();
        Ok((trainer, records, lines))
    }
}

/// The mean of the last column.
fn seconds_per_epoch(lines: &[String]) -> f64 {
    let last = lines.iter().filter_map(|line| line.rsplit(',').next()?.parse::<f64>().ok());
    last.sum::<f64>() / lines.len() as f64
}

/// Seconds as people say them.
fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 90.0 * 60.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

const COLUMNS: [&str; 11] = [
    "network",
    "method",
    "seed",
    "epochs",
    "error",
    "sparsity_per_layer",
    "compression",
    "published_error",
    "published_compression",
    "seconds_per_epoch",
    "differs",
];

/// The finished runs as comma-separated lines; errors in percent.
fn to_csv(finished: &[Reached]) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let broken = |error: csv::Error| Error::new(format!("Could not write the table: {error}."));
    writer.write_record(COLUMNS).map_err(broken)?;
    for Reached { row, settings, record, seconds_per_epoch } in finished {
        let published = |of: fn(&Published) -> f32| {
            row.published.as_ref().map(|published| of(published).to_string()).unwrap_or_default()
        };
        let cells = [
            row.experiment.to_owned(),
            settings.method.name().to_owned(),
            settings.seed.to_string(),
            record.epoch.to_string(),
            format!("{:.2}", 100.0 - record.test_accuracy),
            epochs::sparsity(record),
            format!("{:.2}", record.compression()),
            published(|p| p.error),
            published(|p| p.compression),
            format!("{seconds_per_epoch:.2}"),
            row.ours.as_ref().map_or("", |ours| ours.differs).to_owned(),
        ];
        writer.write_record(cells).map_err(broken)?;
    }
    let bytes = writer.into_inner().map_err(|error| broken(error.into_error().into()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Prints the finished runs beside what was published.
fn print(finished: &[Reached]) {
    crate::print(format_args!("{:<15}{:<12}{:>22}{:>29}", "", "", "published", "reached"));
    crate::print(format_args!(
        "{:<15}{:<12}{:>8} {:>13}{:>8}{:>8} {:>13}",
        "network", "method", "error", "compression", "seed", "error", "compression"
    ));
    let network = |row: &Row| finished.iter().any(|run| run.row.experiment == row.experiment);
    for row in table::ALL.iter().filter(|row| network(row)) {
        let (error, compression) = row.published.as_ref().map_or_else(
            || ("–".to_owned(), "–".to_owned()),
            |p| (format!("{:.2} %", p.error), format!("{}×", p.compression)),
        );
        let head = format!("{:<15}{:<12}{error:>8} {compression:>13}", row.network, row.method);
        let mut runs = finished.iter().filter(|run| std::ptr::eq(run.row, row)).peekable();
        if runs.peek().is_none() {
            crate::print(&head);
        }
        for Reached { settings, record, .. } in runs {
            let error = format!("{:.2} %", 100.0 - record.test_accuracy);
            let compression = format!("{:.1}×", record.compression());
            crate::print(format_args!("{head}{:>8}{error:>8} {compression:>13}", settings.seed));
        }
    }
}

//! Where a run is kept: its checkpoint, and the log of its epochs.
//!
//! The log is made from the run's records, which are in the checkpoint too, so the two cannot
//! disagree: a log that is ahead is cut, one that lacks epochs is filled up.

use sparsevd::checkpoint::{self, Checkpoint};
use sparsevd::error::{Error, Result};
use sparsevd::evaluation::Record;
use sparsevd::trainer::Trainer;

use crate::epochs;
use crate::files::Target;

/// The files of a run, those that were asked for.
pub struct Kept {
    log: Option<Log>,
    checkpoint: Option<Target>,
}

impl Kept {
    /// The log called `csv` and the checkpoint called `save`. A `resumed` run comes from a file
    /// and has records: its own files are gone on with.
    ///
    /// # Errors
    /// A file cannot be written, or holds what would be lost.
    pub fn open(
        csv: Option<&str>,
        save: Option<&str>,
        resumed: Option<(&str, &[Record])>,
    ) -> Result<Self> {
        let checkpoint = save.map(Target::new).transpose()?;
        if let Some(target) = &checkpoint {
            if csv.is_some_and(|csv| target.is(csv)) {
                let both = "the checkpoint and the log need two names";
                return Err(Error::new(format!("Could not write {}: {both}.", target.name())));
            }
            if !resumed.is_some_and(|(file, _)| target.is(file)) {
                refuse_to_lose(target)?;
            }
        }
        let log = csv.map(|csv| Log::open(csv, resumed.map(|(_, records)| records))).transpose()?;
        Ok(Self { log, checkpoint })
    }

    /// Adds an epoch's line, to be written with the next checkpoint.
    pub fn add(&mut self, line: &str) {
        self.log.iter_mut().for_each(|log| log.lines.push(line.to_owned()));
    }

    /// Writes both files.
    pub fn write(&mut self, trainer: &Trainer, records: &[Record]) -> Result<()> {
        // The log first: a line that is ahead is trained again, seconds that lag would be lost.
        self.log.as_mut().map_or(Ok(()), Log::write)?;
        let Some(target) = &mut self.checkpoint else { return Ok(()) };
        target.write(&checkpoint::save(trainer, records))
    }

    /// The mean of the seconds that epochs took, of those in the log that have them.
    pub fn seconds_per_epoch(&self) -> Option<f64> {
        let lines = self.log.iter().flat_map(|log| &log.lines);
        let seconds = lines.filter_map(|line| line.rsplit(',').next()?.parse::<f64>().ok());
        let (sum, count) = seconds.fold((0.0, 0), |(sum, count), s| (sum + s, count + 1));
        (count > 0).then(|| sum / f64::from(count))
    }
}

/// An error if `target` holds anything but a run of which nothing is trained yet.
fn refuse_to_lose(target: &Target) -> Result<()> {
    let Some(bytes) = target.contents()? else { return Ok(()) };
    let name = target.name();
    match Checkpoint::read(name, &bytes) {
        Ok(run) if run.is_untouched() => Ok(()),
        Ok(_) => Err(Error::new(format!(
            "{name} is a saved run, which would be lost: go on with it (--resume {name}), remove it or choose another name."
        ))),
        Err(_) => {
            Err(Error::new(format!("{name} exists and is not a saved run: choose another name.")))
        }
    }
}

/// The lines of all epochs in a file.
struct Log {
    target: Target,
    lines: Vec<String>,
}

impl Log {
    /// The log called `name`: empty at the start of a run, with a line for each of its `records`
    /// when it goes on.
    fn open(name: &str, records: Option<&[Record]>) -> Result<Self> {
        let target = Target::new(name)?;
        let bytes = target.contents()?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let mut found = text.lines();
        if found.next().is_some_and(|header| header != epochs::HEADER) {
            return Err(Error::new(format!(
                "{name} exists and is not a log of epochs: choose another name."
            )));
        }
        let found: Vec<&str> = found.collect();
        let lines = match records {
            Some(records) => joined(&found, records).ok_or_else(|| {
                Error::new(format!(
                    "{name} is the log of another run, which would be lost: choose another name."
                ))
            })?,
            None if found.is_empty() => Vec::new(),
            None => {
                return Err(Error::new(format!(
                    "{name} has {} epochs of a run, which would be lost: go on with that run (--resume), remove the file or choose another name.",
                    found.len()
                )));
            }
        };
        Ok(Self { target, lines })
    }

    fn write(&mut self) -> Result<()> {
        let lines = [epochs::HEADER].into_iter().chain(self.lines.iter().map(String::as_str));
        let text: String = lines.flat_map(|line| [line, "\n"]).collect();
        self.target.write(text.as_bytes())
    }
}

/// The lines of all `records`, with the seconds that are `found` in a log; `None` if that is the
/// log of another run. Lines after the last record are left out: their epochs are trained again.
fn joined(found: &[&str], records: &[Record]) -> Option<Vec<String>> {
    let lines = records.iter().filter(|record| record.epoch > 0);
    let mut lines: Vec<String> = lines.map(|record| epochs::line(record, None)).collect();
    let last = lines.last().map_or(0, |line| epochs::number(line));
    let (known, ahead): (Vec<&str>, Vec<&str>) =
        found.iter().partition(|line| epochs::number(line) <= last);
    for old in &known {
        let line = lines.iter_mut().find(|line| epochs::untimed(line) == epochs::untimed(old))?;
        *line = (*old).to_owned();
    }
    // Without an epoch in common nothing tells whose lines they are; a killed run leaves one.
    (!known.is_empty() || ahead.len() <= 1).then_some(lines)
}

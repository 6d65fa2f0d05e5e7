//! Figures of many seeds: a line each, as they are printed, kept in a file and read again.

use sparsevd::error::{Error, Result};
use sparsevd::experiments::{Checked, Figure, Verdict};

use crate::files::{self, Target};

/// The columns of what is printed and written.
const COLUMNS: [&str; 6] = ["experiment", "seed", "figure", "value", "wanted", "holds"];

/// A figure of one seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The experiment's name.
    pub experiment: String,
    /// The seed.
    pub seed: u64,
    /// What was measured and wanted.
    pub figure: Figure,
}

/// The heads of the columns, as a line.
pub fn head() -> String {
    COLUMNS.join(",")
}

/// The lines of one seed's verdict.
pub fn lines(experiment: &str, seed: u64, verdict: &Verdict) -> Vec<Line> {
    let line = |figure: &Figure| {
        // Seven digits, as many as were measured.
        let figure = Figure { value: f64::from(figure.value as f32), ..figure.clone() };
        Line { experiment: experiment.to_owned(), seed, figure }
    };
    verdict.figures.iter().map(line).collect()
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.cells()).map_err(|_| std::fmt::Error)?;
        let bytes = writer.into_inner().map_err(|_| std::fmt::Error)?;
        f.write_str(String::from_utf8_lossy(&bytes).trim_end())
    }
}

impl Line {
    fn cells(&self) -> [String; 6] {
        let Figure { name, value, wanted, holds } = self.figure.clone();
        let value = (value as f32).to_string();
        [self.experiment.clone(), self.seed.to_string(), name, value, wanted, holds.to_string()]
    }

    fn read(cells: &csv::StringRecord) -> Option<Self> {
        let [experiment, seed, name, value, wanted, holds] = std::array::from_fn(|i| cells.get(i));
        let figure = Figure {
            name: name?.to_owned(),
            value: value?.parse::<f32>().ok()?.into(),
            wanted: wanted?.to_owned(),
            holds: holds?.parse().ok()?,
        };
        Some(Self { experiment: experiment?.to_owned(), seed: seed?.parse().ok()?, figure })
    }
}

/// A file of lines that grows, whole seeds at a time.
pub struct Kept {
    target: Option<Target>,
    lines: Vec<Line>,
}

impl Kept {
    /// What is not in a file.
    pub fn nowhere() -> Self {
        Self { target: None, lines: Vec::new() }
    }

    /// The file called `name`, which is written anew.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn anew(name: &str) -> Result<Self> {
        Ok(Self { target: Some(Target::new(name)?), lines: Vec::new() })
    }

    /// The file called `name` with the lines that it has.
    ///
    /// # Errors
    /// It cannot be written, or is another table.
    pub fn open(name: &str) -> Result<Self> {
        let target = Target::new(name)?;
        let bytes = target.contents()?.unwrap_or_default();
        let lines = if bytes.is_empty() { Vec::new() } else { parse(name, &bytes)? };
        Ok(Self { target: Some(target), lines })
    }

    /// All lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Whether a seed of an experiment is there.
    pub fn has(&self, experiment: &str, seed: u64) -> bool {
        self.lines.iter().any(|line| line.experiment == experiment && line.seed == seed)
    }

    /// Adds lines, in the place of those of the same seeds, and writes the file.
    ///
    /// # Errors
    /// It cannot be written; it is as it was.
    pub fn add(&mut self, lines: Vec<Line>) -> Result<()> {
        let same = |a: &Line, b: &Line| a.seed == b.seed && a.experiment == b.experiment;
        self.lines.retain(|old| !lines.iter().any(|new| same(old, new)));
        self.lines.extend(lines);
        // Stable: the figures of a verdict keep their order.
        self.lines.sort_by(|a, b| (&a.experiment, a.seed).cmp(&(&b.experiment, b.seed)));
        let Some(target) = &mut self.target else { return Ok(()) };
        let broken = |error: csv::Error| Error::new(format!("Could not write the lines: {error}."));
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(COLUMNS).map_err(broken)?;
        for line in &self.lines {
            writer.write_record(line.cells()).map_err(broken)?;
        }
        let bytes = writer.into_inner().map_err(|error| broken(error.into_error().into()))?;
        target.write(&bytes)
    }
}

/// The lines of the file called `name`.
///
/// # Errors
/// It cannot be read, or is another table.
pub fn read(name: &str) -> Result<Vec<Line>> {
    parse(name, &files::read(name)?)
}

fn parse(name: &str, bytes: &[u8]) -> Result<Vec<Line>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let ours = reader.headers().is_ok_and(|headers| headers.iter().eq(COLUMNS));
    let lines = reader.records().map(|cells| cells.ok().and_then(|cells| Line::read(&cells)));
    let lines: Option<Vec<Line>> = lines.collect();
    lines.filter(|_| ours).ok_or_else(|| {
        Error::new(format!("{name} is not a table of figures ({}): choose another file.", head()))
    })
}

/// What came out for one figure of an experiment; nothing if it was not measured.
pub fn summary(lines: &[&Line], experiment: &str, figure: &str) -> Option<Checked> {
    let is = |line: &&&Line| line.experiment == experiment && line.figure.name == figure;
    let figures: Vec<&Figure> = lines.iter().filter(is).map(|line| &line.figure).collect();
    let wanted = figures.first()?.wanted.clone();
    let n = figures.len() as f64;
    let mean = figures.iter().map(|figure| figure.value).sum::<f64>() / n;
    let squares = figures.iter().map(|figure| (figure.value - mean).powi(2)).sum::<f64>();
    let spread = (squares / (n - 1.0).max(1.0)).sqrt();
    let holds = figures.iter().filter(|figure| figure.holds).count();
    Some(Checked { mean, spread, wanted, holds, of: figures.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(value: f64) -> Verdict {
        let figures =
            vec![Figure::at_least("NLL, \"nats\"", value, 2.0), Figure::told("another", 0.1)];
        Verdict { sentence: String::new(), figures }
    }

    #[test]
    fn lines_are_read_as_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("figures.csv").display().to_string();
        let mut kept = Kept::open(&name).unwrap();
        for seed in [2, 1] {
            kept.add(lines("one", seed, &verdict(1.5 * seed as f64))).unwrap();
        }
        // Again: in the place of the first.
        kept.add(lines("one", 2, &verdict(5.0))).unwrap();
        let again = Kept::open(&name).unwrap();
        assert_eq!(again.lines(), kept.lines());
        assert_eq!(again.lines().len(), 4);
        assert!(again.has("one", 1) && !again.has("one", 3) && !again.has("two", 1));
        assert_eq!(
            again.lines()[0].to_string(),
            "one,1,\"NLL, \"\"nats\"\"\",1.5,at least 2,false"
        );
        let Checked { wanted, mean, spread, holds, of } =
            summary(&again.lines().iter().collect::<Vec<_>>(), "one", "NLL, \"nats\"").unwrap();
        assert_eq!((&wanted[..], mean, holds, of), ("at least 2", 3.25, 1, 2));
        assert!((spread - 3.5 / 2_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn another_table_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("epochs.csv").display().to_string();
        std::fs::write(&name, "epoch,loss\n1,2\n").unwrap();
        let sentence = Kept::open(&name).err().unwrap().to_string();
        assert!(sentence.contains("epochs.csv") && sentence.contains("choose another"));
        assert_eq!(std::fs::read_to_string(&name).unwrap(), "epoch,loss\n1,2\n");
    }
}

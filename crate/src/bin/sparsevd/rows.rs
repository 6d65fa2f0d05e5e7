//! The table's rows: a file that finished runs are added to, and what is printed in the end.

use sparsevd::error::{Error, Result};
use sparsevd::evaluation::Record;
use sparsevd::settings::Settings;
use sparsevd::table::{self, Published, Row};

use crate::epochs;
use crate::files::Target;

/// A run that is finished.
pub struct Reached {
    /// The row that it is a run of.
    pub row: &'static Row,
    pub settings: Settings,
    /// Its last epoch.
    pub record: Record,
    /// Unknown if the run's log is lost.
    pub seconds_per_epoch: Option<f64>,
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

/// The column that no two runs agree in.
const SECONDS: usize = 9;

/// The table as a file: comma-separated lines; errors in percent.
pub struct Rows {
    target: Target,
    rows: Vec<Vec<String>>,
}

impl Rows {
    /// The table called `name`, with the rows that it has already.
    ///
    /// # Errors
    /// The file cannot be written, or is another table.
    pub fn open(name: &str) -> Result<Self> {
        let target = Target::new(name)?;
        let bytes = target.contents()?.unwrap_or_default();
        let rows = if bytes.is_empty() { Some(Vec::new()) } else { parse(&bytes) };
        let other = || {
            Error::new(format!("{name} exists and is not a table of runs: choose another --csv."))
        };
        Ok(Self { rows: rows.ok_or_else(other)?, target })
    }

    /// Adds a finished run, in the place of the same one, and writes the file. No other row goes.
    pub fn add(&mut self, reached: &Reached) -> Result<()> {
        let row = cells(reached);
        self.rows.retain(|old| untimed(old) != untimed(&row));
        self.rows.push(row);
        self.rows.sort_by_key(|row| place(row));
        let broken = |error: csv::Error| Error::new(format!("Could not write the table: {error}."));
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(COLUMNS).map_err(broken)?;
        for row in &self.rows {
            writer.write_record(row).map_err(broken)?;
        }
        let bytes = writer.into_inner().map_err(|error| broken(error.into_error().into()))?;
        self.target.write(&bytes)
    }
}

/// The rows in a file's bytes, if they are a table's.
fn parse(bytes: &[u8]) -> Option<Vec<Vec<String>>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let is_table = reader.headers().is_ok_and(|headers| headers.iter().eq(COLUMNS));
    let rows = reader.into_records().map(|row| Some(row.ok()?.iter().map(str::to_owned).collect()));
    if is_table { rows.collect() } else { None }
}

/// What the same run always reaches.
fn untimed(row: &[String]) -> impl PartialEq + '_ {
    (row.get(..SECONDS), row.get(SECONDS + 1..))
}

/// Where a row stands: as in the paper, then by its seed.
fn place(row: &[String]) -> (usize, u64) {
    let is = |found: &Row| {
        let method = found.settings().map(|settings| settings.method.name());
        row[0] == found.experiment && Some(row[1].as_str()) == method
    };
    let at = table::ALL.iter().position(is).unwrap_or(table::ALL.len());
    (at, row[2].parse().unwrap_or(u64::MAX))
}

/// A finished run as its row.
fn cells(reached: &Reached) -> Vec<String> {
    let Reached { row, settings, record, seconds_per_epoch } = reached;
    let published = |of: fn(&Published) -> f32| {
        row.published.as_ref().map(|published| of(published).to_string()).unwrap_or_default()
    };
    vec![
        row.experiment.to_owned(),
        settings.method.name().to_owned(),
        settings.seed.to_string(),
        record.epoch.to_string(),
        format!("{:.2}", 100.0 - record.test_accuracy),
        epochs::sparsity(record),
        format!("{:.2}", record.compression()),
        published(|p| p.error),
        published(|p| p.compression),
        seconds_per_epoch.map(|seconds| format!("{seconds:.2}")).unwrap_or_default(),
        row.ours.as_ref().map_or("", |ours| ours.differs).to_owned(),
    ]
}

/// Prints the finished runs beside what was published.
pub fn print(finished: &[Reached]) {
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

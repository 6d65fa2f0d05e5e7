//! The command line: train, evaluate, fill the paper's table and measure with the same library as the page.

mod bench;
mod epochs;
mod evaluate;
mod options;
mod table;
mod train;

use std::io::Write;
use std::process::ExitCode;

use sparsevd::error::{Error, Result};

fn main() -> ExitCode {
    let matches = options::command().get_matches();
    let result = match matches.subcommand() {
        Some(("train", arguments)) => train::run(arguments),
        Some(("evaluate", arguments)) => evaluate::run(arguments),
        Some(("table", arguments)) => table::run(arguments),
        Some(("bench", arguments)) => bench::run(arguments),
        _ => Err(Error::new("Say what to do: train, evaluate, table or bench (try --help).")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sparsevd: {error}");
            ExitCode::from(2)
        }
    }
}

/// Prints a line; a reader that went away (`| head`) ends the program without a complaint.
fn print(line: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Writes `bytes` to the file called `name`.
fn write(name: &str, bytes: &[u8]) -> Result<()> {
    std::fs::write(name, bytes)
        .map_err(|error| Error::new(format!("Could not write {name}: {error}.")))
}

/// Writes `bytes` to a file all at once: whoever reads it finds the old bytes or the new ones.
fn replace(file: &std::path::Path, bytes: &[u8]) -> Result<()> {
    let draft = file.with_added_extension("draft");
    write(&draft.display().to_string(), bytes)?;
    std::fs::rename(&draft, file)
        .map_err(|error| Error::new(format!("Could not write {}: {error}.", file.display())))
}

/// The bytes of the file called `name`.
fn read(name: &str) -> Result<Vec<u8>> {
    std::fs::read(name).map_err(|error| Error::new(format!("Could not read {name}: {error}.")))
}

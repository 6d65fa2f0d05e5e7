//! The command line: train, evaluate and measure with the same library as the page.

mod bench;
mod evaluate;
mod options;
mod train;

use std::process::ExitCode;

use sparsevd::error::{Error, Result};

fn main() -> ExitCode {
    let matches = options::command().get_matches();
    let result = match matches.subcommand() {
        Some(("train", arguments)) => train::run(arguments),
        Some(("evaluate", arguments)) => evaluate::run(arguments),
        Some(("bench", arguments)) => bench::run(arguments),
        _ => Err(Error::new("Say what to do: train, evaluate or bench (try --help).")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sparsevd: {error}");
            ExitCode::from(2)
        }
    }
}

/// Writes `bytes` to the file called `name`.
fn write(name: &str, bytes: &[u8]) -> Result<()> {
    std::fs::write(name, bytes)
        .map_err(|error| Error::new(format!("Could not write {name}: {error}.")))
}

/// The bytes of the file called `name`.
fn read(name: &str) -> Result<Vec<u8>> {
    std::fs::read(name).map_err(|error| Error::new(format!("Could not read {name}: {error}.")))
}

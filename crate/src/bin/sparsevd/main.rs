//! The command line: train, run experiments, check claims, evaluate, fill the paper's table and measure with the same library as the page.

mod bench;
mod claims;
mod cores;
mod epochs;
mod evaluate;
mod experiment;
mod figures;
mod files;
mod flags;
mod inputs;
mod kept;
mod options;
mod rows;
mod table;
mod train;
mod trial;

use std::io::Write;
use std::process::ExitCode;

use sparsevd::error::Error;

fn main() -> ExitCode {
    let matches = options::command().get_matches();
    let done = |()| true;
    let result = match matches.subcommand() {
        Some(("train", arguments)) => train::run(arguments).map(done),
        Some(("experiment", arguments)) => experiment::run(arguments),
        Some(("claims", arguments)) => claims::run(arguments),
        Some(("evaluate", arguments)) => evaluate::run(arguments).map(done),
        Some(("table", arguments)) => table::run(arguments).map(done),
        Some(("bench", arguments)) => bench::run(arguments).map(done),
        _ => Err(Error::new(
            "Say what to do: train, experiment, claims, evaluate, table or bench (try --help).",
        )),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        // What was measured is not what was wanted.
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            note(error);
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

/// Tells what one might want to know on standard error, where no script reads it.
fn note(sentence: impl std::fmt::Display) {
    eprintln!("sparsevd: {sentence}");
}

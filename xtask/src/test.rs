//! `cargo xtask test`: every check in order, up to the first that fails.

use crate::browser::{self, Browser};
use crate::build;
use crate::error::{Error, Result};
use crate::process;
use crate::project;
use crate::toolchain;
use crate::types;
use std::cell::Cell;
use std::process::Command;
use std::time::{Duration, Instant};

/// The environment variable that tells the whole-product tests where the built site is.
pub const DIST: &str = "DIST";

/// A check: its name, and what it does.
struct Step<'a> {
    name: &'static str,
    run: Box<dyn FnOnce() -> Result<()> + 'a>,
}

/// Runs all checks and prints how long each took.
pub fn test() -> Result<()> {
    // Found by one step and used by the next.
    let found = Cell::new(None);
    run(vec![
        step("toolchain", || {
            toolchain::ensure_components()?;
            toolchain::ensure_wasm()
        }),
        step("format", || cargo(&["fmt", "--all", "--check"])),
        step("lints", || {
            cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
        }),
        step("lints for wasm", lint_wasm),
        step("library", || cargo(&["test", "--package", "sparsevd", "--package", "sparsevd-nets"])),
        // Without its program, which is running at this moment.
        step("xtask", || cargo(&["test", "--package", "xtask", "--lib"])),
        step("build", || {
            println!("{}", build::build(&project::dist())?);
            Ok(())
        }),
        step("types", types::check),
        step("browser", || {
            let browser = browser::ensure()?;
            println!("{} with {}", browser.version(), browser.driver.display());
            found.set(Some(browser));
            Ok(())
        }),
        step("page", || found.take().map_or_else(browser::ensure, Ok).and_then(page)),
    ])
}

fn step<'a>(name: &'static str, run: impl FnOnce() -> Result<()> + 'a) -> Step<'a> {
    Step { name, run: Box::new(run) }
}

/// Runs the steps in order and stops at the first that fails.
fn run(steps: Vec<Step>) -> Result<()> {
    let count = steps.len();
    let mut times = Vec::new();
    let mut outcome = Ok(());
    for (index, step) in steps.into_iter().enumerate() {
        println!("\n== {}/{count} {}", index + 1, step.name);
        let start = Instant::now();
        let result = (step.run)();
        times.push((step.name, start.elapsed(), result.is_ok()));
        if let Err(error) = result {
            outcome = Err(failure(step.name, error));
            break;
        }
    }
    print!("{}", summary(&times));
    outcome
}

/// The error with the step's name in front; a wrong setup keeps its status 2.
fn failure(name: &str, error: Error) -> Error {
    Error { message: format!("The step `{name}` failed: {}", error.message), ..error }
}

fn summary(times: &[(&str, Duration, bool)]) -> String {
    let mut text = String::from("\n== summary\n");
    for (name, time, passed) in times {
        let word = if *passed { "passed" } else { "FAILED" };
        text += &format!("{word}  {name:<20}{:>7.1} s\n", time.as_secs_f64());
    }
    let total: Duration = times.iter().map(|(_, time, _)| time).sum();
    text + &format!("{:<28}{:>7.1} s\n", "", total.as_secs_f64())
}

fn cargo(arguments: &[&str]) -> Result<()> {
    announce(project::cargo().args(arguments))
}

fn lint_wasm() -> Result<()> {
    for (_, flags) in build::MODULES {
        let mut cargo = project::cargo_for_wasm();
        cargo.args(["clippy", "--package", "sparsevd", "--lib", "--target", toolchain::WASM]);
        announce(cargo.args(flags).args(["--", "-D", "warnings"]))?;
    }
    Ok(())
}

/// The whole-product tests, told where the browser and the built site are.
fn page(browser: Browser) -> Result<()> {
    let mut cargo = project::cargo();
    cargo
        .args(["test", "--package", "tests"])
        .env(browser::CHROME, browser.chrome)
        .env(browser::CHROMEDRIVER, browser.driver)
        .env(DIST, project::dist());
    announce(&mut cargo)
}

fn announce(command: &mut Command) -> Result<()> {
    println!("{}", process::line(command));
    process::run(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_stops_the_run_and_is_named() {
        let reached = Cell::new(0);
        let pass = || {
            reached.set(reached.get() + 1);
            Ok(())
        };
        let fail = || Err(Error::failed("`cargo fmt` failed."));
        run(vec![step("one", pass), step("two", pass)]).unwrap();
        let error =
            run(vec![step("one", pass), step("two", fail), step("three", pass)]).unwrap_err();
        assert_eq!(error.message, "The step `two` failed: `cargo fmt` failed.");
        assert_eq!((error.status, reached.get()), (1, 3));
    }

    #[test]
    fn the_summary_names_steps_and_seconds() {
        let second = Duration::from_secs(1);
        let text = summary(&[("format", second, true), ("lints", 2 * second, false)]);
        assert!(text.contains("passed  format                  1.0 s\n"), "{text}");
        assert!(text.contains("FAILED  lints                   2.0 s\n"), "{text}");
        assert!(text.ends_with("                            3.0 s\n"), "{text}");
    }
}

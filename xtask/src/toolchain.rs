//! The Rust toolchain: adds the target and the components that are missing.

use crate::error::{Error, Result};
use crate::process;
use crate::project;
use std::env;
use std::io;
use std::path::Path;
use std::process::Command;

/// The target of the page.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Makes sure that rustc can compile to wasm32.
pub fn ensure_wasm() -> Result<()> {
    if has_target(WASM) {
        return Ok(());
    }
    rustup(&["target", "add", WASM])
}

/// Makes sure of `cargo fmt` and `cargo clippy`.
pub fn ensure_components() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if process::ask(project::cargo().args([subcommand, "--version"])).is_none() {
            rustup(&["component", "add", component])?;
        }
    }
    Ok(())
}

/// Rustc's name and version.
pub fn rustc_version() -> String {
    process::ask(rustc().arg("--version")).unwrap_or_else(|| "unknown".to_string())
}

/// Asks rustc itself, so a toolchain that came without rustup is as good.
fn has_target(target: &str) -> bool {
    let libraries = process::ask(rustc().args(["--print", "target-libdir", "--target", target]));
    libraries.is_some_and(|folder| Path::new(&folder).is_dir())
}

fn rustc() -> Command {
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.current_dir(project::root());
    rustc
}

fn rustup(arguments: &[&str]) -> Result<()> {
    let mut rustup = Command::new("rustup");
    rustup.args(arguments).current_dir(project::root()).stdout(io::stderr());
    let line = process::line(&rustup);
    if which::which("rustup").is_err() {
        return Err(Error::usage(format!(
            "There is no rustup to run `{line}`: install Rust from https://rustup.rs, \
             or add {} with the package manager that installed Rust.",
            arguments.last().unwrap_or(&"missing part"),
        )));
    }
    eprintln!("{line}");
    process::run(&mut rustup)
}

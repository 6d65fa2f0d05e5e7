//! The browser: Chromium or Chrome and its driver, found or installed.

use crate::error::{Error, Result};
use crate::process;
use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The environment variable that names the browser.
pub const CHROME: &str = "CHROME";
/// The environment variable that names its driver.
pub const CHROMEDRIVER: &str = "CHROMEDRIVER";

/// What the browser is called on PATH, or where macOS has it.
const CHROME_NAMES: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const DRIVER_NAMES: &[&str] = &["chromedriver"];

/// A browser and the driver that goes with it.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Chromium or Chrome.
    pub chrome: PathBuf,
    /// Chromedriver.
    pub driver: PathBuf,
}

impl Browser {
    /// The browser's name and version.
    pub fn version(&self) -> String {
        version(&self.chrome).unwrap_or_else(|| "unknown".to_string())
    }
}

/// Finds the browser and its driver; as root on Debian or Ubuntu it installs what is missing.
pub fn ensure() -> Result<Browser> {
    if let Ok(browser) = find()? {
        return Ok(browser);
    }
    install()?;
    find()?.map_err(|missing| Error::usage(advice(missing)))
}

/// Finds both, or says what is missing.
fn find() -> Result<std::result::Result<Browser, &'static str>> {
    let chrome = locate(CHROME, env::var_os(CHROME), CHROME_NAMES)?;
    let driver = locate(CHROMEDRIVER, env::var_os(CHROMEDRIVER), DRIVER_NAMES)?;
    Ok(match (chrome, driver) {
        (Some(chrome), Some(driver)) => Ok(Browser { chrome, driver }),
        (Some(_), None) => Err("chromedriver"),
        (None, Some(_)) => Err("Chromium or Chrome"),
        (None, None) => Err("Chromium or Chrome, nor its chromedriver,"),
    })
}

/// The program that `variable` names, or else the first of `names` that runs.
fn locate(variable: &str, value: Option<OsString>, names: &[&str]) -> Result<Option<PathBuf>> {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        return which::which(&value).map(Some).map_err(|_| {
            let value = value.display();
            Error::usage(format!(
                "{variable} is set to {value}, which is not a program: correct it or unset it."
            ))
        });
    }
    // Ubuntu has a `chromium-browser` that only tells people to install a snap, so ask each.
    let runs = |program: &PathBuf| version(program).is_some();
    Ok(names.iter().filter_map(|name| which::which(name).ok()).find(runs))
}

fn version(program: &Path) -> Option<String> {
    process::ask(Command::new(program).arg("--version"))
}

fn install() -> Result<()> {
    let root = process::ask(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    if !root || which::which("apt-get").is_err() {
        // The caller looks again and says what is missing.
        return Ok(());
    }
    eprintln!("No Chromium with its driver here: installing chromium and chromium-driver.");
    let apt = |arguments: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdout(io::stderr());
        process::run(&mut apt)
    };
    // One source out of reach fails the update, and need not fail the installation.
    if let Err(error) = apt(&["update"]) {
        eprintln!("{error}");
    }
    let packages = ["install", "-y", "--no-install-recommends", "chromium", "chromium-driver"];
    apt(&packages).map_err(|_| {
        Error::usage(
            "apt-get cannot install chromium and chromium-driver (Ubuntu has them as snaps only): \
             install Google Chrome and chromedriver, or name them in CHROME and CHROMEDRIVER.",
        )
    })
}

fn advice(missing: &str) -> String {
    format!(
        "There is no {missing} here: install both with your package manager, \
         or name them in CHROME and CHROMEDRIVER."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_names_no_program_is_named() {
        let value = Some("/no/such/browser".into());
        let error = locate(CHROME, value, CHROME_NAMES).unwrap_err();
        assert!(error.message.starts_with("CHROME is set to /no/such/browser,"), "{error}");
        assert_eq!(error.status, 2);
    }

    #[test]
    fn a_variable_comes_before_the_path_unless_empty() {
        // Cargo stands in for a browser: it is here, and answers --version.
        let cargo = which::which("cargo").unwrap();
        assert_eq!(locate(CHROME, Some(cargo.clone().into()), &[]).unwrap(), Some(cargo.clone()));
        assert_eq!(locate(CHROME, Some("".into()), &["none", "cargo"]).unwrap(), Some(cargo));
        assert_eq!(locate(CHROME, None, &["none"]).unwrap(), None);
    }
}

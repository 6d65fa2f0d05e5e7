//! The bench: milliseconds a training step, native and in Chromium.

use crate::browser;
use crate::build;
use crate::error::{Context, Error, Result};
use crate::process;
use crate::project;
use crate::serve;
use crate::toolchain;
use crate::webdriver::Session;
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::fs;
use std::process::Command;
use std::thread;

/// Runs in the page: `bench.js` measures, and its promise becomes a value or an error.
const SCRIPT: &str = "
    const [works, done] = arguments;
    const measured = async () => {
        const { bench } = await import(new URL('www/bench.js', document.baseURI));
        return bench(...(works.length ? [works] : []));
    };
    measured().then((value) => done({ value }), (error) => done({ error: `${error}` }));
";

/// Measures `works`, or all of them when none is named:
/// `{"machine": …, "native": {"W1": {"ms_per_step": …}, …}, "chromium": {…}}`.
pub fn bench(works: &[String]) -> Result<Value> {
    // One after the other, so that neither slows the other down.
    let native = native(works)?;
    let (chromium, version) = chromium(works)?;
    Ok(json!({ "machine": machine(&version), "native": native, "chromium": chromium }))
}

/// A table of the report that [`bench`] returns.
pub fn table(report: &Value) -> String {
    let mut text = String::new();
    if let Some(machine) = report["machine"].as_object() {
        for (name, value) in machine {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_string);
            let _ = writeln!(text, "{name:<10}{value}");
        }
    }
    let _ = writeln!(text, "\n{:<10}{:>12}{:>12}   ms a step", "work", "native", "chromium");
    for work in works(report) {
        let cell = |side: &str| {
            let number = report[side][&work]["ms_per_step"].as_f64();
            number.map_or_else(|| "-".to_string(), |number| format!("{number:.2}"))
        };
        let _ = writeln!(text, "{work:<10}{:>12}{:>12}", cell("native"), cell("chromium"));
    }
    text
}

/// The names of the works in a report, each once.
fn works(report: &Value) -> Vec<String> {
    let sides = ["native", "chromium"].into_iter().filter_map(|side| report[side].as_object());
    let mut names = sides.flat_map(Map::keys).cloned().collect::<Vec<_>>();
    names.sort();
    names.dedup();
    names
}

/// The command line's own bench.
fn native(works: &[String]) -> Result<Value> {
    let mut cargo = project::cargo();
    cargo.args(["run", "--release", "--package", "sparsevd", "--bin", "sparsevd"]);
    cargo.args(["--", "bench", "--json"]);
    if !works.is_empty() {
        cargo.args(["--works", &works.join(",")]);
    }
    let line = process::line(&cargo);
    eprintln!("{line}");
    let report = process::output(&mut cargo)?;
    object(serde_json::from_str(&report).cannot(format!("read what `{line}` printed"))?, &line)
}

/// The page's bench in headless Chromium, and Chromium's version.
fn chromium(works: &[String]) -> Result<(Value, String)> {
    let browser = browser::ensure()?;
    let dist = project::dist();
    build::build(&dist)?;
    let server = serve::start(dist, None, 0)?;
    let page = format!("{}index.html?autoplay=0", server.url());
    eprintln!("www/bench.js in {}", browser.version());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .cannot("start the browser's client")?;
    let answer = runtime.block_on(async {
        let session = Session::open(&browser).await?;
        session.client.goto(&page).await.cannot(format!("open {page}"))?;
        let arguments = vec![json!(works)];
        session.client.execute_async(SCRIPT, arguments).await.cannot("run the bench in the page")
    })?;
    if let Some(error) = answer["error"].as_str() {
        return Err(Error::failed(format!("www/bench.js failed in the page: {error}")));
    }
    Ok((object(answer["value"].clone(), "www/bench.js")?, browser.version()))
}

/// Makes sure that `value` is an object.
fn object(value: Value, source: &str) -> Result<Value> {
    if value.is_object() {
        return Ok(value);
    }
    Err(Error::failed(format!("{source} must give a JSON object of works; it gave {value}.")))
}

fn machine(chromium: &str) -> Value {
    json!({
        "cpu": cpu(),
        "cores": thread::available_parallelism().map_or(0, |cores| cores.get()),
        "os": os(),
        "rustc": toolchain::rustc_version(),
        "chromium": chromium,
    })
}

fn cpu() -> String {
    let linux = || after("/proc/cpuinfo", "model name", ':');
    let macos = || process::ask(Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"]));
    linux().or_else(macos).unwrap_or_else(|| std::env::consts::ARCH.to_string())
}

fn os() -> String {
    after("/etc/os-release", "PRETTY_NAME", '=').unwrap_or_else(|| std::env::consts::OS.to_string())
}

/// The value of the first line `key … separator value` of a file.
fn after(path: &str, key: &str, separator: char) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    let (_, value) = line.split_once(separator)?;
    Some(value.trim().trim_matches('"').to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_row_for_every_work_of_either_side() {
        let report = json!({
            "machine": { "cpu": "a processor", "cores": 2 },
            "native": { "W1": { "ms_per_step": 4.256 } },
            "chromium": { "W1": { "ms_per_step": 5.0 }, "W3": { "ms_per_step": 1.5 } },
        });
        let table = table(&report);
        assert!(table.contains("cores     2\n"), "{table}");
        assert!(table.contains("W1                4.26        5.00\n"), "{table}");
        assert!(table.contains("W3                   -        1.50\n"), "{table}");
    }

    #[test]
    fn only_an_object_is_a_report() {
        let error = object(json!([1]), "www/bench.js").unwrap_err();
        assert_eq!(error.message, "www/bench.js must give a JSON object of works; it gave [1].");
    }
}

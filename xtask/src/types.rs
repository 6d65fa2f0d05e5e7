//! The check of types: TypeScript reads the JSDoc comments of the page's JavaScript.
//!
//! The compiler comes from npm once, into a folder of `target/`; nothing of it is in the site.

use crate::error::{Context, Error, Result};
use crate::process;
use crate::project;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The compiler: pure JavaScript, so that it runs wherever Node does.
const COMPILER: &str = "typescript@5.9.3";

/// Scripts from which everything else is reached.
const ENTRIES: &[&str] = &["main.js", "worker.js", "boot.js", "bench.js"];

/// Where the compiler and the library's types are kept.
fn folder() -> PathBuf {
    project::root().join("target/types")
}

/// Moves the declarations that wasm-bindgen wrote into `pkg` to where the check finds them, and adds
/// the stamp that the build writes.
pub fn keep(pkg: &Path) -> Result<()> {
    let kept = folder().join("pkg");
    fs::create_dir_all(&kept).cannot(format!("make the folder {}", kept.display()))?;
    let entries = fs::read_dir(pkg).cannot(format!("read {}", pkg.display()))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
            continue;
        };
        if !name.ends_with(".d.ts") {
            continue;
        }
        let mut types = fs::read_to_string(&path).cannot(format!("read {}", path.display()))?;
        if !name.contains("_bg") {
            types += "\nexport const build: string;\n";
        }
        let to = kept.join(&name);
        fs::write(&to, types).cannot(format!("write {}", to.display()))?;
        fs::remove_file(&path).cannot(format!("remove {}", path.display()))?;
    }
    Ok(())
}

/// Checks the page's scripts; the library must have been built.
pub fn check() -> Result<()> {
    let compiler = ensure()?;
    let www = folder().join("www");
    let _ = fs::remove_dir_all(&www);
    fs::create_dir_all(&www).cannot(format!("make the folder {}", www.display()))?;
    let scripts = project::root().join("www");
    let entries = fs::read_dir(&scripts).cannot(format!("read {}", scripts.display()))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|extension| extension == "js") {
            let to = www.join(path.file_name().unwrap_or_default());
            fs::copy(&path, &to).cannot(format!("copy {}", path.display()))?;
        }
    }
    let mut tsc = Command::new("node");
    tsc.current_dir(folder()).arg(compiler).args([
        "--noEmit",
        "--allowJs",
        "--checkJs",
        "--strict",
    ]);
    tsc.args(["--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler"]);
    tsc.args(["--lib", "es2022,esnext.disposable,dom,dom.iterable"]);
    tsc.args(ENTRIES.iter().map(|entry| format!("www/{entry}")));
    process::run(&mut tsc)
}

/// The compiler's script; fetched if it is not there.
fn ensure() -> Result<PathBuf> {
    let script = folder().join("node_modules/typescript/bin/tsc");
    if script.is_file() {
        return Ok(script);
    }
    if which::which("npm").is_err() {
        return Err(Error::usage(
            "There is no npm to fetch the TypeScript compiler with: install Node from https://nodejs.org.",
        ));
    }
    fs::create_dir_all(folder()).cannot(format!("make the folder {}", folder().display()))?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--no-save", "--prefix"]).arg(folder());
    process::run(npm.arg(COMPILER))?;
    Ok(script)
}

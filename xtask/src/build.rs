//! The build: `dist/`, a folder that any static host can serve.

use crate::error::{Context, Error, Result};
use crate::glue;
use crate::process;
use crate::project;
use crate::sizes::{self, LAB, Sizes};
use crate::toolchain;
use crate::types;
use md5::{Digest, Md5};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use wasm_bindgen_cli_support::Bindgen;

/// The library's name.
const NAME: &str = "sparsevd";

/// The library twice, by the names of its files in `pkg/`, and cargo's flags: its core, which a first
/// visit loads, and all of it.
pub const MODULES: [(&str, &[&str]); 2] = [(NAME, &["--no-default-features"]), (LAB, &[])];

/// Compiles the library, writes `dist` afresh and measures it.
pub fn build(dist: &Path) -> Result<Sizes> {
    let dist = std::path::absolute(dist).cannot(format!("find {}", dist.display()))?;
    refuse_foreign(&dist)?;
    toolchain::ensure_wasm()?;

    // Written beside and then renamed: no reader sees half a build, and no stale file survives.
    let scratch = scratch_beside(&dist)?;
    let fresh = scratch.path().join("fresh");
    let pkg = fresh.join("pkg");
    for (name, flags) in MODULES {
        // The next compilation writes to the same place.
        let Compiled { wasm, digits } = compile(flags)?;
        bind(&wasm, name, &pkg)?;
        copy(&digits, &pkg.join("digits.gz"))?;
    }
    types::keep(&pkg)?;
    stamp(&pkg)?;
    copy_page(&project::root(), &fresh)?;
    replace(&dist, &fresh, &scratch.path().join("old"))?;
    sizes::of(&dist)
}

/// What the compilation leaves behind.
#[derive(Debug, PartialEq)]
struct Compiled {
    wasm: PathBuf,
    /// The digits as `crate/build.rs` packs them.
    digits: PathBuf,
}

/// Compiles the library with more of cargo's flags.
fn compile(flags: &[&str]) -> Result<Compiled> {
    let mut cargo = project::cargo_for_wasm();
    cargo.args(["build", "--profile", "page", "--lib", "--package", NAME]);
    cargo.args(["--target", toolchain::WASM]).args(flags);
    let line = process::line(&cargo);
    eprintln!("{line}");
    let messages = process::output(cargo.arg("--message-format=json-render-diagnostics"))?;
    compiled(&messages).ok_or_else(|| {
        Error::failed(format!(
            "`{line}` made no .wasm, or no digits: crate/Cargo.toml must list `cdylib` among the \
             library's crate types, and crate/build.rs must run."
        ))
    })
}

/// The library's files among cargo's messages, one JSON object a line.
fn compiled(messages: &str) -> Option<Compiled> {
    let messages: Vec<Value> =
        messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let files = messages
        .iter()
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter(|message| message["target"]["name"] == NAME)
        .filter_map(|message| message["filenames"].as_array());
    let mut paths = files.flatten().filter_map(Value::as_str).map(PathBuf::from);
    let package = format!("#{NAME}@");
    let script = messages
        .iter()
        .filter(|message| message["reason"] == "build-script-executed")
        .find(|message| message["package_id"].as_str().is_some_and(|id| id.contains(&package)))?;
    Some(Compiled {
        wasm: paths.find(|path| path.extension().is_some_and(|extension| extension == "wasm"))?,
        digits: Path::new(script["out_dir"].as_str()?).join("digits.gz"),
    })
}

/// Writes the module and its JavaScript into `pkg`, called `name`.
fn bind(wasm: &Path, name: &str, pkg: &Path) -> Result<()> {
    let written = || {
        Bindgen::new()
            .input_path(wasm)
            .web(true)?
            // For the check of types; they are not part of the site.
            .typescript(true)
            .remove_name_section(true)
            .remove_producers_section(true)
            .out_name(name)
            // So that `init()` finds the wasm beside the JavaScript by itself.
            .omit_default_module_path(false)
            .generate(pkg)
    };
    // The alternate form has the whole chain of causes, and a version mismatch is explained there.
    written().map_err(|why| {
        Error::failed(format!("wasm-bindgen cannot read {}: {why:#}", wasm.display()))
    })?;
    let script = pkg.join(format!("{name}.js"));
    write(&script, glue::without_docs(&String::from_utf8_lossy(&read(&script)?)))
}

/// Writes one stamp into both modules, as their section `build`, and into their JavaScript, so that
/// the page can tell files of two builds apart.
fn stamp(pkg: &Path) -> Result<()> {
    let wasm = MODULES.map(|(name, _)| pkg.join(format!("{name}_bg.wasm")));
    let scripts = MODULES.map(|(name, _)| pkg.join(format!("{name}.js")));
    let mut digest = Md5::new();
    for file in wasm.iter().chain(&scripts) {
        digest.update(read(file)?);
    }
    let stamp: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    // A custom section: 0, its size, its name with its length, its content.
    let content = [&[SECTION.len() as u8], SECTION.as_bytes(), stamp.as_bytes()].concat();
    let section = [&[0, content.len() as u8], &content[..]].concat();
    let export = format!("\nexport const build = '{stamp}';\n").into_bytes();
    for (files, end) in [(wasm, section), (scripts, export)] {
        for file in files {
            write(&file, [read(&file)?, end.clone()].concat())?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).cannot(format!("read {}", path.display()))
}

fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    fs::write(path, bytes).cannot(format!("write {}", path.display()))
}

/// The module's section that `www/start.js` reads.
const SECTION: &str = "build";

/// Copies `index.html` and `www/` of the project.
fn copy_page(root: &Path, dist: &Path) -> Result<()> {
    copy(&root.join("index.html"), &dist.join("index.html"))?;
    let www = root.join("www");
    for file in sizes::files(&www)? {
        let name = file.strip_prefix(&www).cannot(format!("place {}", file.display()))?;
        copy(&file, &dist.join("www").join(name))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).cannot(format!("make the folder {}", folder.display()))?;
    let what = || format!("copy {} to {}", from.display(), to.display());
    // Read and write, not `fs::copy`: a file that is read-only here need not be so there.
    fs::write(to, fs::read(from).cannot(what())?).cannot(what())
}

/// A build replaces its folder, so it keeps away from folders that hold something else.
fn refuse_foreign(dist: &Path) -> Result<()> {
    let Ok(mut entries) = fs::read_dir(dist) else {
        return if dist.exists() {
            Err(Error::usage(format!(
                "{} is not a folder: choose another with --out.",
                dist.display()
            )))
        } else {
            Ok(())
        };
    };
    let ours = dist.join("pkg").join(format!("{NAME}.js")).is_file();
    if ours || entries.next().is_none() {
        return Ok(());
    }
    Err(Error::usage(format!(
        "{} holds files that no build made, and a build replaces its folder: \
         empty it or choose another with --out.",
        dist.display()
    )))
}

/// A folder on the same disk as `dist`, so that renaming works; it goes away when dropped.
fn scratch_beside(dist: &Path) -> Result<TempDir> {
    let parent = dist.parent().unwrap_or(dist);
    fs::create_dir_all(parent).cannot(format!("make the folder {}", parent.display()))?;
    tempfile::Builder::new()
        .prefix(".dist-")
        .tempdir_in(parent)
        .cannot(format!("write in {}", parent.display()))
}

/// Puts `fresh` in the place of `dist`, which becomes `old`.
fn replace(dist: &Path, fresh: &Path, old: &Path) -> Result<()> {
    if dist.exists() {
        fs::rename(dist, old).cannot(format!("replace {}", dist.display()))?;
    }
    fs::rename(fresh, dist).cannot(format!("write {}", dist.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    // It makes the folders, too.
    fn write(path: PathBuf, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn what_is_compiled_is_found_among_cargos_messages() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"other"},"filenames":["/t/other.wasm"]}
not json
{"reason":"build-script-executed","package_id":"path+file:///p/nets#sparsevd-nets@0.1.0","out_dir":"/t/nets"}
{"reason":"build-script-executed","package_id":"path+file:///p/crate#sparsevd@0.1.0","out_dir":"/t/out"}
{"reason":"compiler-artifact","target":{"name":"sparsevd"},"filenames":["/t/libsparsevd.rlib","/t/sparsevd.wasm"]}
{"reason":"build-finished","success":true}"#;
        let (wasm, digits) = ("/t/sparsevd.wasm".into(), "/t/out/digits.gz".into());
        assert_eq!(compiled(messages), Some(Compiled { wasm, digits }));
        assert_eq!(compiled(""), None);
    }

    #[test]
    fn a_page_is_copied_with_its_folders_and_no_stale_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (root, dist) = (folder.path(), folder.path().join("dist"));
        write(root.join("index.html"), "page");
        write(root.join("www/deep/a.js"), "script");
        write(root.join("www/.hidden"), "");
        write(dist.join("pkg/sparsevd.js"), "");
        write(dist.join("stale.js"), "");

        refuse_foreign(&dist).unwrap();
        let scratch = scratch_beside(&dist).unwrap();
        let fresh = scratch.path().join("fresh");
        copy_page(root, &fresh).unwrap();
        replace(&dist, &fresh, &scratch.path().join("old")).unwrap();
        let names = sizes::files(&dist).unwrap();
        assert_eq!(names, [dist.join("index.html"), dist.join("www/deep/a.js")]);
    }

    #[test]
    fn both_modules_and_their_scripts_have_one_stamp() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["sparsevd", "lab"] {
            write(folder.path().join(format!("{name}_bg.wasm")), "\0asm\x01\0\0\0");
            write(folder.path().join(format!("{name}.js")), &format!("export let {name};"));
        }
        stamp(folder.path()).unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        let script = read("sparsevd.js");
        let stamp = script.split('\'').nth(1).unwrap();
        assert_eq!(stamp.len(), 32);
        assert_eq!(read("lab.js"), script.replace("sparsevd", "lab"));
        let section = format!("\0asm\x01\0\0\0\0\x26\x05build{stamp}");
        assert_eq!([read("sparsevd_bg.wasm"), read("lab_bg.wasm")], [&*section, &section]);
    }

    #[test]
    fn a_folder_with_other_things_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        refuse_foreign(folder.path()).unwrap();
        refuse_foreign(&folder.path().join("new")).unwrap();
        write(folder.path().join("thesis.tex"), "years of work");
        let error = refuse_foreign(folder.path()).unwrap_err();
        assert!(error.message.contains("choose another with --out"), "{error}");
        assert_eq!(error.status, 2);
        assert!(refuse_foreign(&folder.path().join("thesis.tex")).is_err());
    }

    #[test]
    fn both_sides_of_wasm_bindgen_have_one_version() {
        let lock = fs::read_to_string(project::root().join("Cargo.lock")).unwrap();
        let version = |name: &str| {
            let (_, rest) = lock.split_once(&format!("name = \"{name}\"\n")).unwrap();
            rest.lines().next().unwrap().to_string()
        };
        assert_eq!(
            version("wasm-bindgen"),
            version("wasm-bindgen-cli-support"),
            "set the same version of wasm-bindgen-cli-support in xtask/Cargo.toml"
        );
    }
}

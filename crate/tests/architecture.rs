//! The shape of the source: modules use only what is above them, and every file says what it is.
//! (That the kernels use nothing of this package is Cargo's to say.)

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The sources of both packages, the kernels' first. (Cargo runs tests in their package's folder.)
const ROOTS: [&str; 2] = ["nets/src", "src"];

fn all_sources() -> impl Iterator<Item = PathBuf> {
    ROOTS.iter().flat_map(|root| sources(Path::new(root)))
}

/// The modules of a package in the order in which its `lib.rs` lists them.
fn order(root: &Path) -> Vec<String> {
    let lib = fs::read_to_string(root.join("lib.rs")).expect("lib.rs");
    let names = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

/// What the files of a package use of modules below their own.
fn used_too_early(root: &Path) -> Vec<String> {
    let order = order(root);
    assert!(order.len() > 10, "{} lists {order:?}", root.display());
    let place = |module: &str| order.iter().position(|name| name == module);
    let mut wrong = Vec::new();
    for path in sources(root) {
        let relative = path.strip_prefix(root).expect("inside").to_string_lossy().into_owned();
        let module = relative.split(['/', '.']).next().unwrap_or_default().to_owned();
        let Some(own) = place(&module) else { continue };
        let text = fs::read_to_string(&path).expect("a source");
        // Tests may look anywhere.
        if relative.ends_with("tests.rs") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for used in code.split("crate::").skip(1) {
            let used: String =
                used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if place(&used).is_some_and(|used| used > own) {
                wrong.push(format!("{} uses {used}", path.display()));
            }
        }
    }
    wrong
}

#[test]
fn modules_use_only_modules_above_them() {
    let wrong: Vec<String> =
        ROOTS.iter().flat_map(|root| used_too_early(Path::new(root))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_opens_with_a_sentence() {
    for path in all_sources() {
        let text = fs::read_to_string(&path).expect("a source");
        assert!(text.starts_with("//! "), "{} has no opening sentence", path.display());
    }
}

#[test]
fn only_the_web_module_knows_the_browser() {
    for path in all_sources() {
        let inside = path.starts_with("src/web");
        let text = fs::read_to_string(&path).expect("a source");
        assert!(inside || !text.contains("wasm_bindgen"), "{}", path.display());
    }
}

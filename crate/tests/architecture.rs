//! The shape of the source: modules use only what is above them, and every file says what it is.

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

/// Cargo runs tests in their package's folder.
fn root() -> PathBuf {
    PathBuf::from("src")
}

/// The modules in the order in which `lib.rs` lists them.
fn order() -> Vec<String> {
    let lib = fs::read_to_string(root().join("lib.rs")).expect("lib.rs");
    let names = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

#[test]
fn modules_use_only_modules_above_them() {
    let order = order();
    let place = |module: &str| order.iter().position(|name| name == module);
    let mut wrong = Vec::new();
    for path in sources(&root()) {
        let relative = path.strip_prefix(root()).expect("inside").to_string_lossy().into_owned();
        let module = relative.split(['/', '.']).next().unwrap_or_default().to_owned();
        let Some(own) = place(&module) else { continue };
        let text = fs::read_to_string(&path).expect("a source");
        // Tests may look anywhere.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for used in code.split("crate::").skip(1) {
            let used: String =
                used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if place(&used).is_some_and(|used| used > own) {
                wrong.push(format!("{relative} uses {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_opens_with_a_sentence() {
    for path in sources(&root()) {
        let text = fs::read_to_string(&path).expect("a source");
        assert!(text.starts_with("//! "), "{} has no opening sentence", path.display());
    }
}

#[test]
fn only_the_web_module_knows_the_browser() {
    for path in sources(&root()) {
        let inside = path.starts_with(root().join("web"));
        let text = fs::read_to_string(&path).expect("a source");
        assert!(inside || !text.contains("wasm_bindgen"), "{}", path.display());
    }
}

//! The project: where its folder is, and its cargo.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder that holds the workspace. Nothing about it is compiled in, so that a copied checkout
/// with its `target/` is about itself.
pub fn root() -> PathBuf {
    // Cargo tells every program it runs where that program's package is; one that was started by
    // hand is somewhere in the project, or was started there.
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let places = [package, env::current_dir().ok(), env::current_exe().ok()];
    places.iter().flatten().find_map(|place| around(place)).unwrap_or_default()
}

/// The project that `place` is in.
fn around(place: &Path) -> Option<PathBuf> {
    let is_root = |folder: &&Path| folder.join("xtask/src/project.rs").is_file();
    place.ancestors().find(is_root).map(Path::to_path_buf)
}

/// The folder that a build writes unless it is told another.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The folder that MNIST is downloaded to unless another is named.
pub fn mnist() -> PathBuf {
    root().join("data").join("mnist")
}

/// Cargo, in the project's folder.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// Cargo for wasm32, free of flags that the user set for this machine's processor: they would
/// displace the ones in `.cargo/config.toml`.
pub fn cargo_for_wasm() -> Command {
    let mut cargo = cargo();
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    cargo
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_project_is_found_from_inside() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("copy");
        for inside in ["xtask/src", "target/debug/deps", "tests"] {
            fs::create_dir_all(root.join(inside)).unwrap();
        }
        fs::write(root.join("xtask/src/project.rs"), "").unwrap();
        for inside in ["", "xtask", "tests", "target/debug/deps", "target/debug/xtask"] {
            assert_eq!(around(&root.join(inside)), Some(root.clone()), "{inside}");
        }
        assert_eq!(around(folder.path()), None);
    }

    /// What is compiled in stays when a checkout is copied, and then it is about another.
    #[test]
    fn no_source_knows_where_it_was_compiled() {
        let compiled_in = concat!("env!(\"CARGO_", "MANIFEST_DIR\")");
        let mut seen = 0;
        for folder in ["crate", "tests", "xtask"] {
            for file in crate::sizes::files(&root().join(folder)).unwrap() {
                if file.extension().is_some_and(|extension| extension == "rs") {
                    let text = fs::read_to_string(&file).unwrap();
                    assert!(!text.contains(compiled_in), "{}", file.display());
                    seen += 1;
                }
            }
        }
        assert!(seen > 100, "{seen} sources");
    }
}

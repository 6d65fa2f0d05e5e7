//! The project: where its folder is, and its cargo.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder that holds the workspace.
pub fn root() -> PathBuf {
    // Cargo tells every program it runs where that program's package is, one folder below the
    // root; a program that was started by hand falls back on where it was compiled.
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let compiled = Path::new(env!("CARGO_MANIFEST_DIR"));
    let parent = |package: &Path| package.parent().map(Path::to_path_buf);
    package
        .as_deref()
        .and_then(parent)
        .filter(|root| root.join("xtask").is_dir())
        .or_else(|| parent(compiled))
        .unwrap_or_default()
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

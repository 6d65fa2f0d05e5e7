//! Sizes of what a visitor downloads, raw and gzipped.

use crate::error::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::ops::AddAssign;
use std::path::{Path, PathBuf};

/// How the files in `pkg/` are called that a first visit does without: all of the library.
pub const LAB: &str = "lab";

/// Bytes of one or more files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// As on disk.
    pub raw: u64,
    /// As sent by a server that compresses each file.
    pub gzipped: u64,
}

/// The sizes of a built site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// The folder.
    pub folder: PathBuf,
    /// The `.wasm` file of a first visit.
    pub wasm: Size,
    /// All files of a first visit together.
    pub all: Size,
    /// How many they are.
    pub files: usize,
    /// The lab's files, which come when they are needed.
    pub lab: Size,
}

impl AddAssign for Size {
    fn add_assign(&mut self, other: Self) {
        self.raw += other.raw;
        self.gzipped += other.gzipped;
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<24}{:>12}{:>12}", self.folder.display(), "bytes", "gzipped")?;
        let mut row = |name: &str, size: Size| {
            writeln!(f, "  {:<22}{:>12}{:>12}", name, thousands(size.raw), thousands(size.gzipped))
        };
        row("wasm", self.wasm)?;
        row(&format!("all {} files", self.files), self.all)?;
        row("the lab, when needed", self.lab)
    }
}

/// Measures the site in `folder`.
pub fn of(folder: &Path) -> Result<Sizes> {
    let mut sizes = Sizes {
        folder: folder.to_path_buf(),
        wasm: Size::default(),
        all: Size::default(),
        files: 0,
        lab: Size::default(),
    };
    let lab = folder.join("pkg").join(LAB).display().to_string();
    for file in files(folder)? {
        let size = measure(&fs::read(&file).cannot(format!("read {}", file.display()))?)?;
        if file.display().to_string().starts_with(&lab) {
            sizes.lab += size;
            continue;
        }
        sizes.files += 1;
        sizes.all += size;
        if file.extension().is_some_and(|extension| extension == "wasm") {
            sizes.wasm += size;
        }
    }
    Ok(sizes)
}

/// Every file in `folder` and below, in order of name; hidden ones stay out.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let what = || format!("list {}", folder.display());
    let entries = fs::read_dir(folder).cannot(what())?;
    let mut paths =
        entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>().cannot(what())?;
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// Gzip at the level that servers use by default.
fn measure(bytes: &[u8]) -> Result<Size> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).cannot("compress")?;
    let gzipped = encoder.finish().cannot("compress")?.len() as u64;
    Ok(Size { raw: bytes.len() as u64, gzipped })
}

/// 1234567 as "1,234,567".
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_add_up_and_gzip_shrinks_what_repeats() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("pkg")).unwrap();
        fs::write(folder.path().join("index.html"), "hello").unwrap();
        fs::write(folder.path().join(".hidden"), "not served").unwrap();
        fs::write(folder.path().join("pkg/a.wasm"), vec![7; 100_000]).unwrap();
        fs::write(folder.path().join("pkg/lab_bg.wasm"), vec![7; 2_000]).unwrap();
        let sizes = of(folder.path()).unwrap();
        assert_eq!(sizes.lab.raw, 2_000);
        assert_eq!((sizes.files, sizes.wasm.raw, sizes.all.raw), (2, 100_000, 100_005));
        assert!(sizes.wasm.gzipped < 1_000, "{sizes}");
        // A gzip header and trailer are 18 bytes, so five letters grow.
        assert!(sizes.all.gzipped > sizes.wasm.gzipped + 18, "{sizes}");
        let report = sizes.to_string();
        assert!(report.contains("wasm") && report.contains("100,000"), "{report}");
        assert!(report.contains("all 2 files") && report.contains("100,005"), "{report}");
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(
            [0, 12, 999, 1000, 1234567].map(thousands),
            ["0", "12", "999", "1,000", "1,234,567"]
        );
    }
}

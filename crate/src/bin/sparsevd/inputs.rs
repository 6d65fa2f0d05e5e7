//! Data by the names that the command line gives: files and folders, as the page takes them.

use std::path::{Path, PathBuf};

use sparsevd::data::{self, Data, File, SOURCES, Source};
use sparsevd::error::{Error, Result};

use crate::files;

/// What `--data` takes, for help and errors.
pub const ABOUT: &str = "digits, or files or folders: IDX, CSV and their kin, one set or training and test (also mnist:DIR, csv:FILE)";

/// More files than any data set has, in a folder that was meant for something else.
const MOST: usize = 40;

/// The data that `names` stand for, in a run of this seed.
pub fn load(names: &[&str], seed: u64) -> Result<Data> {
    if let [name] = names
        && let Some(data) = built_in(name).and_then(|source| source.make(seed))
    {
        return Ok(data);
    }
    let mut paths = Vec::new();
    for name in names {
        paths.extend(found(name)?);
    }
    // In error sentences a file is called by its name alone, unless two have the same.
    let alone = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let twins = paths.iter().any(|a| paths.iter().any(|b| a != b && alone(a) == alone(b)));
    let read = |path: &PathBuf| {
        let full = path.display().to_string();
        let bytes = files::read(&full)?;
        Ok(File { name: if twins { full } else { alone(path) }, bytes })
    };
    data::from_files(paths.iter().map(read).collect::<Result<_>>()?)
}

/// The data called `name` that come with the program, if they are such.
fn built_in(name: &str) -> Option<&'static Source> {
    SOURCES.iter().find(|source| source.is_built_in() && source.name == name)
}

/// The files that `name` stands for.
fn found(name: &str) -> Result<Vec<PathBuf>> {
    let path = name.strip_prefix("mnist:").or_else(|| name.strip_prefix("csv:")).unwrap_or(name);
    let path = Path::new(path);
    if path.is_dir() {
        return inside(path);
    }
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    Err(Error::new(match name {
        _ if built_in(name).is_some() => {
            format!("Data '{name}' are complete: leave the other files out, or {name}.")
        }
        "mnist" => "Data 'mnist' needs its folder: write --data mnist:DIR (cargo xtask data mnist fetches it).".to_owned(),
        _ => format!(
            "Data '{name}' is not known: there is no file or folder {}; write digits, or files or folders that exist.",
            path.display()
        ),
    }))
}

/// The files in a folder, by name; what is no data among them is left out when they are read.
fn inside(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable =
        |e| Error::new(format!("Could not read the folder {}: {e}.", folder.display()));
    let mut paths = Vec::new();
    for entry in folder.read_dir().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        paths.extend((!hidden && entry.path().is_file()).then(|| entry.path()));
    }
    paths.sort();
    match paths.len() {
        0 => Err(Error::new(format!(
            "The folder {} has no files: name one that has.",
            folder.display()
        ))),
        1..=MOST => Ok(paths),
        count => Err(Error::new(format!(
            "The folder {} has {count} files: name those that belong together, --data A --data B.",
            folder.display()
        ))),
    }
}

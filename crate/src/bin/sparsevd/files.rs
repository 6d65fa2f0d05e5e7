//! Files: the one way in which the command line reads and writes them.
//!
//! A file is written beside its place and then renamed: whatever ends the program, whoever reads
//! the file finds the old bytes or the new ones. Whether it can be written is known before any
//! work is done for it.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::time::SystemTime;

use sparsevd::error::{Error, Result};
use tempfile::NamedTempFile;

/// What the names of drafts begin and end with; the middle is drawn so that nobody has it.
const DRAFT: (&str, &str) = (".sparsevd-", ".draft");

/// The bytes of the file called `name`.
pub fn read(name: &str) -> Result<Vec<u8>> {
    fs::read(name).map_err(|error| Error::new(format!("Could not read {name}: {error}.")))
}

/// A file to be written, as often as you like.
pub struct Target {
    /// The name that was given, for errors.
    name: String,
    /// The folder, and the file in it; links are followed.
    folder: PathBuf,
    path: PathBuf,
    /// What was last known to be there: its size and its time.
    known: Option<(u64, SystemTime)>,
}

impl Target {
    /// The file called `name`, whether it exists or not.
    ///
    /// # Errors
    /// It could not be written: it is no file, or may not be touched, or its folder may not.
    pub fn new(name: &str) -> Result<Self> {
        let path = locate(name).map_err(|why| refused(name, &why))?;
        let folder = path.parent().unwrap_or(&path).to_path_buf();
        let target = Self { name: name.to_owned(), known: stamp(&path), folder, path };
        target.sweep();
        let choose = |why: io::Error| format!("{why}; choose another name");
        target
            .check()
            .and_then(|()| target.draft().map(drop).map_err(choose))
            .map_err(|why| refused(name, &why))?;
        Ok(target)
    }

    /// The name that was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is the file at `path`, under whatever name.
    pub fn is(&self, path: &str) -> bool {
        locate(path).is_ok_and(|path| path == self.path)
    }

    /// Its bytes, if it exists.
    pub fn contents(&self) -> Result<Option<Vec<u8>>> {
        self.known.map(|_| read(&self.name)).transpose()
    }

    /// Replaces its bytes all at once, on the disk when this returns.
    ///
    /// # Errors
    /// There is no room, or somebody else has written the file meanwhile; it is as it was.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let now = stamp(&self.path);
        if now.is_some() && now != self.known {
            let why = "another program has written it meanwhile, so it was left as it is";
            return Err(refused(&self.name, why));
        }
        self.replace(bytes).map_err(|why| refused(&self.name, &why.to_string()))?;
        self.known = stamp(&self.path);
        Ok(())
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let mut draft = self.draft()?;
        draft.write_all(bytes)?;
        if let Ok(old) = self.path.metadata() {
            draft.as_file().set_permissions(old.permissions())?;
        }
        draft.as_file().sync_all()?;
        draft.persist(&self.path)?;
        // The new name is on the disk once its folder is; not every system can be asked for that.
        let _ = File::open(&self.folder).and_then(|folder| folder.sync_all());
        Ok(())
    }

    /// A new file in the same folder, locked while it lives, gone when dropped.
    fn draft(&self) -> io::Result<NamedTempFile> {
        // Not tempfile's own way, which would hide the file from everybody else for good.
        let create = |path: &Path| File::options().write(true).create_new(true).open(path);
        let (head, tail) = DRAFT;
        let mut name = tempfile::Builder::new();
        let draft = name.prefix(head).suffix(tail).make_in(&self.folder, create)?;
        // A lock only tells `sweep` that somebody is at work.
        let _ = draft.as_file().try_lock();
        Ok(draft)
    }

    /// Removes drafts that a killed program has left in the folder: those that nobody locks.
    fn sweep(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let is_draft = |name: &str| name.starts_with(DRAFT.0) && name.ends_with(DRAFT.1);
        for entry in entries.filter(|entry| is_draft(&entry.file_name().to_string_lossy())) {
            let abandoned = File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
            if abandoned {
                // One that stays does no harm.
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Why a file that exists may not be replaced.
    fn check(&self) -> std::result::Result<(), String> {
        let Ok(metadata) = self.path.metadata() else { return Ok(()) };
        if metadata.is_dir() {
            return Err("it is a folder; name a file".to_owned());
        }
        if !metadata.is_file() {
            return Err("it is no file that can be replaced; choose another name".to_owned());
        }
        if metadata.permissions().readonly() {
            return Err("it is read-only; choose another name".to_owned());
        }
        let opened = File::options().write(true).open(&self.path);
        opened.map(drop).map_err(|error| format!("{error}; choose another name"))
    }
}

fn refused(name: &str, why: &str) -> Error {
    Error::new(format!("Could not write {name}: {why}."))
}

/// Where the file called `name` is or would be, links followed.
fn locate(name: &str) -> std::result::Result<PathBuf, String> {
    let given = Path::new(name);
    match given.canonicalize() {
        Ok(path) => return Ok(path),
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.to_string()),
        Err(_) if given.is_symlink() => return Err("it is a link to nothing".to_owned()),
        Err(_) => {}
    }
    let Some(file) = given.file_name().filter(|_| !name.ends_with(['/', MAIN_SEPARATOR])) else {
        return Err("it is not the name of a file".to_owned());
    };
    let folder = match given.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let missing = |_| format!("there is no folder {}; make it first", folder.display());
    Ok(folder.canonicalize().map_err(missing)?.join(file))
}

/// Size and time of the file at `path`, if there is one.
fn stamp(path: &Path) -> Option<(u64, SystemTime)> {
    let metadata = path.metadata().ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}

//! MNIST on disk: the four files, their checksums, and how to tell that a file is right.

use crate::error::{Context, Error, Result};
use flate2::read::GzDecoder;
use md5::{Digest, Md5};
use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// One of the four files.
#[derive(Debug, PartialEq, Eq)]
pub struct File {
    /// Its name without `.gz`.
    pub name: &'static str,
    /// MD5 of the published `.gz`.
    pub md5_gz: &'static str,
    /// MD5 of the content: some mirrors have compressed it again, and then only this is the same.
    pub md5: &'static str,
}

/// The four files, as published by LeCun, Cortes and Burges.
pub const FILES: [File; 4] = [
    File {
        name: "train-images-idx3-ubyte",
        md5_gz: "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        md5: "6bbc9ace898e44ae57da46a324031adb",
    },
    File {
        name: "train-labels-idx1-ubyte",
        md5_gz: "d53e105ee54ea40749a09fcbcd1e9432",
        md5: "a25bea736e30d166cdddb491f175f624",
    },
    File {
        name: "t10k-images-idx3-ubyte",
        md5_gz: "9fb629c4189551a2d022fa330f9573f3",
        md5: "2646ac647ad5339dbf082846283269ea",
    },
    File {
        name: "t10k-labels-idx1-ubyte",
        md5_gz: "ec29112dd5afa0611ce80d1b7f02629c",
        md5: "27ae3e4e09519cfbb04c329615203637",
    },
];

impl File {
    /// The file's name as published.
    pub fn gz(&self) -> String {
        format!("{}.gz", self.name)
    }

    /// Where the file is in `folder`, with `.gz` or without.
    pub fn in_folder(&self, folder: &Path) -> Option<PathBuf> {
        [self.gz(), self.name.to_string()]
            .iter()
            .map(|name| folder.join(name))
            .find(|path| path.is_file())
    }

    /// Whether the bytes at `path` are this file; an error says what was expected and found, and
    /// names their `source`.
    pub fn check(&self, path: &Path, source: impl fmt::Display) -> Result<()> {
        let what = || format!("read {}", path.display());
        let found = md5(fs::File::open(path).cannot(what())?).cannot(what())?;
        if found == self.md5_gz || found == self.md5 {
            return Ok(());
        }
        let unpacked = GzDecoder::new(fs::File::open(path).cannot(what())?);
        if md5(unpacked).is_ok_and(|content| content == self.md5) {
            return Ok(());
        }
        Err(Error::failed(format!(
            "{source} is not the published {}: expected MD5 {} (or {} unpacked), found {found}.",
            self.gz(),
            self.md5_gz,
            self.md5,
        )))
    }
}

/// Whether `name` is one of the four, with `.gz` or without.
pub fn is_name(name: &str) -> bool {
    let stem = name.strip_suffix(".gz").unwrap_or(name);
    FILES.iter().any(|file| file.name == stem)
}

/// Makes sure that `folder` exists and has all four files.
pub fn check_folder(folder: &Path) -> Result<()> {
    let shown = folder.display();
    if !folder.is_dir() {
        return Err(Error::usage(format!(
            "There is no folder {shown}: `cargo xtask data mnist --to {shown}` would fill it."
        )));
    }
    let missing = FILES.iter().filter(|file| file.in_folder(folder).is_none());
    let names = missing.map(File::gz).collect::<Vec<_>>().join(", ");
    if names.is_empty() {
        return Ok(());
    }
    Err(Error::usage(format!(
        "{shown} lacks {names}: `cargo xtask data mnist --to {shown}` would fetch it."
    )))
}

/// MD5 of everything that `reader` gives, in hexadecimal.
fn md5(mut reader: impl Read) -> io::Result<String> {
    let mut hasher = Md5::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match reader.read(&mut buffer)? {
            0 => break,
            count => hasher.update(&buffer[..count]),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn md5_agrees_with_its_standard() {
        // RFC 1321, appendix A.5.
        assert_eq!(md5("message digest".as_bytes()).unwrap(), "f96b697d7cb7938d525a2f31aaf161d0");
    }

    #[test]
    fn only_the_four_names_are_names() {
        assert!(is_name("train-images-idx3-ubyte") && is_name("t10k-labels-idx1-ubyte.gz"));
        assert!(!is_name("train-images-idx3-ubyte.gz.gz") && !is_name("../secret"));
    }

    #[test]
    fn a_folder_is_told_what_it_lacks() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("none");
        let error = check_folder(&missing).unwrap_err();
        assert_eq!(error.status, 2);
        assert!(error.message.starts_with("There is no folder "), "{error}");

        for file in &FILES[1..] {
            fs::write(folder.path().join(file.gz()), "").unwrap();
        }
        let error = check_folder(folder.path()).unwrap_err();
        assert_eq!(error.status, 2);
        assert!(error.message.contains("lacks train-images-idx3-ubyte.gz:"), "{error}");

        fs::write(folder.path().join(FILES[0].name), "").unwrap();
        check_folder(folder.path()).unwrap();
    }
}

//! `cargo xtask data mnist`: the four files, from mirrors or from a folder.

use crate::error::{Context, Error, Result};
use crate::fetch;
use crate::mnist::{self, File};
use std::fs;
use std::path::{Path, PathBuf};

/// Where MNIST is known to be, in the order in which they are tried.
pub const MIRRORS: &[&str] = &[
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
];

/// Where the files come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Addresses that end in `/`, tried one after the other.
    Mirrors(Vec<String>),
    /// A folder on this machine.
    Folder(PathBuf),
}

impl Source {
    /// The source that `--from` names: an address, a folder, or the well-known mirrors.
    pub fn named(from: Option<&str>) -> Self {
        match from {
            None => Self::Mirrors(MIRRORS.iter().map(ToString::to_string).collect()),
            Some(url) if url.starts_with("http://") || url.starts_with("https://") => {
                Self::Mirrors(vec![format!("{}/", url.trim_end_matches('/'))])
            }
            Some(folder) => Self::Folder(folder.into()),
        }
    }
}

/// Puts MNIST's four files into the folder `to`.
pub fn mnist(source: &Source, to: &Path) -> Result<()> {
    gather(&mnist::FILES, source, to)
}

fn gather(files: &[File], source: &Source, to: &Path) -> Result<()> {
    if let Source::Folder(folder) = source
        && !folder.is_dir()
    {
        return Err(Error::usage(format!(
            "There is no folder {}: give --from a folder or an http(s) address.",
            folder.display()
        )));
    }
    fs::create_dir_all(to).cannot(format!("make the folder {}", to.display()))?;
    files.iter().try_for_each(|file| get(file, source, to))
}

/// Gets one file, unless it is there and right.
fn get(file: &File, source: &Source, to: &Path) -> Result<()> {
    if let Some(path) = file.in_folder(to) {
        match file.check(&path, path.display()) {
            Ok(()) => {
                println!("{}: already there", file.name);
                return Ok(());
            }
            Err(wrong) => println!("{wrong} It will be replaced."),
        }
    }
    match source {
        Source::Mirrors(mirrors) => download(file, mirrors, to),
        Source::Folder(folder) => copy(file, folder, to),
    }
}

fn download(file: &File, mirrors: &[String], to: &Path) -> Result<()> {
    for (index, mirror) in mirrors.iter().enumerate() {
        match fetch::fetch(file, mirror, to) {
            Ok(()) => {
                println!("{}: from {mirror}", file.name);
                return Ok(());
            }
            // The last one's reason is the command's.
            Err(why) if index + 1 == mirrors.len() => {
                return Err(Error::failed(format!(
                    "{why} No mirror is left: try again later, or give --from a folder or an \
                     address that has {}.",
                    file.gz()
                )));
            }
            Err(why) => println!("{why} Trying the next mirror."),
        }
    }
    Err(Error::usage("There is no mirror to try: give --from a folder or an address."))
}

fn copy(file: &File, from: &Path, to: &Path) -> Result<()> {
    let path = file.in_folder(from).ok_or_else(|| {
        Error::usage(format!("{} lacks {}: give --from another folder.", from.display(), file.gz()))
    })?;
    fetch::copy(file, &path, to)?;
    println!("{}: from {}", file.name, path.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::extract::{Request, State};
    use axum::http::{Response, StatusCode, header};
    use std::sync::{Arc, Mutex};
    use std::thread;

    /// What the mirrors have: long enough for a part of it to be resumed.
    const CONTENT: &[u8] = b"a file that stands for the images";
    /// Its name, and its MD5 by `md5sum`.
    const FILE: File = File {
        name: "train-images-idx3-ubyte",
        md5_gz: "92615d25de11da1ab1aae56a981847c5",
        md5: "not packed",
    };

    /// A mirror on this machine, and the ranges that it was asked for.
    struct Mirror {
        url: String,
        asked: Arc<Mutex<Vec<Option<String>>>>,
    }

    #[derive(Clone)]
    struct Behaviour {
        content: &'static [u8],
        status: StatusCode,
        ranges: bool,
        asked: Arc<Mutex<Vec<Option<String>>>>,
    }

    async fn answer(State(mirror): State<Behaviour>, request: Request) -> Response<String> {
        let range = request.headers().get(header::RANGE).map(|range| range.to_str().unwrap());
        mirror.asked.lock().unwrap().push(range.map(str::to_string));
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let start =
            range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
        match start {
            Some(start) if mirror.ranges => match mirror.content.get(start..) {
                Some(rest) if !rest.is_empty() => Response::builder()
                    .status(StatusCode::PARTIAL_CONTENT)
                    .header(
                        header::CONTENT_RANGE,
                        format!("bytes {start}-{}/*", start + rest.len() - 1),
                    )
                    .body(text(rest)),
                _ => Response::builder()
                    .status(StatusCode::RANGE_NOT_SATISFIABLE)
                    .body(String::new()),
            },
            _ => Response::builder().status(mirror.status).body(text(mirror.content)),
        }
        .unwrap()
    }

    fn mirror(content: &'static [u8], status: StatusCode, ranges: bool) -> Mirror {
        let asked = Arc::default();
        let behaviour = Behaviour { content, status, ranges, asked: Arc::clone(&asked) };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/mnist/", listener.local_addr().unwrap());
        listener.set_nonblocking(true).unwrap();
        // It serves until the tests' process ends.
        thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime.enable_all().build().unwrap().block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, Router::new().fallback(answer).with_state(behaviour)).await
            })
        });
        Mirror { url, asked }
    }

    fn good(ranges: bool) -> Mirror {
        mirror(CONTENT, StatusCode::OK, ranges)
    }

    fn from(mirrors: &[&Mirror]) -> Source {
        Source::Mirrors(mirrors.iter().map(|mirror| mirror.url.clone()).collect())
    }

    /// What is in `folder` after the file has been gathered from `source`.
    fn gathered(source: &Source, folder: &Path) -> Vec<u8> {
        gather(&[FILE], source, folder).unwrap();
        assert!(!folder.join("train-images-idx3-ubyte.gz.part").exists());
        fs::read(folder.join("train-images-idx3-ubyte.gz")).unwrap()
    }

    #[test]
    fn a_partial_download_is_resumed() {
        let (folder, mirror) = (tempfile::tempdir().unwrap(), good(true));
        fs::write(folder.path().join("train-images-idx3-ubyte.gz.part"), &CONTENT[..10]).unwrap();
        assert_eq!(gathered(&from(&[&mirror]), folder.path()), CONTENT);
        assert_eq!(*mirror.asked.lock().unwrap(), [Some("bytes=10-".to_string())]);
    }

    #[test]
    fn a_whole_part_needs_no_more_bytes() {
        let (folder, mirror) = (tempfile::tempdir().unwrap(), good(true));
        fs::write(folder.path().join("train-images-idx3-ubyte.gz.part"), CONTENT).unwrap();
        assert_eq!(gathered(&from(&[&mirror]), folder.path()), CONTENT);
    }

    #[test]
    fn a_server_that_ignores_ranges_sends_the_whole_file() {
        let (folder, mirror) = (tempfile::tempdir().unwrap(), good(false));
        fs::write(folder.path().join("train-images-idx3-ubyte.gz.part"), &CONTENT[..10]).unwrap();
        assert_eq!(gathered(&from(&[&mirror]), folder.path()), CONTENT);
    }

    #[test]
    fn a_wrong_part_is_fetched_again_from_its_first_byte() {
        let (folder, mirror) = (tempfile::tempdir().unwrap(), good(true));
        fs::write(folder.path().join("train-images-idx3-ubyte.gz.part"), b"wrong").unwrap();
        assert_eq!(gathered(&from(&[&mirror]), folder.path()), CONTENT);
        assert_eq!(*mirror.asked.lock().unwrap(), [Some("bytes=5-".to_string()), None]);
    }

    #[test]
    fn a_wrong_checksum_is_refused_and_its_bytes_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let mirror = mirror(b"something else", StatusCode::OK, true);
        let error = gather(&[FILE], &from(&[&mirror]), folder.path()).unwrap_err();
        for part in [
            "/mnist/train-images-idx3-ubyte.gz is not the published",
            "expected MD5 92615d25de11da1ab1aae56a981847c5",
            "found 6c7ba9c5a141421e1c03cb9807c97c74",
        ] {
            assert!(error.message.contains(part), "{error}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_next_mirror_is_tried() {
        let folder = tempfile::tempdir().unwrap();
        let gone = mirror(b"", StatusCode::NOT_FOUND, true);
        let wrong = mirror(b"something else", StatusCode::OK, true);
        let silent = Mirror { url: "http://127.0.0.1:1/".into(), asked: Arc::default() };
        let (good, spare) = (good(true), good(true));
        let source = from(&[&gone, &wrong, &silent, &good, &spare]);
        assert_eq!(gathered(&source, folder.path()), CONTENT);
        assert_eq!(good.asked.lock().unwrap().len(), 1);
        assert_eq!(spare.asked.lock().unwrap().len(), 0);

        let error = gather(&[FILE], &from(&[&gone]), &folder.path().join("other")).unwrap_err();
        assert!(error.message.contains("answered 404 Not Found. No mirror is left"), "{error}");
    }

    #[test]
    fn a_right_file_is_left_alone_and_a_wrong_one_replaced() {
        let (folder, mirror) = (tempfile::tempdir().unwrap(), good(true));
        fs::write(folder.path().join("train-images-idx3-ubyte.gz"), "damaged").unwrap();
        assert_eq!(gathered(&from(&[&mirror]), folder.path()), CONTENT);
        assert_eq!(gathered(&from(&[&mirror]), folder.path()), CONTENT);
        assert_eq!(mirror.asked.lock().unwrap().len(), 1);
    }

    #[test]
    fn a_folder_is_copied_if_its_checksums_are_right() {
        let folder = tempfile::tempdir().unwrap();
        let (source, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir(&source).unwrap();
        let named = Source::Folder(source.clone());

        let error = gather(&[FILE], &named, &to).unwrap_err();
        assert!(error.message.contains("lacks train-images-idx3-ubyte.gz"), "{error}");

        fs::write(source.join("train-images-idx3-ubyte.gz"), CONTENT).unwrap();
        assert_eq!(gathered(&named, &to), CONTENT);

        fs::remove_file(to.join("train-images-idx3-ubyte.gz")).unwrap();
        fs::write(source.join("train-images-idx3-ubyte.gz"), "damaged").unwrap();
        let error = gather(&[FILE], &named, &to).unwrap_err();
        assert!(error.message.contains("from/train-images-idx3-ubyte.gz is not the published"));
        assert_eq!(fs::read_dir(&to).unwrap().count(), 0);

        let error = gather(&[FILE], &Source::Folder("no/such".into()), &to).unwrap_err();
        assert!(error.message.starts_with("There is no folder no/such:"), "{error}");
        assert_eq!(error.status, 2);
    }

    #[test]
    fn from_tells_an_address_from_a_folder() {
        assert_eq!(
            Source::named(Some("https://a.example/mnist")),
            Source::Mirrors(vec!["https://a.example/mnist/".into()])
        );
        assert_eq!(Source::named(Some("../mnist")), Source::Folder("../mnist".into()));
        assert!(matches!(Source::named(None), Source::Mirrors(all) if all.len() == MIRRORS.len()));
    }
}

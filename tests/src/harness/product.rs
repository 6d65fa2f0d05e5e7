//! What is tested: the built site and who serves it, the browser, and how many of them at once.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, OnceLock};
use xtask::browser::{self, Browser};
use xtask::serve::{self, Running};
use xtask::{build, project, sizes};

/// Browsers that run at the same time: each trains on one core and draws on another.
const BROWSERS: usize = 2;

/// The built site: where `DIST` says, or `dist/`, built if it is missing.
pub fn dist() -> &'static Path {
    static DIST: OnceLock<PathBuf> = OnceLock::new();
    DIST.get_or_init(|| {
        if let Some(folder) = env::var_os(xtask::test::DIST) {
            return folder.into();
        }
        let folder = project::dist();
        if !folder.join("index.html").is_file() {
            build::build(&folder).unwrap_or_else(|why| panic!("{why}"));
        }
        folder
    })
}

/// The browser to test with.
pub fn browser() -> &'static Browser {
    static BROWSER: OnceLock<Browser> = OnceLock::new();
    BROWSER.get_or_init(|| browser::ensure().unwrap_or_else(|why| panic!("{why}")))
}

/// The folder with MNIST beside the project, if it is there; otherwise says that `test` is
/// skipped.
pub fn mnist(test: &str) -> Option<PathBuf> {
    let beside = project::root().join("../shared/data/mnist");
    // The browser takes no path with dots in it.
    let folder = beside.canonicalize().ok().or_else(serve::default_data);
    if folder.is_none() {
        say(&format!("skipped: {test} needs MNIST, which `cargo xtask data mnist` fetches."));
    }
    folder
}

/// Says something although the test passes: what `println!` says is kept for failures.
pub fn say(sentence: &str) {
    // Without a terminal to say it on, there is nobody to tell.
    let _ = writeln!(io::stdout(), "{sentence}");
}

/// The address of the site, served without MNIST.
pub fn site() -> String {
    static SITE: OnceLock<Running> = OnceLock::new();
    SITE.get_or_init(|| serve_folder(dist(), None)).url()
}

/// Copies the built site to a folder.
pub fn copy_to(folder: &Path) {
    for file in sizes::files(dist()).expect("the site's files") {
        let copy = folder.join(file.strip_prefix(dist()).expect("below the site"));
        fs::create_dir_all(copy.parent().expect("a folder")).expect("a folder to copy to");
        fs::write(copy, fs::read(&file).expect("a file")).expect("a copy");
    }
}

/// Serves a folder as a site of its own.
pub fn serve_folder(folder: &Path, data: Option<PathBuf>) -> Running {
    serve::start(folder.to_path_buf(), data, 0).unwrap_or_else(|why| panic!("{why}"))
}

/// A folder for what people look at after the tests.
pub fn artifacts() -> PathBuf {
    let folder = project::root().join("artifacts");
    fs::create_dir_all(&folder).expect("a folder for pictures");
    folder
}

/// The right to run one browser, or the only one; given back when dropped.
pub struct Turn(usize);

static FREE: Mutex<usize> = Mutex::new(BROWSERS);
static GIVEN_BACK: Condvar = Condvar::new();
const COUNTING: &str = "nobody panics while counting";

impl Turn {
    /// Waits until fewer than [`BROWSERS`] run.
    pub fn among_others() -> Self {
        Self::of(1)
    }

    /// Waits until no other runs, for what is timed.
    pub fn alone() -> Self {
        Self::of(BROWSERS)
    }

    fn of(places: usize) -> Self {
        let free = FREE.lock().expect(COUNTING);
        *GIVEN_BACK.wait_while(free, |free| *free < places).expect(COUNTING) -= places;
        Self(places)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *FREE.lock().expect(COUNTING) += self.0;
        GIVEN_BACK.notify_all();
    }
}

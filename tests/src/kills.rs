//! Programs that are killed, and disks that are full: what was written stays, and work goes on.
//!
//! The test command kills each program a few times; `KILLS=50 cargo test -p tests kills` does it
//! fifty times, at other moments.

use crate::harness::files::{small_mnist, write};
use crate::harness::product::say;
use crate::harness::program::{self, Said, column, kill, output, run, untimed};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// How often each program is killed.
fn kills() -> usize {
    std::env::var("KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(8)
}

/// Moments within the time that `work` takes, the same parts of it every time (Knuth's generator).
fn moments(work: &[&str]) -> impl FnMut() -> Duration + use<> {
    // The first run of all waits for the program to be built.
    output(&["--version"]);
    let began = Instant::now();
    assert_eq!(run(work).status, 0);
    // On a busy machine the work may take much longer than it has to.
    let whole = began.elapsed().min(Duration::from_secs(1));
    let mut state = kills() as u64;
    move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        whole.mul_f64((state >> 11) as f64 / (1_u64 << 53) as f64)
    }
}

/// Runs the program and kills it at some `moment`, unless that was done often enough; what it
/// said if it has ended by itself.
fn end(arguments: &[&str], killed: usize, moment: &mut impl FnMut() -> Duration) -> Option<Said> {
    if killed < kills() { kill(arguments, moment()) } else { Some(run(arguments)) }
}

/// What is in a folder besides the files called `names`: nothing may be left.
fn others(folder: &Path, names: &[&str]) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let entries = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    entries.filter(|name| !names.contains(&name.as_str())).collect()
}

/// The log and the checkpoint of a run, in a folder.
struct Kept {
    csv: PathBuf,
    save: PathBuf,
}

impl Kept {
    fn in_folder(folder: &Path) -> Self {
        Self { csv: folder.join("run.csv"), save: folder.join("run.safetensors") }
    }

    /// Arguments that begin the run, or go on with what is there.
    fn arguments(&self, start: &[&str]) -> Vec<String> {
        let [csv, save] = [&self.csv, &self.save].map(|file| file.display().to_string());
        let mut arguments = vec!["train".to_owned()];
        if self.save.exists() {
            arguments.extend(["--resume".to_owned(), save.clone()]);
        } else {
            arguments.extend(start.iter().map(|&flag| flag.to_owned()));
        }
        arguments.extend(["--csv".to_owned(), csv, "--save".to_owned(), save]);
        arguments
    }

    /// Both files are whole, and the log is at most the one epoch ahead that is trained again.
    fn check(&self) {
        let saved = self.save.exists().then(|| {
            let said = output(&["evaluate", "--load", &self.save.display().to_string()]);
            column(&said, "epoch")[0].parse::<usize>().unwrap()
        });
        let Ok(lines) = fs::read_to_string(&self.csv) else { return };
        let epochs = column(&lines, "epoch");
        assert!(
            epochs.iter().enumerate().all(|(i, epoch)| *epoch == (i + 1).to_string()),
            "{lines}"
        );
        assert!(column(&lines, "seconds").iter().all(|cell| !cell.is_empty()), "{lines}");
        let ahead = epochs.len() - saved.unwrap_or(0);
        assert!(ahead <= usize::from(saved.is_some()), "{saved:?}: {lines}");
    }
}

fn words(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

#[test]
fn a_killed_run_loses_nothing() {
    let start = ["--net", "64-20-10", "--epochs", "60", "--kl-warmup", "0..20"];
    let folder = tempfile::tempdir().unwrap();
    let whole = Kept::in_folder(folder.path());
    let mut moment = moments(&words(&whole.arguments(&start)));
    let lines = fs::read_to_string(&whole.csv).unwrap();

    let mut killed = 0;
    while killed < kills() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::in_folder(folder.path());
        loop {
            let said = end(&words(&kept.arguments(&start)), killed, &mut moment);
            kept.check();
            match said {
                None => killed += 1,
                Some(said) => {
                    assert_eq!(said.status, 0, "{}", said.err);
                    break;
                }
            }
        }
        assert_eq!(untimed(&fs::read_to_string(&kept.csv).unwrap()), untimed(&lines));
        // The order of a file's metadata is nobody's business: what it says is.
        let says = |kept: &Kept| output(&["evaluate", "--load", &kept.save.display().to_string()]);
        assert_eq!(says(&kept), says(&whole));
        assert_eq!(others(folder.path(), &["run.csv", "run.safetensors"]), [""; 0]);
    }
}

#[test]
fn a_killed_table_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = small_mnist(folder.path());
    let arguments = |dir: &Path| {
        let dir = dir.display().to_string();
        let words = ["table", "--data", &data, "--only", "lenet-300-100", "--epochs", "4", "--dir"];
        words.map(str::to_owned).into_iter().chain([dir]).collect::<Vec<_>>()
    };
    // All of a table but the seconds.
    let table = |dir: &Path| {
        let text = fs::read_to_string(dir.join("table.csv")).unwrap();
        ["method", "epochs", "error", "sparsity_per_layer"].map(|name| column(&text, name))
    };
    let whole = folder.path().join("whole");
    let mut moment = moments(&words(&arguments(&whole)));

    let mut killed = 0;
    while killed < kills() {
        let dir = folder.path().join(format!("after-{killed}"));
        loop {
            let said = end(&words(&arguments(&dir)), killed, &mut moment);
            for method in ["dense", "magnitude-pruning", "sparse-vd", "ard"] {
                let file = |ending: &str| dir.join(format!("lenet-300-100-{method}-1.{ending}"));
                let run = Kept { csv: file("csv"), save: file("safetensors") };
                let Ok(lines) = fs::read_to_string(&run.csv) else { continue };
                let epochs = column(&lines, "epoch");
                assert_eq!(epochs, ["1", "2", "3", "4"][..epochs.len()], "{lines}");
                assert!(run.save.exists() || epochs.is_empty(), "{lines}");
            }
            match said {
                None => killed += 1,
                Some(said) => {
                    assert_eq!(said.status, 0, "{}", said.err);
                    break;
                }
            }
        }
        assert_eq!(table(&dir), table(&whole));
        let lines = |dir: &Path| fs::read_to_string(dir.join("lenet-300-100-ard-1.csv")).unwrap();
        assert_eq!(untimed(&lines(&dir)), untimed(&lines(&whole)));
        let drafts = others(&dir, &[]).into_iter().filter(|name| name.starts_with('.'));
        assert_eq!(drafts.collect::<Vec<_>>(), [""; 0]);
    }
}

/// A disk of a few kilobytes; gone when dropped.
struct Disk(tempfile::TempDir);

impl Disk {
    /// Only root may make one; otherwise says that `test` is skipped.
    fn of_kilobytes(size: u32, test: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={size}k");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "none"]).arg(folder.path());
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        if !mounted {
            say(&format!("skipped: {test} needs root, to mount a small disk."));
        }
        mounted.then_some(Self(folder))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_leaves_the_last_good_files() {
    let Some(disk) = Disk::of_kilobytes(92, "a_full_disk_leaves_the_last_good_files") else {
        return;
    };
    let start = ["--net", "64-20-10", "--epochs", "60"];
    let kept = Kept::in_folder(disk.0.path());
    // A checkpoint grows by its records, so there is room for two at first and then there is not.
    let full = |arguments: &[String]| {
        let said = run(&words(arguments));
        assert_eq!(said.status, 2, "{said:?}");
        assert!(
            said.err.contains("No space left") && said.err.lines().count() == 1,
            "{}",
            said.err
        );
        assert!(
            said.err.contains("run.safetensors") || said.err.contains("run.csv"),
            "{}",
            said.err
        );
        assert_eq!(others(disk.0.path(), &["run.csv", "run.safetensors"]), [""; 0]);
    };
    full(&kept.arguments(&start));
    kept.check();
    let epoch = |kept: &Kept| {
        column(&output(&["evaluate", "--load", &kept.save.display().to_string()]), "epoch")[0]
            .clone()
    };
    assert_ne!(epoch(&kept), "0");

    // Without any room it is refused before training, and nothing changes.
    let bytes = || [&kept.csv, &kept.save].map(|file| fs::read(file).unwrap());
    let before = bytes();
    let filler = disk.0.path().join("filler");
    let _ = fs::write(&filler, [1; 100 * 1024]);
    let said = run(&words(&kept.arguments(&start)));
    assert!(said.status == 2 && said.err.contains("No space left"), "{said:?}");
    assert_eq!(said.out, "");
    assert!(bytes() == before);
    fs::remove_file(&filler).unwrap();

    // Elsewhere it goes on to the same end as if nothing had happened.
    let folder = tempfile::tempdir().unwrap();
    let [elsewhere, whole] = ["elsewhere", "whole"].map(|name| folder.path().join(name));
    [&elsewhere, &whole].iter().for_each(|folder| fs::create_dir(folder).unwrap());
    for (file, bytes) in ["run.csv", "run.safetensors"].iter().zip(before) {
        write(&elsewhere, file, bytes);
    }
    let [elsewhere, whole] = [elsewhere, whole].map(|folder| Kept::in_folder(&folder));
    output(&words(&elsewhere.arguments(&start)));
    output(&words(&whole.arguments(&start)));
    let [one, other] = [&elsewhere, &whole].map(|kept| fs::read_to_string(&kept.csv).unwrap());
    assert_eq!(untimed(&one), untimed(&other));
    assert_eq!(program::run(&["evaluate", "--load", &whole.save.display().to_string()]).status, 0);
}

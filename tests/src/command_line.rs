//! The command line: the columns scripts rely on, files that go on exactly, and errors that help.

use crate::harness::files::{self, idx_images, idx_labels, write};
use crate::harness::product;
use crate::harness::program::{self, column, output, refuses, run, unread, untimed};
use std::fs;
use std::path::{Path, PathBuf};

/// Public interface: scripts rely on every word.
const HEADER: &str = "epoch,kl_weight,lr,train_loss,train_acc,test_acc,test_nll,kept,total,compression,sparsity_per_layer,seconds";

/// A run of a moment.
const SHORT: [&str; 5] = ["train", "--net", "64-20-10", "--epochs", "3"];

#[test]
fn training_prints_the_header_and_a_line_an_epoch() {
    let lines = output(&SHORT);
    assert_eq!(lines.lines().next(), Some(HEADER));
    assert_eq!(column(&lines, "epoch"), ["1", "2", "3"]);
    assert_eq!(column(&lines, "total"), ["1480"; 3]);
    for line in lines.lines().skip(1) {
        assert_eq!(line.split(',').count(), HEADER.split(',').count(), "{line}");
    }
    for (sparsity, kept) in column(&lines, "sparsity_per_layer").iter().zip(column(&lines, "kept"))
    {
        let shares: Vec<f64> = sparsity.split('/').map(|share| share.parse().unwrap()).collect();
        let kept: f64 = kept.parse().unwrap();
        // Four decimals of a layer's share are half a ten-thousandth of its weights.
        assert!((1280.0 * (1.0 - shares[0]) + 200.0 * (1.0 - shares[1]) - kept).abs() < 0.1);
    }
}

#[test]
fn the_file_of_lines_is_what_was_printed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.csv");
    let printed = output(&[&SHORT[..], &["--csv", &file.display().to_string()]].concat());
    assert_eq!(fs::read_to_string(file).unwrap(), printed);
}

#[test]
fn the_same_flags_print_the_same_numbers() {
    assert_eq!(untimed(&output(&SHORT)), untimed(&output(&SHORT)));
    let other = output(&[&SHORT[..], &["--seed", "2"]].concat());
    assert_ne!(untimed(&output(&SHORT)), untimed(&other));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.safetensors").display().to_string();
    output(&[&SHORT[..], &["--save", &file]].concat());
    let evaluate = ["evaluate", "--load", &file];
    for arguments in [&SHORT[..], &evaluate, &["bench", "--works", "peak"]] {
        let said = unread(arguments);
        assert_eq!((said.status, said.err.as_str()), (0, ""), "{arguments:?}");
    }
}

#[test]
fn a_saved_network_is_as_accurate_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.safetensors").display().to_string();
    let lines = output(&[&SHORT[..], &["--save", &file]].concat());
    let evaluated = output(&["evaluate", "--load", &file, "--data", "digits"]);
    for name in ["test_acc", "test_nll", "kept", "total", "compression"] {
        assert_eq!(column(&evaluated, name)[0], column(&lines, name)[2], "{name}");
    }
}

#[test]
fn a_resumed_run_ends_where_an_uninterrupted_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("half.safetensors").display().to_string();
    output(&["train", "--net", "64-20-10", "--epochs", "2", "--save", &file]);
    let resumed = program::fingerprint(&["--resume", &file, "--epochs", "5"]);
    let whole = program::fingerprint(&["--net", "64-20-10", "--epochs", "5"]);
    assert_eq!(resumed, whole);
}

#[test]
fn mnist_trains_on_the_command_line() {
    let Some(folder) = product::mnist("mnist_trains_on_the_command_line") else { return };
    let data = format!("mnist:{}", folder.display());
    let said = run(&[
        "train",
        "--data",
        &data,
        "--net",
        "784-20-10",
        "--train-size",
        "2000",
        "--epochs",
        "2",
    ]);
    // Such folders often have a list of checksums, too.
    let lines = said.out;
    assert!(said.err.is_empty() || said.err.starts_with("sparsevd: Left out"), "{}", said.err);
    let accuracy: f64 = column(&lines, "test_acc")[1].parse().unwrap();
    assert!(accuracy > 70.0, "{lines}");
}

#[test]
fn wrong_values_are_named_in_one_line() {
    for (flag, value) in [
        ("--method", "alchemy"),
        ("--estimator", "guess"),
        ("--lr", "10"),
        ("--lr", "nan"),
        ("--epochs", "0"),
        ("--batch-size", "100000"),
        ("--batch-size", "0"),
        ("--net", "64-x-10"),
        ("--net", "784-20-10"),
        ("--kl-warmup", "9..1"),
        ("--seed", "-1"),
        ("--threshold", "99"),
        ("--labels", "false"),
        ("--experiment", "nothing"),
        ("--data", "imagenet"),
        ("--data", "mnist:/no/such/folder"),
        ("--train-size", "999999"),
        ("--resume", "/no/such/file"),
    ] {
        let value_said = value.trim_start_matches("mnist:");
        refuses(&["train", flag, value], value_said);
    }
}

#[test]
fn flags_that_do_not_exist_are_named() {
    let said = run(&["train", "--learning-speed", "1"]);
    assert_eq!((said.status, said.out.as_str()), (2, ""));
    assert!(said.err.contains("--learning-speed"), "{}", said.err);
}

#[test]
fn broken_data_files_are_named_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut images = idx_images(20, 28);
    images.truncate(1000);
    write(folder.path(), "train-images-idx3-ubyte", images);
    write(folder.path(), "train-labels-idx1-ubyte", idx_labels(20));
    write(folder.path(), "t10k-images-idx3-ubyte", idx_images(10, 28));
    write(folder.path(), "t10k-labels-idx1-ubyte", idx_labels(10));
    let data = format!("mnist:{}", folder.path().display());
    refuses(&["train", "--data", &data, "--epochs", "1"], "train-images-idx3-ubyte");
    let torn = write(folder.path(), "torn.safetensors", [7; 300]).display().to_string();
    refuses(&["evaluate", "--load", &torn], "torn.safetensors");
    refuses(&["train", "--resume", &torn], "torn.safetensors");
}

#[test]
fn a_diverged_run_says_so_in_one_line() {
    let said = run(&[
        "train",
        "--net",
        "64-300-300-300-10",
        "--optimizer",
        "sgd",
        "--lr",
        "1",
        "--init",
        "10",
        "--epochs",
        "50",
    ]);
    assert_eq!(said.status, 2);
    assert!(said.err.contains("not a number") && said.err.lines().count() == 1, "{}", said.err);
}

/// Every file in a folder with its bytes.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn what_would_be_lost_or_cannot_be_written_is_refused_before_training() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let [run, log, other, table] = ["run.safetensors", "run.csv", "other.csv", "mine.csv"].map(at);
    output(&[&SHORT[..], &["--save", &run, "--csv", &log]].concat());
    output(&[&SHORT[..], &["--seed", "2", "--csv", &other]].concat());
    write(folder.path(), "mine.csv", files::table(40));
    write(folder.path(), "read-only.csv", format!("{HEADER}\n"));
    let read_only = folder.path().join("read-only.csv");
    let mut permissions = read_only.metadata().unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&read_only, permissions).unwrap();
    let before = contents(folder.path());

    let images = tempfile::tempdir().unwrap();
    let data = files::small_mnist(images.path());
    let missing = at("missing/run");
    let wrong = ["/dev/null", "/proc/run", folder.path().to_str().unwrap(), &missing, ""];
    for name in wrong.into_iter().chain([read_only.to_str().unwrap(), &table]) {
        for flag in ["--csv", "--save"] {
            refuses(&[&SHORT[..], &[flag, name]].concat(), name);
            refuses(&["train", "--resume", &run, "--epochs", "9", flag, name], name);
        }
        refuses(&["table", "--data", &data, "--dir", &at("runs"), "--csv", name], name);
    }
    // A new run may not take the place of one that is there; a run that goes on, of no other.
    for (flag, name) in [("--csv", &log), ("--csv", &run), ("--save", &run), ("--save", &log)] {
        refuses(&[&SHORT[..], &[flag, name]].concat(), name);
    }
    for (flag, name) in [("--csv", &other), ("--csv", &run), ("--save", &log), ("--save", &other)] {
        refuses(&["train", "--resume", &run, "--epochs", "9", flag, name], name);
    }
    refuses(&["train", "--data", &table, "--csv", &table], &table);
    let both = at("both");
    refuses(&[&SHORT[..], &["--save", &both, "--csv", &both]].concat(), "two names");
    assert!(contents(folder.path()) == before, "a file was touched");
}

#[test]
fn a_log_goes_on_with_its_run() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let [save, csv, whole, late] = ["run.safetensors", "run.csv", "whole.csv", "late.csv"].map(at);
    let epochs = |n: &'static str| ["train", "--net", "64-20-10", "--epochs", n];
    output(&[&epochs("7")[..], &["--csv", &whole]].concat());
    output(&[&epochs("2")[..], &["--csv", &csv, "--save", &save]].concat());
    let early = fs::read(&save).unwrap();
    let resume = |n: &str| {
        output(&["train", "--resume", &save, "--epochs", n, "--csv", &csv, "--save", &save])
    };
    resume("5");
    // Back to the earlier checkpoint: the lines after it are trained again.
    fs::write(&save, early).unwrap();
    let printed = resume("7");
    assert_eq!(column(&printed, "epoch"), ["3", "4", "5", "6", "7"]);
    let [lines, expected] = [&csv, &whole].map(|file| fs::read_to_string(file).unwrap());
    assert_eq!(untimed(&lines), untimed(&expected));
    assert!(column(&lines, "seconds").iter().all(|seconds| !seconds.is_empty()));

    // A finished run writes what it is asked for, the epochs of which nobody kept a log too.
    let copy = at("copy.safetensors");
    let said = run(&["train", "--resume", &save, "--csv", &late, "--save", &copy, "--lr", "0.5"]);
    assert_eq!((said.status, said.out.trim()), (0, HEADER));
    assert!(said.err.contains("7 epochs") && said.err.contains("--epochs"), "{}", said.err);
    assert_eq!(untimed(&fs::read_to_string(&late).unwrap()), untimed(&expected));
    let link = String::from_utf8_lossy(&fs::read(&copy).unwrap()).into_owned();
    assert!(link.contains("lr=0.5"), "the change is in the file");
    refuses(&["train", "--resume", &save, "--lr", "0.5"], "--lr");
}

#[test]
fn flags_that_a_resumed_run_cannot_follow_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.safetensors").display().to_string();
    output(&[&SHORT[..], &["--save", &file]].concat());
    for (flag, value) in [
        ("--seed", "2"),
        ("--net", "64-30-10"),
        ("--method", "dense"),
        ("--experiment", "digits-conv"),
        ("--dropout", "0.3"),
        ("--epochs", "2"),
        ("--samples", "3"),
    ] {
        refuses(&["train", "--resume", &file, flag, value], flag);
    }
    let resumed = |flags: &[&str]| {
        let lines = output(&[&["train", "--resume", &file, "--epochs", "5"], flags].concat());
        untimed(&lines).join("\n")
    };
    let plain = resumed(&[]);
    assert_eq!(resumed(&["--seed", "1", "--lr", "1.5e-3", "--experiment", "sparsity"]), plain);
    for flags in
        [["--lr", "0.01"], ["--batch-size", "64"], ["--estimator", "rt"], ["--threshold", "0"]]
    {
        assert_ne!(resumed(&flags), plain, "{flags:?}");
    }
    for flag in
        [["--method", "dense", "--kl-weight", "2"], ["--method", "dense", "--threshold", "2"]]
    {
        refuses(&[&["train"], &flag[..]].concat(), flag[2]);
    }
    refuses(&["bench", "--works", "peak,nothing"], "nothing");
}

#[test]
fn data_come_in_as_they_do_on_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let in_folder = |name: &str| folder.path().join(name).display().to_string();
    let letters = folder.path().join("letters");
    fs::create_dir(&letters).unwrap();
    for (part, count) in [("train", 60), ("test", 20)] {
        let name = |kind| format!("emnist-letters-{part}-{kind}-ubyte");
        write(&letters, &name("images-idx3"), idx_images(count, 8));
        write(&letters, &name("labels-idx1"), idx_labels(count));
    }
    write(&letters, "readme.txt", "letters");
    write(folder.path(), "images-idx3-ubyte", idx_images(40, 8));
    write(folder.path(), "labels-idx1-ubyte", idx_labels(40));
    fs::create_dir(folder.path().join("other")).unwrap();
    write(folder.path(), "a.csv", files::table(60));
    write(&folder.path().join("other"), "a.csv", files::table(20));
    let [images, labels] = ["images-idx3-ubyte", "labels-idx1-ubyte"].map(in_folder);
    let [letters, one, other] = ["letters", "a.csv", "other/a.csv"].map(in_folder);
    let (mnist, csv) = (format!("mnist:{letters}"), format!("csv:{one}"));
    let save = in_folder("run.safetensors");
    for data in [
        vec!["--data", &letters],
        vec!["--data", &mnist],
        vec!["--data", &images, "--data", &labels],
        vec!["--data", &images, &labels],
        vec!["--data", &csv],
        vec!["--data", &one],
        vec!["--data", &one, &other],
    ] {
        let train = ["train", "--epochs", "1", "--batch-size", "10", "--save", &save];
        let said = run(&[&train[..], &data].concat());
        assert_eq!(said.status, 0, "{data:?}: {}", said.err);
        // The saved run says what it needs, and has it when it is named again.
        refuses(&["evaluate", "--load", &save], "--data");
        refuses(&["train", "--resume", &save], "--data");
        let said = run(&[&["evaluate", "--load", &save][..], &data].concat());
        assert_eq!(said.status, 0, "{data:?}: {}", said.err);
        fs::remove_file(&save).unwrap();
    }
    for (data, word) in [
        (vec!["digits", &one], "digits"),
        (vec![images.as_str()], "labels"),
        (vec!["mnist"], "mnist:DIR"),
        (vec!["nothing.csv"], "nothing.csv"),
    ] {
        refuses(&[&["train", "--data"][..], &data].concat(), word);
    }
}

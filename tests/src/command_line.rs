//! The command line: the columns scripts rely on, files that go on exactly, and errors that help.

use crate::harness::files::{idx_images, idx_labels, write};
use crate::harness::product;
use crate::harness::program::{self, column, output, refuses, run, unread, untimed};
use std::fs;

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
    let lines = output(&[
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

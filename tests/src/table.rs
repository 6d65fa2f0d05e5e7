//! The paper's table: trained on the command line, read on the page.

use crate::harness::files::{idx_images, idx_labels, write};
use crate::harness::program::{column, interrupt, output, refuses, run};
use std::fs;
use std::path::Path;

const COLUMNS: &str = "network,method,seed,epochs,error,sparsity_per_layer,compression,published_error,published_compression,seconds_per_epoch,differs";

/// A folder with four files of MNIST's form and hardly anything in them.
fn small_mnist(folder: &Path) -> String {
    for (name, count) in [("train", 300), ("t10k", 50)] {
        write(folder, &format!("{name}-images-idx3-ubyte"), idx_images(count, 28));
        write(folder, &format!("{name}-labels-idx1-ubyte"), idx_labels(count));
    }
    format!("mnist:{}", folder.display())
}

/// The lines of a table without the seconds.
fn untimed(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let without = |line: &str| {
        let cells: Vec<&str> = line.splitn(11, ',').collect();
        [&cells[..9], &cells[10..]].concat().join(",")
    };
    text.lines().map(without).collect()
}

#[test]
fn an_interrupted_table_ends_as_an_uninterrupted_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let data = small_mnist(folder.path());
    let (whole, halted) = (folder.path().join("whole"), folder.path().join("halted"));
    let (whole_dir, halted_dir) = (whole.display().to_string(), halted.display().to_string());
    let arguments = |dir| {
        ["table", "--data", data.as_str(), "--only", "lenet-300-100", "--epochs", "3", "--dir", dir]
    };
    let said = run(&arguments(&whole_dir));
    assert_eq!(said.status, 0, "{}", said.err);
    let csv = fs::read_to_string(whole.join("table.csv")).unwrap();
    assert_eq!(csv.lines().next(), Some(COLUMNS));
    let methods = ["dense", "magnitude-pruning", "sparse-vd", "ard"];
    assert_eq!(column(&csv, "method"), methods);
    assert_eq!(column(&csv, "published_error"), ["1.64", "1.59", "1.92", ""]);
    assert_eq!(column(&csv, "published_compression"), ["1", "12", "68", ""]);
    assert_eq!(column(&csv, "epochs"), ["3"; 4]);
    for (method, head) in [("Original", "1.64 %"), ("DNS", "1.99 %"), ("SWS", "1.94 %")] {
        let line = said.out.lines().find(|line| line.contains(method)).unwrap_or_default();
        assert!(line.contains(head), "{}", said.out);
    }

    // Ended in the second row, after the checkpoint of its first epoch.
    interrupt(&arguments(&halted_dir), 5);
    assert!(halted.join("lenet-300-100-magnitude-pruning-1.safetensors").is_file());
    assert!(!halted.join("lenet-300-100-ard-1.safetensors").exists());
    let said = run(&arguments(&halted_dir));
    assert!(said.err.contains("dense, seed 1: trained already"), "{}", said.err);
    assert!(!said.err.contains("magnitude-pruning, seed 1: epoch 1/"), "{}", said.err);
    assert_eq!(untimed(&halted.join("table.csv")), untimed(&whole.join("table.csv")));

    // What is finished is not trained again, and what was trained otherwise is refused.
    let again = run(&arguments(&whole_dir));
    assert_eq!(again.err.lines().filter(|line| line.contains("trained already")).count(), 4);
    assert_eq!(fs::read_to_string(whole.join("table.csv")).unwrap(), csv);
    let fewer = [&arguments(&whole_dir)[..], &["--train-size", "200"]].concat();
    let said = run(&fewer);
    assert_eq!(said.status, 2);
    assert!(said.err.contains("other settings") && said.err.lines().count() == 1, "{}", said.err);
}

#[test]
fn rows_and_seeds_are_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let data = small_mnist(folder.path());
    let file = folder.path().join("some.csv").display().to_string();
    let dir = folder.path().join("runs").display().to_string();
    let said = run(&[
        "table",
        "--data",
        &data,
        "--methods",
        "dense,ard",
        "--only",
        "lenet-300-100",
        "--seeds",
        "3,4",
        "--epochs",
        "1",
        "--dir",
        &dir,
        "--csv",
        &file,
    ]);
    assert_eq!(said.status, 0, "{}", said.err);
    let csv = fs::read_to_string(file).unwrap();
    assert_eq!(column(&csv, "method"), ["dense", "dense", "ard", "ard"]);
    assert_eq!(column(&csv, "seed"), ["3", "4", "3", "4"]);
    let lines = fs::read_to_string(format!("{dir}/lenet-300-100-ard-4.csv")).unwrap();
    let error: f64 = column(&csv, "error")[3].parse().unwrap();
    let accuracy: f64 = column(&lines, "test_acc")[0].parse().unwrap();
    assert!((error + accuracy - 100.0).abs() < 1e-9);
    assert_eq!(column(&csv, "sparsity_per_layer")[3], column(&lines, "sparsity_per_layer")[0]);
}

#[test]
fn what_the_table_cannot_do_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = small_mnist(folder.path());
    let dir = folder.path().join("runs").display().to_string();
    for (flag, value) in [
        ("--only", "vgg"),
        ("--methods", "dense,alchemy"),
        ("--methods", "dns"),
        ("--seeds", "1,two"),
        ("--epochs", "0"),
        ("--train-size", "99999"),
        ("--csv", "/no/such/folder/table.csv"),
    ] {
        let name = value.rsplit(',').next().unwrap_or_default();
        refuses(&["table", "--data", &data, "--dir", &dir, flag, value], name);
    }
    refuses(&["table", "--data", "digits", "--dir", &dir], "64 inputs");
    refuses(&["table", "--data", "mnist:/no/such/folder", "--dir", &dir], "/no/such/folder");
    assert!(output(&["table", "--help"]).contains("--methods"));
}

//! The paper's table: trained on the command line, read on the page.

use crate::harness::files::small_mnist;
use crate::harness::page::{browse, visit};
use crate::harness::product;
use crate::harness::program::{column, interrupt, output, refuses, run};
use std::fs;
use std::path::Path;

const COLUMNS: &str = "network,method,seed,epochs,error,sparsity_per_layer,compression,published_error,published_compression,seconds_per_epoch,differs";

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

/// (network, method, error, compression) as the paper has them; the page writes them so.
const PUBLISHED: [(&str, &str, &str, &str); 12] = [
    ("LeNet-300-100", "Original", "1.64 %", "1×"),
    ("LeNet-300-100", "Pruning", "1.59 %", "12×"),
    ("LeNet-300-100", "DNS", "1.99 %", "56×"),
    ("LeNet-300-100", "SWS", "1.94 %", "23×"),
    ("LeNet-300-100", "Sparse VD", "1.92 %", "68×"),
    ("LeNet-300-100", "ARD", "not published", ""),
    ("LeNet-5-Caffe", "Original", "0.80 %", "1×"),
    ("LeNet-5-Caffe", "Pruning", "0.77 %", "12×"),
    ("LeNet-5-Caffe", "DNS", "0.91 %", "111×"),
    ("LeNet-5-Caffe", "SWS", "0.97 %", "200×"),
    ("LeNet-5-Caffe", "Sparse VD", "0.75 %", "280×"),
    ("LeNet-5-Caffe", "ARD", "not published", ""),
];

/// What the page's table says: a list of cells for each row.
const ROWS: &str = "[...document.querySelectorAll('#lenet-table tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))";

#[test]
fn the_page_has_the_papers_numbers() {
    visit("?network=64-20-10&epochs=1", |page| {
        page.rest(1);
        let rows = page.js(&format!("return {ROWS}"));
        let rows = rows.as_array().unwrap();
        assert_eq!(rows.len(), PUBLISHED.len());
        for (row, (network, method, error, compression)) in rows.iter().zip(PUBLISHED) {
            let cells: Vec<&str> =
                row.as_array().unwrap().iter().filter_map(|c| c.as_str()).collect();
            assert_eq!(cells[..3], [network, method, error]);
            if compression.is_empty() {
                continue;
            }
            assert_eq!(cells[3], compression, "{cells:?}");
            let ours = !["DNS", "SWS"].contains(&method);
            assert_eq!(cells.contains(&"published only"), !ours, "{cells:?}");
            let words = cells[cells.len() - 2];
            assert_eq!(words.is_empty(), !ours, "{cells:?}");
        }
        let vd = rows[4].to_string();
        assert!(vd.contains("98.9 / 97.2 / 62 %"), "{vd}");
        page.js("$('lenet-table').scrollIntoView()");
        page.photograph("table", false);
    });
}

#[test]
fn the_table_scrolls_in_its_own_box_on_a_phone() {
    browse(|page| {
        page.resize(390, 844, 1.0);
        page.open("?network=64-20-10&epochs=1");
        page.rest(1);
        assert!(page.holds("(({ scrollWidth: w, clientWidth: c }) => w > c && c < 390)(document.querySelector('#lenet-table .scroll'))"));
        assert!(page.number("document.documentElement.scrollWidth") <= 390.0);
        page.js("$('lenet-table').scrollIntoView()");
        page.photograph("table-phone", false);
    });
}

#[test]
fn every_row_that_is_trained_links_to_its_run() {
    visit("?network=64-20-10&epochs=1&autoplay=0", |page| {
        page.rest(0);
        let links = page.js("return [...document.querySelectorAll('#lenet-table a')].map((link) => ['experiment', 'network', 'method', 'epochs', 'prune', 'prune-target'].map((key) => new URLSearchParams(link.search).get(key)))");
        let links = links.as_array().unwrap();
        let methods: Vec<&str> = links.iter().filter_map(|link| link[2].as_str()).take(4).collect();
        assert_eq!(methods, ["dense", "magnitude-pruning", "sparse-vd", "ard"]);
        for link in &links[..4] {
            assert_eq!(link[0], "lenet-300-100");
            assert_eq!(link[1], "784-300-100-10");
        }
        assert_eq!((links[2][3].as_str(), links[1][5].as_str()), (Some("200"), Some("0.9167")));
    });
}

#[test]
fn a_row_is_trained_in_place() {
    let folder = tempfile::tempdir().unwrap();
    small_mnist(folder.path());
    let server = product::serve_folder(product::dist(), Some(folder.path().to_path_buf()));
    browse(|page| {
        page.open_at(&server.url(), "?network=64-20-10&epochs=1");
        page.rest(1);
        page.click_on("#lenet-table a[href*='magnitude-pruning']");
        page.wait("new URLSearchParams(location.search).get('method') === 'magnitude-pruning'");
        page.wait("number('total') === 266200 && epoch() >= 1");
        assert_eq!(page.text("$('network').value"), "784-300-100-10");
        assert!(page.holds("scrollY === 0"));
        page.click("undo");
        page.wait("number('total') === 1480");
    });
}

//! Saved runs: a file that another browser, or the command line, takes up exactly where it was.

use crate::harness::files;
use crate::harness::page::{Page, visit};
use crate::harness::program;
use std::path::PathBuf;

const RUN: &str = "?network=64-20-10&epochs=6&autoplay=0";

/// Trains two epochs and three mini-batches, saves, and trains on to the end: the file, the
/// fingerprint that was saved, and the one at the end.
fn save_on_the_way(page: &Page, folder: &std::path::Path) -> (PathBuf, String, String) {
    page.download_to(folder);
    page.rest(0);
    for epoch in 1..=2 {
        page.click("step-epoch");
        page.rest(epoch);
    }
    for batch in 1..=3 {
        let before = page.fingerprint();
        page.click("step-batch");
        page.wait(&format!(
            "$('epoch-text').textContent.includes('+ {batch} of') && fingerprint() !== '{before}'"
        ));
    }
    let saved = page.fingerprint();
    page.click("save");
    let file = files::arrival(folder);
    page.click("train");
    (file, saved, page.rest(6).fingerprint)
}

#[test]
fn a_saved_run_goes_on_exactly_in_another_browser() {
    let folder = tempfile::tempdir().unwrap();
    let mut left = None;
    visit(RUN, |page| left = Some(save_on_the_way(page, folder.path())));
    let (file, saved, end) = left.expect("the first visit is over");
    assert_eq!(file.file_name().unwrap(), "sparsevd-epoch-2.safetensors");
    visit("?network=64-5-10&epochs=1", |page| {
        page.rest(1);
        page.hand_over(&[&file]);
        page.wait(&format!("fingerprint() === '{saved}'"));
        assert_eq!(page.text("$('network').value"), "64-20-10");
        page.click("train");
        assert_eq!(page.rest(6).fingerprint, end);
        // The epochs before the file are known as numbers: the table has them all.
        page.click_on("#data-table summary");
        page.wait("document.querySelectorAll('#data-table tbody tr').length === 7");
    });
}

#[test]
fn the_command_line_goes_on_with_a_run_of_the_page() {
    let folder = tempfile::tempdir().unwrap();
    visit(RUN, |page| {
        let (file, _, end) = save_on_the_way(page, folder.path());
        assert_eq!(program::fingerprint(&["--resume", &file.display().to_string()]), end);
    });
}

#[test]
fn the_page_goes_on_with_a_run_of_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("native.safetensors");
    let path = file.display().to_string();
    program::output(&["train", "--net", "64-20-10", "--epochs", "2", "--save", &path]);
    let whole = program::fingerprint(&["--net", "64-20-10", "--epochs", "4"]);
    visit("?network=64-5-10&epochs=1", |page| {
        page.rest(1);
        page.hand_over(&[&file]);
        page.wait("rests(2)");
        page.write("epochs", "4");
        page.wait("$('epoch-text').textContent.includes('/ 4')");
        page.click("train");
        assert_eq!(page.rest(4).fingerprint, whole);
    });
}

#[test]
fn the_numbers_can_be_saved_as_a_table() {
    let folder = tempfile::tempdir().unwrap();
    visit("?network=64-20-10&epochs=2", |page| {
        page.download_to(folder.path());
        let end = page.rest(2);
        page.click_on("#data-table summary");
        page.click("csv");
        let file = files::arrival(folder.path());
        let lines = std::fs::read_to_string(file).unwrap();
        assert_eq!(program::column(&lines, "epoch"), ["0", "1", "2"]);
        assert_eq!(program::column(&lines, "fingerprint")[2], end.fingerprint);
        assert_eq!(program::column(&lines, "kept")[2], end.kept.to_string());
    });
}

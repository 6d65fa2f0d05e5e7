//! The core and the lab: a first visit loads the core, and what only the lab can do comes without a
//! reload, while the run before stays where it stands.

use crate::harness::files::{self, table};
use crate::harness::page::{Page, browse, visit};
use crate::harness::product;
use std::fs;
use std::time::Duration;

const RUN: &str = "?network=64-20-10&epochs=4";

/// What has been loaded of the library, in order of name.
fn loaded(page: &Page) -> String {
    page.text(
        "[...new Set(performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname))]
          .filter((path) => /pkg\\/.*(js|wasm)$/.test(path)).map((path) => path.split('/').pop()).sort().join(' ')",
    )
}

const CORE: &str = "sparsevd.js sparsevd_bg.wasm";
const LAB: &str = "lab.js lab_bg.wasm";

fn experiment_is(page: &Page, name: &str) {
    page.wait(&format!(
        "location.search.includes('experiment={name}') && $('experiment').value === '{name}'"
    ));
}

#[test]
fn undo_and_back_go_across_to_where_the_run_stood() {
    visit(RUN, |page| {
        let end = page.rest(4);
        page.scrub(2);
        let past = page.shown(2);
        assert_eq!(loaded(page), CORE);
        page.choose("experiment", "digits-conv");
        experiment_is(page, "digits-conv");
        page.click("undo");
        page.rest(4);
        assert_eq!(loaded(page), CORE, "an experiment of the core needs no lab");

        page.choose("experiment", "vd-vs-ard");
        experiment_is(page, "vd-vs-ard");
        assert_eq!(loaded(page), format!("{LAB} {CORE}"));
        page.wait("epoch() >= 1");
        page.click("undo");
        assert_eq!(page.rest(4).fingerprint, end.fingerprint);
        page.scrub(2);
        assert_eq!(page.shown(2), past);
        page.click("undo");
        experiment_is(page, "vd-vs-ard");
        page.wait("epoch() >= 1 && state() === 'paused'");
        page.js("history.back()");
        experiment_is(page, "sparsity");
        page.wait(&format!("fingerprint() === '{}'", past.fingerprint));
        // What begins now begins in the lab, with the same bits.
        page.click("reset");
        page.rest(0);
        page.click("train");
        assert_eq!(page.rest(4).fingerprint, end.fingerprint);
    });
}

#[test]
fn files_bring_the_lab_and_undo_brings_the_digits_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = files::write(folder.path(), "mine.csv", table(40));
    visit(RUN, |page| {
        let end = page.rest(4);
        page.hand_over(&[&file]);
        page.wait("$('run-name').textContent.includes('mine.csv') && epoch() >= 1");
        page.click("undo");
        assert_eq!(page.rest(4).fingerprint, end.fingerprint);
        page.click("undo");
        page.wait("$('run-name').textContent.includes('mine.csv')");
    });
}

#[test]
fn a_link_to_an_experiment_loads_the_lab_alone() {
    visit("?experiment=rt-vs-lrt&epochs=2", |page| {
        page.wait("epoch() >= 1");
        assert_eq!(loaded(page), LAB);
    });
}

#[test]
fn whoever_goes_on_while_the_lab_comes_is_not_fetched_back() {
    visit(RUN, |page| {
        page.rest(4);
        page.choose("experiment", "rt-vs-lrt");
        page.click("reset");
        page.rest(0);
        page.wait(
            "performance.getEntriesByType('resource').some(({ name }) => name.endsWith('lab.js'))",
        );
        std::thread::sleep(Duration::from_secs(2));
        experiment_is(page, "sparsity");
        assert_eq!(page.text("$('notices').innerText"), "");
    });
}

#[test]
fn without_the_lab_the_page_says_so_and_its_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    product::copy_to(folder.path());
    let site = product::serve_folder(folder.path(), None);
    let lab = |name: &str| folder.path().join("pkg").join(name);
    browse(|page| {
        page.open_at(&site.url(), "?network=64-20-10&epochs=40");
        page.wait("epoch() >= 1");
        for name in LAB.split(' ') {
            let file = fs::read(lab(name)).unwrap();
            fs::remove_file(lab(name)).unwrap();
            page.choose("experiment", "rt-vs-lrt");
            page.wait("!$('error-banner').hidden");
            let words = page.text("$('error-banner').innerText");
            for part in ["The laboratory could not be loaded", name, "404", "Try again"] {
                assert!(words.contains(part), "{words}");
            }
            assert_eq!(page.text("$('experiment').value"), "sparsity");
            assert_eq!(page.text("$('notices').innerText"), "", "nothing is still being loaded");
            page.click_on("#error-banner button:last-child");
            fs::write(lab(name), file).unwrap();
        }
        page.rest(40);
        page.choose("experiment", "rt-vs-lrt");
        experiment_is(page, "rt-vs-lrt");
        page.forgive(|message| message.contains("pkg/lab") && message.contains("404"));
    });
}

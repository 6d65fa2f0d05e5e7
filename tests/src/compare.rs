//! Two runs side by side: one is kept as A, B goes on beside it, and what differs is seen.

use crate::harness::files;
use crate::harness::page::{Page, keys, visit};

const RUN: &str = "?network=64-20-10&epochs=4&autoplay=0&warmup=0..2&lr=0.01";

/// Trains to the end.
fn trained(page: &Page) -> String {
    page.rest(0);
    page.click("train");
    page.rest(4).fingerprint
}

/// Looks at A or B alone.
fn alone(page: &Page, run: &str) {
    page.js("document.activeElement.blur()");
    page.press(&[run]);
    let arm = if run == "a" { 1 } else { 0 };
    page.wait(&format!("$('arm').value === '{arm}' && $('compare').ariaPressed === 'false'"));
    page.wait("!document.querySelector('.weights').classList.contains('compared')");
}

/// The fingerprint of A or B at its end.
fn end(page: &Page, run: &str) -> String {
    let before = page.text("String($('arm').value) + fingerprint()");
    alone(page, run);
    page.press(&[keys::END]);
    if !before.starts_with(if run == "a" { '1' } else { '0' }) {
        page.wait(&format!("fingerprint() !== '{}'", &before[1..]));
    }
    page.rest(4).fingerprint
}

/// Waits until both are side by side at an epoch.
fn both(page: &Page, epoch: u32) {
    page.wait(&format!("$('difference-0')?.dataset.total && rests({epoch})"));
}

/// How many weights differ by what the maps say, which is how many of their pixels are not white.
fn differing(page: &Page) -> u64 {
    let counted = page.js(
        "return [...document.querySelectorAll('canvas[id^=difference-]:not(#difference-bar)')].map(layer).map(({ white, kept, total }) => [total - white, kept])",
    );
    let layers = counted.as_array().expect("layers");
    assert_eq!(layers.len(), 2, "both layers");
    let whole = |value: &serde_json::Value| value.as_u64().expect("a number");
    layers.iter().for_each(|layer| assert_eq!(layer[0], layer[1], "pixels and words"));
    layers.iter().map(|layer| whole(&layer[0])).sum()
}

#[test]
fn what_is_kept_stays_and_another_run_is_seen_beside_it() {
    visit(RUN, |page| {
        let kept = trained(page);
        let plain = page.look().layers;
        page.click("keep-a");
        both(page, 4);
        assert_eq!((differing(page), page.fingerprint()), (0, kept.clone()));
        let words = page.text("$('difference-count-0').textContent");
        assert!(words.starts_with("No difference"), "{words}");
        page.wait("new URLSearchParams(location.search).get('a')?.includes('seed=1')");

        // Another prior from the start, beside the same A.
        page.choose("method", "ard");
        page.click("reset");
        page.wait("rests(0)");
        page.click("train");
        both(page, 4);
        assert!(differing(page) > 100);
        let words = page.text("$('difference-count-0').textContent");
        assert!(words.starts_with("Largest difference"), "{words}");
        page.photograph("compare", true);
        page.js("$('chart-compression').scrollIntoView()");
        page.wait("/B [\\d.,]+×.*A [\\d.,]+×/.test($('chart-compression').ariaLabel)");
        let other = page.fingerprint();
        assert_ne!(other, kept);

        // One weight, in both.
        page.js("$('a-heatmap-0').focus()");
        page.press(&[keys::RIGHT]);
        page.wait("/A: μ = .*; B: μ = .*; B − A = /.test($('cell-text').textContent)");

        assert_eq!(end(page, "a"), kept, "A has the same bits as alone");
        assert_eq!(page.look().layers, plain);
        assert_eq!(end(page, "b"), other);

        page.click("let-go");
        page.wait("$('let-go').hidden && !$('keep-a').hidden && $('arm').parentElement.hidden");
        page.wait("!new URLSearchParams(location.search).has('a')");
        assert!(!page.holds("$('difference-0') || $('a-heatmap-0')"));
        assert_eq!(page.rest(4).fingerprint, other);
    });
}

#[test]
fn a_branch_is_the_same_run_up_to_its_epoch() {
    visit(RUN, |page| {
        let end_of_a = trained(page);
        page.scrub(2);
        let past = page.shown(2).fingerprint;
        page.click("train-from");
        both(page, 2);
        page.wait("state() === 'paused'");
        assert_eq!((page.fingerprint(), differing(page)), (past, 0));
        page.write("learning-rate", "0.004");
        page.click("train");
        both(page, 4);
        assert!(differing(page) > 100);
        page.scrub(2);
        page.shown(2);
        page.wait("$('difference-0').dataset.kept === '0'");
        assert_eq!(end(page, "a"), end_of_a);
        page.click("undo");
        page.wait("$('compare').hidden");
        assert_eq!(page.rest(4).fingerprint, end_of_a);
        // Back finds both.
        page.js("history.back()");
        page.wait("!$('compare').hidden");
    });
}

#[test]
fn a_link_and_a_file_have_both() {
    let folder = tempfile::tempdir().unwrap();
    visit(RUN, |page| {
        page.download_to(folder.path());
        let kept = trained(page);
        page.click("keep-a");
        page.choose("labels", "random");
        page.wait(&format!("fingerprint() !== '{kept}'"));
        both(page, 4);
        page.click("save");
        let file = files::arrival(folder.path());
        let ends = ["a", "b"].map(|run| end(page, run));
        let link = page.text("location.search");
        assert_ne!(ends[0], ends[1]);

        page.open(&link.replace("autoplay=0", "autoplay=1"));
        both(page, 4);
        assert_eq!(["a", "b"].map(|run| end(page, run)), ends, "the link");

        page.open("?network=64-5-10&epochs=1");
        page.rest(1);
        page.hand_over(&[&file]);
        both(page, 4);
        assert_eq!(["a", "b"].map(|run| end(page, run)), ends, "the file");
    });
}

#[test]
fn runs_that_cannot_be_compared_offer_nothing() {
    visit("?experiment=vd-vs-ard&network=64-5-10&epochs=1&autoplay=0", |page| {
        page.rest(0);
        assert!(
            page.holds("['keep-a', 'compare', 'let-go', 'train-from'].every((id) => $(id).hidden)")
        );
    });
}

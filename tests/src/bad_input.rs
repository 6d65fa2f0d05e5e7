//! Bad values in the controls, and a run whose loss is lost: explained, and the page stays usable.

use crate::harness::page::{Page, keys, visit};

/// Types a value that cannot be: the page must say so, show the old value again and train on.
fn refuses(page: &Page, id: &str, value: &str, old: &str) {
    page.write(id, value);
    page.wait(&format!("$('{id}-wrong').innerText.includes('{value}') || (!$('error-banner').hidden && $('error-banner').innerText.includes('{value}')) || $('notices').innerText.includes('{value}')"));
    page.wait(&format!("$('{id}').value === '{old}'"));
}

#[test]
fn values_out_of_range_are_refused_and_the_run_goes_on() {
    visit("?network=64-20-10&epochs=9000", |page| {
        page.wait("epoch() >= 2");
        for (id, value, old) in [
            ("learning-rate", "10", "0.0015"),
            ("learning-rate", "-1", "0.0015"),
            ("kl-weight", "1000", "0.2"),
            ("batch-size", "0", "32"),
            ("batch-size", "99999", "32"),
            ("batch-size", "1.5", "32"),
            ("epochs", "0", "9000"),
            ("samples", "1000", "10"),
            ("seed", "-1", "1"),
            ("kl-warmup", "9..1", "10..50"),
            ("decay", "sometimes", "80..120"),
        ] {
            refuses(page, id, value, old);
        }
        let trained = page.look().trained;
        page.wait(&format!("state() === 'live' && epoch() > {}", trained + 2));
        assert!(!page.text("location.search").contains("99999"));
    });
}

#[test]
fn a_refused_value_does_not_stay_in_its_field() {
    visit("?network=64-20-10&epochs=2", |page| {
        page.rest(2);
        // At rest nothing else would write the field again; leaving it and Enter both confirm.
        for (field, typed, old) in [
            ("learning-rate", ["10", keys::TAB], "0.0015"),
            ("learning-rate", ["10", keys::ENTER], "0.0015"),
            ("learning-rate", [keys::DELETE, keys::TAB], "0.0015"),
            ("learning-rate", [keys::DELETE, keys::ENTER], "0.0015"),
            ("decay", ["never", keys::ENTER], "80..120"),
        ] {
            page.js(&format!("$('{field}-wrong').textContent = ''"));
            page.type_into(field, &typed.concat());
            page.wait(&format!("$('{field}-wrong').innerText.length > 10"));
            page.wait(&format!("$('{field}').value === '{old}'"));
        }
    });
}

#[test]
fn a_value_that_is_right_takes_the_complaint_away() {
    visit("?network=64-20-10&epochs=9000", |page| {
        page.wait("epoch() >= 2");
        refuses(page, "learning-rate", "10", "0.0015");
        page.write("learning-rate", "0.002");
        page.wait("$('learning-rate-wrong').innerText === ''");
        page.wait("$('ticks').querySelector('[title*=\"0.002\"]')");
    });
}

/// Gradient descent in strides of the whole gradient, from means as large as they may be: the
/// activations of four layers overflow single precision within a few steps.
const DIVERGES: &str =
    "?network=64-300-300-300-10&optimizer=sgd&lr=1&init=10&epochs=50&warmup=-1..0&kl=100";

#[test]
fn a_lost_loss_is_explained_with_ways_on() {
    visit(DIVERGES, |page| {
        page.wait("state() === 'error' && !$('error-banner').hidden");
        let words = page.text("$('error-banner').innerText");
        assert!(words.contains("no longer a number") && words.contains("learning rate"), "{words}");
        let lost = page.look();
        // The past can still be looked at.
        page.scrub(0);
        page.shown(0);
        // The first way on goes on gently; it trains, or says again what is wrong.
        page.click_on("#error-banner button");
        page.wait(&format!("Number($('learning-rate').value) < 1 && (Number($('epoch-scrubber').max) > {} || !$('error-banner').hidden)", lost.trained));
        // Starting over with other settings always works.
        page.write("init-scale", "0.1");
        page.wait("new URLSearchParams(location.search).get('init') === '0.1'");
        page.choose("optimizer", "adam");
        page.wait("$('error-banner').hidden && new URLSearchParams(location.search).get('optimizer') === 'adam' && epoch() >= 1");
        // The panel of one digit, which was shown a network without numbers, answers again.
        page.slide("digit-rotate", 90.0);
        page.wait("$('digit-rotate-text').textContent === '90°'");
        let verdict = page.text("$('digit-verdict').innerText");
        page.click("digit-next");
        page.wait(&format!("$('digit-verdict').innerText !== '{verdict}' && $('digit-verdict').innerText.startsWith('Test image 1,')"));
    });
}

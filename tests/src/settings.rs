//! What people type: numbers as they write them, and addresses that ask for too much.

use crate::harness::page::{Page, browse, keys, visit};

fn field(page: &Page, id: &str) -> String {
    page.text(&format!("$('{id}').value"))
}

#[test]
fn number_fields_take_numbers_as_people_write_them() {
    visit("?network=64-20-10&epochs=2&autoplay=0", |page| {
        page.rest(0);
        for (id, key, typed, tidy) in [
            ("learning-rate", "lr", "0,004", "0.004"),
            ("learning-rate", "lr", "1e-3", "0.001"),
            ("kl-weight", "kl", "0,5", "0.5"),
            ("epochs", "epochs", "5.0", "5"),
            ("batch-size", "batch", "1E2", "100"),
            ("seed", "seed", " 7 ", "7"),
            ("init-log-sigma", "sigma", "−4", "-4"),
            ("kl-warmup", "warmup", "0,5..3.0", "0.5..3"),
        ] {
            page.write(id, typed);
            page.wait(&format!("new URLSearchParams(location.search).get('{key}') === '{tidy}'"));
            assert_eq!(field(page, id), tidy, "{typed}");
        }
        page.rest(5);
        for (id, typed, stays, says) in [
            ("epochs", "2,5", "5", "Epochs '2,5' is not a whole number: choose 1 to 10000."),
            ("train-size", "60,000", "0", "Training images '60,000' can be read in two ways"),
            ("learning-rate", "5", "0.001", "Learning rate 5 is out of range"),
        ] {
            page.write(id, typed);
            let wrong = page.text(&format!("$('{id}-wrong').textContent"));
            assert!(wrong.contains(says), "{wrong}");
            assert_eq!(field(page, id), stays);
        }
        // A new run has no old complaints.
        page.click("reset");
        page.wait(
            "$('epochs-wrong').textContent === '' && $('learning-rate-wrong').textContent === ''",
        );
    });
}

#[test]
fn arrows_go_sensible_steps_and_the_wheel_none() {
    visit("?network=64-20-10&epochs=2&autoplay=0&lr=0.001", |page| {
        page.rest(0);
        for (id, key, before, after) in [
            ("learning-rate", keys::UP, "0.001", "0.0018"),
            ("learning-rate", keys::DOWN, "0.0018", "0.001"),
            ("epochs", keys::UP, "2", "3"),
            ("threshold", keys::DOWN, "3", "2.9"),
        ] {
            assert_eq!(field(page, id), before);
            page.type_into(id, key);
            page.wait(&format!("$('{id}').value === '{after}'"));
            assert_eq!(page.text(&format!("$('{id}').getAttribute('aria-valuenow')")), after);
        }
        // No field for a number has a wheel or arrows of its own.
        let own = "#controls input[type=number]";
        assert!(page.holds(&format!("document.querySelectorAll('{own}').length === 0")));
        page.js("$('learning-rate').focus(); $('learning-rate').dispatchEvent(new WheelEvent('wheel', { deltaY: 100, bubbles: true, cancelable: true }))");
        assert_eq!(field(page, "learning-rate"), "0.001");
    });
}

#[test]
fn every_wrong_value_of_an_address_is_told() {
    let wrong = "lr=x&batch=0&kl=-1&seed=1.5&method=magic&warmup=b&decay=c&samples=1e9&epoch=1e9&layer=first&autoplay=maybe";
    visit(&format!("?network=64-20-10&epochs=1&{wrong}"), |page| {
        page.rest(1);
        let notices = page.text("$('notices').innerText");
        for said in [
            "'x'",
            "Batch size 0",
            "-1",
            "'1.5'",
            "'magic'",
            "'b'",
            "'c'",
            "1e9 is out of range",
            "Epoch '1e9'",
            "layer first",
            "'maybe'",
        ] {
            assert!(notices.contains(said), "{said} is not in {notices}");
        }
    });
}

#[test]
fn addresses_that_ask_for_too_much_end_in_a_sentence_and_a_run() {
    browse(|page| {
        for (query, said) in [
            ("changes=1:size:10000", "size"),
            ("changes=2:network:36-3", "network"),
            ("changes=5:network:2x2x1-b-2", "network"),
            ("changes=3:network:6x6-2c3-p2-3", "network"),
            ("prune=-3e38..3e38&changes=2:network:6x6-2c3-p2-3", "-3e38..3e38"),
            ("network=64-100000-10&batch=1437", "GB"),
            ("network=64-4000-4000-10", "GB"),
            ("network=8x8-15000c1-10&batch=1437", "GB"),
        ] {
            page.open(&format!("?epochs=1&samples=1&{query}"));
            page.wait("epoch() >= 1 || !$('error-banner').hidden");
            let words = page.text("$('notices').innerText + $('error-banner').innerText");
            assert!(words.contains(said), "{query}: {words}");
            page.wait("epoch() >= 1");
        }
    });
}

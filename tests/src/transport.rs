//! The buttons and the scrubber: training moves by exactly what they say, looking moves nothing.

use crate::harness::page::visit;

/// A run that is over in a moment, and one that goes on as long as a test may take.
const SHORT: &str = "?network=64-20-10&epochs=3";
const STILL: &str = "?network=64-20-10&epochs=9&autoplay=0";
const LONG: &str = "?network=64-20-10&epochs=9000&decay=constant";

#[test]
fn the_train_button_says_what_it_will_do_and_pause_stops_the_steps() {
    visit(LONG, |page| {
        let named = |name: &str| {
            format!(
                "$('train').getAttribute('aria-label') === '{name}' && $('train').innerText.trim() === '{name}'"
            )
        };
        page.wait(&format!("state() === 'live' && epoch() >= 2 && {}", named("Pause")));
        page.click("train");
        page.wait(&format!("state() === 'paused' && {}", named("Train")));
        // Asked twice, with time between for many steps, the worker answers the same.
        page.click("follow-live");
        let ask = "window.asked = (window.asked ?? 0) + 1; $('follow-live').click(); setTimeout(() => { window.answered = window.asked; }, 300)";
        page.js(ask);
        page.wait("window.answered === 1");
        let paused = page.look();
        page.js(ask);
        page.wait("window.answered === 2");
        assert_eq!(page.look(), paused);
        page.click("train");
        page.wait(&format!("state() === 'live' && epoch() > {}", paused.epoch));
    });
}

#[test]
fn one_epoch_is_one_epoch_and_back_shows_it_as_it_was() {
    visit(STILL, |page| {
        let mut live = vec![page.rest(0)];
        for epoch in 1..=3 {
            page.click("step-epoch");
            live.push(page.rest(epoch));
            assert_eq!(page.text("state()"), "paused");
        }
        for epoch in (0..3).rev() {
            page.click("back-epoch");
            let look = page.shown(epoch);
            assert_eq!((look.state.as_str(), look.trained), ("replay", 3));
            assert_eq!(look.fingerprint, live[epoch as usize].fingerprint);
            assert_eq!(look.kept, live[epoch as usize].kept);
            assert_eq!(look.accuracy, live[epoch as usize].accuracy);
        }
        assert!(page.holds("$('back-epoch').disabled"));
    });
}

#[test]
fn looking_at_a_paused_run_takes_no_step() {
    visit(STILL, |page| {
        page.rest(0);
        page.click("step-epoch");
        let live = page.rest(1);
        for _ in 0..3 {
            page.scrub(0);
            page.shown(0);
            page.click("follow-live");
            page.wait("epoch() === 1 && state() === 'paused'");
            assert_eq!(page.look(), live);
        }
    });
}

#[test]
fn one_mini_batch_is_one_step() {
    visit(STILL, |page| {
        let mut last = page.rest(0).fingerprint;
        // 1,437 images in batches of 32 are 45 steps.
        for step in 1..=3 {
            page.click("step-batch");
            page.wait(&format!(
                "$('epoch-text').textContent === 'Epoch 0 / 9 + {step} of 45 mini-batches'"
            ));
            page.wait(&format!("state() === 'paused' && fingerprint() !== '{last}'"));
            last = page.fingerprint();
        }
        // Three mini-batches and the rest of the epoch are the same as one whole epoch.
        page.click("step-epoch");
        let stepped = page.rest(1);
        page.click("reset");
        page.rest(0);
        page.click("step-epoch");
        assert_eq!(page.rest(1).fingerprint, stepped.fingerprint);
    });
}

#[test]
fn the_scrubber_holds_an_epoch_while_training_goes_on() {
    visit(LONG, |page| {
        page.wait("Number($('epoch-scrubber').max) >= 5");
        page.scrub(2);
        let held = page.shown(2);
        assert_eq!(
            (held.state.as_str(), held.scrubber, held.text.as_str()),
            ("replay", 2, "Epoch 2 / 9000")
        );
        page.wait(&format!("Number($('epoch-scrubber').max) >= {}", held.trained + 3));
        let later = page.look();
        assert_eq!((later.scrubber, &later.text, &later.layers), (2, &held.text, &held.layers));
        assert_eq!(later.fingerprint, held.fingerprint);
        assert_eq!(page.text("$('follow-live').getAttribute('aria-pressed')"), "false");
        page.click("follow-live");
        page.wait(&format!("state() === 'live' && epoch() >= {} && $('follow-live').getAttribute('aria-pressed') === 'true'", later.trained));
        page.wait("Number($('epoch-scrubber').value) >= Number($('epoch-scrubber').max) - 1");
    });
}

#[test]
fn reset_repeats_the_run_and_a_new_seed_does_not() {
    visit(SHORT, |page| {
        let first = page.rest(3);
        page.click("reset");
        assert_eq!(page.rest(0).trained, 0);
        page.click("train");
        let again = page.rest(3);
        assert_eq!(again, first);
        let seed = page.text("$('seed').value");
        page.click("new-seed");
        page.wait(&format!("$('seed').value !== '{seed}' && rests(3)"));
        assert_ne!(page.fingerprint(), first.fingerprint);
    });
}

#[test]
fn undo_brings_the_run_before_the_restart_back() {
    visit(SHORT, |page| {
        let first = page.rest(3);
        assert!(page.holds("$('undo').hidden"));
        page.click("new-seed");
        page.wait(&format!("rests(3) && fingerprint() !== '{}'", first.fingerprint));
        page.click("undo");
        page.wait(&format!("rests(3) && fingerprint() === '{}'", first.fingerprint));
        assert_eq!(page.text("$('seed').value"), "1");
        page.scrub(1);
        page.shown(1);
    });
}

#[test]
fn a_run_at_its_end_says_how_to_go_on_and_goes_on() {
    visit(SHORT, |page| {
        assert_eq!(page.rest(3).state, "done");
        page.click("train");
        page.wait("$('notices').innerText.includes('Epochs')");
        page.write("epochs", "5");
        page.wait("$('epoch-text').textContent.startsWith('Epoch 3 / 5')");
        page.click("train");
        assert_eq!(page.rest(5).state, "done");
    });
}

#[test]
fn hasty_clicks_leave_one_run_in_order() {
    visit(SHORT, |page| {
        page.wait("state() !== 'loading'");
        // The same clicks on every machine: a linear congruential generator chooses them.
        page.js(
            "const ids = ['train', 'step-epoch', 'step-batch', 'back-epoch', 'reset', 'follow-live', 'train'];
            let random = 7;
            for (let i = 0; i < 40; i += 1) {
              random = (random * 1103515245 + 12345) % 2147483648;
              $(ids[Math.floor(random / 65536) % ids.length]).click();
            }
            $('reset').click();",
        );
        page.rest(0);
        page.click("train");
        let end = page.rest(3);
        assert!(page.holds("$('error-banner').hidden"));
        page.click("reset");
        page.rest(0);
        page.click("train");
        assert_eq!(page.rest(3).fingerprint, end.fingerprint);
    });
}

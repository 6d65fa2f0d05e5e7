//! The keyboard: everything that moves a run has a key, and typing in a field moves nothing.

use crate::harness::page::{Page, keys, visit};

const STILL: &str = "?network=64-20-10&epochs=30&autoplay=0";

/// Trains some epochs, and leaves the keyboard to the page as a whole.
fn trained(page: &Page, epochs: u32) {
    page.rest(0);
    page.click("train");
    page.wait(&format!("Number($('epoch-scrubber').max) >= {epochs}"));
    page.js("if (state() === 'live') $('train').click(); document.activeElement.blur()");
    page.wait("state() === 'paused' || state() === 'done'");
}

#[test]
fn letters_do_what_the_help_says() {
    visit(STILL, |page| {
        let start = page.rest(0).fingerprint;
        page.press(&["e"]);
        page.rest(1);
        page.press(&["."]);
        page.wait("$('epoch-text').textContent.startsWith('Epoch 1 / 30 + 1 of')");
        page.press(&["r"]);
        page.wait(&format!("rests(0) && fingerprint() === '{start}'"));
        page.press(&[" "]);
        page.wait("state() === 'live'");
        page.press(&[" "]);
        page.wait("state() === 'paused'");
        page.press(&["n"]);
        page.wait("$('seed').value !== '1'");
        page.press(&[keys::SHIFT, "?"]);
        page.wait("$('help-dialog').open");
    });
}

#[test]
fn arrows_home_and_end_move_along_the_epochs() {
    visit(STILL, |page| {
        trained(page, 30);
        let last = page.look().trained;
        page.press(&[keys::LEFT]);
        page.shown(last - 1);
        page.press(&[keys::LEFT]);
        page.shown(last - 2);
        page.press(&[keys::RIGHT]);
        page.shown(last - 1);
        page.press(&[keys::SHIFT, keys::LEFT]);
        page.shown(last - 11);
        page.press(&[keys::HOME]);
        page.shown(0);
        page.press(&[keys::END]);
        page.shown(last);
        assert_ne!(page.text("state()"), "replay", "End follows the run");
    });
}

#[test]
fn the_focused_scrubber_moves_the_way_its_keys_point() {
    visit(STILL, |page| {
        trained(page, 30);
        page.scrub(15);
        page.shown(15);
        page.js("$('epoch-scrubber').focus()");
        page.press(&[keys::LEFT]);
        page.shown(14);
        page.press(&[keys::RIGHT]);
        page.shown(15);
        page.press(&[keys::PAGE_UP]);
        page.wait("epoch() > 15");
        page.scrub(15);
        page.shown(15);
        page.press(&[keys::PAGE_DOWN]);
        page.wait("epoch() < 15");
        page.press(&[keys::HOME]);
        page.shown(0);
        page.press(&[keys::END]);
        page.wait("epoch() === Number($('epoch-scrubber').max)");
    });
}

#[test]
fn typing_in_a_field_presses_no_button() {
    visit(STILL, |page| {
        page.rest(0);
        page.press(&["e"]);
        let before = page.rest(1);
        for field in ["learning-rate", "kl-warmup", "digit-index"] {
            page.js(&format!(
                "for (let node = $('{field}'); node; node = node.parentElement) if (node.localName === 'details') node.open = true;
                $('{field}').focus()"
            ));
            for key in ["e", ".", " ", "r", "n", "k", keys::HOME, keys::LEFT] {
                page.press(&[key]);
            }
            assert_eq!(page.text("document.activeElement.id"), field);
        }
        page.js("document.activeElement.blur()");
        page.press(&["e"]);
        page.rest(2);
        page.press(&[keys::LEFT]);
        assert_eq!(page.shown(1).fingerprint, before.fingerprint);
        assert_eq!(page.text("$('seed').value"), "1");
    });
}

#[test]
fn single_keys_can_be_switched_off() {
    visit(STILL, |page| {
        page.rest(0);
        page.js("$('keys-on').click()");
        page.press(&["e"]);
        page.press(&[keys::SHIFT, "?"]);
        page.wait("$('help-dialog').open");
        page.js("$('help-dialog').close(); $('keys-on').click(); document.activeElement.blur()");
        // Had the first key trained, this one would reach epoch 2.
        page.press(&["e"]);
        assert_eq!(page.rest(1).trained, 1);
    });
}

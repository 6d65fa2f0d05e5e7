//! The first visit: the network trains by itself, loses most of its weights and keeps its accuracy.

use crate::harness::page::{Look, Page, browse, visit};

/// Epochs of the default run.
const EPOCHS: u32 = 120;

/// Lets a run of the default length train to its end without touching anything.
fn watch(page: &Page) -> Look {
    page.wait("epoch() >= 1");
    let end = page.rest(EPOCHS);
    assert_eq!(end.state, "done");
    end
}

/// The compression ratio on the screen.
fn compression(look: &Look) -> f64 {
    look.compression.parse().expect("a ratio")
}

#[test]
fn the_default_run_starts_by_itself_and_ends_sparse_and_accurate() {
    visit("", |page| {
        let end = watch(page);
        assert!(compression(&end) >= 28.0 && end.accuracy >= 97.0, "{end:?}");
        // The KL weight rises from epoch 10 on: until then nothing has asked for sparsity.
        page.scrub(10);
        let before = page.shown(10);
        assert!(compression(&before) < 2.0, "{before:?}");
        assert!(before.accuracy - end.accuracy <= 0.5, "{} {}", before.accuracy, end.accuracy);
    });
}

#[test]
fn ard_is_as_sparse_as_it_should_be() {
    visit("?method=ard", |page| {
        let end = watch(page);
        assert!(compression(&end) >= 23.0 && end.accuracy >= 97.0, "{end:?}");
    });
}

#[test]
fn the_reparametrization_trick_is_as_sparse_as_it_should_be() {
    visit("?estimator=rt", |page| {
        let end = watch(page);
        assert!(compression(&end) >= 42.0 && end.accuracy >= 96.5, "{end:?}");
    });
}

#[test]
fn a_visitor_who_wants_no_motion_starts_the_run_with_one_key() {
    browse(|page| {
        page.prefer(&[("prefers-reduced-motion", "reduce")]);
        page.open("?network=64-20-10&epochs=2");
        assert_eq!(page.rest(0).trained, 0);
        assert_eq!(page.text("document.activeElement.id"), "train");
        page.press(&[" "]);
        page.rest(2);
    });
}

#[test]
fn without_its_module_the_page_says_so_and_keeps_its_words() {
    browse(|page| {
        page.block("*.wasm");
        page.open("");
        page.wait("!$('error-banner').hidden");
        assert!(page.text("$('error-banner').innerText").contains("could not start"));
        assert_eq!(page.text("state()"), "error");
        assert!(page.holds(
            "document.querySelector('h1').offsetHeight > 0 && $('heatmaps').innerText.length > 20"
        ));
        page.forgive(|message| message.contains("ERR_BLOCKED_BY_CLIENT"));
    });
}

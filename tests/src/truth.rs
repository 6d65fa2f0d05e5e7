//! The picture and the numbers: they say the same, at every epoch and through every threshold.

use crate::harness::page::{Look, visit};

/// A small network whose KL weight is full after three epochs, so that it prunes early.
const PRUNES_EARLY: &str = "?network=64-30-10&epochs=12&warmup=0..3&lr=0.01";

/// Asserts that the heatmaps, the read-outs and the ratio agree, to the last weight.
fn assert_agrees(look: &Look) {
    assert!(!look.layers.is_empty(), "{look:?}");
    for layer in &look.layers {
        assert_eq!(layer.width * layer.height, layer.total, "a pixel a weight: {look:?}");
        assert_eq!(layer.white, layer.total - layer.kept, "white is pruned: {look:?}");
    }
    let sum = |of: fn(&crate::harness::page::Layer) -> u64| look.layers.iter().map(of).sum::<u64>();
    assert_eq!((sum(|l| l.kept), sum(|l| l.total)), (look.kept, look.total), "{look:?}");
    if look.kept == 0 {
        assert_eq!(look.compression_text, "all pruned");
        return;
    }
    let ratio = look.total as f64 / look.kept as f64;
    let shown: f64 = look.compression.parse().expect("a ratio");
    // The page divides the same whole numbers in the same precision.
    assert_eq!(shown, ratio);
    let digits = if ratio < 10.0 { 2 } else { 1 };
    assert_eq!(look.compression_text.replace(',', ""), format!("{ratio:.digits$}×"));
}

#[test]
fn white_pixels_are_the_pruned_weights_at_every_epoch() {
    visit(PRUNES_EARLY, |page| {
        page.rest(12);
        let mut kept = Vec::new();
        for epoch in [0, 3, 5, 8, 12] {
            page.scrub(epoch);
            let look = page.shown(epoch);
            assert_agrees(&look);
            kept.push(look.kept);
        }
        // Means start with a spread of 0.1, and those within 0.0015 = σ e^(-3/2) of zero, 1.2 %
        // of a normal law, count as pruned already.
        let total = page.look().total;
        assert!(kept[0] > total * 97 / 100 && kept[4] < total / 2, "{kept:?} of {total}");
    });
}

#[test]
fn the_picture_is_true_while_training_too() {
    visit("?network=64-30-10&epochs=2000&warmup=0..20&lr=0.01", |page| {
        for epoch in [5, 10, 20, 30] {
            page.wait(&format!("epoch() >= {epoch}"));
            assert_agrees(&page.look());
        }
    });
}

#[test]
fn the_threshold_is_a_lens_that_changes_nothing() {
    visit(PRUNES_EARLY, |page| {
        let before = page.rest(12);
        let mut last = None;
        for threshold in [-4.0, 0.0, 1.5, 3.0, 5.0, 10.0] {
            page.slide("threshold-slider", threshold);
            page.wait(&format!("Number($('threshold').value) === {threshold}"));
            let look = page.look();
            assert_agrees(&look);
            assert_eq!((look.epoch, &look.fingerprint), (before.epoch, &before.fingerprint));
            assert!(last.is_none_or(|kept| kept <= look.kept), "a weight came back: {look:?}");
            last = Some(look.kept);
        }
        page.slide("threshold-slider", 3.0);
        page.wait(&format!("number('test-accuracy') === {}", before.accuracy));
        assert_eq!(page.look(), before);
        // Not one step was taken: the run is still at its end.
        assert_eq!(page.text("state()"), "done");
    });
}

#[test]
fn a_network_that_lost_every_weight_is_called_all_pruned() {
    visit("?network=64-10-10&epochs=10&warmup=-1..0&kl=100&lr=0.05&labels=random", |page| {
        let end = page.rest(10);
        assert_eq!((end.kept, end.compression_text.as_str()), (0, "all pruned"), "{end:?}");
        assert_agrees(&end);
    });
}

#[test]
fn the_table_has_a_row_an_epoch_and_says_what_the_read_outs_say() {
    visit("?network=64-20-10&epochs=3", |page| {
        let end = page.rest(3);
        page.click_on("#data-table summary");
        page.wait("document.querySelectorAll('#data-table tbody tr').length === 4");
        let cell = |name: &str| {
            page.text(&format!(
                "document.querySelector('#data-table tbody tr:last-child').children[
                  [...document.querySelectorAll('#data-table th')].findIndex((th) => th.innerText === '{name}')].innerText"
            ))
        };
        assert_eq!(cell("epoch"), "3");
        assert_eq!(cell("fingerprint"), end.fingerprint);
        assert_eq!((cell("kept"), cell("total")), (end.kept.to_string(), end.total.to_string()));
        // Five digits of a percentage.
        assert!((cell("test_acc").parse::<f64>().unwrap() - end.accuracy).abs() < 0.0005 * 100.0);
    });
}

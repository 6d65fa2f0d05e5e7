//! Convolutions: filters as pictures that agree with the numbers, and the lecture's animation.

use crate::harness::page::{Page, keys, visit};

/// A small convolutional network on the built-in digits.
const RUN: &str = "?experiment=digits-conv&epochs=6";

/// Every layer's canvas, the filters first.
const CANVASES: &str = "[...document.querySelectorAll('canvas[id^=\"filters-\"], canvas[id^=\"heatmap-\"]')].map(layer)";

/// The sum over all layers of what `of` says of one.
fn sum(page: &Page, of: &str) -> f64 {
    page.number(&format!("{CANVASES}.reduce((sum, layer) => sum + layer.{of}, 0)"))
}

#[test]
fn white_pixels_of_filters_are_the_pruned_weights() {
    visit(RUN, |page| {
        page.rest(6);
        for epoch in [0, 3, 6] {
            page.scrub(epoch);
            let look = page.shown(epoch);
            assert_eq!(sum(page, "kept"), look.kept as f64);
            assert_eq!(sum(page, "total"), look.total as f64);
            assert!(page.holds(&format!(
                "{CANVASES}.every(({{ white, total, kept }}) => white === total - kept)"
            )));
            let label = page.text("$('filters-0').getAttribute('aria-label')");
            let count = page.text("$('filters-count-0').textContent");
            assert!(label.contains("filters alive") && count.contains("filters alive"), "{label}");
        }
        let caption = page.text("$('filters-0').closest('figure').firstChild.textContent");
        assert!(caption.starts_with("conv1: ") && caption.contains(" filters "), "{caption}");
    });
}

#[test]
fn filters_die_while_the_accuracy_stays() {
    visit("?experiment=digits-conv", |page| {
        let end = page.rest(100);
        let count = page.text("$('filters-count-1').textContent");
        let alive: u32 = count.split(' ').next().and_then(|n| n.parse().ok()).expect("a number");
        assert!(count.contains("of 40 filters alive") && alive <= 30, "{count}");
        assert!(end.accuracy >= 95.0 && end.total >= 15 * end.kept, "{end:?}");
    });
}

#[test]
fn a_filter_without_weights_is_not_alive() {
    visit(RUN, |page| {
        page.rest(6);
        let mut last = 0.0;
        for threshold in [-4.0, 3.0, 10.0] {
            page.slide("threshold-slider", threshold);
            page.wait(&format!("Number($('threshold').value) === {threshold}"));
            // Tile by tile: alive is what has a pixel that is not white.
            let alive = page.number(
                "(() => {
                  const canvas = $('filters-0');
                  const [, filters, height, width] = canvas.closest('figure').textContent.match(/(\\d+) filters (\\d+) × (\\d+) × 1\\b/).map(Number);
                  const all = pixels(canvas, canvas);
                  const across = (canvas.width - 1) / (width + 1);
                  let alive = 0;
                  for (let filter = 0; filter < filters; filter += 1) {
                    const [left, top] = [(filter % across) * (width + 1) + 1, Math.floor(filter / across) * (height + 1) + 1];
                    const inside = Array.from({ length: width * height }, (_, i) => all[(top + Math.floor(i / width)) * canvas.width + left + (i % width)]);
                    if (inside.some((pixel) => pixel !== 0xffffffff)) alive += 1;
                  }
                  return alive;
                })()",
            );
            assert_eq!(page.number("parseInt($('filters-count-0').textContent)"), alive);
            assert!(alive >= last, "a threshold of {threshold} keeps more");
            last = alive;
        }
        assert!(last > 0.0);
    });
}

#[test]
fn the_caption_says_what_the_read_outs_say() {
    visit(RUN, |page| {
        page.rest(6);
        for epoch in [6, 2] {
            page.scrub(epoch);
            let look = page.shown(epoch);
            let ratio = (look.total as f64 / look.kept as f64).round();
            let accuracy = look.accuracy;
            let words =
                format!("Epoch: {epoch}  Compression ratio: {ratio}×  Accuracy: {accuracy:.1}");
            assert_eq!(page.text("$('lecture-caption').textContent").replace(',', ""), words);
        }
    });
}

#[test]
fn the_caption_says_so_when_nothing_is_left() {
    visit(&format!("{RUN}&warmup=-1..0&kl=100&lr=0.05&labels=random"), |page| {
        assert_eq!(page.rest(6).kept, 0);
        let caption = page.text("$('lecture-caption').textContent");
        assert!(caption.starts_with("Epoch: 6  Compression ratio: all pruned  "), "{caption}");
    });
}

#[test]
fn arrows_walk_over_filters_past_the_lines_between_them() {
    visit(RUN, |page| {
        page.rest(6);
        page.js("$('filters-0').focus()");
        let words = || page.text("$('cell-text').textContent");
        let mut seen = vec![words()];
        assert!(seen[0].starts_with("conv1, filter "), "{seen:?}");
        for _ in 0..60 {
            page.press(&[keys::RIGHT]);
            if seen.last() == Some(&words()) {
                break;
            }
            seen.push(words());
        }
        let filter = |words: &String| words.split(',').nth(1).map(str::to_owned);
        assert_ne!(filter(&seen[0]), filter(seen.last().unwrap()), "{seen:?}");
        assert!(seen.len() < 60, "there is an end: {seen:?}");
        assert_eq!(page.look().epoch, 6, "the arrow did not move the run");
    });
}

#[test]
fn the_units_as_images_are_hidden_where_the_first_layer_has_filters() {
    visit(RUN, |page| {
        page.rest(6);
        assert!(page.holds("$('tiles-figure').hidden && $('seminar-figures').hidden"));
        assert!(page.holds("!$('lecture').hidden && $('patch').checkVisibility()"));
        page.choose("experiment", "sparsity");
        page.wait("$('lecture').hidden && !$('tiles-figure').hidden");
        assert_eq!(page.number("document.querySelectorAll('[id^=\"filters-\"]').length"), 0.0);
    });
}

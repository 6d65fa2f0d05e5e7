//! The pruned network in bytes: every size is what a recount from the kept weights says.

use crate::harness::page::{Layer, Look, Page, visit};
use crate::harness::program::{column, output};

/// A small network whose KL weight is full after three epochs, so that it prunes early.
const PRUNES_EARLY: &str = "?network=64-30-10&epochs=12&warmup=0..3&lr=0.01";
/// Its layers, (fan_in, fan_out).
const SHAPES: [(u64, u64); 2] = [(64, 30), (30, 10)];

/// Format and bytes, recounted from the weights that each layer keeps: four bytes a value, a
/// pointer and a bias, two an index.
fn recount(kept: &[u64]) -> Vec<(&'static str, u64)> {
    let layers = || SHAPES.iter().zip(kept);
    let sum = |bytes: fn(u64, u64, u64) -> u64| {
        layers().map(|(&(rows, columns), &kept)| bytes(rows, columns, kept) + 4 * columns).sum()
    };
    vec![
        ("dense", sum(|rows, columns, _| 4 * rows * columns)),
        ("csr", sum(|rows, _, kept| 4 * (rows + 1) + 6 * kept)),
        ("csc", sum(|_, columns, kept| 4 * (columns + 1) + 6 * kept)),
        ("coo", sum(|_, _, kept| 8 * kept)),
        ("bitmask", sum(|rows, columns, kept| (rows * columns).div_ceil(8) + 4 * kept)),
    ]
}

/// Asserts that the panel shows the recount of what is on the screen; its CSR bytes.
fn assert_recounted(page: &Page, look: &Look) -> u64 {
    let kept: Vec<u64> = look.layers.iter().map(|layer: &Layer| layer.kept).collect();
    assert_eq!(kept.iter().sum::<u64>(), look.kept);
    let sizes = recount(&kept);
    let shown = page.number("document.querySelectorAll('#sizes tbody tr').length");
    assert_eq!(shown as usize, sizes.len());
    let dense = sizes[0].1;
    for &(name, bytes) in &sizes {
        let value = |id: &str| page.text(&format!("$('{id}-{name}').dataset.value"));
        assert_eq!(value("size").parse(), Ok(bytes), "{name}: {look:?}");
        assert_eq!(value("smaller").parse(), Ok(dense as f64 / bytes as f64), "{name}");
        let text = page.text(&format!("$('size-{name}').textContent"));
        assert_eq!(text.replace(',', ""), bytes.to_string());
    }
    sizes[1].1
}

#[test]
fn bytes_are_those_of_the_kept_weights_and_fall_as_the_run_goes_on() {
    visit(PRUNES_EARLY, |page| {
        page.rest(12);
        page.js("$('sizes').scrollIntoView()");
        page.wait("document.querySelector('#sizes tbody tr')");
        let at = |epoch| {
            page.scrub(epoch);
            assert_recounted(page, &page.shown(epoch))
        };
        let bytes = [at(0), at(6), at(12)];
        assert!(bytes.is_sorted_by(|earlier, later| earlier > later), "{bytes:?}");
    });
}

#[test]
fn bytes_follow_the_threshold() {
    visit(PRUNES_EARLY, |page| {
        page.rest(12);
        page.js("$('sizes').scrollIntoView()");
        page.wait("document.querySelector('#sizes tbody tr')");
        let through = |threshold: f64| {
            page.slide("threshold-slider", threshold);
            page.wait(&format!("Number($('threshold').value) === {threshold}"));
            assert_recounted(page, &page.look())
        };
        let bytes = [through(-4.0), through(3.0), through(8.0)];
        assert!(bytes.is_sorted_by(|low, high| low < high), "{bytes:?}");
    });
}

#[test]
fn a_network_that_is_never_pruned_has_no_panel() {
    visit("?network=64-20-10&epochs=2&method=dense", |page| {
        page.rest(2);
        assert!(page.holds("$('heatmap-0') && $('sizes').hidden"));
    });
}

#[test]
fn the_command_line_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.safetensors").display().to_string();
    let flags = ["--net", "64-30-10", "--epochs", "12", "--kl-warmup", "0..3", "--lr", "0.01"];
    let lines = output(&[&["train"], &flags[..], &["--save", &file]].concat());
    let last = lines.lines().last().unwrap();
    let sparsity = last.split(',').rev().nth(1).unwrap();
    let kept = sparsity.split('/').zip(SHAPES).map(|(share, (rows, columns))| {
        ((1.0 - share.parse::<f64>().unwrap()) * (rows * columns) as f64).round() as u64
    });
    let sizes = recount(&kept.collect::<Vec<_>>());
    let evaluated = output(&["evaluate", "--load", &file]);
    let (_, table) = evaluated.split_once("\n\n").expect("a table of formats");
    let expected: Vec<String> = sizes.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(column(table, "format"), expected);
    for (bytes, (name, recounted)) in column(table, "bytes").iter().zip(&sizes) {
        assert_eq!(bytes, &recounted.to_string(), "{name}");
    }
    for (ratio, (_, bytes)) in column(table, "ratio").iter().zip(&sizes) {
        assert_eq!(ratio, &format!("{:.2}", sizes[0].1 as f64 / *bytes as f64));
    }
}

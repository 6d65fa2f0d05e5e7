//! Pictures: what can be saved, listed and read off each; handles; what an experiment asks and says.

use crate::harness::page::{Page, browse, keys, visit};
use serde_json::Value;
use sparsevd::data;
use sparsevd::experiments::{self, Experiment};

/// Experiments of which a picture alone takes longer than a test waits.
const SLOW: [&str; 2] = ["ensembling", "rt-vs-lrt"];

/// The others whose data come with the page: two epochs of each are over in seconds.
fn quick() -> impl Iterator<Item = &'static &'static Experiment> {
    let built_in = |e: &Experiment| data::source(&(e.settings)().data).is_built_in();
    experiments::ALL.iter().filter(move |e| built_in(e) && !SLOW.contains(&e.name))
}

/// Opens an experiment and waits until its pictures are there.
fn open(page: &Page, experiment: &Experiment) {
    page.open(&format!("?experiment={}&epochs=2", experiment.name));
    page.wait("state() === 'done'");
    for name in names(page) {
        page.js(&format!("$('chart-{name}').scrollIntoView({{ block: 'center' }})"));
        page.wait(&format!("$('chart-{name}').closest('.table') || $('chart-{name}').closest('[hidden]') || new Set(pixels($('chart-{name}'), $('chart-{name}'))).size > 3"));
    }
}

/// The pictures of the experiment that is there, by name.
fn names(page: &Page) -> Vec<String> {
    let names = page.js(
        "return [...document.querySelectorAll('#beside [data-picture], #pictures [data-picture]')]
          .filter((figure) => figure.checkVisibility()).map((figure) => figure.dataset.picture)",
    );
    let names = names.as_array().cloned().unwrap_or_default();
    names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The names of the pictures that are drawn and have something to read.
fn drawn(page: &Page) -> Vec<String> {
    let drawn =
        |name: &String| page.holds(&format!("!$('chart-{name}').closest('.table, .silent')"));
    names(page).into_iter().filter(drawn).collect()
}

/// A place of a picture's canvas in the window, given as shares of its width and height.
fn place(page: &Page, name: &str, x: f64, y: f64) -> (f64, f64) {
    page.js(&format!("$('chart-{name}').scrollIntoView({{ block: 'center' }})"));
    let at = |expression: &str| {
        page.number(&format!("(() => {{ const box = $('chart-{name}').getBoundingClientRect(); return {expression}; }})()"))
    };
    (at(&format!("box.left + {x} * box.width")), at(&format!("box.top + {y} * box.height")))
}

/// The words of what is read off a picture.
fn value(name: &str) -> String {
    format!("$('chart-{name}').parentElement.querySelector('.value').textContent")
}

#[test]
fn every_picture_is_saved_and_listed() {
    browse(|page| {
        for experiment in quick() {
            open(page, experiment);
            for name in names(page) {
                page.js(&format!(
                    "{}
                    window.faults = undefined;
                    faults($('chart-{name}').closest('figure')).catch(String).then((found) => {{ window.faults = found; }});",
                    include_str!("pictures.js")
                ));
                page.wait("window.faults");
                let faults = page.text("JSON.stringify(window.faults)");
                assert_eq!(faults, "[]", "{} {name}", experiment.name);
            }
        }
    });
}

#[test]
fn every_picture_is_read_by_pointer_and_keys() {
    browse(|page| {
        for experiment in quick() {
            open(page, experiment);
            for name in drawn(page) {
                let (value, of) = (value(&name), format!("{} {name}", experiment.name));
                // Somewhere across there is something to read.
                let reads = |x: f64| {
                    let (x, y) = place(page, &name, x, 0.5);
                    page.mouse(&[(x, y), (x + 1.0, y)], false);
                    page.holds(&format!("/\\d/.test({value})"))
                };
                assert!(
                    [0.5, 0.25, 0.4, 0.6, 0.75].into_iter().any(reads),
                    "{of}: no pointer reads"
                );
                page.js(&format!("$('chart-{name}').focus()"));
                page.press(&[keys::HOME]);
                let first = page.text(&value);
                page.press(&[keys::END]);
                let last = page.text(&value);
                assert!(first.contains(|c: char| c.is_ascii_digit()), "{of}: keys read '{first}'");
                let one = page.holds(&format!("/only|one/.test($('chart-{name}').ariaLabel)"));
                assert!(first != last || one, "{of}: Home and End both read {first}");
                page.js(&format!("$('chart-{name}').blur()"));
                assert_eq!(page.text(&value), "", "{of}");
            }
        }
    });
}

#[test]
fn verdicts_are_said_with_what_was_measured() {
    browse(|page| {
        // Where there is no network, nobody waits for measurements of it.
        let plain = |e: &&&Experiment| e.verdict.is_some() && !e.panels.contains(&"weights");
        for name in quick().filter(plain).map(|experiment| experiment.name) {
            page.open(&format!("?experiment={name}&epochs=2"));
            page.wait("state() === 'done'");
            page.wait("$('verdict').dataset.holds !== ''");
            assert!(page.holds("['true', 'false'].includes($('verdict').dataset.holds)"), "{name}");
            let failed = page.number("document.querySelectorAll('#figures .fails').length");
            let judged = page.number("$('figures').rows.length");
            assert!(judged > 0.0, "{name}");
            assert_eq!(
                page.text("$('verdict').dataset.holds"),
                (failed == 0.0).to_string(),
                "{name}"
            );
            assert!(page.holds("$('sentence').textContent.length > 40"), "{name}");
            let told = page.number("$('told').rows.length");
            assert_eq!(page.holds("$('told').closest('details').hidden"), told == 0.0, "{name}");
        }
    });
}

/// Where a handle's grip is in the window.
fn grip(page: &Page, name: &str) -> (f64, f64) {
    place(page, name, 0.5, 0.5);
    let at = |side: &str, size: &str| {
        page.number(&format!("(() => {{ const box = $('chart-{name}').parentElement.querySelector('.grip').getBoundingClientRect(); return box.{side} + box.{size} / 2; }})()"))
    };
    (at("left", "width"), at("top", "height"))
}

/// Moves what an experiment's picture lets be moved, which changes a knob, and looks at the picture.
fn moves_by_pointer_and_keys(experiment: &str, name: &str, dragged: &str, added: &str) {
    visit(&format!("?experiment={experiment}&epochs=2"), |page| {
        page.wait("state() === 'done'");
        page.js(&format!("$('chart-{name}').scrollIntoView({{ block: 'center' }})"));
        page.wait(&format!("!$('chart-{name}').parentElement.querySelector('.grip').hidden"));
        let knob = |key: &str| format!("document.querySelector('[data-key={key}] input').value");
        let (before, points) = (page.text(&knob(dragged)), page.text(&knob(added)));
        let hash = |page: &Page| page.number(&format!("layer($('chart-{name}')).hash"));
        // A click on the handle, a little beside it: nothing moves and nothing is added.
        let (x, y) = grip(page, name);
        page.mouse(&[(x + 12.0, y + 3.0), (x + 12.0, y + 3.0)], true);
        page.wait(&format!(
            "document.activeElement === $('chart-{name}').parentElement.querySelector('.grip')"
        ));
        assert_eq!(page.text(&knob(dragged)), before);
        assert_eq!(page.text(&knob(added)), points);
        // A key moves the handle that was clicked.
        let was = hash(page);
        page.press(&[keys::RIGHT]);
        page.wait(&format!("{} !== '{before}'", knob(dragged)));
        page.wait(&format!("layer($('chart-{name}')).hash !== {was}"));
        // So does the pointer.
        let nudged = page.text(&knob(dragged));
        page.wait("state() !== 'live'");
        let (x, y) = grip(page, name);
        let was = hash(page);
        page.mouse(&[(x, y), (x + 20.0, y), (x + 40.0, y)], true);
        page.wait(&format!("{} !== '{nudged}'", knob(dragged)));
        page.wait(&format!("layer($('chart-{name}')).hash !== {was}"));
    });
}

/// What the knob of added points says.
const POINTS: &str = "document.querySelector('[data-key=points] input').value";

/// A click adds a point where there is no handle, also on a line along which one could be dragged,
/// and also if the hand trembles.
fn clicks_add(experiment: &str, name: &str, at: impl Fn(&Page) -> (f64, f64)) {
    visit(&format!("?experiment={experiment}&epochs=2"), |page| {
        page.wait("state() === 'done'");
        page.js(&format!("$('chart-{name}').scrollIntoView({{ block: 'center' }})"));
        page.wait(&format!("!$('chart-{name}').parentElement.querySelector('.grip').hidden"));
        let points = page.text(POINTS);
        let (x, y) = at(page);
        page.mouse(&[(x, y), (x + 2.0, y + 1.0)], true);
        page.wait(&format!("{POINTS}.length > {}", points.len()));
    });
}

#[test]
fn the_gap_of_the_regression_is_moved() {
    moves_by_pointer_and_keys("uncertainty-regression", "hmc", "gap", "points");
}

#[test]
fn a_click_on_the_line_of_an_edge_adds_a_point() {
    clicks_add("uncertainty-regression", "hmc", |page| {
        let (x, y) = grip(page, "hmc");
        (x, y - 50.0)
    });
}

#[test]
fn the_clusters_of_the_classification_are_moved() {
    moves_by_pointer_and_keys("uncertainty-classification", "single-total", "points", "points");
}

#[test]
fn a_click_on_an_empty_place_adds_a_point_to_a_class() {
    clicks_add("uncertainty-classification", "single-total", |page| {
        place(page, "single-total", 0.9, 0.15)
    });
}

#[test]
fn the_gallery_is_walked_by_keyboard() {
    visit("?network=64-20-10&epochs=1", |page| {
        page.rest(1);
        page.js("$('open-gallery').focus()");
        page.press(&[keys::ENTER]);
        page.wait("$('gallery').open");
        assert_eq!(page.text("document.activeElement.dataset.name"), "sparsity");
        let cards = page.number("document.querySelectorAll('.card').length");
        assert_eq!(cards, experiments::ALL.len() as f64);
        page.press(&[keys::TAB]);
        let next = page.text("document.activeElement.dataset.name");
        assert_ne!(next, "sparsity");
        page.press(&[keys::ENTER]);
        page.wait(&format!("!$('gallery').open && $('experiment').value === '{next}'"));
        page.wait(&format!(
            "document.querySelector('.card[aria-current]').dataset.name === '{next}'"
        ));
    });
}

#[test]
fn a_prediction_is_remembered_and_said_beside_the_verdict() {
    let asks = |e: &&&Experiment| e.name != "sparsity" && !e.prediction.1.is_empty();
    let experiment = quick().find(asks).expect("one asks");
    visit(&format!("?experiment={}&epochs=2&autoplay=0", experiment.name), |page| {
        page.wait("state() === 'paused' || state() === 'done'");
        assert!(
            page.holds("!$('prediction').hidden && !document.querySelector('#answers :checked')")
        );
        page.js("$('answer-0').focus()");
        page.press(&[" "]);
        let said = format!("You said: {}.", experiment.prediction.1[0]);
        page.wait("$('said').textContent !== ''");
        assert_eq!(page.text("$('said').textContent"), said);
        // Elsewhere nobody has said anything; back here it is remembered.
        page.choose("experiment", "sparsity");
        page.wait("$('experiment').value === 'sparsity' && $('said').textContent === ''");
        page.choose("experiment", experiment.name);
        page.wait("$('answer-0')?.checked");
        assert_eq!(page.text("$('said').textContent"), said);
    });
}

//! The look at three sizes, in light and dark: nothing is cut off, too small, or empty.

use crate::harness::page::{Page, browse};
use sparsevd::data;
use sparsevd::experiments::{self, Experiment};

/// A run that has everything to show: some weights pruned, some alive.
const RUN: &str = "?network=64-300-100-10&epochs=4&warmup=-1..3&lr=0.01";

/// Opens the page at a size in light and dark, and looks it over.
fn looks_right_at(width: u32, height: u32) {
    for theme in ["light", "dark"] {
        browse(|page| {
            page.resize(width, height, 1.0);
            page.prefer(&[("prefers-color-scheme", theme)]);
            page.open(RUN);
            page.rest(4);
            every_canvas_has_ink(page);
            page.js("scrollTo(0, 0)");
            page.photograph(&format!("page-{width}-{theme}"), true);
            nothing_sticks_out(page);
            nothing_is_cut_off(page);
            buttons_can_be_hit(page);
            let paper = page.text("getComputedStyle(document.body).backgroundColor");
            let sum: u32 = paper
                .split(|c: char| !c.is_ascii_digit())
                .filter_map(|n| n.parse::<u32>().ok())
                .sum();
            assert_eq!(sum < 3 * 128, theme == "dark", "{paper}");
        });
    }
}

fn nothing_sticks_out(page: &Page) {
    let sticking = page.text(
        "[...document.querySelectorAll('body *')]
          .filter((e) => e.checkVisibility() && !e.closest('.scroll, nav, .visually-hidden, svg, math') && e.getBoundingClientRect().right > innerWidth + 1)
          .map((e) => e.id || e.className || e.localName).join(' ')",
    );
    let room = page.number("document.documentElement.scrollWidth - innerWidth");
    assert!(room <= 0.0, "the page scrolls sideways by {room} px: {sticking}");
}

fn nothing_is_cut_off(page: &Page) {
    let cut = page.text(
        "[...document.querySelectorAll('.readouts dt, .readouts dd, .clock output, button')]
          .filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1 && getComputedStyle(e).display !== 'inline')
          .map((e) => `${e.id || e.innerText} ${e.scrollWidth} > ${e.clientWidth}`).join(', ')",
    );
    assert_eq!(cut, "", "cut off");
    let overlapping = page.text(
        "(() => {
          const boxes = [...document.querySelectorAll('.readouts > div')].filter((e) => e.checkVisibility()).map((e) => [e.innerText, e.getBoundingClientRect()]);
          const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
          return boxes.flatMap(([name, box], i) => boxes.slice(i + 1).filter(([, other]) => meet(box, other)).map(([other]) => `${name} / ${other}`)).join(', ');
        })()",
    );
    assert_eq!(overlapping, "", "overlapping");
}

/// 44 px: what a finger needs (WCAG 2.5.5).
fn buttons_can_be_hit(page: &Page) {
    let small = page.text(
        "[...document.querySelectorAll('.transport .buttons button')]
          .map((e) => [e.id, e.getBoundingClientRect()]).filter(([, { width, height }]) => width < 44 || height < 44)
          .map(([id, { width, height }]) => `${id} ${width} × ${height}`).join(', ')",
    );
    assert_eq!(small, "", "too small");
}

/// Brings every canvas onto the screen, as a reader does, and waits until it is drawn.
fn every_canvas_has_ink(page: &Page) {
    let canvases = page.js("return [...document.querySelectorAll('figure canvas')].filter((e) => e.checkVisibility()).map((e) => e.id)");
    let canvases = canvases.as_array().cloned().unwrap_or_default();
    assert!(canvases.len() >= 12, "{canvases:?}");
    // The drawing pad is empty until somebody draws.
    for id in canvases.iter().filter_map(|id| id.as_str()).filter(|id| *id != "pad") {
        page.js(&format!("$('{id}').scrollIntoView()"));
        page.wait(&format!(
            "$('{id}').width > 0 && new Set(pixels($('{id}'), $('{id}'))).size > 1"
        ));
    }
}

/// Every experiment whose data come with the page, at a size: whatever it shows has room.
fn every_experiment_has_room_at(width: u32, height: u32) {
    let built_in = |e: &&&Experiment| data::source(&(e.settings)().data).is_built_in();
    browse(|page| {
        page.resize(width, height, 1.0);
        for experiment in experiments::ALL.iter().filter(built_in) {
            page.open(&format!("?experiment={}&epochs=2", experiment.name));
            page.wait("$('state').dataset.value === 'done'");
            page.js("scrollTo(0, 0)");
            page.photograph(&format!("{}-{width}", experiment.name), true);
            nothing_sticks_out(page);
            nothing_is_cut_off(page);
            buttons_can_be_hit(page);
        }
    });
}

#[test]
fn every_experiment_has_room_on_a_desktop() {
    every_experiment_has_room_at(1440, 900);
}

#[test]
fn every_experiment_has_room_on_a_small_laptop() {
    every_experiment_has_room_at(1024, 768);
}

#[test]
fn every_experiment_has_room_on_a_phone() {
    every_experiment_has_room_at(390, 844);
}

#[test]
fn it_looks_right_on_a_desktop() {
    looks_right_at(1440, 900);
}

#[test]
fn it_looks_right_on_a_small_laptop() {
    looks_right_at(1024, 768);
}

#[test]
fn it_looks_right_on_a_phone() {
    looks_right_at(390, 844);
}

#[test]
fn the_theme_button_turns_the_page_and_leaves_the_picture() {
    browse(|page| {
        page.prefer(&[("prefers-color-scheme", "light")]);
        page.open("?network=64-20-10&epochs=2");
        let before = page.rest(2);
        page.click("theme");
        page.wait("getComputedStyle(document.documentElement).colorScheme === 'dark'");
        assert_eq!(page.look(), before, "the matrices keep their colours");
    });
}

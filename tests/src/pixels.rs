//! Pixels: what a screenshot shows is what the weights are, at every pixel ratio and after changes.

use crate::harness::page::{Page, browse};

/// Some weights pruned in every layer, none of them at rest under a cross.
const RUN: &str = "?network=64-300-100-10&epochs=4&warmup=-1..3&lr=0.01";

/// A laptop's, a scaled one's, a good screen's; and what zooming makes of them.
const RATIOS: [f64; 5] = [1.0, 1.5, 2.0, 1.25, 1.0];

/// Records the size in CSS pixels of every text that is drawn on a chart, by the canvas's id.
const LISTEN: &str = "globalThis.texts = {};
    const native = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (...rest) {
      const size = (parseFloat(this.font.match(/([\\d.]+)px/)[1]) * this.getTransform().a) / devicePixelRatio;
      globalThis.texts[this.canvas.id] = Math.round(100 * size) / 100;
      return native.apply(this, rest);
    };";

/// Gives the screen another pixel ratio and waits until everything has followed.
fn change_ratio(page: &Page, ratio: f64) {
    page.resize(1440, 900, ratio);
    page.wait(&format!("devicePixelRatio === {ratio}"));
    page.wait(
        "[...document.querySelectorAll('.charts canvas')].every((canvas) => {
          const { width, height } = canvas.getBoundingClientRect();
          return canvas.width === Math.round(width * devicePixelRatio) && canvas.height === Math.round(height * devicePixelRatio);
        })",
    );
    page.wait(
        "heatmaps().every((canvas) => {
      const unit = (canvas.getBoundingClientRect().width * devicePixelRatio) / canvas.width;
      return unit > 0.9 && Math.abs(unit - Math.round(unit)) < 0.01;
    })",
    );
}

/// Weights that are white on a screenshot; every weight must have one colour.
fn white_on_screen(page: &Page, id: &str) -> u64 {
    // A multiple of four CSS pixels is a whole number of device pixels at every ratio.
    page.js(&format!(
        "scrollTo(0, 4 * Math.floor(($('{id}').getBoundingClientRect().top + scrollY - 200) / 4));
        window.settled = false;
        requestAnimationFrame(() => requestAnimationFrame(() => {{ window.settled = true; }}));"
    ));
    page.wait("window.settled");
    let number = |what: &str| {
        page.number(&format!("(({{ left, top }}, canvas, dpr) => {what})($('{id}').getBoundingClientRect(), $('{id}'), devicePixelRatio)"))
    };
    let (left, top) = (number("left * dpr").round() as usize, number("top * dpr").round() as usize);
    let (columns, rows) = (number("canvas.width") as usize, number("canvas.height") as usize);
    let unit = number("canvas.getBoundingClientRect().width * dpr / canvas.width").round() as usize;
    let (across, pixels) = page.screenshot();
    let at = |x: usize, y: usize| pixels[y * across + x];
    let mut white = 0;
    for row in 0..rows {
        for column in 0..columns {
            let (x, y) = (left + column * unit, top + row * unit);
            let colour = at(x, y);
            for (dx, dy) in [(unit - 1, 0), (0, unit - 1), (unit - 1, unit - 1)] {
                assert_eq!(at(x + dx, y + dy), colour, "{id} ({column}, {row}), {across} across");
            }
            white += u64::from(colour == [255; 3]);
        }
    }
    white
}

#[test]
fn a_screenshot_has_as_many_white_weights_as_are_pruned() {
    browse(|page| {
        page.open(RUN);
        let look = page.rest(4);
        for ratio in RATIOS {
            change_ratio(page, ratio);
            for (i, layer) in look.layers.iter().enumerate() {
                let white = white_on_screen(page, &format!("heatmap-{i}"));
                assert_eq!(white, layer.total - layer.kept, "layer {i} at ratio {ratio}");
            }
        }
    });
}

#[test]
fn text_has_one_size_at_every_ratio() {
    browse(|page| {
        page.prepare(LISTEN);
        page.open("?network=64-20-10&epochs=2");
        page.rest(2);
        for ratio in RATIOS {
            page.js("globalThis.texts = {}; scrollTo(0, 0)");
            change_ratio(page, ratio);
            if ratio == RATIOS[0] {
                page.js("$('theme').click()");
            }
            for chart in ["compression", "accuracy", "elbo"] {
                page.wait(&format!("texts['chart-{chart}'] !== undefined"));
                let size = page.number(&format!("texts['chart-{chart}']"));
                assert_eq!(size, 11.0, "{chart} at ratio {ratio}");
            }
        }
    });
}

#[test]
fn filters_and_figures_take_whole_device_pixels() {
    browse(|page| {
        page.open("?network=8x8-6c3-p2-20-10&epochs=1");
        page.rest(1);
        for ratio in RATIOS {
            page.resize(1440, 900, ratio);
            page.wait(&format!("devicePixelRatio === {ratio}"));
            page.wait(
                "[...document.querySelectorAll('canvas[id^=heatmap], canvas[id^=filters], #seen')].every((canvas) => {
                  const unit = (canvas.getBoundingClientRect().width * devicePixelRatio) / canvas.width;
                  return unit > 0.9 && Math.abs(unit - Math.round(unit)) < 0.01;
                })",
            );
        }
    });
}

//! The lecture's patch and the seminar's figures of a first layer of 784 inputs.

use crate::harness::page::{Page, browse, keys, visit};
use crate::harness::product;

/// Whether all of a canvas is the part of the first matrix at (left, top), as a condition.
fn shows_part(id: &str, left: u32, top: u32) -> String {
    format!(
        "(() => {{
          const [whole, part] = [$('heatmap-0'), $('{id}')];
          const [all, some] = [pixels(whole, whole), pixels(part, part)];
          return some.every((pixel, i) => {{
            const [x, y] = [i % part.width, Math.floor(i / part.width)];
            return pixel === all[({top} + y) * whole.width + {left} + x];
          }});
        }})()"
    )
}

/// Visits a run on MNIST whose first matrix is 784 × 200, with some weights pruned.
fn visit_mnist(test: &str, look: impl FnOnce(&Page)) {
    let Some(folder) = product::mnist(test) else { return };
    let site = product::serve_folder(product::dist(), Some(folder));
    browse(|page| {
        page.open_at(
            &site.url(),
            "?experiment=seminar&size=1000&epochs=3&network=784-200-10&warmup=-1..30&lr=0.003",
        );
        page.rest(3);
        look(page);
    });
}

#[test]
fn the_seminars_figures_show_its_part_of_the_first_layer() {
    visit_mnist("the_seminars_figures_show_its_part_of_the_first_layer", |page| {
        page.wait("!$('seminar-figures').hidden");
        page.js("$('seminar-figures').scrollIntoView()");
        page.wait("['w1', 'tiles', 'scatter'].every((name) => new Set(pixels($(`figure-${name}`), $(`figure-${name}`))).size > 3)");
        let size = |id: &str| page.text(&format!("`${{$('{id}').width}} × ${{$('{id}').height}}`"));
        assert_eq!(size("figure-w1"), "200 × 200");
        assert!(page.holds(&shows_part("figure-w1", 200, 0)));
        // Ten tiles of 28 pixels with lines.
        assert_eq!(size("figure-tiles"), "291 × 291");
        // Tile by tile: unit u's image has the white pixels of row u of the matrix.
        let first_wrong = page.number(
            "(() => {
              const [whole, tiles] = [$('heatmap-0'), $('figure-tiles')];
              const [all, some] = [pixels(whole, whole), pixels(tiles, tiles)];
              for (let i = 0; i < 100 * 784; i += 1) {
                const [tile, input] = [Math.floor(i / 784), i % 784];
                const x = (tile % 10) * 29 + 1 + (input % 28);
                const y = Math.floor(tile / 10) * 29 + 1 + Math.floor(input / 28);
                const white = (pixel) => pixel === 0xffffffff;
                if (white(some[y * tiles.width + x]) !== white(all[(tile + 1) * whole.width + input])) return i;
              }
              return -1;
            })()",
        );
        assert_eq!(first_wrong, -1.0, "tile × 784 + input");
    });
}

#[test]
fn a_click_on_the_matrix_moves_the_lectures_patch() {
    visit_mnist("a_click_on_the_matrix_moves_the_lectures_patch", |page| {
        page.wait("!$('lecture').hidden");
        assert_eq!(page.text("$('patch').width + ' ' + $('patch').height"), "100 100");
        assert!(page.holds(&shows_part("patch", 342, 50)), "it begins in the middle");
        page.js("$('heatmap-0').focus()");
        page.press(&[keys::LEFT]);
        page.press(&[keys::ENTER]);
        let words = page.text("$('patch-where').textContent");
        assert_eq!(words, "→ 341 to 440 · ↓ 50 to 149");
        assert!(page.holds(&shows_part("patch", 341, 50)));
        page.click("heatmap-0");
        assert!(page.holds("$('patch-where').textContent.startsWith('→ 342 ')"), "the middle");
        page.press(&[keys::LEFT]);
        page.press(&[keys::ENTER]);
        let top = page.number("Number($('patch-where').textContent.match(/↓ (\\d+)/)[1])") as u32;
        page.scrub(1);
        page.shown(1);
        assert!(page.holds(&shows_part("patch", 341, top)), "it follows the epoch");
        let caption = page.text("$('lecture-caption').textContent");
        assert!(caption.starts_with("Epoch: 1  Compression ratio: "), "{caption}");
    });
}

#[test]
fn small_networks_have_neither_patch_nor_figures() {
    visit("?network=64-20-10&epochs=1", |page| {
        page.rest(1);
        assert!(page.holds("$('lecture').hidden && $('seminar-figures').hidden"));
        assert!(page.holds("!$('tiles-figure').hidden"));
    });
}

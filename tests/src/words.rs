//! Words: they follow the method, the data and the epoch, and every number in them is written well.

use crate::harness::files::{idx_labels, table, write};
use crate::harness::page::{Page, browse, visit};

/// Every text that a reader or a screen reader gets, one a line.
const TEXTS: &str = "[...document.querySelectorAll('body, body *')].flatMap((e) => [
    ...[...e.childNodes].filter((node) => node.nodeType === 3 && !e.closest('script, style, template')).map((node) => node.textContent),
    ...['aria-label', 'title', 'aria-valuetext', 'placeholder'].map((name) => e.getAttribute(name) ?? ''),
  ]).filter((text) => text.trim()).join('\\n')";

/// Asserts that no number in any text has more digits than anybody reads.
fn reads_well(page: &Page) {
    let texts = page.text(TEXTS);
    for line in texts.lines() {
        let mut decimals = line.split('.').skip(1);
        let long = decimals.any(|rest| rest.chars().take_while(char::is_ascii_digit).count() > 6);
        let odd = ["NaN", "undefined", "null", "[object", "Infinity", "e-"];
        let word = odd
            .iter()
            .find(|word| line.split([' ', '(', '±']).any(|part| part.starts_with(**word)));
        assert!(!long && word.is_none(), "'{line}'");
    }
}

/// Height × width images as an IDX file.
fn images(count: u32, height: u32, width: u32) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 3];
    [count, height, width].iter().for_each(|n| bytes.extend(n.to_be_bytes()));
    bytes.extend((0..count * height * width).map(|i| (i * 7 % 251) as u8));
    bytes
}

/// Opens images of a shape of the visitor's own.
fn open_images(page: &Page, height: u32, width: u32) {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        write(folder.path(), "train-images-idx3-ubyte", images(60, height, width)),
        write(folder.path(), "train-labels-idx1-ubyte", idx_labels(60)),
        write(folder.path(), "t10k-images-idx3-ubyte", images(20, height, width)),
        write(folder.path(), "t10k-labels-idx1-ubyte", idx_labels(20)),
    ];
    page.hand_over(&files.each_ref().map(|file| file.as_path()));
    page.wait(&format!("$('data').value === 'own' && $('seen').width === {width} && $('seen').height === {height} && epoch() >= 1"));
    page.click("train");
    page.wait("state() === 'paused' || state() === 'done'");
}

#[test]
fn every_picture_has_the_datas_height_and_width() {
    visit("?network=64-20-10&epochs=2", |page| {
        page.rest(2);
        for (height, width) in [(8, 16), (16, 8), (64, 128), (1, 30), (28, 28)] {
            open_images(page, height, width);
            // One hundred units, twenty a row.
            let (across, down) = (20 * (width + 1) + 1, 5 * (height + 1) + 1);
            page.wait(&format!("$('tiles').width === {across} && $('tiles').height === {down}"));
            let pad = page.number("$('pad').width / $('pad').height");
            let shape = f64::from(width) / f64::from(height);
            assert!((pad / shape - 1.0).abs() < 0.08, "{height} × {width}: pad {pad}");
            let css = page.number("$('pad').clientWidth / $('pad').clientHeight");
            assert!((css / shape - 1.0).abs() < 0.2, "{height} × {width}: pad {css} on the screen");
            // The seen image is the test image: its pixels, row by row.
            let seen = page.text(
                "[...pixels($('seen'), $('seen'))].slice(0, 5).map((p) => p & 255).join(' ')",
            );
            page.click("digit-next");
            page.wait("$('digit-verdict').innerText.startsWith('Test image 1,')");
            let next = page.text(
                "[...pixels($('seen'), $('seen'))].slice(0, 5).map((p) => p & 255).join(' ')",
            );
            assert!(height * width < 4 || seen != next, "{height} × {width}");
            page.js(
                "$('digit-index').value = 0; $('digit-index').dispatchEvent(new Event('input'))",
            );
            page.js("$('pad').scrollIntoView({ block: 'center' })");
            page.click("pad");
            page.wait("$('digit-verdict').innerText.startsWith('Your drawing')");
            page.wait("[...pixels($('seen'), $('seen'))].some((p) => (p & 255) < 128)");
            reads_well(page);
        }
    });
}

#[test]
fn a_table_is_shown_as_numbers_and_called_objects() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "two-classes.csv", table(200));
    visit("?network=64-20-10&epochs=3", |page| {
        page.rest(3);
        page.hand_over(&[&file]);
        page.wait("$('run-name').textContent.includes('two-classes.csv')");
        page.rest(3);
        page.wait("$('digit-verdict').innerText.startsWith('Test object 0,')");
        assert_eq!(page.number("$('seen-values').rows.length"), 3.0);
        let values = page.text("$('seen-values').innerText");
        assert!(values.contains("feature 0"), "{values}");
        let visible = page.text("['pad', 'seen', 'digit-rotate', 'digit-right', 'digit-down', 'digit-clear', 'tiles'].filter((id) => $(id).checkVisibility()).join(' ')");
        assert_eq!(visible, "", "there is nothing to draw or turn");
        let words = page.text("document.querySelector('.uncertainty').innerText");
        for word in ["image", "digit", "pixel", "ln 10"] {
            assert!(!words.contains(word), "'{word}' in {words}");
        }
        assert!(words.contains("ln 2 = 0.693"), "{words}");
        page.js("$('chart-entropy').scrollIntoView()");
        page.wait("($('chart-entropy').getAttribute('aria-label') ?? '').includes('ln 2')");
        let label = page.text("$('chart-entropy').getAttribute('aria-label')");
        assert!(label.contains("features shuffled") && label.starts_with("Epoch 3:"), "{label}");
        reads_well(page);
        // Back among the digits, the words are theirs again.
        page.choose("data", "digits");
        page.wait("$('run-name').textContent.startsWith('digits') && epoch() >= 1");
        page.wait("$('seen').checkVisibility() && $('pad').checkVisibility()");
        page.wait("document.querySelector('.uncertainty').innerText.includes('ln 10 = 2.303')");
    });
}

#[test]
fn numbers_are_written_well_with_every_method() {
    browse(|page| {
        page.open("?network=64-20-10&epochs=3&warmup=0..2&lr=0.01");
        page.rest(3);
        let methods = page.text("[...$('method').options].map((option) => option.value).join(' ')");
        let mut lessons = std::collections::HashSet::new();
        for method in methods.split(' ') {
            page.open(&format!(
                "?network=8x8-4c3-p2-20-10&epochs=3&warmup=0..2&prune=1..2&lr=0.01&method={method}"
            ));
            page.rest(3);
            page.js("document.querySelectorAll('details').forEach((details) => { details.open = true; })");
            page.js("$('heatmap-0').focus()");
            reads_well(page);
            let lesson = page.text("$('method-lesson').innerText");
            assert!(lessons.insert(lesson.clone()), "{method}: {lesson}");
            assert!(
                page.holds("$('method-formula').querySelector('math')"),
                "{method} has a formula"
            );
            let bayesian = lesson.contains("log α");
            let pruned_mean =
                page.text("$('test-accuracy-name').innerText").contains("pruned mean");
            assert_eq!(pruned_mean, bayesian, "{method}");
            let noise = page.text("$('train-accuracy-name').innerText").contains("noise");
            assert_eq!(noise, bayesian, "{method}");
            let about = page.text("document.querySelector('.more').innerText + document.querySelector('.charts').innerText");
            assert_eq!(
                about.contains("ELBO") || about.contains("prior"),
                bayesian,
                "{method}: {about}"
            );
        }
    });
}

#[test]
fn every_chart_says_the_numbers_of_the_epoch_looked_at() {
    visit("?network=64-20-10&epochs=6&warmup=0..3&lr=0.01", |page| {
        page.rest(6);
        let label = |id: &str| page.text(&format!("$('{id}').getAttribute('aria-label')"));
        for epoch in [0, 2, 5, 3] {
            page.scrub(epoch);
            page.shown(epoch);
            for id in
                ["chart-compression", "chart-accuracy", "chart-sparsity", "chart-scatter", "tiles"]
            {
                page.wait(&format!(
                    "($('{id}').getAttribute('aria-label') ?? '').includes('at epoch {epoch}')"
                ));
            }
            if epoch > 0 {
                assert!(label("chart-elbo").contains(&format!("at epoch {epoch}")), "{epoch}");
            }
            page.wait(&format!(
                "($('chart-entropy').getAttribute('aria-label') ?? '').startsWith('Epoch {epoch}:')"
            ));
        }
        for chart in page.text("[...document.querySelectorAll('canvas')].filter((e) => e.checkVisibility()).map((e) => e.getAttribute('aria-label')).join('\\n')").lines().filter(|label| !label.starts_with("Drawing pad") && !label.starts_with("The image")) {
            assert!(chart.contains(|c: char| c.is_ascii_digit()), "'{chart}' has no number");
        }
    });
}

#[test]
fn a_change_made_while_paused_is_marked_on_the_charts() {
    visit("?network=64-20-10&epochs=6", |page| {
        page.rest(6);
        page.wait("$('chart-compression').width > 0");
        let picture = "(() => { let hash = 0; for (const p of pixels($('chart-accuracy'), $('chart-accuracy'))) hash = (Math.imul(hash, 31) + p) | 0; return hash; })()";
        page.wait(&format!("(window.before = {picture}) !== 0"));
        page.scrub(4);
        page.shown(4);
        page.js("$('follow-live').click()");
        page.rest(6);
        page.wait(&format!("(window.before = {picture}) !== 0"));
        page.choose("estimator", "rt");
        page.wait("$('ticks').querySelector('[title^=RT]')");
        page.wait(&format!("{picture} !== window.before"));
    });
}

#[test]
fn after_clear_no_answer_is_left_and_a_blank_object_is_an_object() {
    visit("?network=64-20-10&epochs=2", |page| {
        page.rest(2);
        page.wait("$('digit-verdict').innerText.startsWith('Test image')");
        assert!(page.number("parseFloat($('split-aleatoric').style.width)") > 0.0);
        page.click("digit-clear");
        page.wait("$('digit-verdict').innerText.startsWith('Nothing drawn yet')");
        assert_eq!(
            page.text("$('split-aleatoric').style.width + $('split-epistemic').style.width"),
            "0px0px"
        );
        let label = page.text("$('chart-uncertainty').getAttribute('aria-label')");
        assert!(label.starts_with("Nothing drawn yet"), "{label}");
        page.click("digit-next");
        page.wait("$('digit-verdict').innerText.startsWith('Test image')");
        // All that is white after a shift out of the picture is still the test image.
        page.js("for (const name of ['right', 'down']) { $(`digit-${name}`).value = 8; $(`digit-${name}`).dispatchEvent(new Event('input')); }");
        page.wait("$('digit-down-text').innerText === '8' && [...pixels($('seen'), $('seen'))].every((p) => p === 0xffffffff)");
        page.wait("$('digit-verdict').innerText.startsWith('Test image')");
    });
}

#[test]
fn what_an_address_asks_of_the_view_in_vain_is_told() {
    for (query, words) in [
        ("layer=77", vec!["layer 77", "0 (W1) to 1 (W2)"]),
        ("layer=-1", vec!["layer -1"]),
        ("layer=first", vec!["layer first"]),
        ("hide=nothing", vec!["'nothing', which is no control", "method"]),
        ("hide=method,nowhere", vec!["nowhere"]),
        ("embed=x", vec!["embeds 'x'", "heatmap-0"]),
        ("epoch=1e9", vec!["Epoch '1e9'", "0 to 2"]),
        ("epoch=last", vec!["Epoch 'last'"]),
    ] {
        visit(&format!("?network=64-20-10&epochs=2&{query}"), |page| {
            page.rest(2);
            page.wait("$('notices').innerText.length > 20");
            let notices = page.text("$('notices').innerText");
            for word in words {
                assert!(notices.contains(word), "{query}: {notices}");
            }
        });
    }
    visit("?network=64-20-10&epochs=2&layer=1&hide=method,train&epoch=1", |page| {
        page.shown(1);
        assert_eq!(page.text("$('notices').innerText"), "");
    });
}

#[test]
fn long_names_stay_on_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), &format!("{}.csv", "x".repeat(240)), table(200));
    for width in [1440, 1024, 390] {
        browse(|page| {
            page.resize(width, 844, 1.0);
            page.open("?network=64-20-10&epochs=1");
            page.rest(1);
            page.hand_over(&[&file]);
            page.wait("$('run-name').textContent.includes('xxx') && epoch() >= 1");
            let wide = || {
                page.text("[...document.querySelectorAll('body *')].filter((e) => e.checkVisibility() && !e.closest('.scroll, nav, .visually-hidden, svg, math') && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.id || e.className || e.localName).join(' ')")
            };
            assert_eq!(wide(), "", "at {width}");
            // A refusal names the file as well.
            let bad =
                write(folder.path(), &format!("{}.png", "y".repeat(240)), b"\x89PNG\r\n\x1a\n");
            page.hand_over(&[&bad]);
            page.wait("!$('error-banner').hidden");
            assert_eq!(wide(), "", "at {width}");
        });
    }
}

#[test]
fn a_resumed_run_offers_only_epochs_that_have_pictures() {
    let folder = tempfile::tempdir().unwrap();
    visit("?network=64-20-10&epochs=4", |page| {
        page.rest(4);
        page.download_to(folder.path());
        page.click("save");
        let saved = crate::harness::files::arrival(folder.path());
        page.hand_over(&[&saved]);
        page.wait("Number($('epoch-scrubber').min) === 4");
        assert!(page.text("$('notices').innerText").contains("numbers without pictures"));
        page.press(&[crate::harness::page::keys::HOME]);
        assert_eq!(page.look().epoch, 4);
        // Saved within an epoch: the past has no picture, the present has.
        page.write("epochs", "6");
        page.click("step-batch");
        page.wait("$('epoch-text').innerText.includes('mini-batches') && state() === 'paused'");
        std::fs::remove_file(&saved).unwrap();
        page.click("save");
        let saved = crate::harness::files::arrival(folder.path());
        page.js("document.querySelectorAll('#notices button').forEach((button) => button.click())");
        page.hand_over(&[&saved]);
        page.wait("$('notices').innerText.includes('goes on from epoch')");
        assert_eq!(page.text("$('epoch-scrubber').min + ' ' + $('epoch-scrubber').max"), "4 4");
    });
}

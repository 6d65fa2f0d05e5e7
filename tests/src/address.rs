//! The address: it holds every control, bends what is out of range, and lays out the page.

use crate::harness::page::{Page, browse, visit};

/// Every control, its key in the address, and a value that is not the default.
const CONTROLS: [(&str, &str, &str); 17] = [
    // Those that start the run over come first: what they do not name, they keep.
    ("labels", "labels", "random"),
    ("network", "network", "64-100-10"),
    ("train-size", "size", "500"),
    ("seed", "seed", "7"),
    ("kl-warmup", "warmup", "5..20"),
    ("decay", "decay", "constant"),
    ("optimizer", "optimizer", "sgd"),
    ("init-scale", "init", "0.05"),
    ("init-log-sigma", "sigma", "-4"),
    ("method", "method", "ard"),
    ("estimator", "estimator", "rt"),
    ("kl-weight", "kl", "0.5"),
    ("threshold", "threshold", "2"),
    ("learning-rate", "lr", "0.002"),
    ("batch-size", "batch", "64"),
    ("epochs", "epochs", "3"),
    ("samples", "samples", "5"),
];

/// Gives a control a value as a visitor does.
fn give(page: &Page, id: &str, value: &str) {
    match page.text(&format!("$('{id}').localName")).as_str() {
        "select" => page.choose(id, value),
        _ => page.write(id, value),
    }
}

/// Waits until the address has a value for a key.
fn wait_for_address(page: &Page, key: &str, value: &str) {
    page.wait(&format!("new URLSearchParams(location.search).get('{key}') === '{value}'"));
}

#[test]
fn every_control_is_in_the_address_and_comes_back_from_it() {
    visit("?network=64-20-10&epochs=2", |page| {
        page.rest(2);
        for (id, key, value) in CONTROLS {
            give(page, id, value);
            wait_for_address(page, key, value);
        }
        page.reload();
        page.wait("state() !== 'loading' && $('epoch-text').textContent.includes('/ 3')");
        for (id, _, value) in CONTROLS {
            assert_eq!(page.text(&format!("$('{id}').value")), value, "{id}");
        }
    });
}

#[test]
fn controls_of_one_method_come_and_go_with_it() {
    visit("?network=64-20-10&epochs=2&prune=0..2", |page| {
        page.rest(2);
        for (method, id, value) in [
            ("binary-dropout", "dropout", "0.3"),
            ("magnitude-pruning", "prune-target", "0.5"),
            ("magnitude-pruning", "prune", "0..1"),
        ] {
            page.choose("method", method);
            wait_for_address(page, "method", method);
            page.write(id, value);
            wait_for_address(page, id, value);
        }
        page.reload();
        let look = page.rest(2);
        assert_eq!((look.kept, look.total), (740, 1480), "half of each layer");
        assert!(look.layers.iter().all(|layer| layer.white == layer.total / 2), "{look:?}");
        assert_eq!(page.text("$('prune').value"), "0..1");
        let hidden = |id: &str| page.holds(&format!("$('{id}').closest('.control').hidden"));
        assert!(hidden("dropout") && hidden("threshold") && !hidden("prune-target"));
        page.choose("method", "ard");
        page.wait("$('prune').closest('.control').hidden");
        assert!(!hidden("threshold") && !hidden("estimator"));
    });
}

#[test]
fn a_control_writes_the_address_while_training_too() {
    visit("?network=64-20-10&epochs=9000", |page| {
        page.wait("epoch() >= 2");
        page.write("learning-rate", "0.002");
        wait_for_address(page, "lr", "0.002");
        assert_eq!(page.text("state()"), "live");
    });
}

#[test]
fn changes_in_quick_succession_all_count() {
    visit("?network=64-20-10&epochs=2", |page| {
        page.rest(2);
        // Faster than the run can answer: what starts it over must know what came before.
        page.js(
            "for (const [id, value] of [['learning-rate', '0.002'], ['labels', 'random'], ['seed', '7'], ['kl-weight', '0.5']]) {
              $(id).value = value;
              $(id).dispatchEvent(new Event('change', { bubbles: true }));
            }",
        );
        for (key, value) in [("lr", "0.002"), ("labels", "random"), ("seed", "7"), ("kl", "0.5")] {
            wait_for_address(page, key, value);
        }
    });
}

#[test]
fn the_epoch_on_the_screen_is_in_the_address() {
    visit("?network=64-20-10&epochs=4", |page| {
        page.rest(4);
        page.scrub(2);
        let held = page.shown(2);
        wait_for_address(page, "epoch", "2");
        page.reload();
        assert_eq!(page.shown(2).fingerprint, held.fingerprint);
        assert_eq!(page.look().layers, held.layers);
    });
}

#[test]
fn what_is_out_of_range_is_bent_with_a_notice() {
    browse(|page| {
        for (query, id, used, says) in [
            ("lr=10", "learning-rate", "1", "Learning rate 10"),
            ("kl=1000", "kl-weight", "100", "KL weight β 1000"),
            ("seed=-1", "seed", "0", "Seed -1"),
            ("seed=1e99", "seed", "4294967295", "Seed 1e99"),
            ("batch=100000", "batch-size", "1437", "Batch size 100000"),
            ("epochs=0", "epochs", "1", "Epochs 0"),
            ("epochs=two", "epochs", "120", "'two'"),
            ("method=nonsense", "method", "sparse-vd", "'nonsense'"),
            ("experiment=alchemy", "experiment", "sparsity", "'alchemy'"),
            ("network=64-x-10", "network", "64-20-10", "'64-x-10'"),
            ("size=5000", "train-size", "0", "5000"),
            ("samples=0", "samples", "1", "0"),
        ] {
            page.open(&format!("?network=64-20-10&autoplay=0&{query}"));
            page.rest(0);
            assert_eq!(page.text(&format!("$('{id}').value")), used, "{query}");
            let notices = page.text("$('notices').innerText");
            assert!(notices.contains(says), "{query}: '{notices}'");
        }
    });
}

#[test]
fn unknown_keys_and_bare_words_are_ignored() {
    visit("?colour=red&&=&network=64-20-10&epochs=1&%E0%A4%A&__proto__=1&layer=0", |page| {
        page.rest(1);
        assert_eq!(page.text("$('notices').innerText"), "");
        assert!(page.holds("$('error-banner').hidden"));
    });
}

#[test]
fn hiding_takes_controls_away_and_never_a_result() {
    let results = "readout-compression,readout-kept,readout-test-accuracy,state,heatmap-0,chart-compression,chart-accuracy";
    let controls = "learning-rate,seed,reset,experiment,save";
    visit(&format!("?network=64-20-10&epochs=1&hide={controls},{results},nothing"), |page| {
        page.rest(1);
        let visible = |id: &str| page.holds(&format!("$('{id}').checkVisibility()"));
        for id in results.split(',') {
            assert!(visible(id), "{id} is a result");
        }
        for id in controls.split(',') {
            assert!(!visible(id), "{id} was to be hidden");
        }
    });
}

#[test]
fn an_embedded_panel_is_alone_and_fits_its_frame() {
    for (panel, others) in [
        ("heatmap-0", ["train", "learning-rate", "chart-compression", "heatmap-1"]),
        ("chart-compression", ["train", "learning-rate", "heatmap-0", "chart-accuracy"]),
    ] {
        browse(|page| {
            page.resize(800, 400, 1.0);
            page.open(&format!("?network=64-20-10&epochs=2&embed={panel}"));
            page.rest(2);
            assert!(page.holds(&format!("$('{panel}').checkVisibility()")), "{panel} is shown");
            for other in others {
                assert!(
                    !page.holds(&format!("$('{other}').checkVisibility()")),
                    "{other} beside {panel}"
                );
            }
            assert_eq!(page.text("$('notices').innerText"), "");
            let room = page.text("(({ scrollWidth: w, scrollHeight: h }) => w <= innerWidth && h <= innerHeight ? 'fits' : `${w} × ${h}`)(document.documentElement)");
            page.photograph(&format!("embed-{panel}"), false);
            assert_eq!(room, "fits", "{panel}");
        });
    }
}

#[test]
fn an_embedded_panel_that_does_not_exist_is_named() {
    visit("?network=64-20-10&epochs=1&embed=tea-kettle", |page| {
        page.rest(1);
        assert!(page.text("$('notices').innerText").contains("'tea-kettle'"));
        assert!(page.holds("$('train').checkVisibility()"));
    });
}

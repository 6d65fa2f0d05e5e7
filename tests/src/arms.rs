//! The arms of an experiment on several cores: the same runs, whoever trains them and whoever is lost.

use crate::crash::faulty_site;
use crate::harness::page::{Page, browse};
use crate::harness::{product, program};

const TWINS: &str = "?experiment=rt-vs-lrt&network=64-30-10&epochs=8";

/// Tells the page, in `away`, how often an arm has come back.
const TOLD: &str = "
const told = new BroadcastChannel('arms');
const { follow } = Arms.prototype;
let away = 0;
Arms.prototype.follow = function (...rest) {
  const progress = follow.apply(this, rest);
  if (progress !== undefined) told.postMessage(away += 1);
  return progress;
};";

/// The second helper that is asked is ended and says nothing; the host waits for it a moment.
const SILENT: &str = "
const { ask } = RunClient.prototype;
let asked = 0;
RunClient.prototype.ask = function (...rest) {
  if ((asked += 1) === 2) this.end();
  if (asked === 2) return new Promise(() => {});
  return ask.apply(this, rest);
};
const wait = globalThis.setTimeout;
globalThis.setTimeout = (call, millis) => wait(call, Math.min(millis, 300));";

/// The third task is too much for its helper.
const BROKEN: &str = "
const { ask } = RunClient.prototype;
let asked = 0;
RunClient.prototype.ask = function (type, task, transfer) {
  if ((asked += 1) === 3) task = { ...task, arm: 99 };
  return ask.call(this, type, task, transfer);
};";

/// A page on a machine of so many cores, with a fault planted in its arms.
fn on(cores: u32, fault: &str, test: impl FnOnce(&Page, &str)) {
    let folder = tempfile::tempdir().unwrap();
    faulty_site(folder.path(), "arms.js", &format!("{TOLD}{fault}"));
    let server = product::serve_folder(folder.path(), None);
    browse(|page| {
        page.prepare(&format!(
            "Object.defineProperty(navigator, 'hardwareConcurrency', {{ value: {cores} }});
            window.away = 0;
            new BroadcastChannel('arms').onmessage = ({{ data }}) => {{ window.away = data; }};"
        ));
        test(page, &server.url());
    });
}

/// The fingerprints of all arms at the end of an epoch.
fn fingerprints(page: &Page, epoch: u32) -> Vec<String> {
    page.rest(epoch);
    // The leading one is on the screen already.
    let first = page.text("window.last = fingerprint()");
    let arms = page.number("$('arm').options.length") as u32;
    let of = |arm: u32| {
        page.choose("arm", &arm.to_string());
        page.wait(&format!("rests({epoch}) && fingerprint() !== window.last"));
        page.text("window.last = fingerprint()")
    };
    [first].into_iter().chain((1..arms).map(of)).collect()
}

fn alone() -> Vec<String> {
    let of = |estimator| {
        let net = ["--experiment", "rt-vs-lrt", "--net", "64-30-10", "--epochs", "8"];
        program::fingerprint(&[&net[..], &["--estimator", estimator]].concat())
    };
    ["rt", "lrt"].map(of).to_vec()
}

#[test]
fn twins_are_the_runs_of_the_command_line_on_one_core_and_on_two() {
    for cores in [1, 2] {
        on(cores, "", |page, site| {
            page.open_at(site, TWINS);
            assert_eq!(fingerprints(page, 8), alone(), "{cores} cores");
            let away = page.number("window.away");
            assert!(if cores == 1 { away == 0.0 } else { away > 4.0 }, "{away} epochs elsewhere");
        });
    }
}

#[test]
fn what_is_done_in_mid_run_is_repeated_by_the_address() {
    let (mut address, mut ends) = (String::new(), Vec::new());
    on(2, "", |page, site| {
        page.open_at(site, &TWINS.replace("epochs=8", "epochs=300"));
        page.wait("window.away > 3");
        page.write("learning-rate", "0.003");
        page.wait("window.away > 8");
        page.click("train");
        page.wait("state() === 'paused'");
        page.click("step-batch");
        page.wait("state() === 'paused'");
        let trained = page.number("Number($('epoch-scrubber').max)") as u32;
        page.click("step-epoch");
        page.rest(trained + 1);
        page.write("kl-weight", "0.5");
        page.wait("location.search.includes(':kl:')");
        page.click("train");
        ends = fingerprints(page, 300);
        address = page.text("location.search");
    });
    assert!(address.contains(":lr:") && address.contains(":kl:"), "{address}");
    on(1, "", |page, site| {
        page.open_at(site, &address);
        assert_eq!(fingerprints(page, 300), ends);
    });
}

#[test]
fn a_helper_that_is_lost_loses_nothing() {
    for fault in [SILENT, BROKEN] {
        on(2, fault, |page, site| {
            page.open_at(site, TWINS);
            assert_eq!(fingerprints(page, 8), alone());
            assert!(page.number("window.away") > 0.0);
        });
    }
}

//! Faults of our own, planted in the worker: the page says so, stays true, and has a way on.

use crate::harness::page::{Page, browse};
use crate::harness::product;
use std::fs;
use std::path::Path;
use xtask::sizes;

/// The site with lines added to one of its scripts.
pub fn faulty_site(folder: &Path, script: &str, fault: &str) {
    for file in sizes::files(product::dist()).unwrap() {
        let copy = folder.join(file.strip_prefix(product::dist()).unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::write(copy, fs::read(&file).unwrap()).unwrap();
    }
    let script = folder.join("www").join(script);
    let text = fs::read_to_string(&script).unwrap();
    fs::write(script, format!("{text}\n{fault}\n")).unwrap();
}

fn with_fault(fault: &str, test: impl FnOnce(&Page)) {
    let folder = tempfile::tempdir().unwrap();
    faulty_site(folder.path(), "host.js", fault);
    let server = product::serve_folder(folder.path(), None);
    browse(|page| {
        page.open_at(&server.url(), "?network=64-4-10&epochs=9000&size=100&autoplay=0");
        test(page);
    });
}

/// Fails after a while of training.
const CRASH: &str = "
const work = Host.prototype.work;
let left = 40;
Host.prototype.work = function () {
  if ((left -= 1) < 0) throw new WebAssembly.RuntimeError('unreachable');
  return work.call(this);
};";

#[test]
fn a_crash_is_told_whatever_is_pressed_and_the_run_can_be_repeated() {
    with_fault(CRASH, |page| {
        page.wait("shows(0)");
        page.click("train");
        page.wait("state() === 'error' && !$('error-banner').hidden");
        let words = page.text("$('error-banner').innerText");
        assert!(words.contains("unreachable") && words.contains("Repeat the run"), "{words}");
        // Whatever is pressed says so again, and nothing waits for an answer.
        for button in ["train", "step-epoch", "reset"] {
            page.js("$('error-banner').hidden = true");
            page.click(button);
            page.wait("!$('error-banner').hidden");
        }
        page.click_on("#error-banner button");
        page.wait("shows(0) && $('error-banner').hidden");
    });
}

#[test]
fn a_question_that_fails_is_answered() {
    // Every third frame fails: the screen asks again all the same.
    let fault = "
let asked = 0;
const { tell } = Host.prototype;
Host.prototype.tell = function () {
  const { frame } = this.questions;
  if (!asked) {
    this.questions.frame = (question) => {
      if ((asked += 1) % 3 === 0) throw new Error('no frame this time');
      return frame(question);
    };
    asked = 1;
  }
  return tell.call(this);
};";
    with_fault(fault, |page| {
        page.wait("state() === 'paused'");
        page.click("step-epoch");
        page.wait("$('epoch-scrubber').max === '1'");
        for epoch in [0, 1, 0, 1] {
            page.scrub(epoch);
            page.scrub(epoch);
            page.shown(epoch);
        }
    });
}

//! The same settings are the same run: in another profile, on the command line, in another browser.

use crate::harness::page::visit;
use crate::harness::program;

/// Settings as the address and as the command line spell them, and their number of epochs.
const RUNS: [(&str, &[&str], u32); 3] = [
    ("?epochs=3", &["--epochs", "3"], 3),
    (
        "?network=64-20-10&epochs=4&method=ard&estimator=rt&seed=7&warmup=-1..2&batch=50",
        &[
            "--net",
            "64-20-10",
            "--epochs",
            "4",
            "--method",
            "ard",
            "--estimator",
            "rt",
            "--seed",
            "7",
            "--kl-warmup",
            "-1..2",
            "--batch-size",
            "50",
        ],
        4,
    ),
    (
        "?network=64-30-10&epochs=3&method=binary-dropout&labels=random&size=500&optimizer=sgd&lr=0.01",
        &[
            "--net",
            "64-30-10",
            "--epochs",
            "3",
            "--method",
            "binary-dropout",
            "--labels",
            "random",
            "--train-size",
            "500",
            "--optimizer",
            "sgd",
            "--lr",
            "0.01",
        ],
        3,
    ),
];

fn in_the_browser(query: &str, epochs: u32) -> String {
    let mut fingerprint = String::new();
    visit(query, |page| fingerprint = page.rest(epochs).fingerprint);
    fingerprint
}

#[test]
fn two_profiles_agree_to_the_last_bit() {
    let (query, _, epochs) = RUNS[0];
    assert_eq!(in_the_browser(query, epochs), in_the_browser(query, epochs));
}

#[test]
fn the_browser_and_the_command_line_agree_to_the_last_bit() {
    for (query, arguments, epochs) in RUNS {
        let native = program::fingerprint(arguments);
        assert_eq!(in_the_browser(query, epochs), native, "{query}");
    }
}

#[test]
fn looking_around_while_training_changes_nothing() {
    let (query, _, _) = RUNS[1];
    let query = format!("{query}&epochs=40");
    let alone = in_the_browser(&query, 40);
    visit(&query, |page| {
        for epoch in 1..=5 {
            page.wait(&format!("Number($('epoch-scrubber').max) > {epoch}"));
            page.scrub(epoch);
            page.slide("threshold-slider", f64::from(epoch));
            page.slide("digit-rotate", f64::from(15 * epoch));
            page.shown(epoch);
        }
        page.click("follow-live");
        page.slide("threshold-slider", 3.0);
        assert_eq!(page.rest(40).fingerprint, alone);
    });
}

//! Every experiment of the list: it fits its data, runs, is seen and judged, and being looked at
//! changes nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use sparsevd::data::Data;
use sparsevd::experiments::{self, CLAIMS, Experiment};
use sparsevd::link::Link;
use sparsevd::runs::{Look, Runs, When};
use sparsevd::session::Progress;
use sparsevd::settings::{Kind, Settings};

/// Those whose data come with the program.
fn built_in() -> impl Iterator<Item = (&'static Experiment, Arc<Data>)> {
    let all = experiments::ALL.iter().copied();
    all.filter_map(|e| Some((e, Arc::new((e.settings)().source().make(1)?))))
}

/// The settings of two short epochs.
fn tiny(experiment: &Experiment) -> Settings {
    Settings { epochs: 2, samples: 2, ..(experiment.settings)() }
}

/// Runs to the end; `look`s after every piece of work.
fn run(experiment: &Experiment, data: &Arc<Data>, mut look: impl FnMut(&mut Runs)) -> Runs {
    let mut runs = experiment.begin(tiny(experiment), data, &[]).expect("it fits");
    loop {
        match runs.advance() {
            Progress::Finished => return runs,
            Progress::Diverged => panic!("{} diverged", experiment.name),
            _ => look(&mut runs),
        }
    }
}

fn fingerprints(runs: &Runs) -> Vec<String> {
    runs.arms().map(|(_, session)| session.trainer().network().fingerprint()).collect()
}

#[test]
fn the_words_are_there() {
    let mut names = BTreeSet::new();
    for e in experiments::ALL {
        assert!(names.insert(e.name), "{} is listed twice", e.name);
        for text in [e.label, e.question, e.aha, e.source, e.limits] {
            assert!(text.len() > 3, "{} lacks a sentence", e.name);
        }
        assert!(e.question.ends_with('?'), "{}: {}", e.name, e.question);
        assert_eq!(e.prediction.0.is_empty(), e.prediction.1.is_empty(), "{}", e.name);
        assert!(e.verdict.is_none() || e.prediction.1.len() >= 2, "{} asks nothing", e.name);
        let mut pictures = BTreeSet::new();
        for picture in e.pictures {
            assert!(pictures.insert(picture.name), "{}: {} twice", e.name, picture.name);
            let safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(picture.name.chars().all(safe), "{}", picture.name);
            assert!(picture.title.len() > 3 && picture.lesson.len() > 10, "{}", picture.name);
        }
        for formula in e.pictures.iter().map(|picture| picture.formula).chain([e.formula]) {
            assert!(formula.is_empty() || formula.starts_with("<math"), "{formula}");
        }
    }
}

#[test]
fn settings_and_knobs_round_trip_through_an_address() {
    for e in experiments::ALL {
        let settings = (e.settings)();
        assert_eq!(settings.experiment, e.name);
        for knob in settings.knobs.fields() {
            let value = (knob.get)(&settings);
            assert_eq!(knob.check(&value).as_ref(), Ok(&value), "{} {}", e.name, knob.key);
            let plain = |c: char| c.is_ascii_alphanumeric() || ".,;:_-".contains(c);
            assert!(value.chars().all(plain), "{} {}: {value}", e.name, knob.key);
            if let Kind::Number { min, max, .. } = knob.kind {
                let mut moved = settings.clone();
                moved.set(knob.key, &min.to_string()).expect("its least");
                assert_eq!(Link::read(&moved.to_query()).0.settings, moved);
                moved.set(knob.key, &max.to_string()).expect("its most");
                assert_eq!(Link::read(&moved.to_query()).0.settings, moved);
            }
        }
        for known in e.offered {
            assert!(settings.field(known).is_some(), "{} offers {known}", e.name);
        }
        let (link, notices) = Link::read(&settings.to_query());
        assert_eq!((link.settings, notices), (settings, vec![]));
    }
}

#[test]
fn whoever_looks_changes_nothing_and_sees_everything() {
    for (e, data) in built_in() {
        let alone = run(e, &data, |_| {});
        let now = Look { epoch: None, threshold: 3.0 };
        let mut turn = 0;
        let mut seen = run(e, &data, |runs| {
            turn += 1;
            for picture in e.pictures {
                if picture.when == When::Live || turn % 7 == 0 {
                    runs.look(picture.name, &now).expect("there is one");
                }
            }
        });
        assert_eq!(fingerprints(&alone), fingerprints(&seen), "{}", e.name);
        while !seen.conclude() {}
        for picture in e.pictures {
            let plot = (0..100_000).find_map(|_| seen.look(picture.name, &now).expect("one"));
            let plot = plot.unwrap_or_else(|| panic!("{}: {} never ends", e.name, picture.name));
            let shown = !plot.marks.is_empty() || !plot.message.is_empty();
            // What compares two runs waits for the second.
            assert!(shown || picture.name == "differences", "{}: {}", e.name, picture.name);
            assert!(!shown || !plot.title.is_empty(), "{}: {}", e.name, picture.name);
        }
        if let Some(judge) = e.verdict {
            let verdict = judge(&seen);
            assert!(verdict.sentence.ends_with('.'), "{}: {}", e.name, verdict.sentence);
            for figure in &verdict.figures {
                assert!(!figure.value.is_nan(), "{}: {} is no number", e.name, figure.name);
            }
            for claim in CLAIMS.iter().filter(|claim| claim.experiment == e.name) {
                let named = verdict.figures.iter().any(|figure| figure.name == claim.figure);
                assert!(named, "{}: {} is not measured", e.name, claim.figure);
            }
        }
    }
}

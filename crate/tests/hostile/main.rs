//! Hostile inputs: changes, whole addresses and saved files that nobody would write, taken all the
//! way to a run that trains. None may panic, hang, or take more memory than was stated.
//!
//! A short run is part of the tests. The long one, with overflow checks:
//! `HOSTILE=10000000 cargo test --profile hostile -p sparsevd --test hostile`.
//! Input number n is decided by n: `HOSTILE_FROM=n HOSTILE=n+1` repeats it, and prints it.

mod files;
mod inputs;

use std::alloc::System;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cap::Cap;
use sparsevd::address::Address;
use sparsevd::checkpoint::Checkpoint;
use sparsevd::data::Data;
use sparsevd::error::Result;
use sparsevd::link::Link;
use sparsevd::rng::{Rng, Stream};
use sparsevd::session::{Progress, Session};
use sparsevd::settings::budget::{self, Cost};
use sparsevd::settings::{FIELDS, Settings};

/// Counts what is allocated; beyond its limit an allocation fails, which ends the test.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// The tests take turns, because the limit is one for all.
static TURN: Mutex<()> = Mutex::new(());

/// Reading an input may take so many bytes, a hundred times its length.
const READING: usize = 4_000_000;
/// Runs up to this size are trained, larger ones only estimated.
const SMALL: (f64, f64) = (2.5e6, 3e6);

fn environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Tries the inputs of one kind: all must come back, soon.
fn survive<I>(
    make: impl Fn(&mut Rng) -> I,
    attempt: impl Fn(&I, &mut Rng) -> bool,
    show: impl Fn(&I) -> String,
) {
    let _turn = TURN.lock();
    let (first, end) = (environment("HOSTILE_FROM").unwrap_or(0), environment("HOSTILE"));
    let (mut trained, mut slowest) = (0_u64, Duration::ZERO);
    for number in first..end.unwrap_or(20_000) {
        let input = make(&mut Rng::stream(number, Stream::Measures, 0));
        if end == Some(number + 1) && first == number {
            println!("input {number}: {}", show(&input));
        }
        let time = || {
            let start = Instant::now();
            let mut rng = Rng::stream(number, Stream::Measures, 1);
            let outcome = catch_unwind(AssertUnwindSafe(|| attempt(&input, &mut rng)));
            MEMORY.set_limit(usize::MAX).expect("no limit is always possible");
            match outcome {
                Ok(trains) => (trains, start.elapsed()),
                Err(_) => panic!("input {number}: {}", show(&input)),
            }
        };
        let (trains, mut taken) = time();
        if taken > Duration::from_secs(1) {
            // Another program may have been in the way: it counts if it happens again.
            taken = taken.min(time().1);
            assert!(taken <= Duration::from_secs(1), "input {number}: {taken:?}: {}", show(&input));
        }
        trained += u64::from(trains);
        slowest = slowest.max(taken);
        if number % 200_000 == 199_999 {
            println!("{} inputs, {trained} trained, slowest {slowest:?}", number + 1);
        }
    }
    println!("{} inputs, {trained} trained, slowest {slowest:?}", end.unwrap_or(20_000) - first);
}

/// Allows so many bytes more than there are now.
fn allow(bytes: usize) {
    MEMORY.set_limit(usize::MAX).expect("no limit is always possible");
    MEMORY.set_limit(MEMORY.allocated() + bytes).expect("more than is allocated");
}

/// Makes a run and trains it a little; whether there was one. A refusal is a sentence.
fn train(
    settings: &Settings,
    data: &Data,
    rng: &mut Rng,
    make: impl FnOnce() -> Result<Session>,
) -> bool {
    let cost = Cost::of(settings, data);
    assert!(cost.memory().is_finite() && cost.step.is_finite() && cost.slice.is_finite());
    // What is far too large must be refused; what is merely large would take too long here.
    let refused = budget::check(settings, data).is_err();
    if !refused && (cost.memory() > SMALL.0 || cost.step.max(cost.slice) > SMALL.1) {
        return false;
    }
    // Changes on the way may have more epochs or larger batches than the end.
    allow(if refused { READING } else { 3 * cost.memory() as usize });
    match make() {
        Err(error) => {
            sentence(&error.to_string());
            false
        }
        Ok(mut session) => {
            assert!(!refused, "a run beyond the budget began");
            session.notices().iter().for_each(|notice| sentence(notice));
            live(&mut session, rng);
            true
        }
    }
}

/// Some pieces of work with changes, looks and a save among them.
fn live(session: &mut Session, rng: &mut Rng) {
    let pieces = if rng.below(4) == 0 { 14 } else { 4 };
    for _ in 0..rng.below(pieces) {
        match rng.below(12) {
            0 => {
                let key = inputs::one(rng, FIELDS).key;
                let value = inputs::value(key, rng);
                let mut changed = session.settings().clone();
                // A live change may ask for a larger run: that is estimated as well.
                let large = |s: &Settings| {
                    let cost = Cost::of(s, session.trainer().data());
                    cost.memory() > SMALL.0 || cost.step > SMALL.1
                };
                if changed.set(key, &value).is_ok() && large(&changed) {
                    continue;
                }
                if let Err(error) = session.set(key, &value) {
                    sentence(&error.to_string());
                }
            }
            1 => drop(session.frame(None)),
            2 => drop(session.save()),
            _ => {
                if session.advance() == Progress::Diverged {
                    let last = session.records().last().map_or(0, |record| record.epoch);
                    let _ = session.recover(last);
                }
            }
        }
    }
}

/// What people read must be one.
fn sentence(text: &str) {
    let end = text.trim_end().ends_with(['.', '?', '!']);
    assert!(end && !text.contains('\n'), "not a sentence: {text:?}");
}

/// What is allocated stays below the estimate, for runs of every kind that are not tiny.
#[test]
fn estimates() {
    let _turn = TURN.lock();
    let data = Arc::new(sparsevd::data::digits());
    for query in [
        "network=64-300-100-10&epochs=2",
        "network=64-300-100-10&epochs=2&estimator=rt&method=gaussian&batch=500&size=500",
        "network=64-300-100-10&epochs=2&method=magnitude-pruning&prune=0..2",
        "network=64-300-100-10&epochs=1&method=binary-dropout&batch=700&size=700",
        "network=64-400-200-10&epochs=1&batch=700&size=700",
        "network=64-400-200-10&epochs=2&retire=on&warmup=0..0&kl=5&lr=0.01&batch=300&size=300",
        "network=8x8-10c3-20c3-p2-50-10&epochs=1&retire=on&clip=on&size=300",
        "network=8x8-10c3-b-20c3-b-p2-50-10&epochs=1&method=dense&batch=300&size=300",
        "network=8x8-10c3-20c3-p2-10&epochs=1&estimator=rt&batch=300&size=300",
        "network=8x8-4c1-4c1-4c1-4c1-p2-b-10&epochs=1&batch=700&size=700",
    ] {
        let mut settings = Address::read(query).link.settings;
        settings.fit(&data);
        let cost = Cost::of(&settings, &data);
        allow(cost.memory() as usize);
        let mut session = Session::new(settings, data.clone(), Vec::new()).expect("a run");
        while session.advance() != Progress::Finished {}
        drop(session.frame(Some(0)));
        drop(session.comparing(None).advance());
        drop(session.lens(Some(0), 1.0));
        println!("{query} stays below {:.0} MB", cost.memory() / 1e6);
        MEMORY.set_limit(usize::MAX).expect("no limit is always possible");
    }
}

fn follow(query: &str, data: &Arc<Data>, rng: &mut Rng) -> bool {
    allow(READING + 100 * query.len());
    let Address { link, notices, .. } = Address::read(query);
    let Link { mut settings, changes, .. } = link;
    notices.iter().for_each(|notice| sentence(notice));
    settings.fit(data).iter().for_each(|notice| sentence(notice));
    train(&settings, data, rng, || Session::new(settings.clone(), data.clone(), changes))
}

#[test]
fn addresses() {
    let sets = inputs::data_sets();
    let make = |rng: &mut Rng| (inputs::address(rng), rng.below(2) as usize);
    survive(
        make,
        |(query, set), rng| follow(query, &sets[*set], rng),
        |(query, set)| format!("{query} on {set}"),
    );
}

#[test]
fn changes() {
    let sets = inputs::data_sets();
    let make = |rng: &mut Rng| {
        let base = [
            "network=4-3-2&batch=8&epochs=3",
            "network=6x6-2c3-b-p2-3&batch=6&epochs=2&method=ard",
        ];
        let set = rng.below(2) as usize;
        (format!("{}&samples=2&changes={}", base[set], inputs::changes(rng)), set)
    };
    survive(
        make,
        |(query, set), rng| follow(query, &sets[*set], rng),
        |(query, set)| format!("{query} on {set}"),
    );
}

#[test]
fn saved_files() {
    let sets = inputs::data_sets();
    let originals = files::originals(&sets);
    let make = |rng: &mut Rng| {
        let (file, set) = inputs::one(rng, &originals);
        (files::damaged(file, rng), *set)
    };
    let attempt = |(file, set): &(Vec<u8>, usize), rng: &mut Rng| {
        let data = &sets[*set];
        allow(READING + 100 * file.len());
        match Checkpoint::read("a.safetensors", file) {
            Err(error) => {
                sentence(&error.to_string());
                false
            }
            Ok(checkpoint) => {
                let mut settings = checkpoint.settings().clone();
                settings.fit(data).iter().for_each(|notice| sentence(notice));
                train(&settings, data, rng, || Session::load(checkpoint, data.clone()))
            }
        }
    };
    survive(make, attempt, |(file, set)| format!("{} on {set}", String::from_utf8_lossy(file)));
}

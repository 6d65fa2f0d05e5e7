//! Texts that look like addresses and changes, and the small data they are tried on.

use std::sync::Arc;

use sparsevd::data::{Data, Dataset, Features};
use sparsevd::rng::Rng;
use sparsevd::settings::{FIELDS, Kind, Settings};

/// Images of 2 × 2 in two classes, and of 6 × 6 in three.
pub fn data_sets() -> [Arc<Data>; 2] {
    let set = |n: usize, side: usize, classes: usize| {
        let values = (0..n * side * side).map(|i| (i * 37 % 256) as u8).collect();
        let labels = (0..n).map(|i| (i % classes) as u8).collect();
        Dataset::new(Features::Bytes { values, scale: 1.0 / 255.0 }, side * side, labels)
    };
    let data = |side, classes, train, test| {
        let parts = (set(train, side, classes), set(test, side, classes));
        Arc::new(Data::new("made up", parts.0, parts.1, Some((side, side))).expect("some data"))
    };
    [data(2, 2, 32, 8), data(6, 3, 20, 7)]
}

/// One of `all`.
pub fn one<'a, T>(rng: &mut Rng, all: &'a [T]) -> &'a T {
    &all[rng.below(all.len() as u32) as usize]
}

/// Numbers at the edges, and near the sizes of the data.
pub const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "7",
    "8",
    "9",
    "10",
    "12",
    "16",
    "31",
    "32",
    "33",
    "60",
    "100",
    "1437",
    "10000",
    "10001",
    "100000",
    "4294967295",
    "4294967296",
    "9007199254740992",
    "18446744073709551615",
    "18446744073709551616",
    "-1",
    "-0",
    "0.5",
    "0,5",
    "0,001",
    "1e-6",
    "1e-45",
    "1e3",
    "1E3",
    "-3e38",
    "3e38",
    "1e999",
    "-1e999",
    "NaN",
    "inf",
    "-inf",
    "5.0",
    "60,000",
    "1.000",
    "2.5",
    "−4",
    "+7",
    ".5",
    "5.",
    "½",
    "",
    " 8 ",
    "0x10",
    "1e",
    "99999999999999999999999",
];

const NETWORKS: &[&str] = &[
    "4-3-2",
    "4-2",
    "6x6-2c3-p2-3",
    "6x6-2c3-b-p2-3",
    "2x2x1-b-2",
    "36-3",
    "36-5-b-4-3",
    "2x2-3c1-2",
    "6x6-3c2-2c2-3",
    "4-100000-2",
    "36-4000-4000-3",
    "6x6-15000c1-3",
    "lenet-5-caffe",
    "4",
    "4-0-2",
    "6x6-2c7-3",
    "100000x100000-p99999-2",
    "1x1x1000000-2",
    "4-1e1-2",
    "4-9999999-2",
    "4-b-b-b-b-2",
    "6x6-p6-3",
    "6x6-p1-p1-p1-3",
];

const RANGES: &[&str] = &[
    "0..0",
    "0..2",
    "1..3",
    "-1..49",
    "constant",
    "x0.2@1,2",
    "x0@0",
    "-3e38..3e38",
    "0,5..1",
    "9..1",
    "x0,5@1",
];

/// A value for the setting `key`: a likely one, or one of another kind.
pub fn value(key: &str, rng: &mut Rng) -> String {
    let field = FIELDS.iter().find(|field| field.key == key);
    let likely = match field.map(|field| &field.kind) {
        Some(Kind::Number { .. }) => one(rng, NUMBERS).to_string(),
        Some(Kind::Choice(choices)) => one(rng, &choices()).0.clone(),
        Some(Kind::Text) if key == "network" => one(rng, NETWORKS).to_string(),
        Some(Kind::Text) => one(rng, RANGES).to_string(),
        None if key == "changes" => changes(rng),
        None if key == "experiment" => {
            one(rng, &["sparsity", "seminar", "digits-conv"]).to_string()
        }
        None => one(rng, NUMBERS).to_string(),
    };
    match rng.below(12) {
        0 => one(rng, NUMBERS).to_string(),
        1 => one(rng, RANGES).to_string(),
        2 => bent(&likely, rng),
        3 => field.map_or(likely, |field| (field.get)(&Settings::default())),
        _ => likely,
    }
}

/// The text with one letter changed, doubled or gone.
pub fn bent(text: &str, rng: &mut Rng) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let place = rng.below(letters.len() as u32 + 1) as usize;
    let letter = *one(
        rng,
        &['0', '9', '-', 'x', 'c', 'p', 'b', '.', ',', ':', '@', '%', 'é', ' ', 'e', '&', '=', '+'],
    );
    match rng.below(3) {
        0 if place < letters.len() => letters[place] = letter,
        1 if place < letters.len() => drop(letters.remove(place)),
        _ => letters.insert(place, letter),
    }
    letters.into_iter().collect()
}

/// Changes in mid-run, in any order, of any setting.
pub fn changes(rng: &mut Rng) -> String {
    let live = ["lr", "batch", "epochs", "method", "estimator", "kl"];
    let one_change = |rng: &mut Rng| {
        let step = match rng.below(3) {
            0 => one(rng, NUMBERS).to_string(),
            _ => rng.below(14).to_string(),
        };
        let key = match rng.below(3) {
            0 => one(rng, FIELDS).key,
            _ => one(rng, &live),
        };
        format!("{step}:{key}:{}", value(key, rng))
    };
    let count = rng.below(6);
    let text = (0..count).map(|_| one_change(rng)).collect::<Vec<_>>().join(",");
    if rng.below(8) == 0 { bent(&text, rng) } else { text }
}

/// A whole address.
pub fn address(rng: &mut Rng) -> String {
    let mut query = "?network=4-3-2&batch=8&epochs=3&samples=2&size=0".to_owned();
    let others =
        ["changes", "changes", "experiment", "epoch", "layer", "autoplay", "hide", "embed", "zzz"];
    for _ in 0..rng.below(7) {
        let key = match rng.below(3) {
            0 => one(rng, &others),
            _ => one(rng, FIELDS).key,
        };
        query += &format!("&{key}={}", value(key, rng));
    }
    if rng.below(6) == 0 { bent(&query, rng) } else { query }
}

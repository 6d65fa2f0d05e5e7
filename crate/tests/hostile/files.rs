//! Saved runs, damaged with knowledge of their format.

use std::sync::Arc;

use sparsevd::data::Data;
use sparsevd::experiments;
use sparsevd::rng::Rng;
use sparsevd::session::Session;

use super::inputs::{NUMBERS, bent, one};

/// Saved runs at several places, with the number of their data.
pub fn originals(sets: &[Arc<Data>; 2]) -> Vec<(Vec<u8>, usize)> {
    let mut files = Vec::new();
    for (query, set) in [
        ("network=4-3-2&batch=8&epochs=3&samples=2", 0),
        ("network=4-3-2&batch=8&epochs=3&samples=2&method=magnitude-pruning&prune=0..2", 0),
        (
            "network=6x6-2c3-b-p2-3&batch=6&epochs=3&samples=2&method=ard&clip=on&retire=on&warmup=0..0",
            1,
        ),
    ] {
        for pieces in [0, 30, 70] {
            let mut settings = experiments::from_query(query).0;
            settings.fit(&sets[set]);
            let mut session = Session::new(settings, sets[set].clone(), Vec::new()).expect("a run");
            for piece in 0..pieces {
                if piece == 25 {
                    session.set("lr", "0.002").expect("a live change");
                    session.set("batch", "7").expect("a live change");
                }
                session.advance();
            }
            files.push((session.save(), set));
        }
    }
    files
}

/// Numbers of weights, moments and sums.
const VALUES: &[f32] =
    &[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -1.0, 0.0, -0.0, 1e38, -1e38, 1e-45, 88.0, -90.0];

/// The file with one to three things changed.
pub fn damaged(file: &[u8], rng: &mut Rng) -> Vec<u8> {
    let length = u64::from_le_bytes(file[..8].try_into().expect("eight bytes")) as usize;
    let mut header = String::from_utf8(file[8..8 + length].to_vec()).expect("a header is text");
    let mut body = file[8 + length..].to_vec();
    for _ in 0..=rng.below(3) {
        match rng.below(8) {
            0..4 => header = other_number(&header, rng),
            4 => {
                let place = 4 * rng.below(body.len() as u32 / 4) as usize;
                if let Some(value) = body.get_mut(place..place + 4) {
                    value.copy_from_slice(&one(rng, VALUES).to_le_bytes());
                }
            }
            5 => header = other_word(&header, rng),
            6 => header = bent(&header, rng),
            _ => body.truncate(body.len() - rng.below(9) as usize * 4 % body.len().max(1)),
        }
    }
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.into_bytes());
    bytes.extend(body);
    if rng.below(30) == 0 {
        let place = rng.below(bytes.len() as u32) as usize;
        bytes[place] = rng.below(256) as u8;
    }
    bytes
}

/// The header with another number somewhere: a shape, an offset, a position, a sum, a setting.
fn other_number(header: &str, rng: &mut Rng) -> String {
    // The tensors' shapes and offsets are most of the numbers, and the rest is as interesting.
    let keys = ["position", "position", "changes", "settings", "records", "data", "layers", ""];
    let key = header.find(*one(rng, &keys)).unwrap_or(0);
    let from = (key + rng.below(200) as usize).min(header.len() - 1);
    let digit = |c: char| c.is_ascii_digit();
    let Some(start) = header.get(from..).and_then(|rest| rest.find(digit)).map(|at| from + at)
    else {
        return header.to_owned();
    };
    let end = header[start..].find(|c| !digit(c)).map_or(header.len(), |at| start + at);
    let number = match rng.below(3) {
        0 => rng.below(40).to_string(),
        _ => one(rng, NUMBERS).to_string(),
    };
    format!("{}{number}{}", &header[..start], &header[end..])
}

/// The header with one of its words for another.
fn other_word(header: &str, rng: &mut Rng) -> String {
    let words = [
        "mean",
        "log_sigma",
        "bias",
        "weight",
        "first_moment",
        "second_moment",
        "F32",
        "F16",
        "I64",
        "layers.0",
        "layers.1",
        "lr",
        "batch",
        "method",
        "ard",
        "dense",
        "sparse-vd",
        "null",
        "step",
        "epoch",
        "taken",
        "running",
        "seen",
        "correct",
        "records",
        "changes",
        "position",
        "data",
        "hash",
        "[]",
        "{}",
        "kept",
        "total",
        "format",
        "sparsevd-2",
        "network",
        "epochs",
    ];
    let (from, to): (&str, &str) = (*one(rng, &words), *one(rng, &words));
    header.replacen(from, to, 1 + rng.below(2) as usize)
}

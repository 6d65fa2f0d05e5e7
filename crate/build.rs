//! Packs the built-in digits: column by column they take a quarter less than line by line.

use std::io::{Read, Write};
use std::{env, fs, path::Path};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};

const DIGITS: &str = "data/digits.csv.gz";

fn main() {
    println!("cargo::rerun-if-changed={DIGITS}");
    let mut text = String::new();
    GzDecoder::new(fs::File::open(DIGITS).expect("the file is there"))
        .read_to_string(&mut text)
        .expect("the file is text");
    let number = |cell: &str| cell.parse::<f32>().expect("every cell is a number") as u8;
    let lines: Vec<Vec<u8>> =
        text.lines().map(|line| line.split(',').map(number).collect()).collect();
    let columns = (0..lines[0].len()).flat_map(|column| lines.iter().map(move |line| line[column]));
    let columns: Vec<u8> = columns.collect();
    let out = Path::new(&env::var("OUT_DIR").expect("cargo names it")).join("digits.gz");
    let mut encoder =
        GzEncoder::new(fs::File::create(out).expect("cargo's folder"), Compression::best());
    encoder.write_all(&columns).and_then(|()| encoder.finish()).expect("there is room");
}

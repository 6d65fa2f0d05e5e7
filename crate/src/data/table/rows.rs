//! Rows of fields: which mark separates them, and one after the other.

use csv::{ByteRecord, ReaderBuilder, Trim};

use super::cell::Cell;
use crate::data::grouped;
use crate::error::{Error, Result};

/// Marks that separate fields, the likelier first where several could.
const MARKS: [u8; 5] = [b'\t', b';', b'|', b',', b' '];
/// Lines that are looked at to find the mark.
const LINES: usize = 50;

/// A text as rows of fields.
pub(super) struct Rows {
    text: Vec<u8>,
    mark: u8,
}

impl Rows {
    /// The rows of a text in UTF-8.
    pub(super) fn of(text: Vec<u8>) -> Self {
        let mark = mark(&text);
        Self { text: if mark == b' ' { single_spaces(&text) } else { text }, mark }
    }

    /// Calls `each` with every row and its number, from 1.
    ///
    /// # Errors
    /// What `each` refuses, and rows that are torn.
    pub(super) fn each(
        &self,
        mut each: impl FnMut(usize, &ByteRecord) -> Result<()>,
    ) -> Result<()> {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .delimiter(self.mark)
            .from_reader(&self.text[..]);
        let mut record = ByteRecord::new();
        for row in 1.. {
            let more = reader.read_byte_record(&mut record).map_err(|error| {
                Error::new(format!("expected fields in row {}, found {error}", grouped(row)))
            })?;
            if !more {
                break;
            }
            each(row, &record)?;
        }
        Ok(())
    }

    /// The first `count` rows.
    pub(super) fn first(&self, count: usize) -> Vec<ByteRecord> {
        let mut rows = Vec::new();
        // What is wrong with a row is told when all are read.
        let _ = self.each(|row, record| {
            rows.push(record.clone());
            if row == count { Err(Error::new("enough")) } else { Ok(()) }
        });
        rows
    }

    /// Whether decimals may have a comma: it separates no fields.
    pub(super) fn commas(&self) -> bool {
        self.mark != b','
    }
}

/// How much a text looks like a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Likeness {
    /// Its first rows have as many fields, and those are mostly numbers.
    Numbers,
    /// They have as many fields.
    Words,
    /// They do not.
    None,
}

/// How much `bytes`, a text, look like a table.
pub(in super::super) fn likeness(bytes: &[u8]) -> Likeness {
    let (text, _) = super::text::as_utf_8(first_lines(bytes).to_vec());
    let rows = Rows::of(text);
    let records = rows.first(LINES);
    let Some(width) = records.get(1).map(ByteRecord::len) else { return Likeness::None };
    let alike = records.iter().filter(|record| record.len() == width).count();
    if width < 2 || 2 * alike <= records.len() {
        return Likeness::None;
    }
    let cells = || records.iter().skip(1).flat_map(ByteRecord::iter);
    let words = cells().filter(|cell| matches!(Cell::of(cell, rows.commas()), Cell::Word(_)));
    // A list of keys and values has half its fields numbers.
    let most = cells().count() / if rows.mark == b' ' { 3 } else { 2 };
    if words.count() <= most { Likeness::Numbers } else { Likeness::Words }
}

/// The mark that divides the most of the first lines into as many fields as each other.
fn mark(text: &[u8]) -> u8 {
    let agreement = |&mark: &u8| {
        let counts: Vec<usize> = lines(text).map(|line| count(line, mark)).collect();
        let alike = |n: &usize| counts.iter().filter(|&other| other == n).count();
        counts.iter().filter(|&&n| n > 0).map(alike).max().unwrap_or(0)
    };
    // Of marks that do equally well the first is taken, and `max_by_key` takes the last.
    let found = MARKS.into_iter().rev().filter(|mark| agreement(mark) > 0).max_by_key(agreement);
    found.unwrap_or(b',')
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty()).take(LINES)
}

fn first_lines(text: &[u8]) -> &[u8] {
    let ends = text.iter().enumerate().filter(|&(_, &byte)| byte == b'\n');
    // Two bytes to a character, at most.
    ends.map(|(i, _)| i).nth(2 * LINES).map_or(text, |end| &text[..end])
}

/// How often `mark` is in `line` outside quotes; of spaces, runs count.
fn count(line: &[u8], mark: u8) -> usize {
    let mut quoted = false;
    let mut before = 0;
    let mut count = 0;
    for &byte in line {
        quoted ^= byte == b'"';
        count += usize::from(!quoted && byte == mark && !(mark == b' ' && before == b' '));
        before = byte;
    }
    count
}

/// Lines whose fields are separated by one space.
fn single_spaces(text: &[u8]) -> Vec<u8> {
    let mut single = Vec::with_capacity(text.len());
    for line in text.split(|&byte| byte == b'\n') {
        for field in line.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty()) {
            single.extend(field);
            single.push(b' ');
        }
        single.pop_if(|last| *last == b' ');
        single.push(b'\n');
    }
    single
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_what_divides_lines_alike() {
        let marks = [
            ("a,b\n1,2\n", b','),
            ("a, b\n1, 2\n", b','),
            ("a\tb c\n1\t2\n", b'\t'),
            ("\"size; cm\",b\n1,2\n", b','),
            ("size; cm,b\n1,2\n3,4\n", b','),
            ("a;b\n1,5;2\n", b';'),
            ("1,5;2,5\n1,5;2\n", b';'),
            ("1|2\n3|4\n", b'|'),
            ("  1   2\n10  20\n", b' '),
            ("alone\n1\n", b','),
        ];
        for (text, expected) in marks {
            assert_eq!(mark(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn tables_are_told_from_other_texts() {
        let texts = [
            ("1,2\n3,4\n", Likeness::Numbers),
            ("a b c\n1 2 x\n3 4 y\n", Likeness::Numbers),
            ("0.5,setosa\n1.5,virginica\n", Likeness::Numbers),
            ("x;y\n?;1,5\n", Likeness::Numbers),
            ("x,s,n\nb,s,w\n", Likeness::Words),
            ("lr: 0.1\nbatch: 32\n", Likeness::Words),
            ("Dear diary, today\nI trained a network.", Likeness::None),
            ("MIT License\n\nCopyright (c) 2026\n", Likeness::None),
            ("", Likeness::None),
        ];
        for (text, expected) in texts {
            assert_eq!(likeness(text.as_bytes()), expected, "{text}");
        }
    }
}

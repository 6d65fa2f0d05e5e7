//! A first look at a table: its rows and what each column holds.

use super::cell::{self, Cell, quoted};
use super::header::Header;
use super::rows::Rows;
use super::text;
use crate::data::cells::whole_byte;
use crate::data::labels::{Label, MOST_CLASSES, Numbered};
use crate::data::{File, grouped};
use crate::error::{Error, Result};

/// The most columns.
const MOST_COLUMNS: usize = 100_000;

/// A table whose columns are known and whose cells are still text.
pub(super) struct Table {
    pub name: String,
    pub rows: Rows,
    pub header: Header,
    /// Number of objects.
    pub objects: usize,
    pub columns: Vec<Column>,
    /// Sentences about how the text was read.
    pub notices: Vec<String>,
}

/// What the cells of one column are.
#[derive(Default)]
pub(super) struct Column {
    /// Its name; empty if it has none.
    pub name: String,
    /// Its place in the file, from 0.
    pub place: usize,
    /// Numbers with decimals, or too large to be whole.
    pub decimals: usize,
    pub words: usize,
    pub missing: usize,
    /// The first cell that is no number: its row, and what it holds.
    pub wrong: Option<(usize, String)>,
    /// The first cell that is no label.
    pub no_label: Option<(usize, String)>,
    /// Whether a number is outside 0 … 1.
    beyond_shades: bool,
    /// Whether a number is no whole one up to 255.
    beyond_bytes: bool,
    /// Whether a row has another number than its own, counted from 0 and from 1.
    counts: [bool; 2],
    /// How often each byte occurs, in their order; then each other label while they are few.
    bytes: Vec<(u8, u32)>,
    others: Numbered,
}

impl Table {
    /// Looks at every cell of `file`.
    ///
    /// # Errors
    /// Rows of different length, a single column, two decimal marks.
    pub(super) fn of(file: File) -> Result<Self> {
        let File { name, bytes } = file;
        let mut notices = Vec::new();
        let (bytes, encoding) = text::as_utf_8(bytes);
        if let Some(encoding) = encoding {
            notices.push(format!("{name} was read as {encoding}, not UTF-8."));
        }
        let rows = Rows::of(bytes);
        let first = rows.first(2);
        let width = first.first().map_or(0, csv::ByteRecord::len);
        let because = |error: Error| Error::new(format!("{name}: {error}"));
        if width < 2 {
            let columns = if width == 1 { "column" } else { "columns" };
            return Err(because(Error::new(format!(
                "expected a CSV table with a column of labels and at least one of features, found \
                 {width} {columns}"
            ))));
        }
        if width > MOST_COLUMNS {
            return Err(because(Error::new(format!(
                "expected at most {} columns, found {}",
                grouped(MOST_COLUMNS),
                grouped(width)
            ))));
        }
        let header = Header::of(&first, rows.commas());
        let mut columns: Vec<Column> = (0..width).map(Column::at).collect();
        if let Header::Names(names) = &header {
            for (column, name) in columns.iter_mut().zip(names) {
                column.name.clone_from(name);
            }
        }
        let skipped = usize::from(header != Header::None);
        let mut objects = 0;
        let mut marks = Marks::default();
        rows.each(|row, record| {
            if record.len() != width {
                return Err(uneven(row, width, record.len(), rows.commas()));
            }
            if row > skipped {
                for (column, field) in columns.iter_mut().zip(record) {
                    let cell = Cell::of(field, rows.commas());
                    if rows.commas() && matches!(cell, Cell::Number(_)) {
                        marks.note(row, column, field)?;
                    }
                    column.note(row, objects, field, &cell, rows.commas());
                }
                objects += 1;
            }
            Ok(())
        })
        .map_err(because)?;
        if marks.comma.is_some() {
            notices.push(format!("{name}: commas were read as decimal points."));
        }
        if header == Header::Numbers {
            notices.push(format!("{name}: row 1 numbers the columns and is no object."));
        }
        Ok(Self { name, rows, header, objects, columns, notices })
    }

    /// Whether its columns have no names.
    pub(super) fn nameless(&self) -> bool {
        !matches!(self.header, Header::Names(_))
    }

    /// The number of the first object's row.
    pub(super) fn first_row(&self) -> usize {
        1 + usize::from(self.header != Header::None)
    }
}

impl Column {
    fn at(place: usize) -> Self {
        Self { place, ..Self::default() }
    }

    /// Takes note of the cell of the object `index`, in row `row`.
    fn note(&mut self, row: usize, index: usize, field: &[u8], cell: &Cell, commas: bool) {
        let &Cell::Number(number) = cell else {
            self.wrong.get_or_insert_with(|| (row, quoted(field)));
            self.counts = [true; 2];
            match cell {
                Cell::Missing => {
                    self.missing += 1;
                    self.no_label.get_or_insert_with(|| (row, quoted(field)));
                }
                _ => {
                    self.words += 1;
                    self.tally(cell::label(field, commas));
                }
            }
            return;
        };
        self.beyond_shades |= !(0.0..=1.0).contains(&number);
        self.counts[0] |= number != index as f32;
        self.counts[1] |= number != (index + 1) as f32;
        if let Some(byte) = whole_byte(number) {
            // Most pixels are 0, which comes first.
            if let Some((_, count)) = self.bytes.first_mut().filter(|(first, _)| *first == byte) {
                *count += 1;
                return;
            }
            match self.bytes.binary_search_by_key(&byte, |&(byte, _)| byte) {
                Ok(known) => self.bytes[known].1 += 1,
                Err(place) => self.bytes.insert(place, (byte, 1)),
            }
            return;
        }
        self.beyond_bytes = true;
        let label = cell::label(field, commas);
        if label.is_none() {
            self.decimals += 1;
            self.no_label.get_or_insert_with(|| (row, quoted(field)));
        }
        self.tally(label);
    }

    fn tally(&mut self, label: Option<Label>) {
        if let Some(label) = label
            && self.others.len() <= MOST_CLASSES
        {
            *self.others.entry(label, 0) += 1;
        }
    }

    /// Whether it holds nothing but bytes.
    pub(super) fn bytes(&self) -> bool {
        self.wrong.is_none() && !self.beyond_bytes
    }

    /// Whether it holds nothing but numbers from 0 to 1.
    pub(super) fn shades(&self) -> bool {
        self.wrong.is_none() && !self.beyond_shades
    }

    /// Whether it counts the rows, from 0 or 1.
    pub(super) fn counts(&self) -> bool {
        self.counts != [true; 2]
    }

    /// How many different labels it holds, up to 256 that are no bytes.
    pub(super) fn different(&self) -> usize {
        self.bytes.len() + self.others.len()
    }

    /// How many ones it holds, if it holds nothing but ones and zeros.
    pub(super) fn ones(&self) -> Option<usize> {
        match self.bytes[..] {
            [(0, _), (1, ones)] if self.bytes() => Some(ones as usize),
            _ => None,
        }
    }

    /// Whether its values repeat as labels do, twice or more on average: words, or whole numbers.
    pub(super) fn repeats(&self, objects: usize) -> bool {
        let mixed = self.words > 0 && 2 * self.words < objects;
        !mixed && 2 * self.decimals < objects && 2 * self.different() <= objects
    }

    /// How evenly the K values of a column are used, 1/(K Σp²): 1 if all are as frequent, towards
    /// 1/K if one outweighs. 0 if they are not bytes, or only one.
    pub(super) fn evenness(&self, objects: usize) -> f32 {
        let share = |count: u32| count as f32 / objects as f32;
        let concentration: f32 = self.bytes.iter().map(|&(_, n)| share(n) * share(n)).sum();
        let different = self.different();
        if !self.bytes() || different < 2 { 0.0 } else { 1.0 / (different as f32 * concentration) }
    }

    /// Its place and name in a sentence.
    pub(super) fn called(&self) -> String {
        let place = grouped(self.place + 1);
        if self.name.is_empty() {
            format!("column {place}")
        } else {
            format!("column {place} ({})", quoted(self.name.as_bytes()))
        }
    }
}

/// The first cells with a decimal comma and with a point.
#[derive(Default)]
struct Marks {
    comma: Option<(usize, usize)>,
    point: Option<(usize, usize)>,
}

impl Marks {
    fn note(&mut self, row: usize, column: &Column, field: &[u8]) -> Result<()> {
        let cell = (row, column.place + 1);
        if field.contains(&b',') {
            self.comma.get_or_insert(cell);
        } else if field.contains(&b'.') {
            self.point.get_or_insert(cell);
        }
        let (Some(comma), Some(point)) = (self.comma, self.point) else { return Ok(()) };
        let place = |(row, column)| format!("row {}, column {}", grouped(row), grouped(column));
        Err(Error::new(format!(
            "expected one decimal mark, found a comma in {} and a point in {}; write points",
            place(comma),
            place(point)
        )))
    }
}

fn uneven(row: usize, expected: usize, found: usize, commas: bool) -> Error {
    let advice = if commas || found < expected {
        ""
    } else {
        "; if its numbers have decimal commas, separate the columns by semicolons"
    };
    Error::new(format!(
        "expected {} columns in row {} as in row 1, found {}{advice}",
        grouped(expected),
        grouped(row),
        grouped(found)
    ))
}

#[cfg(test)]
mod tests {
    use crate::data::from_files;
    use crate::data::tests::{file, refusal};

    fn rows(row: impl Fn(usize) -> String) -> String {
        (0..12).map(|i| row(i) + "\n").collect()
    }

    #[test]
    fn decimal_commas_are_read_where_they_separate_nothing() {
        let plain = rows(|i| format!("{}.5,1.25,{}", i % 5, i % 2));
        let expected = from_files(vec![file("t", &plain[..])]).unwrap();
        for mark in [";", "\t", "|"] {
            let commas = plain.replace(',', mark).replace('.', ",");
            let data = from_files(vec![file("t", commas)]).unwrap();
            assert_eq!((data.train, data.test), (expected.train.clone(), expected.test.clone()));
            assert!(data.notices[0].contains("commas were read as decimal points"));
        }
        let both = plain.replace(',', ";").replacen('.', ",", 1);
        refusal(
            vec![file("t", both)],
            &["a comma in row 1, column 1", "a point in row 1, column 2"],
        );
        let quoted = rows(|i| format!("\"{i},5\",1,{}", i % 2));
        refusal(vec![file("t.csv", quoted)], &["row 1, column 1", "“0,5”", "semicolons"]);
        let split = format!("a,label\n{}", rows(|i| format!("{i},5,{}", i % 2)));
        refusal(vec![file("t.csv", split)], &["2 columns in row 2", "found 3", "decimal commas"]);
    }

    #[test]
    fn other_encodings_are_read_and_told() {
        let text = format!("größe,label\n{}", rows(|i| format!("{},{}", i % 5, ["ä", "ö"][i % 2])));
        let utf_16: Vec<u8> =
            [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
        for (bytes, name) in [(utf_16, "UTF-16"), (latin, "Latin-1")] {
            let data = from_files(vec![file("t", bytes)]).unwrap();
            assert_eq!(data.labels, ["ä", "ö"]);
            assert!(data.notices[0].contains(name), "{:?}", data.notices);
        }
    }

    #[test]
    fn endless_columns_are_refused() {
        refusal(vec![file("t.csv", "1,".repeat(200_000))], &["100,000 columns", "found 200,001"]);
    }
}

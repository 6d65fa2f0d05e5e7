//! Tables: one object a row, one feature a column, and a column of labels.
//!
//! * Comma, semicolon or tab; a row of column names is optional.
//! * The label is a whole number 0 … 255 in the column named `label`, `class` or `target`. Without
//!   such a name it is the last column, or in a table of pixels the first if that uses its
//!   values more evenly, as labels do and corner pixels do not (the common `mnist_train.csv`).
//! * The labels that occur become 0 … C − 1 in their order.
//! * Whole numbers 0 … 255 become byte/largest, so zeros stay zeros. Others stay as they are, or,
//!   if one is beyond ±1, each column is moved and scaled to [0, 1] (training and test alike).
//! * 25 or more pixel-like columns, in number a square, are an image.
//! * Columns that only count rows (no name, `id`, `index`, `Unnamed: 0`) are left out.

use super::{Data, Dataset, Features, File, grouped, hold_out, training_first};
use crate::error::{Error, Result};

/// Names of a label column.
const LABEL_NAMES: [&str; 3] = ["label", "class", "target"];
/// Names of a column that counts rows.
const COUNTER_NAMES: [&str; 4] = ["", "id", "index", "unnamed: 0"];
/// The narrowest image.
const SMALLEST_SIDE: usize = 5;

/// Data from one table (a fifth is held out) or two (training and test), inflated.
pub(super) fn from_tables(files: Vec<File>) -> Result<Data> {
    let mut tables = files.into_iter().map(Table::read).collect::<Result<Vec<_>>>()?;
    training_first(&mut tables, |table| &table.name, Table::rows);
    if let Some(third) = tables.get(2) {
        return Err(Error::new(format!(
            "{}: expected at most two tables (training and test), found {}",
            third.name,
            tables.len()
        )));
    }
    let width = tables[0].width();
    if let Some(other) = tables.iter().find(|table| table.width() != width) {
        return Err(Error::new(format!(
            "{}: expected {} columns as in {}, found {}",
            other.name,
            grouped(width),
            tables[0].name,
            grouped(other.width())
        )));
    }
    let column = tables[0].label_column();
    let mut labels = Vec::new();
    let mut cells = Cells::default();
    for table in &tables {
        table.split_off(column, &mut labels, &mut cells)?;
    }
    number_densely(&mut labels);
    let image = square(width - 1).filter(|_| cells.pixels(|_| false));
    let name = tables[0].name.clone();
    let trained = tables[0].rows() as u32;
    let parts = tables.len();
    drop(tables);
    let all = Dataset::new(cells.into_features(width - 1), width - 1, labels);
    let (train, test) = if parts == 2 {
        let rows: Vec<u32> = (0..all.len() as u32).collect();
        let (train, test) = rows.split_at(trained as usize);
        (all.select(train), all.select(test))
    } else {
        hold_out(&all)
    };
    Data::new(name, train, test, image)
}

/// Renames the labels that occur to 0, 1, 2 … in their order.
fn number_densely(labels: &mut [u8]) {
    let mut number = [0; 256];
    labels.iter().for_each(|&label| number[label as usize] = 1);
    let mut next = 0;
    for slot in &mut number {
        let occurs = *slot;
        *slot = next;
        next += occurs;
    }
    labels.iter_mut().for_each(|label| *label = number[*label as usize] as u8);
}

/// Numbers that are kept as bytes while all of them are bytes.
#[derive(Clone, Debug)]
enum Cells {
    Bytes(Vec<u8>),
    Reals(Vec<f32>),
}

impl Default for Cells {
    fn default() -> Self {
        Self::Bytes(Vec::new())
    }
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Bytes(values) => values.len(),
            Self::Reals(values) => values.len(),
        }
    }

    fn get(&self, i: usize) -> f32 {
        match self {
            Self::Bytes(values) => f32::from(values[i]),
            Self::Reals(values) => values[i],
        }
    }

    fn push(&mut self, value: f32) {
        match self {
            Self::Reals(values) => values.push(value),
            Self::Bytes(values) => match whole_byte(value) {
                Some(byte) => values.push(byte),
                None => {
                    let reals = values.iter().map(|&byte| f32::from(byte)).chain([value]);
                    *self = Self::Reals(reals.collect());
                }
            },
        }
    }

    /// Whether all numbers could be pixels, those at `skipped` places left out.
    fn pixels(&self, skipped: impl Fn(usize) -> bool) -> bool {
        match self {
            Self::Bytes(_) => true,
            Self::Reals(values) => {
                let mut kept = values.iter().enumerate().filter(|&(i, _)| !skipped(i));
                kept.all(|(_, value)| (0.0..=1.0).contains(value))
            }
        }
    }

    fn into_features(self, width: usize) -> Features {
        match self {
            Self::Bytes(values) => {
                let largest = values.iter().fold(1, |largest, &value| largest.max(value));
                Features::Bytes { values, scale: 1.0 / f32::from(largest) }
            }
            Self::Reals(mut values) => {
                if values.iter().any(|value| value.abs() > 1.0) {
                    to_unit_interval(&mut values, width);
                }
                Features::Reals(values)
            }
        }
    }
}

/// Moves and scales each of `width` columns to [0, 1]; a constant column becomes 0.
fn to_unit_interval(values: &mut [f32], width: usize) {
    let mut low = vec![f64::INFINITY; width];
    let mut high = vec![f64::NEG_INFINITY; width];
    for row in values.chunks_exact(width) {
        for (j, &value) in row.iter().enumerate() {
            low[j] = low[j].min(f64::from(value));
            high[j] = high[j].max(f64::from(value));
        }
    }
    for row in values.chunks_exact_mut(width) {
        for (j, value) in row.iter_mut().enumerate() {
            let range = if high[j] > low[j] { high[j] - low[j] } else { 1.0 };
            *value = ((f64::from(*value) - low[j]) / range) as f32;
        }
    }
}

/// The numbers of one file.
struct Table {
    name: String,
    /// Names of the columns in use; empty if the file has none.
    names: Vec<String>,
    /// The place of each column in the file, from 0.
    places: Vec<usize>,
    /// The place of the first row of numbers in the file, from 1.
    first_row: usize,
    /// (rows, width)
    cells: Cells,
}

impl Table {
    fn width(&self) -> usize {
        self.places.len()
    }

    fn rows(&self) -> usize {
        self.cells.len() / self.width()
    }

    /// Reads all rows, columns that count rows left out.
    fn read(file: File) -> Result<Self> {
        let File { name, bytes } = file;
        if bytes.contains(&0) {
            return Err(Error::new(format!(
                "{name}: expected a table as plain text (CSV in UTF-8), found binary data"
            )));
        }
        let mut reader = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(::csv::Trim::All)
            .delimiter(delimiter(&bytes))
            .from_reader(&bytes[..]);
        let unreadable = |row: usize| {
            move |error: ::csv::Error| {
                format!("expected a row of numbers in row {row}, found {error}")
            }
        };
        let because = |sentence: String| Error::new(format!("{name}: {sentence}"));
        let mut record = ::csv::ByteRecord::new();
        let mut more =
            reader.read_byte_record(&mut record).map_err(unreadable(1)).map_err(because)?;
        let columns = record.len();
        if columns < 2 {
            return Err(because(format!(
                "expected a CSV table with a column of labels and at least one of features, found \
                 {columns} column{}",
                if columns == 1 { "" } else { "s" }
            )));
        }
        let names = column_names(&record);
        let counts = |place: &usize| {
            names.get(*place).is_some_and(|name| COUNTER_NAMES.contains(&&name[..]))
        };
        let places: Vec<usize> = (0..columns).filter(|place| !counts(place)).collect();
        if places.len() < 2 {
            return Err(because("expected a column of labels and at least one of features".into()));
        }
        let mut row = 1;
        if !names.is_empty() {
            more = reader.read_byte_record(&mut record).map_err(unreadable(2)).map_err(because)?;
            row = 2;
        }
        let first_row = row;
        let mut cells = Cells::default();
        while more {
            if record.len() != columns {
                return Err(because(format!(
                    "expected {} columns in row {} as in row 1, found {}",
                    grouped(columns),
                    grouped(row),
                    grouped(record.len())
                )));
            }
            for &place in &places {
                let field = &record[place];
                let value = number(field).filter(|value| value.is_finite()).ok_or_else(|| {
                    because(format!(
                        "expected a number in row {}, column {}, found {}",
                        grouped(row),
                        grouped(place + 1),
                        quoted(field)
                    ))
                })?;
                cells.push(value);
            }
            row += 1;
            more =
                reader.read_byte_record(&mut record).map_err(unreadable(row)).map_err(because)?;
        }
        let names = match &names[..] {
            [] => Vec::new(),
            names => places.iter().map(|&place| names[place].clone()).collect(),
        };
        Ok(Self { name, names, places, first_row, cells })
    }

    /// The column that holds the labels.
    fn label_column(&self) -> usize {
        let named = |name: &&str| self.names.iter().position(|other| other == name);
        if let Some(column) = LABEL_NAMES.iter().find_map(named) {
            return column;
        }
        let width = self.width();
        let last = width - 1;
        let ends = |i: usize| [0, last].contains(&(i % width));
        let image = square(last).is_some() && self.cells.pixels(ends);
        if image && self.evenness(0) > self.evenness(last) { 0 } else { last }
    }

    /// How evenly the K values of a column are used, 1/(K Σp²): 1 if all are as frequent, towards
    /// 1/K if one outweighs. 0 if the column cannot be labels.
    fn evenness(&self, column: usize) -> f32 {
        let mut counts = [0_u32; 256];
        for row in 0..self.rows() {
            match whole_byte(self.cells.get(row * self.width() + column)) {
                Some(value) => counts[value as usize] += 1,
                None => return 0.0,
            }
        }
        let different = counts.iter().filter(|&&count| count > 0).count();
        let share = |count: u32| count as f32 / self.rows() as f32;
        let concentration: f32 = counts.iter().map(|&count| share(count) * share(count)).sum();
        if different < 2 { 0.0 } else { 1.0 / (different as f32 * concentration) }
    }

    /// Appends the column `column` to `labels` and all others to `features`.
    fn split_off(&self, column: usize, labels: &mut Vec<u8>, features: &mut Cells) -> Result<()> {
        let width = self.width();
        for i in 0..self.cells.len() {
            let value = self.cells.get(i);
            if i % width != column {
                features.push(value);
                continue;
            }
            labels.push(whole_byte(value).ok_or_else(|| {
                Error::new(format!(
                    "{}: expected a label, a whole number from 0 to 255, in row {}, column {}, \
                     found {value}",
                    self.name,
                    grouped(i / width + self.first_row),
                    grouped(self.places[column] + 1),
                ))
            })?);
        }
        Ok(())
    }
}

/// (side, side) if `width` pixels make a square image that is large enough to be one.
fn square(width: usize) -> Option<(usize, usize)> {
    let side = width.isqrt();
    (side * side == width && side >= SMALLEST_SIDE).then_some((side, side))
}

/// A whole number 0 … 255.
fn whole_byte(value: f32) -> Option<u8> {
    (f32::from(value as u8) == value).then_some(value as u8)
}

/// The tab or semicolon if the first line has one, else the comma.
fn delimiter(bytes: &[u8]) -> u8 {
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    [b'\t', b';'].into_iter().find(|mark| line.contains(mark)).unwrap_or(b',')
}

/// The first row in lower case if it names columns: a label among its fields, mostly words, or
/// the numbers of the columns. Otherwise nothing: it is the first object.
fn column_names(record: &::csv::ByteRecord) -> Vec<String> {
    let names: Vec<String> =
        record.iter().map(|field| String::from_utf8_lossy(field).to_ascii_lowercase()).collect();
    let labelled = names.iter().any(|name| LABEL_NAMES.contains(&&name[..]));
    let words = record.iter().filter(|field| number(field).is_none()).count();
    let counted =
        names.len() > 2 && names.iter().enumerate().all(|(i, name)| *name == i.to_string());
    if labelled || 2 * words > names.len() || counted { names } else { Vec::new() }
}

fn number(field: &[u8]) -> Option<f32> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

/// A field as error sentences show it.
fn quoted(field: &[u8]) -> String {
    let text: String =
        String::from_utf8_lossy(field).chars().filter(|c| !c.is_control()).take(20).collect();
    if field.is_empty() { "nothing".into() } else { format!("“{text}”") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::from_files;
    use crate::data::tests::{file, refusal};
    use proptest::prelude::*;

    /// Twelve rows, two classes.
    fn rows(row: impl Fn(usize) -> String) -> String {
        (0..12).map(|i| row(i) + "\n").collect()
    }

    fn read(name: &str, text: impl Into<Vec<u8>>) -> Data {
        from_files(vec![file(name, text)]).unwrap_or_else(|error| panic!("{error}"))
    }

    /// All objects of both parts as (features, label), sorted.
    fn objects(data: &Data) -> Vec<(Vec<f32>, u8)> {
        let mut all: Vec<(Vec<f32>, u8)> = [&data.train, &data.test]
            .into_iter()
            .flat_map(|set| {
                (0..set.len())
                    .map(|i| (set.rows(&[i as u32]).into_raw_vec_and_offset().0, set.labels()[i]))
            })
            .collect();
        all.sort_by(|a, b| a.partial_cmp(b).unwrap());
        all
    }

    #[test]
    fn marks_names_and_line_ends_do_not_matter() {
        let plain = rows(|i| format!("{},{},{}", 10 * i, 255 - i, i % 2));
        let expected = objects(&read("a.csv", &plain[..]));
        assert_eq!(expected[3], (vec![30.0 * (1.0 / 255.0), 252.0 * (1.0 / 255.0)], 1));
        let same = [
            plain.replace(',', ";"),
            plain.replace(',', "\t"),
            plain.replace(',', " , ").replace('\n', "\r\n"),
            format!("height,width,label\n{plain}"),
            format!("\u{feff}height,width,kind\n\n{plain}\n\n"),
            format!("0,1,2\n{plain}"),
            rows(|i| format!("\"{}\",{}.0,{:e}", 10 * i, 255 - i, (i % 2) as f32)),
            format!(
                "Class,height,width\n{}",
                rows(|i| format!("{},{},{}", i % 2, 10 * i, 255 - i))
            ),
            format!(
                ",height,width,Target\n{}",
                rows(|i| format!("{i},{},{},{}", 10 * i, 255 - i, i % 2))
            ),
            rows(|i| format!("{},{},{}", 10 * i, 255 - i, 7 + 200 * (i % 2))),
        ];
        for text in same {
            assert_eq!(objects(&read("a.csv", &text[..])), expected, "{text}");
        }
    }

    #[test]
    fn reals_are_kept_within_one_and_scaled_beyond() {
        let small = read("a.csv", rows(|i| format!("{},-0.5,{}", i as f32 / 16.0, i % 2)));
        assert_eq!(objects(&small)[3], (vec![3.0 / 16.0, -0.5], 1));
        let large = read("a.csv", rows(|i| format!("{},-0.5,{}", 22 * i as i32 - 100, i % 2)));
        assert_eq!(objects(&large)[11], (vec![1.0, 0.0], 1));
        assert_eq!(objects(&large)[0], (vec![0.0, 0.0], 0));
        let huge = read("a.csv", rows(|i| format!("{}3e38,{}", ["", "-"][i % 2], i % 2)));
        assert_eq!((&objects(&huge)[0].0[..], &objects(&huge)[11].0[..]), (&[0.0][..], &[1.0][..]));
    }

    #[test]
    fn squares_of_pixels_are_images_wherever_their_label_is() {
        // What corner pixels do: nothing, as in MNIST; rarely something; many things unevenly.
        let corners = [|_| 0, |i| usize::from(i == 5), |i: usize| i * i * i / 300];
        for (corner, largest) in corners.into_iter().flat_map(|corner| [(corner, 1), (corner, 16)])
        {
            let pixels = |i: usize| {
                let value = |j: usize| if [0, 24].contains(&j) { corner(i) } else { i * j % 9 };
                let text = |j: usize| (value(j) as f32 / largest as f32).to_string();
                (0..25).map(text).collect::<Vec<_>>().join(",")
            };
            let first = rows(|i| format!("{},{}", i % 2, pixels(i)));
            let last = rows(|i| format!("{},{}", pixels(i), i % 2));
            let columns: String = (0..25).map(|j| format!(",pixel{j}")).collect();
            let named = read("a.csv", format!("label{columns}\n{first}"));
            assert_eq!((named.image, named.classes), (Some((5, 5)), 2));
            assert_eq!(objects(&read("a.csv", first)), objects(&named));
            assert_eq!(objects(&read("a.csv", last)), objects(&named));
        }
        let table = read("a.csv", rows(|i| format!("1,2,3,{i},{}", i % 2)));
        assert_eq!(table.image, None);
    }

    #[test]
    fn two_tables_are_training_and_test() {
        let (long, short) = (rows(|i| format!("{i},{}", i % 2 + 3)), "7,4\n6,3\n");
        let files = vec![file("test.csv", short), file("train.csv", &long[..])];
        let data = from_files(files).unwrap();
        assert_eq!((data.train.len(), data.test.labels()), (12, &[1, 0][..]));
        assert_eq!(data.test.rows(&[0])[[0, 0]], 7.0 * (1.0 / 11.0));
    }

    #[test]
    fn wrong_cells_are_named() {
        let with = |row: &str| vec![file("t.csv", rows(|i| format!("{i},5,{}", i % 2)) + row)];
        refusal(with("1,oops,0\n"), &["t.csv", "row 13, column 2", "“oops”"]);
        refusal(with("1,,0\n"), &["row 13, column 2", "nothing"]);
        refusal(with("1,NaN,0\n"), &["row 13, column 2", "“NaN”"]);
        refusal(with("-inf,1,0\n"), &["row 13, column 1", "“-inf”"]);
        refusal(with("1,1e39,0\n"), &["row 13, column 2", "“1e39”"]);
        refusal(with("1,2\n"), &["t.csv", "3 columns in row 13", "found 2"]);
        refusal(with("1,2,3,4\n"), &["3 columns in row 13", "found 4"]);
        refusal(with("1,2,256\n"), &["label", "0 to 255", "row 13, column 3", "found 256"]);
        refusal(with("1,2,-1\n"), &["row 13, column 3", "found -1"]);
        refusal(with("1,2,0.5\n"), &["row 13, column 3", "found 0.5"]);
        let named = format!("id,x,label\n{}9,9,300\n", rows(|i| format!("{i},5,{}", i % 2)));
        refusal(vec![file("t.csv", named)], &["row 14, column 3", "found 300"]);
        refusal(vec![file("t.csv", "1,two,0\n".repeat(12))], &["row 1, column 2", "“two”"]);
        refusal(
            vec![file("t.csv", b"\xFF\xFE1\0,\0".repeat(30))],
            &["t.csv", "plain text", "binary"],
        );
    }

    #[test]
    fn unusable_tables_are_refused() {
        refusal(vec![file("t.csv", rows(|i| format!("{i},1")))], &["t.csv", "two classes"]);
        refusal(vec![file("t.csv", "1,0\n2,1\n")], &["t.csv", "at least 10", "found 1 and 1"]);
        refusal(vec![file("t.csv", "x,label\n")], &["t.csv", "at least 10", "found 0 and 0"]);
        refusal(vec![file("t.csv", rows(|i| i.to_string()))], &["t.csv", "labels", "1 column"]);
        refusal(vec![file("t.csv", "\n\n\n")], &["t.csv", "0 columns"]);
        refusal(vec![file("t.csv", "<html>no, really\n")], &["t.csv", "found 0 and 0"]);
        refusal(
            vec![
                file("train.csv", rows(|i| format!("{i},5,{}", i % 2))),
                file("test.csv", rows(|i| i.to_string() + ",5")),
            ],
            &["test.csv: expected 3 columns as in train.csv, found 2"],
        );
        let three = ["a.csv", "b.csv", "c.csv"].map(|name| file(name, "1,0\n"));
        refusal(three.into(), &["c.csv", "at most two tables", "found 3"]);
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 1..200)) {
            let _ = from_files(vec![file("x.csv", bytes)]);
        }

        #[test]
        fn random_cells_never_panic(
            cells in prop::collection::vec("[0-9,;\\t\"eE.+naif -]{0,4}[,\\n]", 1..60),
        ) {
            let _ = from_files(vec![file("x.csv", cells.concat())]);
        }

        #[test]
        fn a_changed_byte_never_panics(at in any::<prop::sample::Index>(), value in any::<u8>()) {
            let mut bytes = rows(|i| format!("{i},5,{}", i % 2)).into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = value;
            if let Ok(data) = from_files(vec![file("x.csv", bytes)]) {
                prop_assert!(data.train.len() + data.test.len() <= 13);
            }
        }
    }
}

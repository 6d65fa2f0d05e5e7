//! Tables: one object a row, one feature a column, and a column of labels.
//!
//! * Fields are separated by commas, semicolons, tabs, bars or spaces; a row of column names is
//!   optional. Where no comma separates, decimals may have one.
//! * The label is the column named `label`, `class` or `target`. Without such a name it is taken
//!   only where nothing else could be meant, and a notice says why ([`label::choose`]).
//! * Labels are whole numbers or words; those that occur become the classes, in their order.
//! * Features are numbers; [`cells::features`](super::cells::features) scales them.
//! * 25 or more pixel-like columns, in number a square, are an image.
//! * Columns that only count rows are left out ([`columns::left_out`]).
//! * A test table's columns are found by name where both tables have names.

mod cell;
mod columns;
mod header;
mod label;
mod rows;
mod survey;
mod text;

use super::cells::Cells;
use super::files::training_first;
use super::labels::{self, Labels};
use super::parts::{Part, assemble};
use super::{Data, FEWEST, File, grouped, too_few};
use crate::error::{Error, Result};

use cell::Cell;
use survey::{Column, Table};

pub(super) use rows::{Likeness, likeness};
pub(super) use text::is_text;

/// The narrowest image.
const SMALLEST_SIDE: usize = 5;

/// Data from one table (a fifth is held out) or two (training and test), unpacked.
pub(super) fn from_tables(files: Vec<File>) -> Result<Data> {
    let mut tables = files.into_iter().map(Table::of).collect::<Result<Vec<_>>>()?;
    let told = training_first(&mut tables, |table| &table.name, |table| table.objects);
    if let Some(third) = tables.get(2) {
        return Err(Error::new(format!(
            "{}: expected at most two tables (training and test), found {}",
            third.name,
            tables.len()
        )));
    }
    let train = &tables[0];
    let name = train.name.clone();
    match tables.iter().map(|table| table.objects).sum::<usize>() {
        all if all >= FEWEST => {}
        // As one table would be divided.
        all if tables.len() == 1 => {
            return Err(too_few(&name, all - all.div_ceil(5), all.div_ceil(5)));
        }
        all => return Err(too_few(&name, train.objects, all - train.objects)),
    }
    let mut notices: Vec<String> =
        tables.iter().flat_map(|table| table.notices.iter().cloned()).collect();
    if !told {
        notices.push(format!(
            "{name}, the larger table, is for training; {} for testing.",
            tables[1].name
        ));
    }
    let (features, label) = columns::roles(train, &mut notices)?;
    let width = features.len();
    let mut wanted = features;
    wanted.push(label);
    let mut parts = Vec::new();
    let mut seen = Vec::new();
    for table in &tables {
        let found = columns::find(&wanted, train, table, &mut notices)?;
        seen.extend_from_slice(&found[..width]);
        parts.push(
            read(table, &found).map_err(|error| Error::new(format!("{}: {error}", table.name)))?,
        );
    }
    let image = square(width).filter(|_| is_image(&seen, width));
    drop(tables);
    assemble(name, parts, width, image, notices)
}

/// Reads the objects of `table`: all but the last of `columns` are features.
fn read(table: &Table, columns: &[&Column]) -> Result<Part> {
    let Some((label, features)) = columns.split_last() else { unreachable!("a label is chosen") };
    check(table, label, features)?;
    let commas = table.rows.commas();
    let (mut cells, mut found) = (Cells::default(), Labels::default());
    table.rows.each(|row, record| {
        if row < table.first_row() {
            return Ok(());
        }
        for column in features {
            if let Cell::Number(number) = Cell::of(&record[column.place], commas) {
                cells.push(number);
            }
        }
        match cell::label(&record[label.place], commas) {
            Some(name) => found.push(name),
            None => Ok(()),
        }
    })?;
    Ok(Part { name: table.name.clone(), cells, labels: found })
}

/// Refuses the first cell that is no number among the features, or no label.
fn check(table: &Table, label: &Column, features: &[&Column]) -> Result<()> {
    if 2 * label.decimals > table.objects {
        let regression = labels::regression("mostly decimal");
        return Err(Error::new(format!("{}: {regression}", label.called())));
    }
    let wrong = features.iter().filter_map(|column| Some((column.wrong.as_ref()?, column)));
    let wrong = wrong.min_by_key(|((row, _), column)| (*row, column.place));
    if let Some(((row, found), column)) = wrong {
        let advice = if column.missing > 0 && column.words == 0 {
            "fill in what is missing, or take the row out"
        } else if found.contains(',') {
            "write decimal points, or separate the columns by semicolons"
        } else {
            "only labels may be words"
        };
        return Err(Error::new(format!(
            "expected a number in row {}, {}, found {found}; {advice}",
            grouped(*row),
            column.called()
        )));
    }
    if let Some((row, found)) = &label.no_label {
        return Err(Error::new(format!(
            "expected a label, a whole number or a word, in row {}, {}, found {found}",
            grouped(*row),
            label.called()
        )));
    }
    Ok(())
}

/// (side, side) if `width` pixels make a square image that is large enough to be one.
pub(super) fn square(width: usize) -> Option<(usize, usize)> {
    let side = width.isqrt();
    (side * side == width && side >= SMALLEST_SIDE).then_some((side, side))
}

/// Whether `columns` are pixels of one kind, and `width` of them an image.
fn is_image(columns: &[&Column], width: usize) -> bool {
    let pixels =
        columns.iter().all(|column| column.bytes()) || columns.iter().all(|column| column.shades());
    square(width).is_some() && pixels
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
            plain.replace(',', "|"),
            plain.replace(',', "  "),
            rows(|i| format!("{},{},{}", 10 * i, 255 - i, ["no", "yes"][i % 2])),
            rows(|i| format!("{i},{},{},{}", 10 * i, 255 - i, i % 2)),
            format!(
                "PassengerId,height,width,label\n{}",
                rows(|i| format!("{},{},{},{}", 892 - i, 10 * i, 255 - i, i % 2))
            ),
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
        refusal(with("1,2,0.5\n"), &["label", "row 13, column 3", "found “0.5”"]);
        refusal(with("1,2,\n"), &["label", "row 13, column 3", "found nothing"]);
        let named = format!("id,x,label\n{}9,9,0.5\n", rows(|i| format!("{i},5,{}", i % 2)));
        refusal(vec![file("t.csv", named)], &["row 14, column 3 (“label”)", "found “0.5”"]);
        refusal(vec![file("t.csv", "1,two,0\n".repeat(12))], &["row 1, column 2", "“two”"]);
        refusal(vec![file("t.csv", b"1\0,\0".repeat(30))], &["t.csv", "binary data"]);
    }

    #[test]
    fn unusable_tables_are_refused() {
        refusal(vec![file("t.csv", rows(|i| format!("{i},1")))], &["t.csv", "two classes"]);
        refusal(vec![file("t.csv", "1,0\n2,1\n")], &["t.csv", "at least 10", "found 1 and 1"]);
        refusal(vec![file("t.csv", "x,label\n")], &["t.csv", "at least 10", "found 0 and 0"]);
        refusal(vec![file("t.csv", rows(|i| i.to_string()))], &["t.csv", "labels", "1 column"]);
        refusal(vec![file("t.csv", "\n\n\n")], &["t.csv", "0 columns"]);
        refusal(vec![file("t.csv", "<html>no, really\n")], &["t.csv", "a web page"]);
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

//! Which column is the label, and why; or why nobody can know.

use super::survey::{Column, Table};
use super::{is_image, square};
use crate::data::grouped;
use crate::data::labels::listed;
use crate::error::{Error, Result};

/// Names of a label column.
const NAMES: [&str; 3] = ["label", "class", "target"];

/// Whether a column called `name` is the label.
pub(super) fn is_name(name: &str) -> bool {
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The label among the columns `used`, and the reason in words.
///
/// # Errors
/// No column, or more than one, that could be it.
pub(super) fn choose<'a>(table: &Table, used: &[&'a Column]) -> Result<(&'a Column, String)> {
    let repeats = |column: &Column| column.repeats(table.objects) && column.different() > 1;
    match &select(used, |column| is_name(&column.name))[..] {
        [] => {}
        [named] => return Ok((named, "by its name".into())),
        several => return Err(ambiguous(table, several)),
    }
    if let Some((column, stem)) = odd_one_out(used).filter(|(column, _)| repeats(column)) {
        return Ok((column, format!("the only one that is not called {stem}")));
    }
    match &select(used, |column| 2 * column.words > table.objects && repeats(column))[..] {
        [] => {}
        [words] => return Ok((words, "the only one of words".into())),
        several => return Err(ambiguous(table, several)),
    }
    let (first, last) = (used[0], used[used.len() - 1]);
    if table.nameless() {
        // What does not repeat is no label, however even.
        let evenness = |column: &Column| {
            if column.repeats(table.objects) { column.evenness(table.objects) } else { 0.0 }
        };
        if is_image(&used[1..used.len() - 1], used.len() - 1) && evenness(first) > evenness(last) {
            return Ok((first, "its values are used more evenly than those of pixels".into()));
        }
        if square(used.len()).is_some() && used.iter().all(|column| column.bytes()) {
            return Err(none(table, "all columns together are the pixels of an image"));
        }
        if let Some(columns) = one_hot(used, table.objects) {
            let why = format!("the last {columns} columns are one label, with a 1 in its place");
            return Err(none(table, &why));
        }
        if last.repeats(table.objects) {
            return Ok((last, "the last one".into()));
        }
        let why = format!("the last one holds {} different values", grouped(last.different()));
        return Err(none(table, &why));
    }
    match &select(used, |column| repeats(column))[..] {
        [] => Err(none(table, "none has values that repeat as labels do")),
        [only] if only.place == last.place && !alike(only, used) => {
            Ok((only, "the last one, and the only one whose values repeat".into()))
        }
        several => Err(ambiguous(table, several)),
    }
}

fn select<'a>(used: &[&'a Column], wanted: impl Fn(&Column) -> bool) -> Vec<&'a Column> {
    used.iter().copied().filter(|column| wanted(column)).collect()
}

/// The column whose name differs by more than digits from those of all others, which are called
/// alike (at least three), and what they are called.
fn odd_one_out<'a>(used: &[&'a Column]) -> Option<(&'a Column, String)> {
    let [first, second, third, _, ..] = used else { return None };
    // Of three columns two at least are like most.
    let common = if stem(first) == stem(second) { stem(first) } else { stem(third) };
    let odd = select(used, |column| stem(column) != common);
    let [odd] = odd[..] else { return None };
    let other = used.iter().find(|column| column.place != odd.place)?;
    (!odd.name.is_empty()).then(|| (odd, format!("like “{}”", other.name)))
}

/// How many columns at the end hold a single 1 in every row, if at least three do.
fn one_hot(used: &[&Column], objects: usize) -> Option<usize> {
    let mut ones = 0;
    let binary = used.iter().rev().map_while(|column| column.ones());
    let sums = binary.map(|count| {
        ones += count;
        ones
    });
    sums.take_while(|&ones| ones <= objects)
        .position(|ones| ones == objects)
        .map(|at| at + 1)
        .filter(|&n| n > 2)
}

/// Whether another column is called the same but for digits.
fn alike(column: &Column, used: &[&Column]) -> bool {
    used.iter().any(|other| other.place != column.place && stem(other) == stem(column))
}

fn stem(column: &Column) -> String {
    column.name.chars().filter(|c| !c.is_ascii_digit()).collect()
}

fn ambiguous(table: &Table, columns: &[&Column]) -> Error {
    let called: Vec<String> = columns.iter().map(|column| column.called()).collect();
    Error::new(format!(
        "{}: expected one column of labels, named label, class or target; {} could be it: name the \
         right one “label” and no other so",
        table.name,
        listed(&called, 3)
    ))
}

fn none(table: &Table, why: &str) -> Error {
    let advice = if table.nameless() {
        "add a first row that names the columns, the one of labels “label”"
    } else {
        "name the column of labels “label”"
    };
    Error::new(format!(
        "{}: expected a column of labels, named label, class or target, found none: {why}; {advice}",
        table.name
    ))
}

#[cfg(test)]
mod tests {
    use crate::data::from_files;
    use crate::data::tests::{file, refusal};

    /// A table of 24 rows: a header, and rows of what `cells` gives.
    fn table(header: &str, cells: impl Fn(usize) -> String) -> String {
        let rows: String = (0..24).map(|i| cells(i) + "\n").collect();
        if header.is_empty() { rows } else { format!("{header}\n{rows}") }
    }

    #[test]
    fn what_is_taken_for_the_label_is_told_with_the_reason() {
        let real = |i: usize| (i * 7 % 24) as f32 / 24.0;
        let pixels =
            |i: usize| (0..25).map(|j| (i * j % 9).to_string()).collect::<Vec<_>>().join(",");
        let names =
            |name: &str| (0..25).map(|j| format!("{name}{j}")).collect::<Vec<_>>().join(",");
        let accepted = [
            (
                table("a,Target,b", |i| format!("{},{},{}", real(i), i % 2, i % 3)),
                "column 2 (“Target”), by its name",
            ),
            (
                table("kind,a,b", |i| format!("{},{},1", ["x", "y"][i % 2], real(i))),
                "column 1 (“kind”), the only one of words",
            ),
            (
                table("", |i| format!("{},{}", ["x", "y"][i % 2], real(i))),
                "column 1, the only one of words",
            ),
            (
                table("a,b,quality", |i| format!("{},{},{}", real(i), i * i, i % 3)),
                "column 3 (“quality”), the last one, and the only one",
            ),
            (table("", |i| format!("{},{}", real(i), i % 3)), "column 2, the last one"),
            (
                table(&format!("digit,{}", names("p")), |i| format!("{},{}", i % 2, pixels(i))),
                "column 1 (“digit”), the only one that is not called like “p0”",
            ),
            (
                table("", |i| format!("{},{}", i % 2, pixels(i))),
                "column 1, its values are used more evenly",
            ),
        ];
        for (text, words) in accepted {
            let data = from_files(vec![file("t", text)]).unwrap();
            let told = format!("The label is {words}");
            assert!(
                data.notices.iter().any(|n| n.starts_with(&told)),
                "{told}: {:?}",
                data.notices
            );
        }
    }

    #[test]
    fn a_doubtful_choice_is_refused_with_the_way_on() {
        let real = |i: usize| (i * 7 % 24) as f32 / 24.0;
        let grid = |i: usize, n: usize| {
            (0..n).map(|j| (i * j % 9).to_string()).collect::<Vec<_>>().join(",")
        };
        let names = (0..25).map(|j| format!("pixel{j}")).collect::<Vec<_>>().join(",");
        let refused = [
            (table("class,target,b", |i| format!("{},{},{}", i % 3, i % 2, real(i))), "“class”"),
            (
                table("y,dose,age", |i| format!("{},{},{}", i % 2, real(i), 20 + i)),
                "column 1 (“y”)",
            ),
            (
                table("sex,age,ill", |i| format!("{},{},{}", i % 2, real(i), i % 3)),
                "column 3 (“ill”)",
            ),
            (
                table("a,b,kind", |i| {
                    format!("{},{},{}", ["x", "y"][i % 2], real(i), ["u", "v"][i % 2])
                }),
                "column 1 (“a”), column 3",
            ),
            (
                table("a,price", |i| format!("{},{}", real(i), 100 * i)),
                "none has values that repeat",
            ),
            (table("", |i| format!("{},{}", i % 2, 100 * i)), "the last one holds 24 different"),
            (table("", |i| grid(i, 25)), "pixels of an image"),
            (
                table("", |i| format!("{},{}", real(i), ["1,0,0", "0,1,0", "0,0,1"][i % 3])),
                "the last 3 columns are one label",
            ),
            (table(&names, |i| grid(i, 25)), "“pixel"),
        ];
        for (text, words) in refused {
            refusal(vec![file("t", text)], &["named label, class or target", words, "“label”"]);
        }
    }

    #[test]
    fn measurements_are_no_labels() {
        let words = "looks like regression";
        let decimal = table("a,target", |i| format!("{i},{}", i as f32 + 0.5));
        refusal(vec![file("t", decimal)], &["column 2 (“target”)", "decimal numbers", words]);
        let whole = table("a,target", |i| format!("{},{}", i % 5, 10 * i));
        refusal(vec![file("t", whole)], &["24 different whole numbers", words]);
        let many: String = (0..600).map(|i| format!("1,{}\n", i % 300)).collect();
        refusal(vec![file("t", format!("a,label\n{many}"))], &["more than 256 different", words]);
        let names: String = (0..600).map(|i| format!("1,w{}\n", i % 300)).collect();
        refusal(vec![file("t", format!("a,label\n{names}"))], &["at most 256 classes"]);
    }
}

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
    let repeats = |column: &&&Column| column.repeats(table.objects) && column.different() > 1;
    match &select(used, |column| is_name(&column.name))[..] {
        [] => {}
        [named] => return Ok((named, "by its name".into())),
        several => return Err(ambiguous(table, several)),
    }
    if let Some((column, stem)) = odd_one_out(used).filter(|(column, _)| repeats(&column)) {
        return Ok((column, format!("the only one that is not called {stem}")));
    }
    match &select(used, |column| 2 * column.words > table.objects && repeats(&&column))[..] {
        [] => {}
        [words] => return Ok((words, "the only one of words".into())),
        several => return Err(ambiguous(table, several)),
    }
    let (first, last) = (used[0], used[used.len() - 1]);
    if table.nameless() {
        let evenness = |column: &Column| column.evenness(table.objects);
        if is_image(&used[1..used.len() - 1], used.len() - 1) && evenness(first) > evenness(last) {
            return Ok((first, "its values are used more evenly than those of pixels".into()));
        }
        if square(used.len()).is_some() && used.iter().all(|column| column.bytes()) {
            return Err(none(table, "all columns together are the pixels of an image"));
        }
        if last.repeats(table.objects) {
            return Ok((last, "the last one".into()));
        }
        let why = format!("the last one holds {} different values", grouped(last.different()));
        return Err(none(table, &why));
    }
    match &select(used, |column| repeats(&&column))[..] {
        [] => Err(none(table, "none has values that repeat as labels do")),
        [only] if only.place == last.place && !alike(only, used) => {
            Ok((only, "the last one, and the only one whose values repeat".into()))
        }
        several => Err(ambiguous(table, several)),
    }
}

fn select<'a>(used: &[&'a Column], wanted: impl Fn(&&Column) -> bool) -> Vec<&'a Column> {
    used.iter().copied().filter(|column| wanted(&column)).collect()
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
        listed(&called)
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

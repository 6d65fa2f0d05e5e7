//! The first row: names of columns, their numbers, or the first object.

use csv::ByteRecord;

use super::cell::Cell;
use super::label;

/// What the first row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// An object like the others.
    None,
    /// Numbers that count the columns, or that were made of an object by a program that took it
    /// for names: 0, 0.1, 0.2, 1, 1.1, …
    Numbers,
    /// Names.
    Names(Vec<String>),
}

impl Header {
    /// What the first of `rows` is, judged by the second.
    pub(super) fn of(rows: &[ByteRecord], commas: bool) -> Self {
        let Some(first) = rows.first() else { return Self::None };
        let names: Vec<String> =
            first.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
        let words = |row: &ByteRecord| {
            row.iter().filter(|field| matches!(Cell::of(field, commas), Cell::Word(_))).count()
        };
        let empty = first.iter().filter(|field| field.is_empty()).count();
        let labelled = names.iter().any(|name| label::is_name(name));
        if labelled || 2 * (words(first) + empty) > names.len() {
            return Self::Names(names);
        }
        let less_wordy = rows.get(1).is_some_and(|second| words(second) < words(first));
        let fewest = if less_wordy { 3 } else { 5 };
        let numbered = |row| numbers(row, fewest);
        if !numbered(first) || rows.get(1).is_some_and(numbered) {
            return Self::None;
        }
        match words(first) {
            0 => Self::Numbers,
            _ if less_wordy => Self::Names(names),
            _ => Self::None,
        }
    }
}

/// Whether the numbers of a row, if they are not too few, say nothing but which column it is.
fn numbers(row: &ByteRecord, fewest: usize) -> bool {
    let fields = row.iter().filter_map(|field| str::from_utf8(field).ok());
    let numbers: Vec<(&str, f32)> =
        fields.filter_map(|field| Some((field, field.parse().ok()?))).collect();
    let enough = numbers.len() >= fewest;
    counted(&numbers) || enough && (evenly_spaced(&numbers) || made_different(&numbers))
}

/// 0, 1, 2, …
fn counted(numbers: &[(&str, f32)]) -> bool {
    numbers.len() > 2 && numbers.iter().enumerate().all(|(i, (text, _))| *text == i.to_string())
}

/// 1, 2, 3, … or 400, 402, 404, ….
fn evenly_spaced(numbers: &[(&str, f32)]) -> bool {
    let steps: Vec<f32> = numbers.windows(2).map(|pair| pair[1].1 - pair[0].1).collect();
    let [first, ..] = steps[..] else { return false };
    first != 0.0 && steps.iter().all(|step| (step - first).abs() < 1e-3 * first.abs())
}

/// 5, 0, 0.1, 0.2, 3, 3.1, …: what repeats got a number, so that nothing does.
fn made_different(numbers: &[(&str, f32)]) -> bool {
    let sorted = sorted(numbers.iter().map(|(text, _)| (*text).to_owned()));
    if sorted.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return false;
    }
    let place = |text: &str| {
        let known = sorted.binary_search_by(|(other, _)| other.as_str().cmp(text));
        known.ok().map(|known| sorted[known].1)
    };
    let repeats = |(i, (text, _)): &(usize, &(&str, f32))| {
        let (base, number) = text.rsplit_once('.').unwrap_or_default();
        let before = match number.parse::<u32>() {
            Ok(1) => place(base),
            Ok(number @ 2..) => place(&format!("{base}.{}", number - 1)),
            _ => None,
        };
        before.is_some_and(|before| before < *i)
    };
    let changed = numbers.iter().enumerate().filter(repeats).count();
    changed > 1
}

/// Names and their places, in the order of the names.
pub(super) fn sorted(names: impl Iterator<Item = String>) -> Vec<(String, usize)> {
    let mut sorted: Vec<(String, usize)> = names.zip(0..).collect();
    sorted.sort_unstable();
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(first: &str, second: &str) -> Header {
        let row = |text: &str| text.split(',').collect::<Vec<_>>().into();
        Header::of(&[row(first), row(second)], false)
    }

    #[test]
    fn names_are_told_from_objects() {
        for names in ["x,y,kind", "1,2,label", ",a,b", "400,402,404,quality", "petal,species"] {
            let expected = Header::Names(names.split(',').map(str::to_owned).collect());
            assert_eq!(header(names, "7,2,3"), expected, "{names}");
        }
        for object in [
            "1,2,0",
            "0.5,setosa",
            "1,2,3,4,5,setosa",
            "?,4,0",
            "0,0,0,0,0",
            "5.1,3.5,1.4,0.2,setosa",
        ] {
            assert_eq!(header(object, "1,3,virginica"), Header::None, "{object}");
        }
    }

    #[test]
    fn numbers_of_columns_are_told_from_objects() {
        for numbers in [
            "0,1,2",
            "1,2,3,4,5",
            "400,402.5,405,407.5,410",
            "5,0,0.1,0.2,3,3.1",
            "0,0.1,0.2,0.3,0.4",
        ] {
            assert_eq!(header(numbers, "7,0,0,7,1"), Header::Numbers, "{numbers}");
        }
        // Every row of this table would count.
        assert_eq!(header("1,2,3,4,5", "2,3,4,5,6"), Header::None);
        assert_eq!(header("5,0,0,0.1,0.2", "7,0,0,7,1"), Header::None);
    }
}

//! What files call the classes, and the numbers 0 … C − 1 that a network knows them by.

use std::fmt;

use super::grouped;
use crate::error::{Error, Result};

/// The most classes.
pub(super) const MOST_CLASSES: usize = 256;
/// Whole numbers that are this many are classes only if each has enough objects on average.
const MANY: usize = 20;
/// That many objects.
const ENOUGH: usize = 10;

/// What a file calls a class: whole numbers come first, in their order, then words in theirs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Label {
    Number(i64),
    Word(String),
}

impl Label {
    /// The label that is the number `value`; none if it has decimals.
    pub(super) fn number(value: f32) -> Option<Self> {
        // Beyond 2²⁴ floats skip whole numbers.
        (value.fract() == 0.0 && value.abs() <= 16_777_216.0).then_some(Self::Number(value as i64))
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Word(word) => word.fmt(f),
        }
    }
}

/// Different labels in their order, each with a number.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbered(Vec<(Label, u32)>);

impl Numbered {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The number of `label`, which becomes `new` if it was not there.
    pub(super) fn entry(&mut self, label: Label, new: u32) -> &mut u32 {
        let place = match self.0.binary_search_by(|(known, _)| known.cmp(&label)) {
            Ok(place) => place,
            Err(place) => {
                self.0.insert(place, (label, new));
                place
            }
        };
        &mut self.0[place].1
    }
}

/// The labels of one part's objects, numbered as they turn up.
#[derive(Clone, Debug, Default)]
pub(super) struct Labels {
    numbers: Numbered,
    objects: Vec<u8>,
}

impl Labels {
    /// Number of objects.
    pub(super) fn len(&self) -> usize {
        self.objects.len()
    }

    /// The next object's label. The 257th different one is an error.
    pub(super) fn push(&mut self, label: Label) -> Result<()> {
        let number = matches!(label, Label::Number(_));
        let next = self.numbers.len() as u32;
        let class = u8::try_from(*self.numbers.entry(label, next)).map_err(|_| {
            let more = format!("more than {MOST_CLASSES} different");
            Error::new(if number {
                regression(&more)
            } else {
                format!(
                    "expected at most {MOST_CLASSES} classes, found {more} labels; name the column \
                     of labels “label”"
                )
            })
        })?;
        self.objects.push(class);
        Ok(())
    }
}

/// Why numbers are no classes.
pub(super) fn regression(different: &str) -> String {
    format!(
        "expected labels that are classes, found {different} numbers: this looks like regression, \
         which is not learned here; write a class (a word or a whole number) in their place"
    )
}

/// All parts' classes in one order: their names, and each part's objects by number.
///
/// # Errors
/// More than 256 classes, or so many numbers for so few objects that they are measurements.
pub(super) fn number(parts: Vec<Labels>) -> Result<(Vec<Label>, Vec<Vec<u8>>)> {
    let objects: usize = parts.iter().map(Labels::len).sum();
    let mut all = Labels::default();
    for label in parts.iter().flat_map(|part| &part.numbers.0) {
        all.push(label.0.clone())?;
    }
    let names: Vec<Label> = all.numbers.0.into_iter().map(|(label, _)| label).collect();
    let numbers = names.iter().all(|name| matches!(name, Label::Number(_)));
    if numbers && names.len() > MANY && objects < ENOUGH * names.len() {
        let different = format!("{} different whole", grouped(names.len()));
        return Err(Error::new(regression(&different)));
    }
    let renumbered = parts.into_iter().map(|Labels { numbers, mut objects }| {
        let mut places = [0; MOST_CLASSES];
        for (label, number) in numbers.0 {
            places[number as usize] = names.binary_search(&label).expect("it is one of them") as u8;
        }
        objects.iter_mut().for_each(|object| *object = places[usize::from(*object)]);
        objects
    });
    let renumbered = renumbered.collect();
    Ok((names, renumbered))
}

/// Names as sentences list them: the first `most`, and the last.
pub(super) fn listed<T: fmt::Display>(names: &[T], most: usize) -> String {
    let shown: Vec<String> = names.iter().take(most).map(ToString::to_string).collect();
    match names {
        [_, .., last] if names.len() > most => format!("{} … {last}", shown.join(", ")),
        _ => shown.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(of: impl IntoIterator<Item = Label>) -> Labels {
        let mut labels = Labels::default();
        of.into_iter().for_each(|label| labels.push(label).unwrap());
        labels
    }

    #[test]
    fn classes_are_numbered_in_the_order_of_their_names_over_all_parts() {
        let word = |word: &str| Label::Word(word.into());
        let first = labels([word("b"), Label::Number(10), Label::Number(9)]);
        let second = labels([word("a"), Label::Number(-1), word("b")]);
        let (names, objects) = number(vec![first, second]).unwrap();
        assert_eq!(listed(&names, 10), "-1, 9, 10, a, b");
        assert_eq!(objects, [vec![4, 2, 1], vec![3, 0, 4]]);
    }

    #[test]
    fn numbers_with_few_objects_each_are_measurements_and_words_are_not() {
        let numbers = |n: i64, times: usize| {
            labels((0..n).map(Label::Number).cycle().take(n as usize * times))
        };
        assert!(number(vec![numbers(26, 10)]).is_ok() && number(vec![numbers(20, 1)]).is_ok());
        let error = number(vec![numbers(26, 9)]).unwrap_err().to_string();
        assert!(
            error.contains("26 different whole numbers: this looks like regression"),
            "{error}"
        );
        assert!(number(vec![labels((0..26).map(|i| Label::Word(format!("w{i}"))))]).is_ok());
    }

    #[test]
    fn the_257th_class_is_refused() {
        let mut all = labels((0..256).map(Label::Number));
        all.push(Label::Number(7)).unwrap();
        let error = all.push(Label::Number(256)).unwrap_err().to_string();
        assert!(error.contains("more than 256 different numbers"), "{error}");
        assert!(all.push(Label::Word("x".into())).unwrap_err().to_string().contains("256 classes"));
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(listed(&(1..=26).collect::<Vec<_>>(), 3), "1, 2, 3 … 26");
    }
}

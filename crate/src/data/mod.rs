//! Data: labelled objects for training and testing, and every way they come in.
//!
//! A person may hand over anything. Whatever cannot be used is answered with one sentence that
//! names the file, what was expected and what was found.

mod arrays;
mod cells;
mod clusters;
mod dataset;
mod digits;
mod drawing;
mod files;
mod gapped;
mod gzip;
mod identity;
mod image;
mod kinds;
mod labels;
mod parts;
mod sources;
mod split;
mod table;
mod unpack;
mod zip;

pub use clusters::{Clusters, REACH, SPREAD};
pub use dataset::{Dataset, Features};
pub use digits::{digits, load_digits};
pub use drawing::from_drawing;
pub use files::{File, from_files};
pub use gapped::{Gapped, SPAN};
pub use identity::Identity;
pub use image::{rotate, shift, shuffle_pixels, turning};
pub use kinds::what_is;
pub use sources::{Comes, SOURCES, Source, source, unseen};
pub use split::hold_out;

use crate::error::{Error, Result};

/// What a run learns from and what it is judged by.
#[derive(Clone, Debug)]
pub struct Data {
    /// Short name, for titles and error sentences.
    pub name: String,
    /// The name of the [`Source`] that they are of; empty if they are of none.
    pub source: &'static str,
    /// Objects to learn from.
    pub train: Dataset,
    /// Objects held out; as wide as the training objects.
    pub test: Dataset,
    /// (height, width) when an object is an image, row by row from the top left.
    pub image: Option<(usize, usize)>,
    /// Number of classes C; inside, labels are 0 … C − 1.
    pub classes: usize,
    /// What the file calls each class, C names: what people read.
    pub labels: Vec<String>,
    /// Sentences about what was taken for what when the files were read.
    pub notices: Vec<String>,
    /// A hash of all features and labels in order: the same data, wherever they come from.
    pub hash: u64,
}

/// The fewest objects that make a run worth watching.
const FEWEST: usize = 10;

/// Where hashes of data begin (FNV-1a's).
const HASH_SEED: u64 = 0xCBF2_9CE4_8422_2325;

impl Data {
    /// Puts two parts together; the classes are 0 … the largest label, and called so.
    ///
    /// # Errors
    /// As [`Data::named`].
    pub fn new(
        name: impl Into<String>,
        train: Dataset,
        test: Dataset,
        image: Option<(usize, usize)>,
    ) -> Result<Self> {
        let labels = train.labels().iter().chain(test.labels());
        let largest = labels.fold(0, |largest, &label| largest.max(label));
        let names = (0..=largest).map(|class| class.to_string()).collect();
        Self::named(name, train, test, image, names)
    }

    /// Puts two parts together; `labels` are what people call the classes.
    ///
    /// # Errors
    /// Fewer than 10 objects, an empty part, a single class, or parts of different width.
    pub fn named(
        name: impl Into<String>,
        train: Dataset,
        test: Dataset,
        image: Option<(usize, usize)>,
        labels: Vec<String>,
    ) -> Result<Self> {
        let name = name.into();
        let objects = train.len() + test.len();
        if objects < FEWEST || train.is_empty() || test.is_empty() {
            return Err(too_few(&name, train.len(), test.len()));
        }
        if train.width() != test.width() {
            return Err(Error::new(format!(
                "{name}: expected as many features in the test objects as in the training objects \
                 ({}), found {}",
                grouped(train.width()),
                grouped(test.width()),
            )));
        }
        let first = train.labels()[0];
        if train.labels().iter().all(|&label| label == first) {
            return Err(Error::new(format!(
                "{name}: expected at least two classes, found only label {}",
                labels[usize::from(first)]
            )));
        }
        assert!(image.is_none_or(|(height, width)| height * width == train.width()));
        let hash = test.hash(train.hash(HASH_SEED));
        let classes = labels.len();
        let (source, notices) = ("", Vec::new());
        Ok(Self { name, source, train, test, image, classes, labels, notices, hash })
    }

    /// An error unless there is a test object number `index`, from 0.
    pub fn check_test(&self, index: usize) -> Result<()> {
        let (what, count) =
            (if self.image.is_some() { "image" } else { "object" }, self.test.len());
        if index < count {
            return Ok(());
        }
        Err(Error::new(format!(
            "Test {what} {} does not exist: the test set has {}, 0 to {}.",
            grouped(index),
            grouped(count),
            grouped(count - 1)
        )))
    }

    /// Features of each object.
    pub fn features(&self) -> usize {
        self.train.width()
    }
}

fn too_few(name: &str, train: usize, test: usize) -> Error {
    Error::new(format!(
        "{name}: expected at least {FEWEST} objects, some to learn from and some to test, found {} \
         and {}",
        grouped(train),
        grouped(test),
    ))
}

/// A number as people write it: 60,000.
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn file(name: &str, bytes: impl Into<Vec<u8>>) -> File {
        File { name: name.into(), bytes: bytes.into() }
    }

    /// The sentence with which `files` are refused; each of `words` must be in it.
    pub(super) fn refusal(files: Vec<File>, words: &[&str]) {
        let sentence = from_files(files).expect_err("these files are unusable").to_string();
        for word in words {
            assert!(sentence.contains(word), "expected {word:?} in {sentence:?}");
        }
        assert!(!sentence.contains('\n') && sentence.len() < 300, "{sentence}");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(
            [0, 999, 1000, 60_000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "60,000", "1,234,567"]
        );
    }

    #[test]
    fn objects_beyond_the_test_set_are_refused() {
        let data = digits();
        data.check_test(359).unwrap();
        assert_eq!(
            data.check_test(999).unwrap_err().to_string(),
            "Test image 999 does not exist: the test set has 360, 0 to 359."
        );
    }

    #[test]
    fn no_file_and_mixed_files_are_refused() {
        refusal(vec![], &["four IDX files", "CSV", "no file"]);
        refusal(
            vec![file("a.csv", "1,2\n"), file("train-labels-idx1-ubyte", [0, 0, 8, 1])],
            &["a.csv", "either IDX files or CSV", "train-labels-idx1-ubyte"],
        );
    }

    #[test]
    fn a_part_with_too_few_objects_or_one_class_is_refused() {
        let set = |labels: &[u8]| {
            Dataset::new(Features::Reals(vec![0.5; 2 * labels.len()]), 2, labels.to_vec())
        };
        let few = Data::new("toy", set(&[0, 1, 0]), set(&[1]), None).unwrap_err().to_string();
        assert!(few.contains("at least 10") && few.contains("found 3 and 1"), "{few}");
        let one = Data::new("toy", set(&[3; 12]), set(&[3]), None).unwrap_err().to_string();
        assert!(one.contains("two classes") && one.contains("label 3"), "{one}");
        let wide = Dataset::new(Features::Reals(vec![0.0; 3]), 3, vec![0]);
        let widths = Data::new("toy", set(&[0, 1].repeat(6)), wide, None).unwrap_err().to_string();
        assert!(widths.contains("(2), found 3"), "{widths}");
    }
}

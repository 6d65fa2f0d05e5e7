//! Data: labelled objects for training and testing, and every way they come in.
//!
//! A person may hand over anything. Whatever cannot be used is answered with one sentence that
//! names the file, what was expected and what was found.

mod csv;
mod dataset;
mod digits;
mod drawing;
mod gzip;
mod identity;
mod idx;
mod image;
mod inflate;
mod mnist;
mod split;

pub use dataset::{Dataset, Features};
pub use digits::digits;
pub use drawing::from_drawing;
pub use identity::Identity;
pub use image::{rotate, shift, shuffle_pixels};
#[cfg(not(target_arch = "wasm32"))]
pub use mnist::from_folder;
pub use split::hold_out;

use crate::error::{Error, Result};

/// What a run learns from and what it is judged by.
#[derive(Clone, Debug)]
pub struct Data {
    /// Short name, for titles and error sentences.
    pub name: String,
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
    /// Puts two parts together; the classes are 0 … the largest label.
    ///
    /// # Errors
    /// Fewer than 10 objects, an empty part, a single class, or images of one size
    /// in one part and of another size in the other.
    pub fn new(
        name: impl Into<String>,
        train: Dataset,
        test: Dataset,
        image: Option<(usize, usize)>,
    ) -> Result<Self> {
        let name = name.into();
        let objects = train.len() + test.len();
        if objects < FEWEST || train.is_empty() || test.is_empty() {
            return Err(Error::new(format!(
                "{name}: expected at least {FEWEST} objects, some to learn from and some to test, \
                 found {} and {}",
                grouped(train.len()),
                grouped(test.len()),
            )));
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
                "{name}: expected at least two classes, found only label {first}"
            )));
        }
        let labels = train.labels().iter().chain(test.labels());
        let classes = labels.fold(0, |largest, &label| largest.max(label)) as usize + 1;
        assert!(image.is_none_or(|(height, width)| height * width == train.width()));
        let labels = (0..classes).map(|class| class.to_string()).collect();
        let hash = test.hash(train.hash(HASH_SEED));
        Ok(Self { name, train, test, image, classes, labels, notices: Vec::new(), hash })
    }

    /// Features of each object.
    pub fn features(&self) -> usize {
        self.train.width()
    }
}

/// A file that somebody dropped, served or named: the bytes as they are, gzipped or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name without folders, as error sentences show it.
    pub name: String,
    /// Its contents.
    pub bytes: Vec<u8>,
}

/// Reads whatever files were handed over, in any order: the IDX files of MNIST and its kin, or
/// CSV tables with a label column; raw or gzipped.
///
/// * IDX: images and labels know themselves; names with `t10k` or `test` are the test part,
///   names with `train` the training part, and else the larger set is for training. One pair of
///   files is divided 4 : 1.
/// * CSV: see the module `csv`; one table is divided 4 : 1, of two the names or sizes tell which
///   is for training.
///
/// # Errors
/// One sentence about the first file that cannot be used.
pub fn from_files(files: Vec<File>) -> Result<Data> {
    let mut seen = Vec::new();
    let mut tables = Vec::new();
    let mut arrays = Vec::new();
    for file in files {
        // A folder often holds the same file twice, raw and gzipped.
        let stem = file.name.to_ascii_lowercase().trim_end_matches(".gz").to_string();
        if seen.contains(&stem) {
            continue;
        }
        let table = [".csv", ".tsv", ".txt"].iter().any(|ending| stem.ends_with(ending));
        seen.push(stem);
        if table { &mut tables } else { &mut arrays }.push(inflate::inflate(file)?);
    }
    match (tables.is_empty(), arrays.is_empty()) {
        (true, true) => {
            Err(Error::new("expected MNIST's four IDX files or a CSV table, found no file"))
        }
        (false, true) => csv::from_tables(tables),
        (true, false) => mnist::from_idx_files(arrays),
        (false, false) => Err(Error::new(format!(
            "{}: expected either IDX files or CSV tables, found it together with {}",
            tables[0].name, arrays[0].name
        ))),
    }
}

/// Puts the training part before the test part: by name where it tells, else the larger first.
fn training_first<T>(parts: &mut [T], name: impl Fn(&T) -> &str, objects: impl Fn(&T) -> usize) {
    let place = |part: &T| {
        let name = name(part).to_ascii_lowercase();
        let test = name.contains("t10k") || name.contains("test");
        let by_name = if test { 2 } else { u8::from(!name.contains("train")) };
        (by_name, std::cmp::Reverse(objects(part)))
    };
    if let [first, second] = parts
        && place(second) < place(first)
    {
        std::mem::swap(first, second);
    }
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

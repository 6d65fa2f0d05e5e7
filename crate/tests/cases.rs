//! Files as people have them: each is read rightly, with a notice that says how, or refused with
//! one sentence that names what is wrong and the way on.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;
use sparsevd::checkpoint::Checkpoint;
use sparsevd::data::{Data, Dataset, Features, File, digits, from_files, what_is};
use sparsevd::session::{Progress, Session};

fn folder() -> PathBuf {
    PathBuf::from("../tests/cases")
}

fn file(path: &Path) -> File {
    let name = path.file_name().expect("a file").to_string_lossy().into_owned();
    File { name, bytes: fs::read(path).expect("a case") }
}

/// What a case comes to.
#[derive(Clone, Debug)]
enum Right {
    /// Labels, (training, test) objects and features, and words of the notices.
    Read(&'static [&'static str], (usize, usize), usize, &'static [&'static str]),
    /// Words of the sentence.
    Refused(&'static [&'static str]),
}
use Right::{Read, Refused};

/// A case, what is dropped together with it, and what they come to.
type Case = (&'static str, &'static [&'static str], Right);

/// Each case, with what is dropped together with it.
const CASES: &[Case] = &[
    ("01-one-class-3.csv", &[], Refused(&["two classes", "only label 3"])),
    (
        "02-labels-5-6.csv",
        &[],
        Read(&["5", "6"], (16, 4), 2, &["column 3 (“label”), by its name", "occur: 5, 6."]),
    ),
    (
        "03-label-first.csv",
        &[],
        Refused(&["named label, class or target", "column 1 (“y”)", "name the right one “label”"]),
    ),
    (
        "04-no-label-column.csv",
        &[],
        Refused(&["named label, class or target", "pixel1", "pixel3", "“label”"]),
    ),
    ("06-semicolon-in-name.csv", &[], Read(&["0", "1"], (9, 3), 2, &["by its name"])),
    (
        "08-numeric-header.csv",
        &[],
        Read(&["0", "1", "2"], (9, 3), 25, &["row 1 numbers the columns", "The label is column 1"]),
    ),
    ("13-decimal-comma.csv", &[], Read(&["0", "1"], (9, 3), 2, &["commas were read as decimal"])),
    (
        "14-word-labels.csv",
        &[],
        Read(&["setosa", "virginica"], (9, 3), 1, &["“species”", "the only one of words"]),
    ),
    ("15-labels-minus-plus.csv", &[], Read(&["-1", "1"], (9, 3), 2, &["occur: -1, 1."])),
    (
        "16-missing-question-mark.csv",
        &[],
        Refused(&["row 6, column 1 (“a”)", "found “?”", "fill in what is missing"]),
    ),
    (
        "17-table.tra",
        &[],
        Read(
            &["0", "1"],
            (9, 3),
            1,
            &["column 3, the last one", "counts or names rows or is empty: column 1."],
        ),
    ),
    (
        "18-space-separated.csv",
        &[],
        Read(&["0", "1", "2", "3", "4"], (9, 3), 2, &["column 3, the last one"]),
    ),
    (
        "19-regression-whole-numbers.csv",
        &[],
        Refused(&["40 different whole numbers", "looks like regression"]),
    ),
    ("21-small-xor.csv", &[], Read(&["0", "1"], (96, 24), 2, &["each scaled to 0 … 1"])),
    ("32-idx-wide-8x16", &[], Read(&["0", "1", "2"], (12, 3), 128, &[])),
    (
        "33-idx-floats",
        &["34-idx2-int-labels-as-qmnist"],
        Read(&["0", "1", "2"], (12, 3), 4, &["the first of its eight columns"]),
    ),
    (
        "34-idx2-int-labels-as-qmnist",
        &["33-idx-floats"],
        Read(&["0", "1", "2"], (12, 3), 4, &["as in QMNIST"]),
    ),
    (
        "36-idx-little-endian-sizes",
        &["32-idx-wide-8x16/labels-idx1-ubyte"],
        Read(&["0", "1", "2"], (12, 3), 4, &["sizes are little-endian"]),
    ),
    ("41-mnist.npz", &[], Refused(&["41-mnist.npz/x_train.npy", "breaks off", "numpy.save("])),
    ("43-images.npy", &[], Refused(&["43-images.npy", "breaks off", "numpy.save("])),
    ("44-photo.png", &[], Refused(&["44-photo.png is a PNG picture"])),
    ("51-login-page.safetensors", &[], Refused(&["is a web page"])),
];

/// The files of a case: one, or all in its folder.
fn files(case: &str) -> Vec<File> {
    let path = folder().join(case);
    if path.is_file() {
        return vec![file(&path)];
    }
    let entries = fs::read_dir(path).expect("a folder of a case");
    entries.map(|entry| file(&entry.expect("an entry").path())).collect()
}

fn check(case: &str, right: &Right, found: sparsevd::error::Result<Data>) {
    let hexadecimal = |text: &str| {
        text.split(|c: char| !c.is_ascii_hexdigit()).any(|run| {
            run.len() >= 2
                && run.bytes().any(|b| b.is_ascii_digit())
                && run.bytes().any(|b| b.is_ascii_lowercase())
        })
    };
    match (found, right) {
        (Ok(data), Read(labels, sizes, features, words)) => {
            assert_eq!(data.labels, *labels, "{case}");
            assert_eq!((data.train.len(), data.test.len()), *sizes, "{case}");
            assert_eq!((data.features(), data.classes), (*features, labels.len()), "{case}");
            let told = data.notices.join(" ");
            for word in *words {
                assert!(told.contains(word), "{case}: expected {word:?} in {told:?}");
            }
        }
        (Err(error), Refused(words)) => {
            let sentence = error.to_string();
            for word in *words {
                assert!(sentence.contains(word), "{case}: expected {word:?} in {sentence:?}");
            }
            assert!(!sentence.contains('\n') && !hexadecimal(&sentence), "{case}: {sentence}");
        }
        (Ok(data), Refused(_)) => panic!("{case} was read: {:?}, {:?}", data.labels, data.notices),
        (Err(error), Read(..)) => panic!("{case} was refused: {error}"),
    }
}

#[test]
fn every_case_is_read_or_refused_as_it_should_be() {
    for (case, company, right) in CASES {
        let together = || -> Vec<File> {
            std::iter::once(case).chain(*company).flat_map(|case| files(case)).collect()
        };
        check(case, right, from_files(together()));
        // Names and order say nothing.
        let mut nameless = together();
        nameless.reverse();
        for (i, file) in nameless.iter_mut().enumerate().filter(|_| matches!(right, Read(..))) {
            file.name = format!("file-{i}");
        }
        check(case, right, from_files(nameless));
    }
}

#[test]
fn no_case_is_forgotten() {
    let mut found: Vec<String> = fs::read_dir(folder())
        .expect("the cases")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.as_bytes()[0].is_ascii_digit())
        .collect();
    found.sort();
    let known: Vec<&str> = CASES.iter().map(|(case, ..)| *case).collect();
    assert_eq!(found, known);
}

#[test]
fn a_wide_image_keeps_its_shape() {
    assert_eq!(from_files(files("32-idx-wide-8x16")).unwrap().image, Some((8, 16)));
}

/// Files that are no data, by their first bytes.
const STRANGERS: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xFF\xD8\xFF\xE0\0\x10JFIF", "a JPEG picture"),
    (b"GIF89a\x01\0\x01\0", "a GIF picture"),
    (b"BM\x36\0\0\0", "a BMP picture"),
    (b"%PDF-1.7\n", "a PDF document"),
    (b"\xD0\xCF\x11\xE0\xA1\xB1", "an old Excel or Word document"),
    (b"PK\x03\x04\x14\0xl/workbook.xml", "an Excel workbook"),
    (b"PK\x03\x04\x14\0word/document.xml", "a Word document"),
    (b"PK\x03\x04\x14\0archive/data.pkl", "a PyTorch file"),
    (b"PAR1\x15\x04", "a Parquet file"),
    (b"\x80\x04\x95\x10\0", "a Python pickle"),
    (b"MATLAB 5.0 MAT-file, Platform: GLNXA64\0\0", "a MATLAB file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (b"<!DOCTYPE html><html>", "a web page"),
    (b"\xEF\xBB\xBF<?xml version=\"1.0\"?>", "an XML document"),
    (b"{\"cells\": []}", "a JSON document"),
    (b"\x10\0\0\0\0\0\0\0{\"x\":\"sparsevd\"}", "a saved run"),
    (b"\x02\0\0\0\0\0\0\0{}", "a safetensors file"),
    (b"\x01\x02\x03\x04", "binary data of an unknown kind"),
    (b"Dear diary, today I trained\na network.\n", "a text"),
];

#[test]
fn strangers_are_named_in_words_and_left_out_beside_data() {
    let table = || file(&folder().join("02-labels-5-6.csv"));
    for &(bytes, words) in STRANGERS {
        assert!(words.contains(what_is(bytes)) || what_is(bytes).contains(words), "{words}");
        let stranger = || File { name: "stranger".into(), bytes: bytes.to_vec() };
        let sentence = from_files(vec![stranger()]).unwrap_err().to_string();
        assert!(sentence.starts_with(&format!("stranger is {words}")), "{sentence}");
        assert!(sentence.contains(": "), "{sentence} shows no way on");
        let data = from_files(vec![stranger(), table()]).unwrap();
        assert_eq!(data.labels, ["5", "6"]);
        let told = data.notices.last().unwrap();
        assert!(told.contains("stranger") && told.contains(words), "{told}");
    }
    // Tables begin with such letters too.
    for name in ["BMI", "GIF8", "PK", "PAR1", "MZ", "Rar!", "RIFF"] {
        let text = format!("{name},label\n{}", "1,0\n0,1\n".repeat(10));
        from_files(vec![File { name: "t.csv".into(), bytes: text.into() }]).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// What is read holds no more numbers than its files have bytes.
    #[test]
    fn a_changed_or_cut_case_never_panics_or_swells(
        case in prop::sample::select(CASES),
        at in any::<prop::sample::Index>(),
        value in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut together: Vec<File> =
            std::iter::once(&case.0).chain(case.1).flat_map(|case| files(case)).collect();
        let bytes = &mut together[0].bytes;
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = value }
        let size: usize = together.iter().map(|file| file.bytes.len()).sum();
        if let Ok(data) = from_files(together) {
            prop_assert!((data.train.len() + data.test.len()) * data.features() <= size);
            prop_assert_eq!(data.labels.len(), data.classes);
        }
    }
}

/// Damaged runs, the features, image and classes of their data, and the words that refuse them;
/// none if they go on.
type Damaged = (&'static str, usize, Option<(usize, usize)>, u8, &'static [&'static str]);

const CHECKPOINTS: &[Damaged] = &[
    ("nan-page.safetensors", 64, Some((8, 8)), 10, &[]),
    ("nonfinite-record.safetensors", 64, Some((8, 8)), 10, &[]),
    ("panic-1.safetensors", 4, None, 2, &["is damaged"]),
    ("panic-2.safetensors", 36, Some((6, 6)), 3, &["is damaged"]),
    ("panic-3.safetensors", 4, None, 2, &["is damaged"]),
];

/// Data that a damaged run could belong to: its own digits, or as many objects as it has seen.
fn data_of((_, features, image, classes, _): &Damaged) -> Data {
    if *features == 64 {
        return digits();
    }
    let set = || {
        let labels = (0..32).map(|i| i % classes).collect();
        Dataset::new(Features::Reals(vec![0.5; 32 * features]), *features, labels)
    };
    Data::new("made up", set(), set(), *image).expect("some classes")
}

#[test]
fn damaged_runs_are_refused_in_words_or_go_on() {
    for damaged in CHECKPOINTS {
        let (name, .., words) = damaged;
        let File { bytes, .. } = file(&folder().join("checkpoints").join(name));
        let read = || Checkpoint::read(name, &bytes).unwrap_or_else(|error| panic!("{error}"));
        match Session::load(read(), Arc::new(data_of(damaged))) {
            Err(error) => {
                let sentence = error.to_string();
                assert!(sentence.starts_with(name) && !words.is_empty(), "{sentence}");
                assert!(words.iter().all(|word| sentence.contains(word)), "{sentence}");
            }
            Ok(mut session) => {
                assert!(words.is_empty(), "{name} goes on");
                session.set("epochs", "42").unwrap();
                while ![Progress::Finished, Progress::Diverged].contains(&session.advance()) {}
                session.frame(None);
                session.save();
            }
        }
        // With other data than its own it is refused, too, whatever else is wrong with it.
        if *name != "panic-2.safetensors" {
            let other = data_of(&CHECKPOINTS[3]);
            let error = Session::load(read(), Arc::new(other)).err().unwrap().to_string();
            assert!(error.contains("needs other data") && !error.contains("sing"), "{error}");
        }
    }
    let count = fs::read_dir(folder().join("checkpoints")).unwrap().count();
    assert_eq!(count, CHECKPOINTS.len(), "no case is forgotten");
}

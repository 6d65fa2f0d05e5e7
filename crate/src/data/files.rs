//! Whatever files were handed over, in any order and company.

use super::arrays;
use super::kinds::{Kind, kind};
use super::table::{self, Likeness};
use super::{Data, sources, unpack};
use crate::error::{Error, Result, printable};

/// A file that somebody dropped, served or named: the bytes as they are, packed or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, as error sentences show it.
    pub name: String,
    /// Its contents.
    pub bytes: Vec<u8>,
}

/// Reads whatever files were handed over, in any order: IDX files of MNIST and its kin, NumPy's
/// arrays, or tables with a column of labels; raw, gzipped or in a ZIP archive. The contents
/// decide, not the names.
///
/// * Arrays: images and labels know themselves. One pair is divided 4 : 1.
/// * Tables: see the module `table`. One is divided 4 : 1.
/// * Names with `t10k` or `test` are the test part, names with `train` the training part, and
///   else the larger part is for training.
/// * What is no data (a README, a picture) is left out with a notice while there is data.
///
/// # Errors
/// One sentence about the first file that cannot be used.
pub fn from_files(files: Vec<File>) -> Result<Data> {
    let mut sorted = Sorted::default();
    for file in files.into_iter().filter(|file| !hidden(&file.name)) {
        for File { name, bytes } in unpack::unpack(file)? {
            let file = File { name: printable(&name), bytes };
            if !hidden(&file.name) {
                sorted.take(file);
            }
        }
    }
    let Sorted { arrays, mut texts, mut others } = sorted;
    // Beside arrays only what calls itself a table is one.
    let best =
        if arrays.is_empty() { texts.iter().position(|texts| !texts.is_empty()) } else { None };
    let tables = std::mem::take(&mut texts[best.unwrap_or(0)]);
    others.extend(texts.iter().flatten().map(|file| Refused::of(file, "a text", "")));
    let mut data = match (tables.first(), arrays.first()) {
        (None, None) => return Err(no_data(&others)),
        (Some(_), None) => table::from_tables(tables)?,
        (None, Some(_)) => arrays::from_arrays(arrays)?,
        (Some(table), Some(array)) => {
            return Err(Error::new(format!(
                "{}: expected either IDX files or CSV tables, found it together with {}",
                table.name, array.name
            )));
        }
    };
    if !others.is_empty() {
        data.notices.push(left_out(&others));
    }
    data.source = sources::of_files(&data);
    Ok(data)
}

/// Files by what can be done with them.
#[derive(Default)]
struct Sorted {
    arrays: Vec<File>,
    /// Texts that are tables by their ending, by their numbers, and by their fields alone.
    texts: [Vec<File>; 3],
    others: Vec<Refused>,
}

/// A file that is no data.
struct Refused {
    name: String,
    what: &'static str,
    way_on: &'static str,
}

impl Refused {
    fn of(file: &File, what: &'static str, way_on: &'static str) -> Self {
        Self { name: file.name.clone(), what, way_on }
    }
}

impl Sorted {
    fn take(&mut self, file: File) {
        let stem = stem(&file.name);
        let known = self.texts.iter().flatten().chain(&self.arrays);
        // A folder often holds the same file twice, raw and gzipped.
        if known
            .into_iter()
            .any(|other| self::stem(&other.name) == stem && other.bytes == file.bytes)
        {
            return;
        }
        let declared = [".csv", ".tsv"].iter().any(|ending| stem.ends_with(ending));
        match kind(&file.bytes) {
            Kind::Array => self.arrays.push(file),
            Kind::Text if declared => self.texts[0].push(file),
            Kind::Text => match table::likeness(&file.bytes) {
                Likeness::Numbers => self.texts[1].push(file),
                Likeness::Words => self.texts[2].push(file),
                Likeness::None => self.others.push(Refused::of(
                    &file,
                    "a text that is no table",
                    "choose a table with a column “label”, IDX files or NumPy arrays",
                )),
            },
            Kind::Other(what, way_on) => self.others.push(Refused::of(&file, what, way_on)),
        }
    }
}

fn stem(name: &str) -> String {
    name.to_ascii_lowercase().trim_end_matches(".gz").to_owned()
}

/// What file managers leave in folders.
fn hidden(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.starts_with('.') || ["Thumbs.db", "desktop.ini"].contains(&file)
}

fn no_data(others: &[Refused]) -> Error {
    Error::new(match others {
        [] => {
            "Expected a table (CSV), MNIST's four IDX files or NumPy arrays, found no file.".into()
        }
        [Refused { name, what, way_on }, ..] => format!("{name} is {what}, no data: {way_on}."),
    })
}

fn left_out(others: &[Refused]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = others
        .iter()
        .take(SHOWN)
        .map(|Refused { name, what, .. }| format!("{name} ({what})"))
        .collect();
    let more = match others.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("Left out, as it is no data: {}{more}.", shown.join(", "))
}

/// Puts the training part before the test part: by name where it tells, else the larger first.
/// Whether the names told.
pub(super) fn training_first<T>(
    parts: &mut [T],
    name: impl Fn(&T) -> &str,
    objects: impl Fn(&T) -> usize,
) -> bool {
    let by_name = |part: &T| {
        let path = name(part).to_ascii_lowercase();
        // The file's own name first, then its folder's or archive's.
        let mut places =
            [path.rsplit('/').next().unwrap_or(&path), &path].into_iter().map(|name| {
                let test = ["t10k", "test"].iter().any(|word| name.contains(word));
                let train = name.contains("train");
                if test || name.ends_with(".tes") {
                    2
                } else {
                    u8::from(!train && !name.ends_with(".tra"))
                }
            });
        places.find(|&place| place != 1).unwrap_or(1)
    };
    let place = |part: &T| (by_name(part), std::cmp::Reverse(objects(part)));
    let [first, second] = parts else { return true };
    if place(second) < place(first) {
        std::mem::swap(first, second);
    }
    by_name(first) != by_name(second)
}

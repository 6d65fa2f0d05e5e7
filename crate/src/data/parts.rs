//! From what the files of a part hold to data: classes numbered, features scaled, a fifth held out.

use super::cells::{self, Cells};
use super::labels::{self, Label, Labels, listed};
use super::{Data, Dataset, hold_out};
use crate::error::{Error, Result};

/// The objects of one part as their files hold them.
pub(super) struct Part {
    pub name: String,
    /// (objects, width)
    pub cells: Cells,
    pub labels: Labels,
}

/// Data called `name` from one part (a fifth is held out) or two (training and test), with
/// `width` features to an object and sentences about how they were read.
///
/// # Errors
/// What [`labels::number`] and [`Data::named`] refuse.
pub(super) fn assemble(
    name: String,
    parts: Vec<Part>,
    width: usize,
    image: Option<(usize, usize)>,
    mut notices: Vec<String>,
) -> Result<Data> {
    let test_name = parts.get(1).map(|part| part.name.clone());
    let (cells, found): (Vec<Cells>, Vec<Labels>) =
        parts.into_iter().map(|part| (part.cells, part.labels)).unzip();
    let (names, objects) =
        labels::number(found).map_err(|error| Error::new(format!("{name}: {error}")))?;
    let (features, scaling) = cells::features(cells, width, image.is_some());
    let sets = features.into_iter().zip(objects);
    let sets = sets.map(|(features, labels)| Dataset::new(features, width, labels));
    let (train, test) = match <[Dataset; 2]>::try_from(sets.collect::<Vec<_>>()) {
        Ok([train, test]) => (train, test),
        Err(one) => hold_out(&one[0]),
    };
    let usual = names.iter().enumerate().all(|(i, name)| *name == Label::Number(i as i64));
    if !notices.is_empty() || !usual {
        notices.push(format!("{} labels occur: {}.", names.len(), listed(&names, 10)));
    }
    if !notices.is_empty() {
        let features = if image.is_some() { "Pixels" } else { "Features" };
        notices.push(format!("{features} are {scaling}.").replace("are as", "stay as"));
    }
    let strange: Vec<&Label> = (0..names.len())
        .filter(|&class| !train.labels().contains(&(class as u8)))
        .map(|class| &names[class])
        .collect();
    if !strange.is_empty() && !train.is_empty() {
        notices.push(format!(
            "{}: no training object has the label {}: nothing can learn it, and it counts as an \
             error.",
            test_name.as_ref().unwrap_or(&name),
            listed(&strange, 10)
        ));
    }
    let names = names.iter().map(ToString::to_string).collect();
    let data = Data::named(name, train, test, image, names)?;
    Ok(Data { notices, ..data })
}

//! What tells one data set from another: a run, its file and its link name the data they need.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Data, grouped};
use crate::error::{Error, Result};

/// Name, sizes and hash of a data set. Two are the same data if their hashes agree, whatever
/// their files are called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The name of the training part's file, or `digits` or `MNIST`.
    pub name: String,
    /// Objects to learn from.
    pub train: usize,
    /// Objects held out.
    pub test: usize,
    /// Features of each object.
    pub features: usize,
    /// Number of classes.
    pub classes: usize,
    /// [`Data::hash`], 16 hexadecimal digits.
    pub hash: String,
}

impl Identity {
    /// What `data` is.
    pub fn of(data: &Data) -> Self {
        Self {
            name: data.name.clone(),
            train: data.train.len(),
            test: data.test.len(),
            features: data.features(),
            classes: data.classes,
            hash: format!("{:016x}", data.hash),
        }
    }

    /// An error that names both unless `data` is this data.
    pub fn check(&self, data: &Data) -> Result<()> {
        let found = Self::of(data);
        if found.hash == self.hash {
            return Ok(());
        }
        Err(Error::new(format!("The run belongs to other data: it needs {self}, this is {found}.")))
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, train, test, features, classes, hash } = self;
        let [train, test, features] = [train, test, features].map(|&n| grouped(n));
        let hash = hash.get(..8).unwrap_or(hash);
        write!(
            f,
            "{name} ({train} + {test} objects, {features} features, {classes} classes, hash {hash})"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, Features, digits};

    fn toy(name: &str, feature: f32) -> Data {
        let set = |n: usize| {
            let labels = (0..n).map(|i| (i % 2) as u8).collect();
            Dataset::new(Features::Reals(vec![feature; n]), 1, labels)
        };
        Data::new(name, set(12), set(3), None).unwrap()
    }

    #[test]
    fn a_name_does_not_matter_and_a_feature_does() {
        let identity = Identity::of(&toy("a.csv", 0.5));
        identity.check(&toy("b.csv", 0.5)).unwrap();
        let error = identity.check(&toy("b.csv", 0.25)).unwrap_err().to_string();
        assert!(error.contains("a.csv (12 + 3 objects") && error.contains("b.csv"), "{error}");
    }

    #[test]
    fn the_digits_are_what_they_were() {
        assert_eq!(Identity::of(&digits()).hash, "e6de240bbf00666d");
    }
}

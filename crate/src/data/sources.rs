//! Where data come from: the list that the setting `data` chooses from.
//!
//! To add a source: one entry of [`SOURCES`]; menus, addresses and the command line follow.

use super::{Data, Dataset, digits, split};

/// A source of data.
pub struct Source {
    /// The value of the setting `data`, and [`Data::source`] of what comes from here.
    pub name: &'static str,
    /// The name in menus.
    pub label: &'static str,
    /// How they come.
    pub comes: Comes,
}

/// How data come.
pub enum Comes {
    /// With the program, always the same.
    BuiltIn(fn() -> Data),
    /// With the program, drawn anew for every seed.
    Drawn(fn(u64) -> Data),
    /// In files that somebody hands over.
    Files {
        /// What is needed, in words.
        needs: &'static str,
        /// Whether data from files are these.
        are: fn(&Data) -> bool,
        /// Whether data from files can stand for these.
        like: fn(&Data) -> bool,
        /// Whether they are known by name: experiments are made for them, and a server may have
        /// them.
        known: bool,
    },
}

/// Every source. Data from files are the first whose `are` they are.
pub const SOURCES: &[Source] = &[
    Source { name: "digits", label: "Digits 8×8", comes: Comes::BuiltIn(digits::digits) },
    Source { name: "few-digits", label: "300 of the digits", comes: Comes::Drawn(few_digits) },
    Source { name: "digits-0-4", label: "Digits 0 to 4", comes: Comes::BuiltIn(digits_0_4) },
    Source {
        name: "mnist",
        label: "MNIST 28×28",
        comes: Comes::Files {
            needs: "MNIST",
            are: |data| data.name == "MNIST" && data.features() == 784,
            like: |data| data.image == Some((28, 28)),
            known: true,
        },
    },
    Source {
        name: "own",
        label: "Own files",
        comes: Comes::Files {
            needs: "a file of your own",
            are: |_| true,
            like: |_| false,
            known: false,
        },
    },
];

/// The source called `name`; the first if none is.
pub fn source(name: &str) -> &'static Source {
    SOURCES.iter().find(|source| source.name == name).unwrap_or(&SOURCES[0])
}

impl Source {
    /// The data for a run of this seed, if the program has them.
    pub fn make(&self, seed: u64) -> Option<Data> {
        let data = match self.comes {
            Comes::BuiltIn(make) => make(),
            Comes::Drawn(draw) => draw(seed),
            Comes::Files { .. } => return None,
        };
        Some(Data { source: self.name, ..data })
    }

    /// Whether the program has the data.
    pub fn is_built_in(&self) -> bool {
        !matches!(self.comes, Comes::Files { .. })
    }

    /// What a run on these data needs, in words.
    pub fn needs(&self) -> &'static str {
        match self.comes {
            Comes::Files { needs, .. } => needs,
            Comes::BuiltIn(_) | Comes::Drawn(_) => self.label,
        }
    }

    /// Whether data that somebody hands over can stand for these.
    pub fn takes(&self, data: &Data) -> bool {
        let like = matches!(self.comes, Comes::Files { like, .. } if like(data));
        like || data.source == self.name
    }

    /// Whether the data are in files that are known by name, which the page's server may have.
    pub fn is_known(&self) -> bool {
        matches!(self.comes, Comes::Files { known: true, .. })
    }

    /// Whether the data are files of which nothing is known.
    pub fn is_own(&self) -> bool {
        matches!(self.comes, Comes::Files { known: false, .. })
    }
}

/// The name of the source that data from files are of.
pub(super) fn of_files(data: &Data) -> &'static str {
    let are = |source: &&Source| matches!(source.comes, Comes::Files { are, .. } if are(data));
    SOURCES.iter().find(are).map_or("", |source| source.name)
}

/// Digits to learn from.
const FEW: usize = 300;

/// 300 of the digits to learn from, each class with its share, and 1,497 to test.
fn few_digits(seed: u64) -> Data {
    let (train, test) = split::draw(&digits::all(), FEW, seed);
    Data::new("few-digits", train, test, Some((8, 8))).expect("ten classes")
}

/// The digits 0 to 4 among the built-in training and test images.
fn digits_0_4() -> Data {
    let Data { train, test, .. } = digits::digits();
    let [train, test] = [train, test].map(|set| only(&set, |label| label < 5));
    Data::new("digits-0-4", train, test, Some((8, 8))).expect("five classes")
}

/// What a network that learned the digits 0 to 4 has never seen: the digits 5 to 9 among the
/// built-in test images and among the training images, with their own labels, 5 to 9.
pub fn unseen() -> [Dataset; 2] {
    let Data { train, test, .. } = digits::digits();
    [test, train].map(|set| only(&set, |label| label >= 5))
}

fn only(set: &Dataset, wanted: fn(u8) -> bool) -> Dataset {
    let rows = (0..).zip(set.labels()).filter(|&(_, &label)| wanted(label)).map(|(i, _)| i);
    set.select(&rows.collect::<Vec<u32>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(set: &Dataset) -> Vec<(u8, Vec<u32>)> {
        let bits = |i: u32| set.rows(&[i]).iter().map(|x| x.to_bits()).collect();
        let mut rows: Vec<_> = (0..).zip(set.labels()).map(|(i, &l)| (l, bits(i))).collect();
        rows.sort();
        rows
    }

    #[test]
    fn every_source_is_found_and_gives_the_same_data_again() {
        for it in SOURCES {
            assert_eq!(source(it.name).name, it.name);
            assert_eq!(SOURCES.iter().filter(|other| other.name == it.name).count(), 1);
            assert!(!it.label.is_empty() && !it.needs().is_empty());
            assert_eq!(it.make(1).is_some(), it.is_built_in(), "{}", it.name);
            let Some((a, b)) = it.make(7).zip(it.make(7)) else { continue };
            assert_eq!((a.hash, a.source), (b.hash, it.name));
            assert!(it.takes(&a), "{}", it.name);
            let other = it.make(8).unwrap();
            assert_eq!(other.hash != a.hash, matches!(it.comes, Comes::Drawn(_)), "{}", it.name);
        }
        assert_eq!(source("nothing").name, SOURCES[0].name);
    }

    #[test]
    fn few_digits_are_a_share_of_each_class_and_the_rest_is_left_to_test() {
        let all = rows(&digits::all());
        for seed in 1..5 {
            let data = few_digits(seed);
            assert_eq!((data.train.len(), data.test.len()), (300, 1497));
            let mut both = [rows(&data.train), rows(&data.test)].concat();
            both.sort();
            assert!(both == all, "every digit is in one part");
            for class in 0..10 {
                let count = |set: &[u8]| set.iter().filter(|&&l| l == class).count() as f64;
                let of_all = all.iter().filter(|(label, _)| *label == class).count() as f64;
                let share = of_all * 300.0 / 1797.0;
                assert!((count(data.train.labels()) - share).abs() < 1.0, "class {class}");
            }
        }
    }

    #[test]
    fn what_is_unseen_is_no_class_of_the_seen() {
        let (seen, unseen, all) = (digits_0_4(), unseen(), digits::digits());
        assert_eq!((seen.classes, &seen.labels[4][..]), (5, "4"));
        let parts = [(&seen.test, &all.test), (&seen.train, &all.train)];
        for ((known, whole), unseen) in parts.into_iter().zip(&unseen) {
            assert!(unseen.labels().iter().all(|label| (5..10).contains(label)));
            assert_eq!(known.len() + unseen.len(), whole.len());
            let mut both = [rows(known), rows(unseen)].concat();
            both.sort();
            assert!(both == rows(whole));
        }
    }
}

//! Links: what an address says of a run, and of the data that it needs.
//!
//! `file=NAME&hash=…` name data that are not built in; everything else are settings and
//! `changes=…`. Keys of the view (`epoch`, `layer`, …) are not a run's and are not read here.

use crate::changes::{self, Change};
use crate::data::{Data, Identity};
use crate::experiments;
use crate::settings::{Effect, Settings, pairs};

/// What decides a run, before it meets its data.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The settings after the last change.
    pub settings: Settings,
    /// The changes on the way, oldest first.
    pub changes: Vec<Change>,
    /// Whether the layers were named; otherwise they are chosen for the data.
    pub sized: bool,
    /// The name of the data's file.
    pub file: Option<String>,
    /// The hash of the data, see [`Identity`].
    pub hash: Option<String>,
    /// The query of the run that is kept as A beside this one, on the same data.
    pub a: Option<String>,
}

impl Link {
    /// What a URL's query string says, with a sentence for each correction.
    pub fn read(query: &str) -> (Self, Vec<String>) {
        let (mut link, mut notices) = Self::read_alone(query);
        link.a = pairs(query).find(|(key, _)| key == "a").map(|(_, query)| {
            let (a, more) = Self::read_alone(&query);
            notices.extend(more.into_iter().map(|notice| format!("Run A: {notice}")));
            Self { file: None, hash: None, ..a }.to_query()
        });
        (link, notices)
    }

    /// The same without the run beside it.
    pub fn read_alone(query: &str) -> (Self, Vec<String>) {
        let value = |name: &str| pairs(query).find(|(key, _)| key == name).map(|(_, value)| value);
        let (settings, mut notices) = experiments::from_query(query);
        let text = value("changes").unwrap_or_default();
        let (changes, more) = changes::from_text(text.trim(), &settings);
        notices.extend(more);
        let sized = value("network").is_some() || value("experiment").is_some();
        let (file, hash) = (value("file"), value("hash"));
        (Self { settings, changes, sized, file, hash, a: None }, notices)
    }

    /// The link of a run of these settings and changes on `data`.
    pub fn of(settings: Settings, changes: Vec<Change>, data: &Data) -> Self {
        let Identity { name, hash, .. } = Identity::of(data);
        let (file, hash) =
            if settings.source().is_built_in() { (None, None) } else { (Some(name), Some(hash)) };
        Self { settings, changes, sized: true, file, hash, a: None }
    }

    /// The link as a query string, without `?`.
    pub fn to_query(&self) -> String {
        let mut query = self.settings.to_query();
        let changes = changes::to_text(&self.changes);
        let parts = [("changes", Some(&changes)), ("file", self.file.as_ref())];
        let rest = [("hash", self.hash.as_ref()), ("a", self.a.as_ref())];
        for (key, value) in parts.into_iter().chain(rest) {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                query += &format!("&{key}={}", encode(value));
            }
        }
        query
    }

    /// Whether both are one run: what only changes the view may differ.
    pub fn repeats(&self, other: &Self) -> bool {
        let mut same = self.clone();
        for field in self.settings.fields().filter(|field| field.effect == Effect::View) {
            let _ = (field.set)(&mut same.settings, &(field.get)(&other.settings));
        }
        same.to_query() == other.to_query()
    }

    /// Whether data that somebody hands over are for this link: its own, or others that can stand
    /// for them.
    pub fn takes(&self, data: &Data) -> bool {
        let own = self.hash.as_ref() == Some(&Identity::of(data).hash);
        own || self.settings.source().takes(data)
    }

    /// A sentence if the link was made with other data than these.
    pub fn foreign(&self, data: &Data) -> Option<String> {
        let found = Identity::of(data);
        let other = match &self.hash {
            Some(hash) => *hash != found.hash,
            None => self.settings.data != data.source,
        };
        let needs = self.needs();
        other.then(|| {
            format!(
                "This link was made with other data, {needs}. Its settings were used on {found}, \
                 so the numbers will be others."
            )
        })
    }

    /// What the link needs, in words: `mydata.csv (hash 1a2b3c4d)`.
    pub fn needs(&self) -> String {
        let hash = self.hash.as_ref().map(|hash| hash.get(..8).unwrap_or(hash));
        match (&self.file, hash) {
            (Some(file), Some(hash)) => format!("{file} (hash {hash})"),
            (Some(file), None) => file.clone(),
            (None, _) => self.settings.source().needs().to_owned(),
        }
    }
}

/// Whether a build without the feature `lab` cannot begin the run of a query string, or the run that
/// is kept beside it: the experiment is not in the list, or the data come in files.
pub fn needs_lab(query: &str) -> bool {
    let value = |query: &str, name: &str| pairs(query).find(|(key, _)| key == name).map(|(_, v)| v);
    let alone = |query: &str| {
        let name = value(query, "experiment");
        let elsewhere = name.is_some_and(|name| experiments::find(&name).is_none());
        elsewhere || !experiments::from_query(query).0.source().is_built_in()
    };
    alone(query) || value(query, "a").is_some_and(|a| alone(&a))
}

/// Percent-encodes what has a meaning in a query string, or none.
fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~:,@".contains(&byte);
    let one = |byte: u8| match byte {
        byte if plain(byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, Features, digits};

    fn own(name: &str, feature: f32) -> Data {
        let set = |n: usize| {
            let labels = (0..n).map(|i| (i % 2) as u8).collect();
            Dataset::new(Features::Reals(vec![feature; n]), 1, labels)
        };
        Data::new(name, set(12), set(3), None).unwrap()
    }

    #[test]
    fn a_link_round_trips_with_the_name_of_its_data() {
        for name in ["mine.csv", "a&b=c d+e%.csv", "Größe 数.csv", "?#/.csv"] {
            let (link, _) = Link::read("data=own&method=ard&seed=7&lr=0.01&changes=5:lr:0.002");
            let link = Link::of(link.settings, link.changes, &own(name, 0.5));
            assert_eq!(Link::read(&link.to_query()), (link, vec![]), "{name}");
        }
    }

    #[test]
    fn the_built_in_digits_need_no_name() {
        let link = Link::of(Settings::default(), Vec::new(), &digits());
        assert_eq!((link.file.as_ref(), link.hash.as_ref()), (None, None));
        assert_eq!(link.to_query(), Settings::default().to_query());
    }

    #[test]
    fn the_run_beside_it_round_trips_and_has_none_of_its_own() {
        let a = Settings { seed: 9, ..Settings::default() }.to_query();
        let (link, _) = Link::read(&format!(
            "experiment=full-kl&seed=3&a={}",
            encode(&format!("{a}&a=seed=4"))
        ));
        assert_eq!(link.a.as_ref(), Some(&a));
        assert_eq!(Link::read(&link.to_query()), (link, vec![]));
        // However deep an address pretends to be, it is read in one go.
        let deep = format!("a={}", "a=".repeat(100_000));
        assert!(Link::read(&deep).0.a.is_some());
    }

    #[test]
    fn a_moved_threshold_is_the_same_run_and_another_seed_is_not() {
        let link = |query: &str| Link::read(query).0;
        assert!(
            link("seed=3&network=64-9-10").repeats(&link("seed=3&network=64-9-10&threshold=1"))
        );
        assert!(!link("seed=3").repeats(&link("seed=4")));
        assert!(!link("changes=5:lr:0.002").repeats(&link("")));
    }

    #[test]
    fn other_data_are_told_by_their_hash() {
        let data = own("a.csv", 0.5);
        let settings = Settings { data: "own".to_owned(), ..Settings::default() };
        let link = Link::of(settings, Vec::new(), &data);
        assert_eq!(link.foreign(&own("renamed.csv", 0.5)), None);
        let sentence = link.foreign(&own("a.csv", 0.25)).unwrap();
        assert!(sentence.contains("other data, a.csv (hash ") && sentence.contains("12 + 3"));
        assert!(link.needs().starts_with("a.csv (hash "), "{}", link.needs());
    }

    #[test]
    fn what_is_not_here_and_what_comes_in_files_needs_the_lab() {
        for query in ["", "?experiment=full-kl&seed=3", "data=few-digits", "?a=seed%3D4"] {
            assert!(!needs_lab(query), "{query}");
        }
        let kept = format!("seed=3&a={}", encode("data=own&seed=4"));
        for query in ["?experiment=alchemy", "experiment=lenet-300-100", "?data=own", &kept] {
            assert!(needs_lab(query), "{query}");
        }
    }

    #[test]
    fn random_text_is_survived() {
        use proptest::prelude::*;
        proptest!(|(query in "\\PC*", file in "\\PC*", hash in "\\PC*")| {
            let (link, _) = Link::read(&format!("file={file}&hash={hash}&{query}"));
            let _ = (link.to_query(), link.needs(), link.foreign(&own("x", 0.5)));
        });
    }
}

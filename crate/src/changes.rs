//! Changes of settings in the middle of a run, and how an address spells them.

use crate::linalg::order;
use serde::{Deserialize, Serialize};

use crate::settings::Settings;

/// A setting that was changed while the run was under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Steps taken before the change.
    pub step: u64,
    /// The setting's key.
    pub key: String,
    /// Its value before.
    pub from: String,
    /// Its value after.
    pub to: String,
}

/// `step:key:from` for every change, joined by commas; the values after are known from the next
/// change or from the settings themselves.
pub fn to_text(changes: &[Change]) -> String {
    let one = |c: &Change| format!("{}:{}:{}", c.step, c.key, c.from);
    changes.iter().map(one).collect::<Vec<_>>().join(",")
}

/// The changes that [`to_text`] spelled, oldest first, given the settings after the last; and a
/// sentence for each that makes no sense.
pub fn from_text(text: &str, settings: &Settings) -> (Vec<Change>, Vec<String>) {
    let mut changes: Vec<Change> = Vec::new();
    let mut notices = Vec::new();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let mut words = part.splitn(3, ':');
        let change = (|| {
            let step = words.next()?.parse().ok()?;
            let (key, from) = (words.next()?.to_owned(), words.next()?.to_owned());
            settings.clone().set(&key, &from).ok()?;
            Some(Change { step, to: settings.get(&key)?, key, from })
        })();
        match change {
            Some(change) => changes.push(change),
            None => notices.push(format!(
                "Change '{part}' is not known: write step:setting:value before. It was left out."
            )),
        }
    }
    let mut changes = by_step(changes);
    for i in 0..changes.len() {
        let next = changes[i + 1..].iter().find(|later| later.key == changes[i].key);
        if let Some(from) = next.map(|next| next.from.clone()) {
            changes[i].to = from;
        }
    }
    (changes, notices)
}

/// The changes, soonest first; those of one step stay in order.
pub fn by_step(changes: Vec<Change>) -> Vec<Change> {
    let steps: Vec<f64> = changes.iter().map(|change| change.step as f64).collect();
    order(&steps).into_iter().map(|i| changes[i].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_round_trip() {
        let mut settings = Settings::default();
        settings.set("lr", "0.004").unwrap();
        let change = |step, key: &str, from: &str, to: &str| Change {
            step,
            key: key.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
        };
        let changes = vec![
            change(90, "lr", "0.001", "0.002"),
            change(100, "estimator", "rt", "lrt"),
            change(900, "lr", "0.002", "0.004"),
        ];
        let text = to_text(&changes);
        assert_eq!(text, "90:lr:0.001,100:estimator:rt,900:lr:0.002");
        assert_eq!(from_text(&text, &settings), (changes, vec![]));
    }

    #[test]
    fn nonsense_is_left_out_with_a_sentence() {
        let (changes, notices) = from_text("5:lr:99,x,7:colour:red,", &Settings::default());
        assert_eq!((changes.len(), notices.len()), (0, 3), "{notices:?}");
    }
}

//! Two runs side by side: one is kept as A, and B leads beside it.

use super::{Arm, Picture, Runs, Width, at_once};
use crate::error::{Error, Result};
use crate::plots::plot::{Axis, Ink, Numbers, Plot, Shape};
use crate::session::Session;
use crate::settings::{FIELDS, Settings};

/// What the kept run is called, and the one beside it.
const NAMES: [&str; 2] = ["A", "B"];

impl Runs {
    /// The run that is kept as A, if one is.
    pub fn kept(&self) -> Option<&Session> {
        if self.compares { self.sessions.get(1) } else { None }
    }

    /// Keeps the run as it stands as A; B goes on beside it from the same state.
    ///
    /// # Errors
    /// The experiment has several runs of its own, or none.
    pub fn keep(&mut self) -> Result<()> {
        let a = self.alone()?.clone();
        self.stand_beside(a);
        Ok(())
    }

    /// Runs in which the run of arm `i` is A, and B the same up to the end of `epoch`, without the
    /// changes that came after. B's state there is computed again, which is exact.
    ///
    /// # Errors
    /// As [`keep`](Self::keep), or the epoch is not one of the past.
    pub fn branch(&self, i: usize, epoch: u32) -> Result<Self> {
        let lead = self.alone()?;
        let a = self.session(i).unwrap_or(lead);
        let record = a.records().iter().find(|record| record.epoch == epoch);
        let step = record.map(|record| record.step).ok_or_else(|| {
            Error::new(format!("Epoch {epoch} is not one that was trained: look at one that was."))
        })?;
        let (mut settings, mut changes) = a.plan();
        while let Some(change) = changes.pop_if(|change| change.step >= step && epoch > 0) {
            settings.set(&change.key, &change.from)?;
        }
        let b = Session::new(settings, a.trainer().data().clone(), changes)?;
        Self::resumed(b, self.pictures).beside(a.clone())
    }

    /// The same beside `a`, which is kept as A.
    ///
    /// # Errors
    /// As [`keep`](Self::keep).
    pub fn beside(mut self, a: Session) -> Result<Self> {
        self.alone()?;
        self.stand_beside(a);
        Ok(self)
    }

    /// Lets A go.
    pub fn forget(&mut self) {
        if std::mem::take(&mut self.compares) {
            self.arms.truncate(1);
            self.sessions.truncate(1);
            self.arms[0].label = self.settings().method.label().to_owned();
        }
    }

    /// A's frame and B's of one moment: of a past `epoch`, or of the last that both have completed,
    /// A's last if it has fewer. States as they are now are only taken of both: a past one is rounded.
    pub fn frames(&self, epoch: Option<u32>) -> Option<[Vec<u8>; 2]> {
        let both = [self.kept()?, self.lead()?];
        let last = |run: &Session| run.records().last().map_or(0, |record| record.epoch);
        let rests = |run: &Session| {
            let begun = run.trainer().position().taken > 0 || run.evaluating() || run.diverged();
            !begun && last(run) <= self.epoch()
        };
        let now = epoch.is_none() && both.into_iter().all(rests);
        let at = epoch.unwrap_or(self.epoch());
        Some(both.map(|run| run.frame((!now).then(|| at.min(last(run))))))
    }

    /// Whether arm `i` is A and its loss is no longer a number: B goes on without it.
    pub(super) fn is_lost(&self, i: usize) -> bool {
        self.compares && i == 1 && self.sessions[1].diverged()
    }

    /// Whether there is one run of a network to compare with another.
    pub fn comparable(&self) -> bool {
        self.alone().is_ok()
    }

    /// The only run there is besides A.
    fn alone(&self) -> Result<&Session> {
        match (&self.sessions[..], self.kept()) {
            ([], _) => Err(Error::new("There is no network here to compare with another.")),
            ([session], _) | ([session, _], Some(_)) if self.own.is_none() => Ok(session),
            _ => Err(Error::new(
                "This experiment compares its own runs already: choose one with a single run.",
            )),
        }
    }

    fn stand_beside(&mut self, a: Session) {
        self.arms.truncate(1);
        self.sessions.truncate(1);
        let [name_a, name_b] = NAMES.map(str::to_owned);
        self.arms[0].label = name_b;
        let kept = Arm::new(name_a, a.settings(), &[]);
        self.arms.push(Arm { pins: FIELDS.iter().map(|field| field.key).collect(), ..kept });
        self.sessions.push(a);
        self.compares = true;
    }
}

/// The table of what differs; empty while nothing is compared.
pub static DIFFERENCES: Picture = Picture {
    name: "differences",
    title: "What differs between A and B",
    lesson: "Everything that is not in this table is the same in both runs: the data, the noise where the settings allow, the order of the mini-batches.",
    width: Width::Half,
    observe: |runs, _| at_once(differences(runs)),
    ..Picture::PLAIN
};

/// What differs between A and B: settings, then what they have come to.
fn differences(runs: &Runs) -> Plot {
    let (Some(a), Some(b)) = (runs.kept(), runs.lead()) else { return Plot::default() };
    let mut rows = Vec::new();
    let (of_a, of_b) = (a.settings(), b.settings());
    for field in FIELDS {
        let text = |settings: &Settings| (field.get)(settings);
        if text(of_a) != text(of_b) {
            rows.push(vec![field.label.to_owned(), text(of_a), text(of_b)]);
        }
    }
    let changes = [a, b].map(|run| crate::changes::to_text(run.changes()));
    if changes[0] != changes[1] {
        let shown = |text: &String| if text.is_empty() { "none" } else { text }.to_owned();
        rows.push(vec!["Changes on the way".to_owned(), shown(&changes[0]), shown(&changes[1])]);
    }
    let same = rows.is_empty();
    let prints = [a, b].map(|run| run.records().last().map_or("–", |r| &r.fingerprint).to_owned());
    let [print_a, print_b] = prints;
    rows.push(vec!["Fingerprint".to_owned(), print_a, print_b]);
    let heads = ["", NAMES[0], NAMES[1]].map(str::to_owned).to_vec();
    let axis = || Axis::linear("", 0.0, 1.0).with(Numbers::Absent);
    let reading = match same {
        true => "A and B have the same settings.".to_owned(),
        false => format!("A and B differ in {} settings.", rows.len() - 1),
    };
    let table = Shape::Table { heads, rows };
    Plot::new(DIFFERENCES.title, axis(), axis()).mark("", Ink::Ink, table).reading(reading)
}

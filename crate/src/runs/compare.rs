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

    /// Makes the run A and begins B: the same run up to the end of `epoch`, without the changes
    /// that came after. Its state there is computed again, which is exact.
    ///
    /// # Errors
    /// As [`keep`](Self::keep), or the epoch is not one of the past.
    pub fn branch(&mut self, epoch: u32) -> Result<()> {
        let a = self.alone()?;
        let record = a.records().iter().find(|record| record.epoch == epoch);
        let step = record.map(|record| record.step).ok_or_else(|| {
            Error::new(format!("Epoch {epoch} is not one that was trained: look at one that was."))
        })?;
        let (mut settings, mut changes) = a.plan();
        while let Some(change) = changes.pop_if(|change| change.step >= step && epoch > 0) {
            settings.set(&change.key, &change.from)?;
        }
        let b = Session::new(settings, a.trainer().data().clone(), changes)?;
        let a = std::mem::replace(&mut self.sessions[0], b);
        self.stand_beside(a);
        self.epoch = None;
        self.seen.iter_mut().for_each(Vec::clear);
        self.observing.iter_mut().for_each(|observing| *observing = None);
        Ok(())
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

    /// The only run there is besides A.
    fn alone(&self) -> Result<&Session> {
        match (&self.sessions[..], self.kept()) {
            ([session], _) | ([session, _], Some(_)) => Ok(session),
            ([], _) => Err(Error::new("There is no network here to compare with another.")),
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

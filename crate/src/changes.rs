//! Changes of settings in the middle of a run, and how an address spells them.

use serde::{Deserialize, Serialize};

use crate::data::Data;
use crate::error::{Error, Result};
use crate::linalg::order;
use crate::number;
use crate::settings::{Effect, Settings, budget};

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

/// What decides a run besides its data: the settings in force, and how they came to be so.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// The settings as they are now.
    pub settings: Settings,
    /// The changes since the start, oldest first.
    pub changes: Vec<Change>,
}

impl Course {
    /// The course of a run at its start.
    pub fn new(settings: Settings) -> Self {
        Self { settings, changes: Vec::new() }
    }

    /// Changes a setting after `step` steps on `data` and remembers the change, unless it only
    /// concerns the view; an error leaves everything as it was.
    pub fn set(&mut self, step: u64, key: &str, value: &str, data: &Data) -> Result<()> {
        let changed = changed(&self.settings, key, value, Some(data))?;
        let text = |settings: &Settings| settings.get(key).unwrap_or_default();
        let (from, to) = (text(&self.settings), text(&changed));
        if from != to && effect(&self.settings, key) != Some(Effect::View) {
            self.changes.push(Change { step, key: key.to_owned(), from, to });
        }
        self.settings = changed;
        Ok(())
    }
}

fn effect(settings: &Settings, key: &str) -> Option<Effect> {
    settings.field(key).map(|field| field.effect)
}

/// The settings after `key` becomes `value` in a running training: whatever changes one in mid-run
/// asks here.
///
/// # Errors
/// A key or value that does not exist, one that would start the run over, and settings that do not
/// fit `data` (if they are known) or the budget.
pub fn changed(
    settings: &Settings,
    key: &str,
    value: &str,
    data: Option<&Data>,
) -> Result<Settings> {
    let mut changed = settings.clone();
    changed.set(key, value)?;
    let live = match effect(settings, key) {
        Some(Effect::Live | Effect::View) => true,
        Some(Effect::LiveIfBayesian) => settings.method.switches_live_to(changed.method),
        Some(Effect::Restart) | None => false,
    };
    // Tasks share the epochs that there are.
    if !live || (key == "epochs" && settings.tasks.tasks > 1) {
        return Err(Error::new(format!("Setting '{key}' starts the run over.")));
    }
    fits(&changed, data)?;
    Ok(changed)
}

fn fits(settings: &Settings, data: Option<&Data>) -> Result<()> {
    let Some(data) = data else { return Ok(()) };
    if let Some(notice) = settings.clone().fit_batch(settings.epoch_objects(data)) {
        return Err(Error::new(notice));
    }
    budget::check(settings, data)
}

/// Changes that a run can go through, and the settings before the first of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The settings at the start.
    pub start: Settings,
    /// The changes, oldest first.
    pub changes: Vec<Change>,
    /// A sentence for each change that was left out.
    pub notices: Vec<String>,
}

impl Plan {
    /// Undoes `changes` from `settings`, which are those after the last, and leaves out what a
    /// running training would refuse, or would never come to. What `data` allow is only asked if
    /// they are known.
    pub fn new(settings: &Settings, changes: Vec<Change>, data: Option<&Data>) -> Self {
        let mut plan = Self { start: settings.clone(), changes, notices: Vec::new() };
        plan.changes = by_step(plan.changes);
        let Some(data) = data else {
            plan.undo(settings, None);
            return plan;
        };
        // Without a change that never comes the run may end elsewhere, so it is asked again; no
        // honest list needs more than one turn.
        for _ in 0..8 {
            plan.undo(settings, Some(data));
            let reached = reached(&plan.start, &plan.changes, data);
            if reached == plan.changes.len() {
                return plan;
            }
            for change in plan.changes.split_off(reached) {
                plan.refuse(&change, "The run ends before it.");
            }
        }
        for change in std::mem::take(&mut plan.changes) {
            plan.refuse(&change, "The run ends before it.");
        }
        plan.start = settings.clone();
        plan
    }

    fn refuse(&mut self, change: &Change, why: &str) {
        let Change { step, key, from, .. } = change;
        self.notices.push(format!("Change '{step}:{key}:{from}' was left out. {why}"));
    }

    /// Goes back from the last change to the first.
    fn undo(&mut self, settings: &Settings, data: Option<&Data>) {
        self.start = settings.clone();
        let mut kept = Vec::new();
        for mut change in std::mem::take(&mut self.changes).into_iter().rev() {
            match undone(&self.start, &mut change, data) {
                Ok(before) if before != self.start => {
                    self.start = before;
                    kept.push(change);
                }
                // Nothing changes.
                Ok(_) => {}
                Err(error) => self.refuse(&change, &error.to_string()),
            }
        }
        kept.reverse();
        self.changes = kept;
    }
}

/// The settings before `change`, whose values are tidied, given those after it.
fn undone(after: &Settings, change: &mut Change, data: Option<&Data>) -> Result<Settings> {
    let mut before = after.clone();
    before.set(&change.key, &change.from)?;
    if effect(after, &change.key) == Some(Effect::View) {
        return Err(Error::new(format!("Setting '{}' never changes the run.", change.key)));
    }
    fits(&before, data)?;
    let text = |settings: &Settings| settings.get(&change.key).unwrap_or_default();
    let (from, to) = (text(&before), text(after));
    changed(&before, &change.key, &to, data)?;
    (change.from, change.to) = (from, to);
    Ok(before)
}

/// How many of the `changes` a run comes to.
fn reached(start: &Settings, changes: &[Change], data: &Data) -> usize {
    let mut settings = start.clone();
    let mut place = Place::default();
    let objects = settings.epoch_objects(data);
    for (count, change) in changes.iter().enumerate() {
        let next = place.after(change.step - place.step, objects, settings.batch_size);
        let ended = |place: &Place| place.epoch >= u64::from(settings.epochs);
        let at_end = next.taken == 0 && next.epoch == u64::from(settings.epochs);
        if next.step > place.step && (ended(&place) || (ended(&next) && !at_end)) {
            return count;
        }
        place = next;
        let _ = settings.set(&change.key, &change.to);
    }
    changes.len()
}

/// Where a run stands after so many steps: plain counting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Mini-batches taken.
    pub step: u64,
    /// Epochs completed.
    pub epoch: u64,
    /// Objects taken of the epoch under way.
    pub taken: u64,
}

impl Place {
    /// The place after `steps` more, with batches of `batch` out of `objects`.
    pub fn after(self, steps: u64, objects: usize, batch: usize) -> Self {
        let (objects, batch) = (objects.max(1) as u64, batch.max(1) as u64);
        let step = self.step.saturating_add(steps);
        let to_end = objects.saturating_sub(self.taken).div_ceil(batch);
        if steps < to_end {
            return Self { step, taken: self.taken + steps * batch, ..self };
        }
        let (steps, per_epoch) = (steps - to_end, objects.div_ceil(batch));
        let epoch = self.epoch.saturating_add(1).saturating_add(steps / per_epoch);
        Self { step, epoch, taken: steps % per_epoch * batch }
    }

    /// The place that a run comes to with `changes` after `step` steps, from `start` on.
    pub fn at(step: u64, start: &Settings, changes: &[Change], objects: usize) -> Self {
        let mut batch = start.batch_size;
        let mut place = Self::default();
        for change in changes.iter().filter(|change| change.key == "batch") {
            place = place.after(change.step.saturating_sub(place.step), objects, batch);
            batch = change.to.parse().unwrap_or(batch);
        }
        place.after(step.saturating_sub(place.step), objects, batch)
    }
}

/// `step:key:from` for every change, joined by commas; the values after are known from the next
/// change or from the settings themselves.
pub fn to_text(changes: &[Change]) -> String {
    let one = |c: &Change| format!("{}:{}:{}", c.step, c.key, c.from);
    changes.iter().map(one).collect::<Vec<_>>().join(",")
}

/// Changes that an address may have at most: nobody makes more by hand.
const MOST: usize = 10_000;

/// The changes that [`to_text`] spelled, oldest first, given the settings after the last; and a
/// sentence for each that makes no sense or may not be made in a running training.
pub fn from_text(text: &str, settings: &Settings) -> (Vec<Change>, Vec<String>) {
    let mut changes: Vec<Change> = Vec::new();
    let mut notices = Vec::new();
    for part in parts(text) {
        match parse(&part) {
            Some(change) if changes.len() < MOST => changes.push(change),
            _ => notices.push(format!(
                "Change '{part}' is not known: write step:setting:value before. It was left out."
            )),
        }
    }
    let plan = Plan::new(settings, changes, None);
    notices.extend(plan.notices);
    (plan.changes, notices)
}

/// The parts between commas, but for commas that are decimal: those of `9:lr:0,001` belong together.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let decimals = part.bytes().all(|byte| byte.is_ascii_digit());
        match parts.last_mut() {
            Some(last) if decimals => *last = format!("{last},{part}"),
            _ => parts.push(part.to_owned()),
        }
    }
    parts
}

fn parse(part: &str) -> Option<Change> {
    let mut words = part.splitn(3, ':');
    // Whole numbers up to here are exact in the numbers that JavaScript has.
    let most = 2_u64.pow(53) as f64;
    let step = number::whole(words.next()?).ok().filter(|step| (0.0..=most).contains(step))?;
    let (key, from) = (words.next()?.trim().to_owned(), words.next()?.to_owned());
    Some(Change { step: step as u64, key, from, to: String::new() })
}

/// The changes, soonest first; those of one step stay in order.
pub fn by_step(changes: Vec<Change>) -> Vec<Change> {
    let steps: Vec<f64> = changes.iter().map(|change| change.step as f64).collect();
    order(&steps).into_iter().map(|i| changes[i].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::digits;
    use crate::settings::FIELDS;

    fn change(step: u64, key: &str, from: &str, to: &str) -> Change {
        Change { step, key: key.to_owned(), from: from.to_owned(), to: to.to_owned() }
    }

    #[test]
    fn changes_round_trip() {
        let mut settings = Settings::default();
        settings.set("lr", "0.004").unwrap();
        let changes = vec![
            change(90, "lr", "0.001", "0.002"),
            change(100, "estimator", "rt", "lrt"),
            change(900, "lr", "0.002", "0.004"),
        ];
        let text = to_text(&changes);
        assert_eq!(text, "90:lr:0.001,100:estimator:rt,900:lr:0.002");
        assert_eq!(from_text(&text, &settings), (changes, vec![]));
        let (tidied, _) = from_text("9e1:lr:0,001, 100:estimator:rt", &settings);
        assert_eq!(to_text(&tidied), "90:lr:0.001,100:estimator:rt");
    }

    #[test]
    fn nonsense_is_left_out_with_a_sentence() {
        let (changes, notices) =
            from_text("5:lr:99,x,7:colour:red,-1:lr:0.1,1e99:lr:0.1,", &Settings::default());
        assert_eq!((changes.len(), notices.len()), (0, 5), "{notices:?}");
    }

    #[test]
    fn only_what_a_running_training_takes_is_in_a_plan() {
        let data = digits();
        let settings = Settings::default();
        for field in FIELDS {
            let value = match field.key {
                "method" => "gaussian",
                "estimator" => "rt",
                "data" => "mnist",
                "labels" => "random",
                "network" => "64-20-10",
                "optimizer" => "sgd",
                "clip" | "retire" => "on",
                "warmup" | "decay" | "prune" => "3..4",
                "tasks" => "5:weights",
                "threshold" => "2",
                _ => "0.5",
            };
            let whole = ["batch", "epochs", "samples", "seed", "size"].contains(&field.key);
            let value = if whole { "7" } else { value };
            let (changes, notices) = from_text(&format!("3:{}:{value}", field.key), &settings);
            let taken = Plan::new(&settings, changes, Some(&data)).changes.len();
            let live = matches!(field.effect, Effect::Live | Effect::LiveIfBayesian);
            assert_eq!(taken, usize::from(live), "{}: {notices:?}", field.key);
            assert_eq!(notices.len(), usize::from(!live), "{}: {notices:?}", field.key);
        }
        // 45 steps an epoch; the run ends with step 4,500.
        for (change, taken) in [
            (change(4500, "lr", "0.01", ""), 1),
            (change(4501, "lr", "0.01", ""), 0),
            (change(2, "batch", "1437", ""), 1),
            (change(2, "batch", "1438", ""), 0),
            (change(2, "batch", "10000", ""), 0),
            (change(2, "method", "dense", ""), 0),
            (change(90, "epochs", "2", ""), 1),
            (change(91, "epochs", "2", ""), 0),
        ] {
            let plan = Plan::new(&settings, vec![change.clone()], Some(&data));
            assert_eq!((plan.changes.len(), plan.notices.len()), (taken, 1 - taken), "{change:?}");
            if taken == 0 {
                assert_eq!(plan.start, settings);
            }
        }
    }

    #[test]
    fn places_are_those_of_a_run() {
        use crate::trainer::Trainer;
        let settings = Settings {
            network: crate::topology::Topology::dense(&[64, 2, 10]),
            train_size: 50,
            batch_size: 8,
            ..Settings::default()
        };
        let mut trainer = Trainer::new(settings.clone(), std::sync::Arc::new(digits()));
        for step in 0..60 {
            if let Some(batch) = [(3, "50"), (5, "1"), (23, "7"), (31, "49")]
                .into_iter()
                .find_map(|(at, batch)| (at == step).then_some(batch))
            {
                trainer.set("batch", batch).unwrap();
            }
            let place = Place::at(step, &settings, trainer.changes(), 50);
            let position = trainer.position();
            let (epoch, taken) = (u64::from(position.epoch), position.taken as u64);
            assert_eq!(place, Place { step, epoch, taken });
            trainer.step();
        }
    }
}

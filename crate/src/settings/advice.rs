//! What helps when the prior outweighs the objects.

use super::Settings;
use crate::data::Data;
use crate::linalg::math::ln;

/// What N objects can be worth, N ln C nats, below which a KL weight of 1 empties networks.
///
/// Measured on exclusive or (96 and 160 objects), three Gaussian classes (120) and 100 digits,
/// with Sparse VD and ARD: at a weight of 1 what was left scored 0 … 30 points below the dense
/// network, at N ln C/1000 and a learning rate of 0.01 at most 10 below it on training objects.
const ENOUGH: f32 = 1000.0;
/// The learning rate that so few steps need.
const FAST: f32 = 0.01;

/// A sentence for people, and the settings that it speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// One sentence with what to do.
    pub text: String,
    /// (key, value) of each setting to change.
    pub changes: Vec<(&'static str, String)>,
}

/// Advice for a run that would lose what it could learn, if it is one.
///
/// An evidence lower bound can gain N ln C nats from N labels of C classes, no more, and every
/// weight that is kept costs some.
pub fn advice(settings: &Settings, data: &Data) -> Option<Advice> {
    let all = data.train.len();
    let objects = if settings.train_size == 0 { all } else { settings.train_size.min(all) };
    let worth = objects as f32 * ln(data.classes as f32);
    let weight = round(worth / ENOUGH);
    if !settings.method.sparsifies() || settings.kl_weight <= weight {
        return None;
    }
    let mut changes = vec![("kl", weight.to_string())];
    let mut words = format!("a KL weight of {weight}");
    if settings.optimizer == "adam" && settings.learning_rate < FAST {
        changes.push(("lr", FAST.to_string()));
        words += &format!(" and a learning rate of {FAST}");
    }
    let text = format!(
        "The prior outweighs so few objects: {objects} of {} classes are worth at most {worth:.0} \
         nats, which pay for few weights, so that most or all may be pruned: try {words}.",
        data.classes
    );
    Some(Advice { text, changes })
}

/// The next of 1, 2, 5, 10, … times a power of ten that is no larger, but 0.01 at least.
fn round(weight: f32) -> f32 {
    const STEPS: [f32; 7] = [1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01];
    STEPS.into_iter().find(|&step| step <= weight).unwrap_or(STEPS[6])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, Features, digits};
    use crate::methods::Method;

    fn data(objects: usize, classes: usize) -> Data {
        let labels = (0..objects).map(|i| (i % classes) as u8).collect();
        let set = Dataset::new(Features::Reals(vec![0.0; objects]), 1, labels);
        Data::new("made up", set.clone(), set, None).unwrap()
    }

    #[test]
    fn so_few_objects_are_told_with_what_helps() {
        let mut settings = Settings::default();
        settings.set("kl", "1").unwrap();
        settings.set("lr", "0.001").unwrap();
        for (objects, classes, weight) in
            [(96, 2, "0.05"), (160, 2, "0.1"), (120, 3, "0.1"), (10, 2, "0.01")]
        {
            let found = advice(&settings, &data(objects, classes)).unwrap();
            assert_eq!(found.changes, [("kl", weight.to_owned()), ("lr", "0.01".to_owned())]);
            assert!(
                found.text.contains(&format!("{objects} of {classes} classes")),
                "{}",
                found.text
            );
            // Who takes the advice gets none.
            let mut changed = settings.clone();
            found.changes.iter().for_each(|(key, value)| changed.set(key, value).unwrap());
            assert_eq!(advice(&changed, &data(objects, classes)), None);
        }
    }

    #[test]
    fn enough_objects_and_methods_that_keep_weights_need_none() {
        let mut settings = Settings::default();
        settings.set("kl", "1").unwrap();
        assert_eq!(advice(&settings, &digits()), None);
        settings.train_size = 100;
        assert!(advice(&settings, &digits()).is_some());
        for method in Method::ALL.into_iter().filter(|method| !method.sparsifies()) {
            settings.method = method;
            assert_eq!(advice(&settings, &digits()), None);
        }
    }
}

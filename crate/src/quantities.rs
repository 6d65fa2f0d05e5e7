//! Quantities: what a record of an epoch says, each once. Read-outs, lines of charts, tables and
//! the columns of files are made of this list.
//!
//! To add one: one entry of [`ALL`].

use crate::evaluation::Record;
use crate::plots::numbers::{brief, fixed, significant};

/// Something that is known at the end of an epoch.
pub struct Quantity {
    /// The name in files.
    pub key: &'static str,
    /// The name that people read.
    pub label: &'static str,
    /// The unit; empty for bare numbers.
    pub unit: &'static str,
    /// The value, where there is one.
    pub of: fn(&Record) -> Option<f64>,
    /// A value as people read it, without its unit.
    pub text: fn(f64) -> String,
}

/// Every quantity, in the order of tables.
pub static ALL: [Quantity; 21] = [
    quantity("epoch", "Epoch", "", |r| Some(f64::from(r.epoch)), whole),
    quantity("kl_weight", "KL weight β", "", |r| wide(r.kl_weight), two),
    quantity("lr", "Learning rate", "", |r| wide(r.learning_rate), significant),
    quantity("train_loss", "Training loss", "nats", |r| r.train_loss.and_then(wide), three),
    quantity("train_nll", "Training NLL", "nats", |r| r.train_nll.and_then(wide), three),
    quantity("train_acc", "Training accuracy", "%", |r| r.train_accuracy.and_then(wide), one),
    quantity("kl", "KL/N", "nats", |r| r.kl.and_then(wide), significant),
    quantity("weighted_kl", "β·KL/N", "nats", weighted_kl, significant),
    quantity("elbo", "ELBO", "nats", |r| r.elbo.and_then(wide), three),
    quantity("test_acc", "Test accuracy", "%", |r| wide(r.test_accuracy), one),
    quantity("test_nll", "Test NLL", "nats", |r| wide(r.test_nll), three),
    quantity("dense_acc", "Test accuracy, dense", "%", |r| wide(r.dense_accuracy), one),
    quantity("sampled_acc", "Test accuracy, sampled", "%", |r| sampled(r, r.sampled_accuracy), one),
    quantity("sampled_nll", "Test NLL, sampled", "nats", |r| sampled(r, r.sampled_nll), three),
    quantity("aleatoric", "Aleatoric uncertainty", "nats", |r| sampled(r, r.aleatoric), three),
    quantity("epistemic", "Epistemic uncertainty", "nats", |r| sampled(r, r.epistemic), three),
    quantity("kept", "Weights kept", "", |r| Some(r.kept_weights() as f64), whole),
    quantity("total", "Weights", "", |r| Some(r.total_weights() as f64), whole),
    quantity("compression", "Compression", "", |r| wide(r.compression()), times),
    quantity("variance_rt", "Gradient variance, RT", "", |r| wide(r.gradient_variance?.0), brief),
    quantity("variance_lrt", "Gradient variance, LRT", "", |r| wide(r.gradient_variance?.1), brief),
];

/// The quantity of the list that is called `key`.
///
/// # Panics
/// There is none: keys are written in the source.
pub fn by_key(key: &str) -> &'static Quantity {
    ALL.iter().find(|quantity| quantity.key == key).expect("a quantity of the list")
}

const fn quantity(
    key: &'static str,
    label: &'static str,
    unit: &'static str,
    of: fn(&Record) -> Option<f64>,
    text: fn(f64) -> String,
) -> Quantity {
    Quantity { key, label, unit, of, text }
}

fn wide(value: f32) -> Option<f64> {
    Some(f64::from(value))
}

/// What an ensemble measured, if there was one.
fn sampled(record: &Record, value: f32) -> Option<f64> {
    (record.samples > 0).then_some(f64::from(value))
}

/// The KL term as it counted in the epoch; none while it did not.
fn weighted_kl(record: &Record) -> Option<f64> {
    record.kl.map(|kl| f64::from(record.kl_weight * kl)).filter(|&value| value != 0.0)
}

fn whole(value: f64) -> String {
    fixed(value, 0)
}

fn one(value: f64) -> String {
    fixed(value, 1)
}

fn two(value: f64) -> String {
    fixed(value, 2)
}

fn three(value: f64) -> String {
    fixed(value, 3)
}

/// A compression as people say it.
fn times(value: f64) -> String {
    match value {
        f64::INFINITY => "all pruned".to_owned(),
        value => format!("{}×", fixed(value, if value < 10.0 { 2 } else { 1 })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_different_and_every_entry_has_a_label() {
        for (i, quantity) in ALL.iter().enumerate() {
            assert!(ALL[..i].iter().all(|other| other.key != quantity.key), "{}", quantity.key);
            assert!(!quantity.label.is_empty() && !(quantity.text)(0.5).is_empty());
            assert!(std::ptr::eq(by_key(quantity.key), quantity));
        }
    }
}

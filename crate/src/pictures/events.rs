//! Events of a run on its axis of epochs: schedules that end, and what was changed by hand.

use crate::methods::Method;
use crate::session::Session;

/// The run's events, (epoch, words short enough for a chart).
pub fn events(session: &Session) -> Vec<(f64, String)> {
    let settings = session.settings();
    let within = |epoch: f32| epoch > 0.0 && epoch <= settings.epochs as f32;
    let mut events = Vec::new();
    if settings.method.prior().is_some() && within(settings.kl_warmup.to) {
        events.push((f64::from(settings.kl_warmup.to), format!("β = {}", settings.kl_weight)));
    }
    let prunes = settings.field("prune").is_some_and(|field| (field.offered)(settings.method));
    if prunes && within(settings.prune.to) {
        events.push((f64::from(settings.prune.to), "pruned".to_owned()));
    }
    let batches = session.trainer().steps_per_epoch() as f64;
    let changes = session.changes().iter().filter(|change| change.key != "epochs");
    events.extend(changes.map(|c| (c.step as f64 / batches, words(&c.key, &c.to))));
    events
}

/// A change to `value` in a word or two.
fn words(key: &str, value: &str) -> String {
    match key {
        "estimator" => value.to_uppercase(),
        "method" => {
            let label = Method::ALL.into_iter().find(|m| m.name() == value).map(Method::label);
            let label = label.and_then(|label| label.split(':').next());
            label.unwrap_or(value).to_owned()
        }
        "kl" => format!("β {value}"),
        "prune-target" => format!("sparsity {value}"),
        key => format!("{key} {value}"),
    }
}

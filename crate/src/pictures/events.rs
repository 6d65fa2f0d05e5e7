//! Events of a run on its axis of epochs: schedules that end, and what was changed by hand.

use super::over_epochs::Event;
use crate::methods::Method;
use crate::session::Session;

/// The run's events, in words short enough for a chart.
pub fn events(session: &Session) -> Vec<Event> {
    let settings = session.settings();
    let within = |epoch: f32| epoch > 0.0 && epoch <= settings.epochs as f32;
    let mut events = Vec::new();
    if settings.method.prior().is_some() && within(settings.kl_warmup.to) {
        let label = format!("β = {}", settings.kl_weight);
        events.push(Event { epoch: settings.kl_warmup.to, label });
    }
    let prunes = settings.field("prune").is_some_and(|field| (field.offered)(settings.method));
    if prunes && within(settings.prune.to) {
        events.push(Event { epoch: settings.prune.to, label: "pruned".to_owned() });
    }
    let batches = session.trainer().steps_per_epoch() as f32;
    let changes = session.changes().iter().filter(|change| change.key != "epochs");
    events.extend(
        changes.map(|c| Event { epoch: c.step as f32 / batches, label: words(&c.key, &c.to) }),
    );
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

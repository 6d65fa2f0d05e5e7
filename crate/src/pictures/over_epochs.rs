//! Charts over epochs: compression, accuracy, the ELBO, sparsity, gradient variance.
//!
//! To add one: one entry of [`ALL`] with its lines.

use crate::evaluation::Record;
use crate::plots::numbers::round_up;
use crate::plots::plot::{Axis, Ink, Numbers, Plot, Shape};
use crate::quantities::by_key;

/// A chart over epochs.
pub struct Chart {
    /// The name in addresses and ids.
    pub name: &'static str,
    /// The title.
    pub title: &'static str,
    /// The lines of an arm, in its colours if it stands alone.
    lines: fn(&[Record], alone: bool) -> Vec<Line>,
    /// The vertical axis. As a run goes on its range only grows, so that the chart does not
    /// breathe; but accuracy zooms in once, at epoch 5.
    axis: fn(&[Line]) -> Axis,
}

/// What happened when, such as "ARD" where the prior was changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When.
    pub epoch: f32,
    /// What.
    pub label: String,
}

/// A line of an arm.
struct Line {
    name: String,
    /// Which colour and dash.
    series: usize,
    thin: bool,
    /// Epochs and values.
    points: Vec<(f64, f64)>,
}

/// Every chart, in the order of the page.
pub static ALL: [Chart; 5] = [
    Chart { name: "compression", title: "Compression", lines: compression, axis: ratios },
    Chart { name: "accuracy", title: "Accuracy", lines: accuracy, axis: accuracies },
    Chart { name: "elbo", title: "The ELBO's two terms", lines: elbo, axis: nats },
    Chart { name: "sparsity", title: "Sparsity by layer", lines: sparsity, axis: shares },
    Chart { name: "variance", title: "Gradient variance", lines: variance, axis: variances },
];

impl Chart {
    /// The chart called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|chart| chart.name == name)
    }

    /// The chart of some arms, each a label with the ends of its epochs, on an axis of `epochs`
    /// at least. An arm alone has its lines named by what they are, several by the arms.
    pub fn plot(&self, arms: &[(&str, &[Record])], events: &[Event], epochs: u32) -> Plot {
        let alone = arms.len() == 1;
        let mut lines = Vec::new();
        for (arm, (label, records)) in arms.iter().enumerate() {
            let own = (self.lines)(records, alone);
            let single = own.len() == 1;
            lines.extend(own.into_iter().enumerate().map(|(i, line)| match (alone, single) {
                (true, _) => line,
                (_, true) => Line { name: (*label).to_owned(), series: arm, ..line },
                // The colour is the arm's, the dash the line's.
                _ => Line { name: format!("{label}, {}", line.name), series: arm + 4 * i, ..line },
            }));
        }
        let records = || arms.iter().flat_map(|arm| arm.1);
        let last = records().map(|record| record.epoch).max().unwrap_or(0);
        let x = Axis::linear("epoch", 0.0, f64::from(epochs.max(last).max(1)));
        let mut plot = Plot::new(self.title, x, (self.axis)(&lines));
        for event in events {
            plot = plot.rule(&event.label, true, f64::from(event.epoch));
        }
        plot.message = self.message(arms, &lines).to_owned();
        for Line { name, series, thin, points } in lines {
            let lost = points.iter().rev().find(|point| point.1 == f64::INFINITY).copied();
            plot = plot.mark(name, Ink::Series(series), Shape::Line { points, thin, ends: true });
            if let Some(at) = lost.filter(|_| self.name == "compression") {
                plot = plot.mark("", Ink::Ink, Shape::Text { at, text: "all pruned".to_owned() });
            }
        }
        plot
    }

    /// What to say where lines say nothing.
    fn message(&self, arms: &[(&str, &[Record])], lines: &[Line]) -> &'static str {
        let last = arms.iter().filter_map(|arm| arm.1.last()).find(|record| record.epoch > 0);
        let drawn = lines.iter().flat_map(|line| &line.points).any(|point| point.0.is_finite());
        match last {
            None => "Waiting for the first epoch.",
            _ if drawn => "",
            Some(last) if self.name != "variance" || last.gradient_variance.is_some() => {
                "There is nothing to show."
            }
            Some(last) if last.kl.is_none() => "Point estimates have no weight noise.",
            _ => "The gradient variance was not measured.",
        }
    }
}

/// A line of a quantity; where there is no value it has a gap.
fn line(records: &[Record], name: &str, series: usize, key: &str) -> Line {
    let of = by_key(key).of;
    let point = |r: &Record| of(r).map_or(GAP, |value| (f64::from(r.epoch), value));
    Line { name: name.to_owned(), series, thin: false, points: records.iter().map(point).collect() }
}

/// No place: the line ends here and begins again.
const GAP: (f64, f64) = (f64::NAN, f64::NAN);

/// Whether these are epochs of point estimates, which have no KL term.
fn points(records: &[Record]) -> bool {
    !records.is_empty() && records.iter().all(|record| record.kl.is_none())
}

fn compression(records: &[Record], _: bool) -> Vec<Line> {
    vec![line(records, "compression", 0, "compression")]
}

fn accuracy(records: &[Record], alone: bool) -> Vec<Line> {
    // Point estimates are what is tested: nothing is pruned beside them.
    let test = if points(records) { "test" } else { "pruned" };
    let mut lines = vec![
        line(records, test, 0, "test_acc"),
        line(records, "dense", 1, "dense_acc"),
        line(records, "sampled", 2, "sampled_acc"),
        line(records, "train", 3, "train_acc"),
    ];
    lines.retain(|line| line.name != "dense" || !points(records));
    lines.truncate(if alone { 4 } else { 1 });
    lines
}

fn elbo(records: &[Record], alone: bool) -> Vec<Line> {
    let mut lines = vec![line(records, "NLL (data)", 0, "train_nll")];
    if !points(records) {
        lines.push(line(records, "KL/N", 1, "kl"));
        lines.push(Line { thin: true, ..line(records, "β·KL/N", 2, "weighted_kl") });
    }
    lines.truncate(if alone { 3 } else { 2 });
    lines
}

fn sparsity(records: &[Record], alone: bool) -> Vec<Line> {
    let share = |kept: usize, total: usize| 100.0 * (1.0 - kept as f64 / total as f64);
    let of = |name: String, series: usize, value: &dyn Fn(&Record) -> Option<f64>| {
        let point = |r: &Record| value(r).map_or(GAP, |value| (f64::from(r.epoch), value));
        Line { name, series, thin: false, points: records.iter().map(point).collect() }
    };
    if !alone {
        let all = |r: &Record| Some(share(r.kept_weights(), r.total_weights()));
        return vec![of("all layers".to_owned(), 0, &all)];
    }
    let Some(named) = records.iter().max_by_key(|r| r.total.len()) else { return Vec::new() };
    let name = |i: usize| named.names.get(i).cloned().unwrap_or_else(|| format!("W{}", i + 1));
    let layer = |i: usize| of(name(i), i, &|r| Some(share(*r.kept.get(i)?, *r.total.get(i)?)));
    (0..named.total.len()).map(layer).collect()
}

fn variance(records: &[Record], _: bool) -> Vec<Line> {
    vec![line(records, "RT", 1, "variance_rt"), line(records, "LRT", 0, "variance_lrt")]
}

/// All values of some lines.
fn values(lines: &[Line]) -> Vec<f64> {
    lines.iter().flat_map(|line| &line.points).map(|point| point.1).collect()
}

fn ratios(lines: &[Line]) -> Axis {
    let finite = values(lines).into_iter().filter(|value| value.is_finite());
    let high = round_up(finite.fold(10.0, f64::max));
    Axis::logarithmic("all weights ÷ kept weights", 1.0, high).with(Numbers::Times)
}

fn accuracies(lines: &[Line]) -> Axis {
    let settled = lines.iter().flat_map(|line| &line.points).filter(|point| point.0 >= 5.0);
    let least = settled.map(|point| point.1).filter(|v| !v.is_nan()).reduce(f64::min);
    let low = [90.0, 80.0, 50.0].into_iter().find(|&low| least.unwrap_or(0.0) >= low);
    Axis::linear("% right", low.unwrap_or(0.0), 100.0)
}

fn nats(lines: &[Line]) -> Axis {
    Axis::factors("nats per object", &values(lines))
}

fn shares(_: &[Line]) -> Axis {
    Axis::linear("% pruned", 0.0, 100.0)
}

fn variances(lines: &[Line]) -> Axis {
    Axis::powers("variance", &values(lines))
}

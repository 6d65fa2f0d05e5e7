//! Charts over epochs: compression, accuracy, the ELBO, sparsity, gradient variance.

use plotters::prelude::DrawingBackend;

use super::axes::{Axis, Numbers, Plot, Sign, Words};
use super::numbers::{brief, fixed, power_of_ten, round_down, round_up, significant};
use super::pen::{Align, DASHES, Drawn, Pen, Place, spread, veiled};
use super::{Area, Theme};
use crate::evaluation::Record;

/// A run so far, as charts show it.
pub struct History<'a> {
    /// The ends of epochs, in their order.
    pub records: &'a [Record],
    /// What happened when.
    pub marks: &'a [Mark],
    /// The epoch that the rest of the page shows.
    pub playhead: Option<f32>,
    /// Where the axis of epochs ends.
    pub epochs: u32,
}

/// A dashed vertical line with a word, such as "ARD" where the prior was changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// When.
    pub epoch: f32,
    /// What.
    pub label: String,
}

/// A chart over epochs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chart {
    /// How many times fewer weights there are.
    Compression,
    /// Accuracy in training and by every way to predict.
    Accuracy,
    /// The data term and the KL term.
    Elbo,
    /// Pruned weights, layer by layer.
    Sparsity,
    /// Gradient variance of the two reparameterizations.
    Variance,
}

impl Chart {
    /// Every chart, in the order of the page.
    pub const ALL: [Self; 5] =
        [Self::Compression, Self::Accuracy, Self::Elbo, Self::Sparsity, Self::Variance];

    /// The name in addresses and ids.
    pub fn name(self) -> &'static str {
        match self {
            Self::Compression => "compression",
            Self::Accuracy => "accuracy",
            Self::Elbo => "elbo",
            Self::Sparsity => "sparsity",
            Self::Variance => "variance",
        }
    }

    /// The title in full.
    pub fn title(self) -> &'static str {
        match self {
            Self::Compression => "Compression",
            Self::Accuracy => "Accuracy",
            Self::Elbo => "The ELBO's two terms",
            Self::Sparsity => "Sparsity by layer",
            Self::Variance => "Gradient variance",
        }
    }

    /// What the chart says at the playhead, or at the end, in one sentence.
    pub fn describe(self, history: &History<'_>) -> String {
        let playhead = history.playhead.filter(|p| p.is_finite()).unwrap_or(f32::INFINITY);
        let past = history.records.iter().rev().find(|record| record.epoch as f32 <= playhead);
        let Some(record) = past.or(history.records.first()) else {
            return format!("{}: {}", self.title(), WAITING.to_ascii_lowercase());
        };
        let epoch = record.epoch;
        let number = |value: f32| significant(f64::from(value));
        let percent = |value: f32| format!("{} %", fixed(f64::from(value), 1));
        match self {
            Self::Compression if record.kept_weights() == 0 => {
                format!("All weights are pruned at epoch {epoch}.")
            }
            Self::Compression => {
                format!("Compression {}× at epoch {epoch}.", number(record.compression()))
            }
            Self::Accuracy => {
                let sampled = match record.samples {
                    0 => String::new(),
                    k => format!(", {} by {k} weight samples", percent(record.sampled_accuracy)),
                };
                let bayesian = record.kl.is_some();
                let noise = if bayesian { " under noise" } else { "" };
                let train = record.train_accuracy.map_or(String::new(), |accuracy| {
                    format!("; training accuracy {}{noise}", percent(accuracy))
                });
                let dense = match bayesian {
                    true => format!(" pruned, {} dense", percent(record.dense_accuracy)),
                    false => String::new(),
                };
                let test = percent(record.test_accuracy);
                format!("Test accuracy at epoch {epoch}: {test}{dense}{sampled}{train}.")
            }
            Self::Elbo => match (record.elbo, record.train_nll, record.kl) {
                (Some(elbo), Some(nll), Some(kl)) => format!(
                    "ELBO {} nats per object at epoch {epoch}: data term {}, KL term {} with weight \
                     β = {}.",
                    number(elbo),
                    number(-nll),
                    number(-kl),
                    number(record.kl_weight),
                ),
                (_, Some(nll), None) => format!(
                    "Data term {} nats per object at epoch {epoch}; point estimates have no KL term.",
                    number(-nll),
                ),
                (_, _, Some(kl)) => {
                    format!("KL term {} nats per object at epoch {epoch}.", number(-kl))
                }
                _ => NO_TERMS.to_owned(),
            },
            Self::Sparsity => {
                let layers = record.sparsity().into_iter().enumerate();
                let texts = layers
                    .map(|(i, share)| format!("{} {}", name(record, i), percent(100.0 * share)));
                format!("Pruned at epoch {epoch}: {}.", texts.collect::<Vec<_>>().join(", "))
            }
            Self::Variance => match record.gradient_variance {
                Some((rt, lrt)) => format!(
                    "Gradient variance at epoch {epoch}: {} by RT, {} by LRT, {} times less.",
                    significant(f64::from(rt)),
                    significant(f64::from(lrt)),
                    significant(f64::from(rt / lrt)),
                ),
                None => silence(record).to_owned(),
            },
        }
    }

    /// Draws the chart on all of `area`.
    pub fn draw<DB: DrawingBackend>(
        self,
        area: &Area<'_, DB>,
        history: &History<'_>,
        theme: &Theme,
    ) -> Result<(), String> {
        let pen = Pen::new(area, theme)?;
        let series = self.series(history.records);
        let last = history.records.iter().map(|record| record.epoch).max().unwrap_or(0);
        let epochs = history.epochs.max(last).max(1);
        let x = Axis::linear(0.0, f64::from(epochs), Numbers::Plain);
        let legend: Vec<_> = series.iter().map(|s| (s.sign(theme), s.name.as_str())).collect();
        let marks = history.marks.iter().map(|mark| (f64::from(mark.epoch), mark.label.as_str()));
        let flags: Vec<_> = marks.filter(|(epoch, _)| (x.low..=x.high).contains(epoch)).collect();
        let words = Words {
            x: "epoch",
            y: self.unit(),
            legend: if legend.len() > 1 { &legend } else { &[] },
            names: &[],
            flags: &flags,
            left: if self == Self::Compression { 42.0 } else { 34.0 },
            right: if self == Self::Variance { 68.0 } else { 54.0 },
        };
        let plot = Plot::new(&pen, (x, self.axis(&series)), &words)?;
        let draft = Draft { pen, plot, history, epochs };
        draft.playhead()?;
        for series in &series {
            draft.line(series)?;
        }
        draft.beads(&series)?;
        draft.ends(&series)?;
        match self.message(history.records, &series) {
            Some(message) => draft.pen.message(message, draft.plot.corners()),
            None => Ok(()),
        }
    }

    /// The vertical axis in words.
    fn unit(self) -> &'static str {
        match self {
            Self::Compression => "all weights ÷ kept weights",
            Self::Accuracy => "% right",
            Self::Elbo => "nats per object",
            Self::Sparsity => "% pruned",
            Self::Variance => "variance",
        }
    }

    fn series(self, records: &[Record]) -> Vec<Series> {
        let of = |name: &str, style, text, value: &dyn Fn(&Record) -> Option<f64>| Series {
            name: name.to_owned(),
            style,
            thin: false,
            text,
            points: records.iter().map(|r| (f64::from(r.epoch), value(r))).collect(),
        };
        let wide = |value: Option<f32>| value.map(f64::from);
        let points = !records.is_empty() && records.iter().all(|r| r.kl.is_none());
        match self {
            Self::Compression => {
                let text = |value| format!("{}×", significant(value));
                vec![of("compression", 0, text, &|r| Some(f64::from(r.compression())))]
            }
            Self::Accuracy => {
                let text = |value| fixed(value, 1);
                let sampled = |r: &Record| (r.samples > 0).then_some(f64::from(r.sampled_accuracy));
                // Point estimates are what is tested: nothing is pruned beside them.
                let test = if points { "test" } else { "pruned" };
                let mut lines = vec![
                    of(test, 0, text, &|r| Some(f64::from(r.test_accuracy))),
                    of("dense", 1, text, &|r| Some(f64::from(r.dense_accuracy))),
                    of("sampled", 2, text, &sampled),
                    of("train", 3, text, &|r| wide(r.train_accuracy)),
                ];
                lines.retain(|line| !points || line.name != "dense");
                lines
            }
            Self::Elbo => {
                let weighted =
                    |r: &Record| wide(r.kl.map(|kl| r.kl_weight * kl).filter(|&v| v != 0.0));
                let data = of("NLL (data)", 0, significant, &|r| wide(r.train_nll));
                if points {
                    return vec![data];
                }
                vec![
                    data,
                    of("KL/N", 1, significant, &|r| wide(r.kl)),
                    Series { thin: true, ..of("β·KL/N", 2, significant, &weighted) },
                ]
            }
            Self::Sparsity => {
                let named = records.iter().max_by_key(|r| r.total.len());
                let share = |r: &Record, i: usize| {
                    let (kept, total) = (*r.kept.get(i)?, *r.total.get(i)?);
                    Some(100.0 * (1.0 - kept as f64 / total as f64))
                };
                let text = |value| fixed(value, 1);
                let layer = |(record, i)| of(&name(record, i), i, text, &|r| share(r, i));
                let layers =
                    named.into_iter().flat_map(|r| (0..r.total.len()).map(move |i| (r, i)));
                layers.map(layer).collect()
            }
            Self::Variance => vec![
                of("RT", 1, brief, &|r| r.gradient_variance.map(|v| f64::from(v.0))),
                of("LRT", 0, brief, &|r| r.gradient_variance.map(|v| f64::from(v.1))),
            ],
        }
    }

    /// The vertical axis. As a run goes on, its range only grows, so that the chart does not
    /// breathe; but accuracy zooms in once, at epoch 5.
    fn axis(self, series: &[Series]) -> Axis {
        let points = || series.iter().flat_map(|s| &s.points);
        let positive = points().filter_map(|p| p.1).filter(|v| v.is_finite() && *v > 0.0);
        let (low, high) = positive
            .fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), v| (low.min(v), high.max(v)));
        match self {
            Self::Compression => Axis::logarithmic(1.0, round_up(high.max(10.0)), Numbers::Times),
            Self::Accuracy => {
                let settled = points().filter(|p| p.0 >= 5.0).filter_map(|p| p.1);
                let least = settled.filter(|v| !v.is_nan()).reduce(f64::min).unwrap_or(0.0);
                let low = [90.0, 80.0, 50.0].into_iter().find(|&low| least >= low);
                Axis::linear(low.unwrap_or(0.0), 100.0, Numbers::Plain)
            }
            Self::Sparsity => Axis::linear(0.0, 100.0, Numbers::Plain),
            Self::Elbo | Self::Variance => {
                let numbers = if self == Self::Elbo { Numbers::Plain } else { Numbers::Powers };
                let usual = if self == Self::Elbo { (0.1, 10.0) } else { (1e-6, 1e-3) };
                let (low, high) = if high > 0.0 { (low, high) } else { usual };
                let (low, high) = (low.clamp(LEAST, MOST), high.clamp(LEAST, MOST));
                if self == Self::Variance {
                    let (low, high) = (low.log10().floor() as i32, high.log10().ceil() as i32);
                    let high = high.max(low + 1);
                    return Axis::logarithmic(power_of_ten(low), power_of_ten(high), numbers);
                }
                let (low, high) = (round_down(0.9 * low), round_up(1.1 * high));
                // A decade at least, or a flat line would fill the plot with its noise.
                Axis::logarithmic(low, high.max(10.0 * low), numbers)
            }
        }
    }

    /// What to say where lines say nothing.
    fn message(self, records: &[Record], series: &[Series]) -> Option<&'static str> {
        let Some(last) = records.last().filter(|record| record.epoch > 0) else {
            return Some(WAITING);
        };
        let drawn = series.iter().flat_map(|s| &s.points).any(|p| p.1.is_some());
        match self {
            _ if drawn => None,
            Self::Variance => Some(silence(last)),
            _ => Some(NO_TERMS),
        }
    }
}

/// What logarithmic axes show at least and at most.
const LEAST: f64 = 1e-30;
const MOST: f64 = 1e30;

const WAITING: &str = "Waiting for the first epoch.";
const NO_TERMS: &str = "There is nothing to show.";

/// What layer `i` is called.
fn name(record: &Record, i: usize) -> String {
    record.names.get(i).cloned().unwrap_or_else(|| format!("W{}", i + 1))
}

/// Why `record` has no gradient variance.
fn silence(record: &Record) -> &'static str {
    match record.kl {
        None => "Point estimates have no weight noise.",
        Some(_) => "The gradient variance was not measured.",
    }
}

/// One line of a chart.
struct Series {
    name: String,
    /// Which colour and dash.
    style: usize,
    thin: bool,
    /// A value as text.
    text: fn(f64) -> String,
    /// Epochs and values; absent values leave a gap.
    points: Vec<(f64, Option<f64>)>,
}

impl Series {
    fn colour(&self) -> usize {
        self.style % DASHES.len()
    }

    /// The dash; beyond four lines, colours come again with other dashes.
    fn dash(&self) -> &'static [f64] {
        DASHES[(self.style + self.style / DASHES.len()) % DASHES.len()]
    }

    fn sign(&self, theme: &Theme) -> Sign {
        Sign::Line(theme.series[self.colour()], self.dash())
    }
}

/// A chart being drawn: its axes are there.
struct Draft<'a, DB: DrawingBackend> {
    pen: Pen<'a, DB>,
    plot: Plot,
    history: &'a History<'a>,
    epochs: u32,
}

impl<DB: DrawingBackend> Draft<'_, DB> {
    /// The playhead within the axis.
    fn now(&self) -> Option<f64> {
        let epoch = self.history.playhead.filter(|epoch| epoch.is_finite())?;
        Some(f64::from(epoch).clamp(0.0, f64::from(self.epochs)))
    }

    fn playhead(&self) -> Drawn {
        let Some(epoch) = self.now() else { return Ok(()) };
        let ink = veiled(self.pen.theme.ink, 0.55);
        self.pen.vertical(self.plot.x(epoch), (self.plot.top, self.plot.bottom), ink)
    }

    /// A dot on every line at the playhead.
    fn beads(&self, series: &[Series]) -> Drawn {
        let Some(epoch) = self.now() else { return Ok(()) };
        let last = self.history.records.last().map_or(0.0, |record| f64::from(record.epoch));
        let x = self.plot.x(epoch.min(last));
        for series in series {
            let runs = self.runs(series);
            let mut segments = runs.iter().flat_map(|run| run.windows(2));
            let across = segments.rfind(|w| w[0].0 <= x && x <= w[1].0);
            let single = runs.iter().find(|run| run.len() == 1 && (run[0].0 - x).abs() < 0.5);
            let y = match (across, single) {
                (Some(w), _) if w[1].0 > w[0].0 => {
                    w[0].1 + (x - w[0].0) / (w[1].0 - w[0].0) * (w[1].1 - w[0].1)
                }
                (_, Some(run)) => run[0].1,
                _ => continue,
            };
            if (self.plot.top - 1.0..=self.plot.bottom + 1.0).contains(&y) {
                self.pen.bead((x, y), 3.0, self.pen.theme.series[series.colour()])?;
            }
        }
        Ok(())
    }

    /// The unbroken runs of a line, as places; they may leave the plot up and down.
    fn runs(&self, series: &Series) -> Vec<Vec<Place>> {
        let mut runs = vec![Vec::new()];
        for &(epoch, value) in &series.points {
            let y = value.map_or(f64::NAN, |value| self.plot.y(value));
            if y.is_finite() {
                runs.last_mut().expect("there is one").push((self.plot.x(epoch), y));
            } else if runs.last().is_some_and(|run| !run.is_empty()) {
                runs.push(Vec::new());
            }
        }
        runs.retain(|run| !run.is_empty());
        runs
    }

    fn line(&self, series: &Series) -> Drawn {
        let (pen, plot) = (&self.pen, &self.plot);
        let colour = pen.theme.series[series.colour()];
        let width = if series.thin { 1.0 } else { 2.0 };
        for run in self.runs(series) {
            for piece in clip(&run, plot.top, plot.bottom) {
                pen.line(&piece, colour, width, series.dash())?;
            }
            if run.len() == 1 && (plot.top..=plot.bottom).contains(&run[0].1) {
                pen.dot(run[0], 2.5, colour)?;
            }
        }
        for &(epoch, value) in &series.points {
            let x = plot.x(epoch);
            match value {
                Some(value) if value == f64::INFINITY => self.beyond(x, colour)?,
                Some(value) if !value.is_finite() => self.cross(x, colour)?,
                _ => {}
            }
        }
        let Some(&(epoch, _)) = series.points.iter().rev().find(|p| p.1 == Some(f64::INFINITY))
        else {
            return Ok(());
        };
        let x = plot.x(epoch);
        let room = pen.size().0 - x > pen.width(ALL_PRUNED) + pen.em(10.0);
        let (x, align) =
            if room { (x + pen.em(8.0), Align::Start) } else { (x - pen.em(8.0), Align::End) };
        let text = if series.name == "compression" { ALL_PRUNED } else { "infinite" };
        pen.label(text, (x, plot.top + pen.em(6.0)), align, pen.theme.ink)
    }

    /// A triangle at the top: the value is infinite.
    fn beyond(&self, x: f64, colour: plotters::style::RGBColor) -> Drawn {
        let (top, r) = (self.plot.top, self.pen.px(4.0));
        self.pen.polygon(&[(x - r, top + 1.7 * r), (x, top), (x + r, top + 1.7 * r)], colour)
    }

    /// A cross on the axis: the value is not a number.
    fn cross(&self, x: f64, colour: plotters::style::RGBColor) -> Drawn {
        let (y, r) = (self.plot.bottom, self.pen.px(3.5));
        self.pen.line(&[(x - r, y - r), (x + r, y + r)], colour, 1.5, &[])?;
        self.pen.line(&[(x - r, y + r), (x + r, y - r)], colour, 1.5, &[])
    }

    /// The last values, beside the ends of their lines.
    fn ends(&self, series: &[Series]) -> Drawn {
        let (pen, plot) = (&self.pen, &self.plot);
        let mut ends = Vec::new();
        for series in series {
            let last = series.points.iter().rev().find_map(|&(e, v)| Some((e, v?)));
            let Some((epoch, value)) = last.filter(|(_, value)| value.is_finite()) else {
                continue;
            };
            let y = plot.y(value);
            // A flow through the bottom or a logarithm of 0 has no end to label.
            if (plot.top - 1.0..=plot.bottom + 1.0).contains(&y) {
                ends.push((series, (plot.x(epoch), y), (series.text)(value)));
            }
        }
        let wanted: Vec<f64> = ends.iter().map(|(_, (_, y), _)| *y).collect();
        let half = pen.em(6.0);
        let places = spread(&wanted, pen.em(12.5), plot.top + half, plot.bottom - half);
        for ((series, (x, y), text), place) in ends.into_iter().zip(places) {
            let (near, far) = (x + pen.px(3.0), x + pen.em(9.0));
            let colour = pen.theme.series[series.colour()];
            pen.line(&[(near, y), (far, place)], veiled(colour, 0.6), 1.0, &[])?;
            let at = (far + pen.px(2.0), place);
            pen.label(&text, at, Align::Start, pen.theme.series_text(series.colour()))?;
        }
        Ok(())
    }
}

const ALL_PRUNED: &str = "all pruned";

/// The pieces of a line between two heights.
fn clip(run: &[Place], top: f64, bottom: f64) -> Vec<Vec<Place>> {
    let mut pieces: Vec<Vec<Place>> = Vec::new();
    for pair in run.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let at = |y: f64| (a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0), y);
        let bring = |p: Place| match p.1 {
            y if y < top => at(top),
            y if y > bottom => at(bottom),
            _ => p,
        };
        if a.1.max(b.1) < top || a.1.min(b.1) > bottom {
            continue;
        }
        let (from, to) = (bring(a), bring(b));
        match pieces.last_mut() {
            Some(piece) if piece.last() == Some(&from) => piece.push(to),
            _ => pieces.push(vec![from, to]),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_the_edges() {
        let run = [(0.0, 20.0), (10.0, 0.0), (20.0, 5.0), (30.0, 15.0)];
        assert_eq!(
            clip(&run, 0.0, 10.0),
            [vec![(5.0, 10.0), (10.0, 0.0), (20.0, 5.0), (25.0, 10.0)]]
        );
        let out_and_in = [(0.0, 5.0), (10.0, 15.0), (20.0, 5.0)];
        assert_eq!(clip(&out_and_in, 0.0, 10.0).len(), 2);
        assert!(clip(&[(0.0, 20.0), (1.0, 30.0)], 0.0, 10.0).is_empty());
    }
}

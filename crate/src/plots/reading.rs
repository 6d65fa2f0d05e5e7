//! A plot in one sentence.

use super::numbers::{fixed, significant};
use super::plot::{Mark, Plot, Sample, Shape};

/// Marks that a sentence names; of more it says how many.
const MOST: usize = 6;

/// What the plot shows: at the playhead, a value across, or in all.
pub fn reading(plot: &Plot, playhead: Option<f64>) -> String {
    if !plot.reading.is_empty() {
        return plot.reading.clone();
    }
    let playhead = playhead.filter(|at| at.is_finite());
    let named = plot.marks.iter().filter(|mark| !mark.name.is_empty());
    let parts = named.map(|mark| say(plot, mark, playhead)).filter(|part| !part.is_empty());
    let mut parts: Vec<String> = parts.collect();
    let more = parts.len().saturating_sub(MOST);
    parts.truncate(MOST);
    if more > 0 {
        parts.push(format!("and {} more", fixed(more as f64, 0)));
    }
    if !plot.message.is_empty() {
        parts.push(plot.message.trim_end_matches('.').to_owned());
    }
    let title = match seen(plot, playhead) {
        Some(at) => format!("{} at {}", plot.title, plot.x.place(at)),
        None => plot.title.clone(),
    };
    match parts.is_empty() {
        true => format!("{title}."),
        false => format!("{title}: {}.", parts.join(", ")),
    }
}

/// The last value across that is known at the playhead, or the first if it lies before all.
fn seen(plot: &Plot, playhead: Option<f64>) -> Option<f64> {
    let playhead = playhead?;
    let lines = plot.marks.iter().filter(|mark| matches!(mark.shape, Shape::Line { .. }));
    let places: Vec<f64> = lines.flat_map(|mark| mark.shape.samples()).map(|s| s.x).collect();
    let past = places.iter().copied().filter(|x| *x <= playhead).reduce(f64::max);
    past.or_else(|| places.into_iter().reduce(f64::min))
}

/// What one mark says.
fn say(plot: &Plot, mark: &Mark, playhead: Option<f64>) -> String {
    let (name, shape) = (&mark.name, &mark.shape);
    match shape {
        Shape::Rule { upright, at } => {
            let at = if *upright { plot.x.place(*at) } else { plot.y.write_with_unit(*at) };
            format!("{name} at {at}")
        }
        Shape::Text { text, .. } => format!("{name} {text}"),
        Shape::Table { heads, rows } => {
            let count = fixed(rows.len() as f64, 0);
            format!("{name} has {count} rows of {}", heads.join(", "))
        }
        Shape::Raster { unit, .. } => {
            let cells = shape.cells().into_iter().filter(|cell| cell.1.is_finite());
            let ends = extremes(cells, |cell| cell.1);
            ends.map_or(String::new(), |(low, high)| {
                let write = |((x, y), value): ((f64, f64), f64)| {
                    format!("{} at {}, {}", significant(value), plot.x.place(x), plot.y.place(y))
                };
                format!("{name} from {} to {} ({unit})", write(low), write(high))
            })
        }
        Shape::Line { .. } | Shape::Area { .. } | Shape::Band { .. } if playhead.is_some() => {
            let samples = shape.samples();
            let now = seen(plot, playhead).unwrap_or(f64::INFINITY);
            let here = samples.iter().rev().find(|s| s.x <= now && s.known());
            here.map_or(String::new(), |s| format!("{name} {}", s.write(&plot.y)))
        }
        _ => over_all(plot, name, &shape.samples()),
    }
}

/// The extremes of a list of values and where they are, or the values if there are few.
fn over_all(plot: &Plot, name: &str, samples: &[Sample]) -> String {
    let known: Vec<Sample> = samples.iter().copied().filter(Sample::known).collect();
    let write = |s: &Sample| format!("{} at {}", s.write(&plot.y), plot.x.place(s.x));
    match &known[..] {
        [] => String::new(),
        [only] => format!("{name} {}", write(only)),
        _ => {
            let (low, high) = extremes(known.into_iter(), |s| s.high).expect("there are two");
            format!("{name} from {} to {}", write(&low), write(&high))
        }
    }
}

/// The least and the greatest by a key.
fn extremes<T: Copy>(items: impl Iterator<Item = T>, key: fn(&T) -> f64) -> Option<(T, T)> {
    items.fold(None, |ends, item| match ends {
        None => Some((item, item)),
        Some((low, high)) => Some((
            if key(&item) < key(&low) { item } else { low },
            if key(&item) > key(&high) { item } else { high },
        )),
    })
}

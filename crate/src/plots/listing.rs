//! Plots as numbers: a file for other programs, and a table to be read.

use serde::Serialize;

use super::axis::Axis;
use super::numbers::{fixed, significant};
use super::plot::{Mark, Plot, Shape};
use crate::linalg::order;

/// What a line of the file may hold, in this order; columns that nothing fills are left out.
const COLUMNS: [&str; 7] = ["x", "y", "low", "high", "left", "right", "value"];

/// The numbers of a mark, line by line, each with its column.
fn lines(shape: &Shape) -> Vec<Vec<(&'static str, f64)>> {
    let pair = |p: &(f64, f64)| vec![("x", p.0), ("y", p.1)];
    let range = |p: &(f64, f64, f64)| vec![("x", p.0), ("low", p.1), ("high", p.2)];
    let mut lines: Vec<Vec<(&'static str, f64)>> = match shape {
        Shape::Line { points, .. } | Shape::Area { points } | Shape::Points { points, .. } => {
            points.iter().map(pair).collect()
        }
        Shape::Band { points: ranges } | Shape::Whiskers { ranges } => {
            ranges.iter().map(range).collect()
        }
        Shape::Bars { bars } => {
            bars.iter().map(|b| vec![("left", b.0), ("right", b.1), ("y", b.2)]).collect()
        }
        Shape::Raster { .. } => {
            let cells = shape.cells().into_iter();
            cells.map(|((x, y), value)| vec![("x", x), ("y", y), ("value", value)]).collect()
        }
        Shape::Rule { upright, at } => vec![vec![(if *upright { "x" } else { "y" }, *at)]],
        Shape::Text { at, .. } => vec![pair(at)],
        Shape::Table { .. } => Vec::new(),
    };
    // A gap has no place.
    lines.retain(|line| !line[0].1.is_nan());
    lines
}

/// The plot as comma-separated lines, `mark,x,y` and what else its marks have, numbers with seven
/// significant digits. A table is written as it is.
pub fn csv(plot: &Plot) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut put = |cells: &[String]| writer.write_record(cells).expect("memory takes all lines");
    if let Some((heads, rows)) = table(plot) {
        put(heads);
        rows.iter().for_each(|row| put(row));
    } else {
        let marks: Vec<_> = plot.marks.iter().map(|mark| (mark, lines(&mark.shape))).collect();
        let mut columns = COLUMNS.to_vec();
        columns.retain(|column| marks.iter().flat_map(|m| &m.1).flatten().any(|c| c.0 == *column));
        let mut heads = vec!["mark".to_owned()];
        heads.extend(columns.iter().map(|&column| column.to_owned()));
        put(&heads);
        for (mark, lines) in marks {
            for line in lines {
                let mut row = vec![title(mark).to_owned()];
                let value = |column: &&str| line.iter().find(|cell| cell.0 == *column);
                row.extend(columns.iter().map(|c| value(c).map_or(String::new(), |v| plain(v.1))));
                put(&row);
            }
        }
    }
    let bytes = writer.into_inner().expect("memory takes all lines");
    String::from_utf8(bytes).expect("text becomes text")
}

/// The words of a mark in a file: its name, or what it says.
fn title(mark: &Mark) -> &str {
    match &mark.shape {
        Shape::Text { text, .. } if mark.name.is_empty() => text,
        _ => &mark.name,
    }
}

/// A number for programs, with at most seven significant digits.
fn plain(value: f64) -> String {
    let rounded: f64 = format!("{value:.6e}").parse().unwrap_or(value);
    match rounded {
        r if r.is_nan() => String::new(),
        r if r.is_finite() && r != 0.0 && !(1e-5..1e9).contains(&r.abs()) => format!("{r:e}"),
        r => r.to_string(),
    }
}

/// A plot as a table to be read.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Listing {
    /// The heads of the columns.
    pub heads: Vec<String>,
    /// As many cells as heads in every row, numbers as they are read.
    pub rows: Vec<Vec<String>>,
    /// What is missing, in one sentence; empty if nothing is.
    pub note: String,
}

/// Rows that somebody might read.
const MOST: usize = 400;

/// The plot's named marks as a table to be read: a row for every value across and a column for
/// every mark where the marks have their values in common, else a row for every point.
pub fn rows(plot: &Plot) -> Listing {
    let mut listing = match table(plot) {
        Some((heads, rows)) => {
            Listing { heads: heads.to_vec(), rows: rows.to_vec(), note: String::new() }
        }
        None => wide(plot).unwrap_or_else(|| long(plot)),
    };
    let all = listing.rows.len();
    if all > MOST {
        listing.rows.truncate(MOST);
        let [shown, all] = [MOST, all].map(|n| fixed(n as f64, 0));
        listing.note = format!("These are the first {shown} of {all} rows; the CSV file has all.");
    }
    listing
}

/// A mark that is a table.
fn table(plot: &Plot) -> Option<(&[String], &[Vec<String>])> {
    plot.marks.iter().find_map(|mark| match &mark.shape {
        Shape::Table { heads, rows } => Some((heads.as_slice(), rows.as_slice())),
        _ => None,
    })
}

fn named(plot: &Plot) -> Vec<&Mark> {
    plot.marks.iter().filter(|mark| !mark.name.is_empty()).collect()
}

/// The name of the horizontal axis as a head.
fn head(axis: &Axis, instead: &str) -> String {
    if axis.label.is_empty() { instead.to_owned() } else { axis.label.clone() }
}

/// One row a value across, if the marks share them.
fn wide(plot: &Plot) -> Option<Listing> {
    let mut marks = named(plot);
    marks.retain(|mark| !matches!(mark.shape, Shape::Rule { .. } | Shape::Text { .. }));
    let samples: Vec<_> = marks.iter().map(|mark| mark.shape.samples()).collect();
    let rising = |s: &Vec<super::plot::Sample>| s.windows(2).all(|w| w[0].x < w[1].x);
    if marks.is_empty() || !samples.iter().all(|s| !s.is_empty() && rising(s)) {
        return None;
    }
    let keys: Vec<f64> = samples.iter().flatten().map(|sample| sample.x).collect();
    let mut across: Vec<f64> = order(&keys).into_iter().map(|i| keys[i]).collect();
    across.dedup();
    let longest = samples.iter().map(Vec::len).max().unwrap_or(0);
    if across.len() > 2 * longest {
        return None;
    }
    let mut rows: Vec<Vec<String>> = across.iter().map(|&x| vec![plot.x.bare(x)]).collect();
    for samples in &samples {
        let mut next = samples.iter().peekable();
        for (row, &x) in rows.iter_mut().zip(&across) {
            let here = next.next_if(|sample| sample.x == x);
            row.push(here.map_or(String::new(), |sample| sample.write(&plot.y)));
        }
    }
    let mut heads = vec![head(&plot.x, "x")];
    heads.extend(marks.iter().map(|mark| mark.name.clone()));
    Some(Listing { heads, rows, note: String::new() })
}

/// One row a point.
fn long(plot: &Plot) -> Listing {
    let marks: Vec<_> = named(plot).into_iter().map(|mark| (mark, lines(&mark.shape))).collect();
    let mut columns = COLUMNS.to_vec();
    columns.retain(|column| marks.iter().flat_map(|m| &m.1).flatten().any(|c| c.0 == *column));
    let mut heads = vec![String::new()];
    heads.extend(columns.iter().map(|&column| match column {
        "x" => head(&plot.x, column),
        "y" => head(&plot.y, column),
        _ => column.to_owned(),
    }));
    let write = |column: &str, value: f64| match column {
        "x" | "left" | "right" => plot.x.bare(value),
        "value" => significant(value),
        _ => plot.y.write(value),
    };
    let mut rows = Vec::new();
    for (mark, lines) in marks {
        for line in lines {
            let mut row = vec![mark.name.clone()];
            row.extend(columns.iter().map(|column| {
                let cell = line.iter().find(|cell| cell.0 == *column);
                cell.map_or(String::new(), |cell| write(column, cell.1))
            }));
            rows.push(row);
        }
    }
    Listing { heads, rows, note: String::new() }
}

//! The paper's table as the page shows it.

use wasm_bindgen::prelude::*;

use super::html::{tag, text};
use crate::plots::numbers::fixed;
use crate::table::{self, Row};

const NUMBERS: [&str; 3] = ["error", "compression", "sparsity by layer"];

/// The paper's table as HTML: what was published, what was recorded, and a link that trains each
/// row.
#[wasm_bindgen]
pub fn paper_table() -> String {
    let head = |words: &str, more: &str| tag("th", &format!("scope=\"col\" {more}"), words);
    let (two, group) = ("rowspan=\"2\"", |n: u8| format!("colspan=\"{n}\" scope=\"colgroup\""));
    let above = [
        head("Network", two),
        head("Method", two),
        tag("th", &group(3), "Published"),
        tag("th", &group(4), "Recorded"),
        head("What differs", two),
        head("", two),
    ];
    let below = NUMBERS.iter().chain(&NUMBERS).chain(&["run"]).map(|name| head(name, ""));
    let heads = [tag("tr", "", &above.concat()), tag("tr", "", &below.collect::<String>())];
    let networks: Vec<&str> = table::ALL.iter().map(|row| row.network).collect();
    let body = table::ALL.iter().enumerate().map(|(i, row)| {
        let again = i > 0 && networks[i - 1] == row.network;
        let last = networks.get(i + 1) != Some(&row.network);
        row_of(row, again, last)
    });
    [tag("thead", "", &heads.concat()), tag("tbody", "", &body.collect::<String>())].concat()
}

fn row_of(row: &Row, again: bool, last: bool) -> String {
    // The eye needs a network's name once, the ear with every row.
    let name = match again {
        true => tag("span", "class=\"visually-hidden\"", row.network),
        false => row.network.to_owned(),
    };
    let none = |words: &str, n: usize| tag("td", &format!("colspan=\"{n}\" class=\"none\""), words);
    let published = match &row.published {
        Some(p) => numbers(p.error.into(), p.compression.into(), p.sparsity),
        None => none("not published", 3),
    };
    let ours = row.ours.as_ref();
    let recorded = match (ours.and_then(|ours| ours.recorded.as_ref()), ours) {
        (Some(r), _) => {
            let seeds: Vec<_> = r.seeds.iter().map(ToString::to_string).collect();
            let s = if seeds.len() > 1 { "s" } else { "" };
            let (epochs, seeds) = (r.epochs, seeds.join(",\u{a0}"));
            let seconds = fixed(f64::from(r.seconds_per_epoch), 1);
            let about =
                format!("class=\"run\" title=\"{seconds} s an epoch, {}\"", text(r.machine));
            let run = tag("td", &about, &format!("{epochs} epochs, seed{s}\u{a0}{seeds}"));
            numbers(r.error.into(), r.compression.into(), r.sparsity) + &run
        }
        (None, Some(_)) => none("not yet recorded", 4),
        (None, None) => none("published only", 4),
    };
    let link = row.settings().map_or(String::new(), |settings| {
        let query = text(&settings.to_query());
        let label = format!("Train it here: {}, {}", row.network, row.method);
        tag("a", &format!("href=\"?{query}\" aria-label=\"{label}\""), "Train it here")
    });
    let cells = [
        tag("th", "scope=\"row\"", &name),
        tag("td", "", row.method),
        published,
        recorded,
        tag("td", "class=\"words\"", ours.map_or("", |ours| ours.differs)),
        tag("td", "", &link),
    ];
    tag("tr", if last { "class=\"last\"" } else { "" }, &cells.concat())
}

/// The cells of a row's numbers.
fn numbers(error: f64, compression: f64, sparsity: &[f32]) -> String {
    let layers: Vec<_> = sparsity.iter().map(|&share| written(share.into())).collect();
    let layers = if layers.is_empty() { "–".to_owned() } else { layers.join(" / ") + " %" };
    let cells = [fixed(error, 2) + " %", written(compression) + "×", layers];
    cells.map(|cell| tag("td", "", &cell)).concat()
}

/// With one digit after the point, or none if it is whole.
fn written(value: f64) -> String {
    fixed(value, usize::from(value.fract() != 0.0))
}

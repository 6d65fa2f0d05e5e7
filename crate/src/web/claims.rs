//! The lecture's claims as the page shows them.

use wasm_bindgen::prelude::*;

use super::html::{tag, text};
use crate::experiments::{CLAIMS, Checked, Claim, Recording, recording};
use crate::plots::numbers::significant;

/// The recorded table as HTML: every claim, which leads to its experiment,
/// with what was measured.
#[wasm_bindgen]
pub fn claims_table() -> String {
    let Recording { when, checked } = recording();
    let head = |words| tag("th", "scope=\"col\"", words);
    let words = |words| tag("th", "scope=\"col\" class=\"words\"", words);
    let heads = [
        words("The lecture says"),
        words("Figure"),
        head("Measured"),
        head("Wanted"),
        head("Holds"),
        words("Read"),
    ];
    let rows = CLAIMS.iter().zip(&checked).map(|(claim, checked)| row(claim, checked.as_ref()));
    [
        tag("caption", "", &format!("{}: mean ± standard deviation over the seeds.", text(&when))),
        tag("thead", "", &tag("tr", "", &heads.concat())),
        tag("tbody", "", &rows.collect::<String>()),
    ]
    .concat()
}

fn row(claim: &Claim, checked: Option<&Checked>) -> String {
    let Claim { says, experiment, figure, read } = claim;
    let (measured, wanted, holds) = match checked {
        None => Default::default(),
        Some(Checked { mean, spread, wanted, holds, of }) => (
            format!("{} ± {}", significant(*mean), significant(*spread)),
            text(wanted),
            format!("{holds} of {of}"),
        ),
    };
    let about = match checked {
        Some(checked) if !checked.stands() => "class=\"fails\"",
        _ => "",
    };
    let link = tag("a", &format!("href=\"?experiment={experiment}\""), &text(says));
    let cells = [
        tag("th", "scope=\"row\" class=\"words\"", &link),
        tag("td", "class=\"words\"", &text(figure)),
        tag("td", "", &measured),
        tag("td", "", &wanted),
        tag("td", about, &holds),
        tag("td", "class=\"words\"", &text(read)),
    ];
    tag("tr", "", &cells.concat())
}

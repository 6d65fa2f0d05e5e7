//! The lecture's claims as the page shows them.

use wasm_bindgen::prelude::*;

use super::html::{tag, text};
use crate::experiments::{self, CLAIMS, Checked, Claim, Recording, recording};
use crate::plots::numbers::significant;

/// The recorded table as HTML: every claim with what was measured, and a link to its experiment.
#[wasm_bindgen]
pub fn claims_table() -> String {
    let Recording { when, checked } = recording();
    let heads = ["The lecture says", "Figure", "Measured", "Wanted", "Holds", "Read", "Experiment"];
    let heads = heads.map(|head| {
        let words = matches!(head, "The lecture says" | "Figure" | "Read");
        tag("th", if words { "scope=\"col\" class=\"words\"" } else { "scope=\"col\"" }, head)
    });
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
    let label = experiments::MENU.iter().find(|e| e.name == *experiment).map_or("", |e| e.label);
    let about = match checked {
        Some(checked) if !checked.stands() => "class=\"fails\"",
        _ => "",
    };
    let link = tag("a", &format!("href=\"?experiment={experiment}\""), &text(label));
    let cells = [
        tag("th", "scope=\"row\" class=\"words\"", &text(says)),
        tag("td", "class=\"words\"", &text(figure)),
        tag("td", "", &measured),
        tag("td", "", &wanted),
        tag("td", about, &holds),
        tag("td", "class=\"words\"", &text(read)),
        tag("td", "", &link),
    ];
    tag("tr", "", &cells.concat())
}

//! A picture's figure as HTML: what stands around the canvas.

use wasm_bindgen::prelude::*;

use super::html::{attribute, row, tag, text};
use crate::plots::listing::Listing;
use crate::runs::{Picture, When, Width};

/// What a picture's menu offers: a class, by which the page knows it, and words.
const ITEMS: [(&str, &str); 5] = [
    ("save-svg", "SVG"),
    ("save-png", "PNG"),
    ("save-png-2", "PNG, twice as fine"),
    ("save-csv", "CSV"),
    ("as-table", "Table"),
];

/// The figure of a picture of the catalogue: `data-rests` if it is looked at when the runs rest,
/// `data-moves` if something in it can be moved.
pub(super) fn figure(picture: &Picture) -> String {
    let Picture { name, title, lesson, formula, .. } = picture;
    let width = match picture.width {
        Width::Third => "third",
        Width::Half => "half",
        Width::Whole => "whole",
    };
    let rests = if picture.when == When::AtRest { " data-rests" } else { "" };
    let moves = if picture.moved.is_some() { " data-moves" } else { "" };
    let canvas = format!("id=\"chart-{name}\" role=\"img\"{}", attribute("aria-label", title));
    let mut inner = tag("figcaption", "", &text(title)) + &tag("canvas", &canvas, "");
    if !lesson.is_empty() {
        inner += &tag("p", "class=\"lesson\"", &text(lesson));
    }
    inner += &folded(formula, "class=\"lesson\"");
    tag("figure", &format!("data-picture=\"{name}\" class=\"{width}\"{rests}{moves}"), &inner)
}

/// A formula that opens when it is wanted; nothing if there is none.
pub(super) fn folded(formula: &str, attributes: &str) -> String {
    if formula.is_empty() {
        return String::new();
    }
    tag("details", attributes, &(tag("summary", "", "Formula") + &tag("div", "", formula)))
}

/// The menu in a picture's caption.
#[wasm_bindgen]
pub fn picture_menu(title: &str) -> String {
    let items = ITEMS.map(|(class, words)| {
        let label = attribute("aria-label", &format!("{words}: {title}"));
        tag("button", &format!("type=\"button\" class=\"{class}\"{label}"), words)
    });
    let label = attribute("aria-label", &format!("Save or list: {title}"));
    let summary = tag("summary", &(label + " title=\"Save or list\""), "⋯");
    tag("details", "class=\"menu\"", &(summary + &tag("div", "", &items.concat())))
}

/// What lies over a picture's canvas: marks of what is read, the grip of a handle, the words.
#[wasm_bindgen]
pub fn picture_over() -> String {
    tag("div", "class=\"over\" aria-hidden=\"true\"", "")
        + &tag("button", "type=\"button\" class=\"grip\" hidden", "")
        + &tag("p", "class=\"value\"", "")
}

/// A picture's numbers as a table.
pub(super) fn listed(listing: &Listing) -> String {
    let head = row("th", "scope=\"col\"", &listing.heads);
    let rows: String = listing.rows.iter().map(|cells| row("td", "", cells)).collect();
    let table = tag("thead", "", &head) + &tag("tbody", "", &rows);
    tag("table", "", &table) + &tag("p", "", &text(&listing.note))
}

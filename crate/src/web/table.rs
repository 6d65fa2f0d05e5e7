//! The paper's table as the page reads it.

use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use crate::table::{self, Row};

/// The paper's table as a JSON array of rows `{network, method, published, differs, recorded,
/// query}`; what a row does not have is null.
#[wasm_bindgen]
pub fn paper_table() -> String {
    Value::Array(table::ALL.iter().map(row).collect()).to_string()
}

fn row(row: &Row) -> Value {
    let published = row
        .published
        .as_ref()
        .map(|p| json!({ "error": p.error, "sparsity": p.sparsity, "compression": p.compression }));
    let recorded = row.ours.as_ref().and_then(|ours| ours.recorded.as_ref()).map(|r| {
        json!({
            "error": r.error, "sparsity": r.sparsity, "compression": r.compression,
            "epochs": r.epochs, "seeds": r.seeds, "seconds": r.seconds_per_epoch,
            "machine": r.machine,
        })
    });
    json!({
        "network": row.network, "method": row.method, "published": published,
        "differs": row.ours.as_ref().map(|ours| ours.differs), "recorded": recorded,
        "query": row.settings().map(|settings| settings.to_query()),
    })
}

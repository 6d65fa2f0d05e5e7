//! Several runs in one file: each a checkpoint of its own, as bytes, with the query of them all.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::{Checkpoint, damage};
use crate::error::{Error, Result};

/// What the metadata says of the format.
const FORMAT: &str = "sparsevd-runs-1";

/// More runs than any experiment has.
const MOST: usize = 1000;

/// Packs saved runs of the address `query` (without `?`) into one safetensors file.
pub fn pack(query: &str, runs: &[Vec<u8>]) -> Vec<u8> {
    let metadata = HashMap::from([
        ("format".to_owned(), FORMAT.to_owned()),
        ("query".to_owned(), query.to_owned()),
    ]);
    let tensors = runs.iter().enumerate().map(|(i, run)| {
        let view = TensorView::new(Dtype::U8, vec![run.len()], run);
        (format!("runs.{i}"), view.expect("as many bytes as it says"))
    });
    safetensors::serialize(tensors, Some(metadata)).expect("bytes become a file")
}

/// The query and the runs of a file that [`pack`] made; nothing if it holds a single run.
///
/// # Errors
/// The file is no saved run, or damaged.
pub fn unpack(name: &str, bytes: &[u8]) -> Result<Option<(String, Vec<Checkpoint>)>> {
    let Ok((_, header)) = SafeTensors::read_metadata(bytes) else { return Ok(None) };
    let Some(metadata) = header.metadata() else { return Ok(None) };
    if metadata.get("format").is_none_or(|format| format != FORMAT) {
        return Ok(None);
    }
    let foreign = |error| {
        Error::new(format!("{name} is not a saved run: {}.", damage::instead(bytes, &error)))
    };
    let file = SafeTensors::deserialize(bytes).map_err(foreign)?;
    if file.len() > MOST {
        return Err(damage::error(name, &format!("it has {} runs", file.len())));
    }
    let missing = |what: &str| damage::error(name, &format!("it has no '{what}'"));
    let query = metadata.get("query").ok_or_else(|| missing("query"))?;
    let run = |i: usize| {
        let run = format!("runs.{i}");
        let view = file.tensor(&run).map_err(|_| missing(&run))?;
        Checkpoint::read(name, view.data())
    };
    let runs = (0..file.len()).map(run).collect::<Result<Vec<_>>>()?;
    if runs.is_empty() { Err(missing("runs.0")) } else { Ok(Some((query.clone(), runs))) }
}

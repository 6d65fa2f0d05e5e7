//! `sparsevd bench`: median milliseconds a training step.

use std::sync::Arc;
use std::time::Instant;

use clap::ArgMatches;
use sparsevd::bench;
use sparsevd::error::{Error, Result};

use crate::options;

/// Steps before the clock starts, for each that is timed.
const WARM_UP: f64 = 0.2;

/// Times the works that the arguments name.
pub fn run(arguments: &ArgMatches) -> Result<()> {
    let all: Vec<&str> = bench::ALL.iter().map(|work| work.name).collect();
    let names =
        options::value(arguments, "works").map_or(all.clone(), |list| list.split(',').collect());
    if let Some(name) = names.iter().find(|name| !all.contains(name)) {
        return Err(Error::new(format!(
            "Work '{name}' is not known: choose from {}.",
            all.join(", ")
        )));
    }
    let data = Arc::new(bench::stand_in());
    let mut report = serde_json::Map::new();
    for (name, work) in names.iter().filter_map(|name| Some((*name, bench::find(name)?))) {
        let mut step = work.prepare(data.clone());
        (0..(WARM_UP * work.steps as f64) as usize).for_each(|_| step());
        let mut times: Vec<f64> = (0..work.steps)
            .map(|_| {
                let start = Instant::now();
                step();
                start.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        let median = times[work.steps / 2];
        report.insert(
            name.to_owned(),
            serde_json::json!({ "ms_per_step": median, "steps": work.steps }),
        );
        if !arguments.get_flag("json") {
            crate::print(format_args!("{name:<5} {median:7.2} ms: {}", work.about));
        }
    }
    if arguments.get_flag("json") {
        crate::print(serde_json::Value::Object(report));
    }
    Ok(())
}

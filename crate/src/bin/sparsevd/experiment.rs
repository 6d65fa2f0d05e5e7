//! `sparsevd experiment`: runs an experiment to its verdict, for as many seeds as you like.

use std::sync::Arc;

use clap::ArgMatches;
use sparsevd::error::{Error, Result};
use sparsevd::experiments::{self, Checked, Experiment};
use sparsevd::plots::Theme;
use sparsevd::runs::{Look, Runs, Width};
use sparsevd::settings::Settings;

use crate::cores;
use crate::figures::{self, Kept, Line};
use crate::files::Target;
use crate::options::{value, values};
use crate::{inputs, note, print, trial};

/// Width and height of pictures by the room that they want, CSS pixels.
fn size(width: Width) -> (u32, u32) {
    match width {
        Width::Third => (480, 340),
        Width::Half => (720, 420),
        Width::Whole => (1080, 480),
    }
}

/// Runs the experiment; whether every figure of every seed is as wanted.
pub fn run(arguments: &ArgMatches) -> Result<bool> {
    let name = value(arguments, "name").unwrap_or_default();
    let experiment = experiments::find(name).ok_or_else(|| {
        let names: Vec<&str> = experiments::ALL.iter().map(|e| e.name).collect();
        Error::new(format!("Experiment '{name}' is not known: choose one of {}.", names.join(", ")))
    })?;
    let judge = experiment.verdict.ok_or_else(|| {
        let all = experiments::ALL.iter().filter(|e| e.verdict.is_some());
        let names: Vec<&str> = all.map(|e| e.name).collect();
        Error::new(format!(
            "Experiment '{name}' has no verdict: choose one of {}, or sparsevd train --experiment {name}.",
            names.join(", ")
        ))
    })?;
    let seeds = trial::seeds(value(arguments, "seeds").unwrap_or("1"))?;
    let mut settings = (experiment.settings)();
    for set in values(arguments, "set").unwrap_or_default() {
        let pair = set.split_once('=');
        let (key, value) = pair.ok_or_else(|| {
            Error::new(format!("'{set}' is no setting: write KEY=VALUE, for example lr=0.002."))
        })?;
        settings.set(key, value)?;
    }
    let names = values(arguments, "data").unwrap_or_else(|| vec![settings.data.as_str()]);
    let data = Arc::new(inputs::load(&names, seeds[0])?);
    let mut kept = value(arguments, "csv").map_or_else(|| Ok(Kept::nowhere()), Kept::anew)?;

    let folder = value(arguments, "svg");
    if let Some(folder) = folder {
        let made = std::fs::create_dir_all(folder);
        made.map_err(|error| Error::new(format!("Could not make the folder {folder}: {error}.")))?;
    }

    print(figures::head());
    cores::over(
        &seeds,
        |&seed| {
            let settings = Settings { seed, ..settings.clone() };
            let (mut runs, verdict) = trial::run(experiment, judge, settings, &data)?;
            let drawn = folder.map(|_| pictures(experiment, &mut runs)).transpose()?;
            Ok((seed, verdict, drawn.unwrap_or_default()))
        },
        |(seed, verdict, pictures)| {
            let lines = figures::lines(name, seed, &verdict);
            lines.iter().for_each(print);
            note(format!("seed {seed}: {}", verdict.sentence));
            for (file, svg) in pictures {
                Target::new(&format!("{}/{file}", folder.unwrap_or(".")))?.write(svg.as_bytes())?;
            }
            kept.add(lines)
        },
    )?;
    if seeds.len() > 1 {
        summaries(&kept, name).for_each(note);
    }
    Ok(kept.lines().iter().all(|line| line.figure.holds))
}

/// Every picture at the end of the runs that has something to show.
fn pictures(experiment: &Experiment, runs: &mut Runs) -> Result<Vec<(String, String)>> {
    let settings = runs.settings();
    let look = Look { epoch: None, threshold: settings.threshold };
    let caption = format!("epoch {} · ?{}", runs.epoch(), settings.to_query());
    let mut drawn = Vec::new();
    for picture in experiment.pictures {
        let plot = loop {
            if let Some(plot) = runs.look(picture.name, &look)? {
                break plot;
            }
        };
        if !plot.is_empty() {
            let name = format!("{}-{}-{}.svg", experiment.name, settings.seed, picture.name);
            drawn.push((name, plot.svg(&caption, &Theme::light(1.0), size(picture.width))));
        }
    }
    Ok(drawn)
}

/// A sentence for each figure over all seeds.
fn summaries<'a>(kept: &'a Kept, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let lines: Vec<&Line> = kept.lines().iter().collect();
    let mut told: Vec<&str> = Vec::new();
    for line in &lines {
        if !told.contains(&&*line.figure.name) {
            told.push(&line.figure.name);
        }
    }
    told.into_iter().filter_map(move |figure| {
        let Checked { wanted, mean, spread, holds, of } = figures::summary(&lines, name, figure)?;
        let wanted = match &wanted[..] {
            "" => String::new(),
            wanted => format!(", wanted {wanted}: holds on {holds} of {of}"),
        };
        Some(format!("{figure}: {mean:.4} ± {spread:.4}{wanted}"))
    })
}

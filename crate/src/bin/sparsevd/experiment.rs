//! `sparsevd experiment`: runs an experiment to its verdict, for as many seeds as you like.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use clap::ArgMatches;
use sparsevd::data::{self, Data};
use sparsevd::error::{Error, Result};
use sparsevd::experiments::{self, Experiment, Verdict};
use sparsevd::number;
use sparsevd::plots::Theme;
use sparsevd::runs::{Look, Runs, Width};
use sparsevd::session::Progress;
use sparsevd::settings::Settings;

use crate::files::Target;
use crate::options::{value, values};
use crate::{inputs, note, print};

/// The columns of what is printed and written.
const HEAD: &str = "experiment,seed,figure,value,wanted,holds";

/// What came out of one seed.
struct Done {
    seed: u64,
    verdict: Verdict,
    /// Names of pictures, and the pictures as SVG.
    pictures: Vec<(String, String)>,
}

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
    let seeds = seeds(value(arguments, "seeds").unwrap_or("1"))?;
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
    let mut csv = value(arguments, "csv").map(Target::new).transpose()?;

    let folder = value(arguments, "svg");
    if let Some(folder) = folder {
        let made = std::fs::create_dir_all(folder);
        made.map_err(|error| Error::new(format!("Could not make the folder {folder}: {error}.")))?;
    }

    print(HEAD);
    let mut all: Vec<Done> = Vec::new();
    over(
        &seeds,
        |seed| verdict(experiment, judge, &settings, &data, seed, folder.is_some()),
        |mut done: Done| {
            lines(name, &done).for_each(print);
            note(format!("seed {}: {}", done.seed, done.verdict.sentence));
            for (file, svg) in std::mem::take(&mut done.pictures) {
                Target::new(&format!("{}/{file}", folder.unwrap_or(".")))?.write(svg.as_bytes())?;
            }
            all.push(done);
            all.sort_by_key(|done| done.seed);
            let Some(csv) = &mut csv else { return Ok(()) };
            let lines: Vec<String> = all.iter().flat_map(|done| lines(name, done)).collect();
            csv.write(format!("{HEAD}\n{}\n", lines.join("\n")).as_bytes())
        },
    )?;
    if seeds.len() > 1 {
        summaries(&all).for_each(note);
    }
    Ok(all.iter().all(|done| done.verdict.holds()))
}

/// One run of the experiment, from its start to its verdict.
fn verdict(
    experiment: &Experiment,
    judge: fn(&Runs) -> Verdict,
    settings: &Settings,
    data: &Arc<Data>,
    seed: u64,
    drawn: bool,
) -> Result<Done> {
    let mut settings = Settings { seed, ..settings.clone() };
    let its_own = data::source(data.source).make(seed).map(Arc::new);
    let data = its_own.as_ref().unwrap_or(data);
    experiment.fit(&mut settings, data);
    let mut runs = experiment.begin(settings, data, &[])?;
    loop {
        match runs.advance() {
            Progress::Finished => break,
            Progress::Diverged => {
                return Err(Error::new(format!(
                    "Seed {seed}: the loss is no longer a number after epoch {}.",
                    runs.epoch()
                )));
            }
            _ => {}
        }
    }
    while !runs.conclude() {}
    let pictures = if drawn { pictures(experiment, &mut runs)? } else { Vec::new() };
    Ok(Done { seed, verdict: judge(&runs), pictures })
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

/// Does `work` for every seed on all cores, and `tell`s of each as it is done; the first error ends
/// it.
fn over<T: Send>(
    seeds: &[u64],
    work: impl Fn(u64) -> Result<T> + Sync,
    tell: impl FnMut(T) -> Result<()> + Send,
) -> Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let (next, tell) = (AtomicUsize::new(0), Mutex::new(tell));
    let worker = || -> Result<()> {
        while let Some(&seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
            let done = work(seed);
            let told = done.and_then(|done| {
                let mut tell = tell.lock().unwrap_or_else(PoisonError::into_inner);
                tell(done)
            });
            if told.is_err() {
                // Nobody begins another.
                next.store(seeds.len(), Ordering::Relaxed);
                return told;
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores.min(seeds.len())).map(|_| scope.spawn(worker)).collect();
        let results =
            workers.into_iter().map(|worker| worker.join().expect("no panic in a worker"));
        results.collect::<Vec<_>>().into_iter().collect()
    })
}

/// The lines of one seed.
fn lines<'a>(name: &'a str, done: &'a Done) -> impl Iterator<Item = String> + 'a {
    done.verdict.figures.iter().map(move |figure| {
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        format!(
            "{name},{},{},{},{},{}",
            done.seed,
            quoted(&figure.name),
            // Seven digits, as many as were measured.
            figure.value as f32,
            quoted(&figure.wanted),
            figure.holds
        )
    })
}

/// A sentence for each figure over all seeds.
fn summaries(all: &[Done]) -> impl Iterator<Item = String> + '_ {
    let count = all.iter().map(|done| done.verdict.figures.len()).max().unwrap_or(0);
    (0..count).filter_map(move |i| {
        let figures: Vec<_> = all.iter().filter_map(|done| done.verdict.figures.get(i)).collect();
        let first = figures.first()?;
        let n = figures.len() as f64;
        let mean = figures.iter().map(|figure| figure.value).sum::<f64>() / n;
        let squares = figures.iter().map(|figure| (figure.value - mean).powi(2)).sum::<f64>();
        let spread = (squares / (n - 1.0).max(1.0)).sqrt();
        let holds = figures.iter().filter(|figure| figure.holds).count();
        let wanted = match &first.wanted[..] {
            "" => String::new(),
            wanted => format!(", wanted {wanted}: holds on {holds} of {n}"),
        };
        Some(format!("{}: {mean:.4} ± {spread:.4}{wanted}", first.name))
    })
}

/// Seeds as people write them: `7`, `1..10` (both ends) or `1,4,9`.
fn seeds(text: &str) -> Result<Vec<u64>> {
    let wrong = || {
        Error::new(format!(
            "Seeds '{text}' are not known: write 7, 1..10 or 1,4,9, whole numbers, at most 10,000 of them."
        ))
    };
    let seed =
        |text: &str| number::whole_within(text, 0, u32::MAX).map(u64::from).ok_or_else(wrong);
    let seeds: Vec<u64> = match text.split_once("..") {
        Some((first, last)) => {
            let (first, last) = (seed(first)?, seed(last)?);
            if last < first || last - first >= 10_000 {
                return Err(wrong());
            }
            (first..=last).collect()
        }
        None => text.split(',').map(seed).collect::<Result<_>>()?,
    };
    Ok(seeds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_read_as_people_write_them() {
        assert_eq!(seeds("7"), Ok(vec![7]));
        assert_eq!(seeds("1..3"), Ok(vec![1, 2, 3]));
        assert_eq!(seeds("4,1"), Ok(vec![4, 1]));
        for wrong in ["", "a", "3..1", "1..", "1..99999", "-1", "1.5"] {
            let sentence = seeds(wrong).unwrap_err().to_string();
            assert!(sentence.contains(&format!("'{wrong}'")), "{sentence}");
        }
    }

    #[test]
    fn the_first_error_ends_the_work() {
        let seeds: Vec<u64> = (0..1000).collect();
        let told = Mutex::new(0);
        let error = |seed| if seed == 5 { Err(Error::new("five")) } else { Ok(seed) };
        let result = over(&seeds, error, |_| {
            *told.lock().unwrap() += 1;
            Ok(())
        });
        assert_eq!(result, Err(Error::new("five")));
        assert!(*told.lock().unwrap() < 1000);
    }
}

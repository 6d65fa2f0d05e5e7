//! Flags as settings: every flag that is given acts, or says what is so already, or is refused by
//! its name.

use std::sync::Arc;

use clap::ArgMatches;
use sparsevd::checkpoint::Checkpoint;
use sparsevd::data::Data;
use sparsevd::error::{Error, Result};
use sparsevd::evaluation::Record;
use sparsevd::experiments;
use sparsevd::settings::{self, FIELDS, Field, Settings, budget};
use sparsevd::trainer::Trainer;

use crate::options::{value, values};
use crate::{files, inputs};

/// The settings whose flags were given, with the values.
fn given(arguments: &ArgMatches) -> impl Iterator<Item = (&'static Field, &str)> {
    let settings = FIELDS.iter().filter(|field| field.key != "data");
    settings.filter_map(|field| Some((field, value(arguments, field.flag)?)))
}

/// A run at its start, by the flags.
pub fn start(arguments: &ArgMatches) -> Result<Trainer> {
    let (settings, data) = settings(arguments)?;
    Ok(Trainer::new(settings, data))
}

/// The settings that the flags ask for, and the data they name; what was corrected so that they
/// fit is among the data's notices.
fn settings(arguments: &ArgMatches) -> Result<(Settings, Arc<Data>)> {
    let name = value(arguments, "experiment").unwrap_or(experiments::ALL[0].name);
    let experiment = experiments::find(name).ok_or_else(|| {
        let names: Vec<&str> = experiments::ALL.iter().map(|e| e.name).collect();
        Error::new(format!("Experiment '{name}' is not known: choose one of {}.", names.join(", ")))
    })?;
    let had = (experiment.settings)();
    let mut settings = had.clone();
    for (field, value) in given(arguments) {
        settings.set(field.key, value)?;
    }
    for (field, value) in given(arguments) {
        if (field.get)(&had) != (field.get)(&settings) {
            used(field, value, &settings)?;
            lasts(field.flag, arguments)?;
        }
    }
    let names = values(arguments, "data").unwrap_or_else(|| vec![had.data.as_str()]);
    let mut data = inputs::load(&names, settings.seed)?;
    settings.data = data.source.to_owned();
    let asked = |field: &Field| value(arguments, field.flag).is_some();
    let corrections = fit(&mut settings, &data, asked)?;
    budget::check(&settings, &data)?;
    data.notices.extend(corrections);
    data.notices.extend(settings::advice(&settings, &data).map(|advice| advice.text));
    Ok((settings, Arc::new(data)))
}

/// An error if the method has no use for a setting.
fn used(field: &Field, value: &str, settings: &Settings) -> Result<()> {
    if (field.offered)(settings.method) {
        return Ok(());
    }
    Err(Error::new(format!(
        "--{} {value} has no effect on the method {}: leave it out, or choose another --method.",
        field.flag,
        settings.method.name()
    )))
}

/// An error if a setting that only a saved run has a use for is not saved.
fn lasts(flag: &str, arguments: &ArgMatches) -> Result<()> {
    if flag != "samples" || value(arguments, "save").is_some() {
        return Ok(());
    }
    let why = "it is for the page, which has to open the run";
    Err(Error::new(format!("--{flag} has no effect without --save: {why}.")))
}

/// Makes the settings fit the data, with a sentence for each correction.
///
/// # Errors
/// The network cannot be fitted, or a setting that was `asked` for does not fit.
pub fn fit(
    settings: &mut Settings,
    data: &Data,
    asked: impl Fn(&Field) -> bool,
) -> Result<Vec<String>> {
    let (features, classes, objects) = (data.features(), data.classes, data.train.len());
    let size = format!("{features} inputs, {classes} classes, {objects} objects to learn from");
    let had = settings.clone();
    if had.network.fitted(features, data.image, classes).is_none() {
        let network = &had.network;
        return Err(Error::new(format!(
            "Network {network} does not fit the data ({size}): choose another, or other data."
        )));
    }
    let notices = settings.fit(data);
    for field in FIELDS.iter().filter(|field| asked(field)) {
        let (wanted, fits) = ((field.get)(&had), (field.get)(settings));
        if wanted != fits {
            return Err(Error::new(format!(
                "{} {wanted} does not fit the data ({size}): {fits} would.",
                field.label
            )));
        }
    }
    Ok(notices)
}

/// The run saved in `file`, on the data that the flags or the file name, and the records of its
/// epochs.
pub fn resume(file: &str, arguments: &ArgMatches) -> Result<(Trainer, Vec<Record>)> {
    let checkpoint = Checkpoint::read(file, &files::read(file)?)?;
    let source = checkpoint.settings().source();
    let names = match values(arguments, "data") {
        Some(names) => names,
        None if source.is_built_in() => vec![source.name],
        None => {
            let identity = checkpoint.identity().map(ToString::to_string);
            let whose = identity.unwrap_or_else(|| source.needs().to_owned());
            return Err(Error::new(format!(
                "{file} was trained on {whose}: name the files or their folder with --data."
            )));
        }
    };
    let seed = checkpoint.settings().seed;
    let (trainer, records) = checkpoint.resume(inputs::load(&names, seed)?.into())?;
    if let Some(name) = value(arguments, "experiment")
        && name != trainer.settings().experiment
    {
        return Err(Error::new(format!(
            "--experiment {name} cannot act on {file}, which is a run of {}: leave out the flag or --resume.",
            trainer.settings().experiment
        )));
    }
    Ok((trainer, records))
}

/// Makes the changes that the flags ask for to the run from `file`; the flags that changed it.
///
/// # Errors
/// A flag that cannot act on a run under way.
pub fn change(
    trainer: &mut Trainer,
    file: &str,
    arguments: &ArgMatches,
) -> Result<Vec<&'static str>> {
    let mut acted = Vec::new();
    for (field, value) in given(arguments) {
        let had = (field.get)(trainer.settings());
        let mut wanted = trainer.settings().clone();
        wanted.set(field.key, value)?;
        if (field.get)(&wanted) != had {
            used(field, value, &wanted)?;
            lasts(field.flag, arguments)?;
            change_one(trainer, field, value).map_err(|why| {
                Error::new(format!(
                    "--{} {value} cannot act on {file}, which has {had}: {why} Leave out the flag, or start a new run.",
                    field.flag
                ))
            })?;
            acted.push(field.flag);
        }
    }
    Ok(acted)
}

fn change_one(trainer: &mut Trainer, field: &Field, value: &str) -> Result<()> {
    let (trained, epochs) = (trainer.position().epoch, trainer.settings().epochs);
    trainer.set(field.key, value)?;
    if trainer.settings().epochs < trained.min(epochs) {
        return Err(Error::new(format!("It has trained {trained} epochs.")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sparsevd::methods::Method;

    fn arguments(words: &[&str]) -> ArgMatches {
        let words = ["sparsevd", "train", "--save", "x"].iter().chain(words);
        let matches = crate::options::command().get_matches_from(words);
        matches.subcommand_matches("train").expect("train").clone()
    }

    /// A value that the setting takes and does not have.
    fn another(field: &Field, settings: &Settings) -> &'static str {
        let values = "2:weights 2 0.7 1..2 x0.5@3 64-30-10 ard gaussian rt random on off sgd";
        let differs = |value: &&str| {
            let mut other = settings.clone();
            other.set(field.key, value).is_ok() && (field.get)(&other) != (field.get)(settings)
        };
        values.split(' ').find(differs).unwrap_or_else(|| panic!("a value for {}", field.key))
    }

    fn flags() -> impl Iterator<Item = (&'static Field, String)> {
        let fields = FIELDS.iter().filter(|field| field.key != "data");
        fields.map(|field| (field, format!("--{}", field.flag)))
    }

    #[test]
    fn every_flag_acts_on_a_resumed_run_or_is_refused_by_name() {
        let mut acted = Vec::new();
        for method in Method::ALL {
            let run = start(&arguments(&["--method", method.name()])).unwrap();
            for (field, flag) in flags() {
                let (mut trainer, value) = (run.clone(), another(field, run.settings()));
                match change(&mut trainer, "run", &arguments(&[&flag, value])) {
                    Ok(flags) => {
                        assert_eq!(flags, [field.flag]);
                        assert_eq!((field.get)(trainer.settings()), value);
                        let change = trainer.changes().last();
                        let noted = change.is_some_and(|change| change.key == field.key);
                        assert!(noted || ["threshold", "samples"].contains(&field.key), "{flag}");
                        acted.push((method.name(), field.flag));
                    }
                    Err(error) => assert!(error.to_string().contains(&flag), "{error}"),
                }
                let had = (field.get)(run.settings());
                let same = change(&mut run.clone(), "run", &arguments(&[&flag, &had]));
                assert_eq!(same, Ok(Vec::new()), "{flag} {had}");
            }
        }
        for one in [("sparse-vd", "lr"), ("sparse-vd", "kl-weight"), ("sparse-vd", "method")] {
            assert!(acted.contains(&one), "{one:?}");
        }
        for one in [("sparse-vd", "seed"), ("dense", "kl-weight"), ("ard", "prune-target")] {
            assert!(!acted.contains(&one), "{one:?}");
        }
    }

    #[test]
    fn every_flag_acts_on_a_new_run_or_is_refused_by_name() {
        for method in Method::ALL {
            let asked = ["--method", method.name()];
            let (had, ..) = settings(&arguments(&asked)).unwrap();
            for (field, flag) in flags().filter(|(field, _)| field.key != "method") {
                let value = another(field, &had);
                match settings(&arguments(&[&asked[..], &[&flag, value]].concat())) {
                    Ok((settings, ..)) => {
                        assert_eq!((field.get)(&settings), value);
                        assert!((field.offered)(method), "{flag} on {}", method.name());
                    }
                    Err(error) => assert!(error.to_string().contains(&flag), "{error}"),
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_with_what_would() {
        for (words, sought) in [
            (["--batch-size", "5000"], ["5000", "1437 would"]),
            (["--net", "784-20-10"], ["784-20-10", "64-20-10 would"]),
            (["--train-size", "9999"], ["9999", "0 would"]),
            (["--experiment", "lenet-5-caffe"], ["mnist", "--data"]),
        ] {
            let error = settings(&arguments(&words)).map(drop).unwrap_err().to_string();
            assert!(sought.iter().all(|word| error.contains(word)), "{error}");
            assert!(!error.contains("sing"), "nothing is used: {error}");
        }
    }
}

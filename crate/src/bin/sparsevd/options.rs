//! The command line's flags, made from the list of settings.

use std::sync::Arc;

use clap::{Arg, ArgMatches, Command};
use sparsevd::data::{self, Data};
use sparsevd::error::{Error, Result};
use sparsevd::experiments;
use sparsevd::settings::{FIELDS, Kind, Settings, budget};

/// The whole command line.
pub fn command() -> Command {
    let names: Vec<&str> = experiments::ALL.iter().map(|e| e.name).collect();
    let experiment = option("experiment", "NAME")
        .default_value(experiments::ALL[0].name)
        .help(format!("Settings to start from: {}", names.join(", ")));
    let mut train = Command::new("train")
        .about("Train a network; one line an epoch on standard output")
        .arg(experiment)
        .arg(option("resume", "FILE").help("Go on with a run that --save wrote"))
        .arg(option("csv", "FILE").help("Write the same lines to FILE"))
        .arg(option("save", "FILE.safetensors").help("Save the network and the run"));
    let defaults = Settings::default();
    for field in FIELDS {
        let default = (field.get)(&defaults);
        let help = match (&field.kind, field.key) {
            (_, "data") => "digits, mnist:DIR (four IDX files) or csv:FILE; MNIST experiments \
                            need mnist:DIR [default: digits]"
                .to_owned(),
            (Kind::Choice(choices), _) => {
                let values: Vec<_> = choices().into_iter().map(|(value, _)| value).collect();
                format!("{} One of {} [default: {default}]", field.about, values.join(", "))
            }
            _ => format!("{} [default: {default}]", field.about),
        };
        train = train.arg(option(field.flag, "X").help(help).allow_hyphen_values(true));
    }
    let evaluate = Command::new("evaluate")
        .about("Print the test accuracy of a saved network, and its bytes in every sparse format")
        .arg(option("load", "FILE.safetensors").required(true).help("A file that --save wrote"))
        .arg(option("data", "DATA").help("digits, mnist:DIR or csv:FILE [default: digits]"))
        .arg(option("threshold", "X").help("Prune where log α is above X [default: the run's]"));
    let table = Command::new("table")
        .about("Train the rows of the paper's table; goes on where it was interrupted")
        .arg(option("data", "mnist:DIR").required(true).help("The folder with MNIST's four files"))
        .arg(option("only", "NAME").help("One network: lenet-300-100 or lenet-5-caffe"))
        .arg(option("methods", "LIST").help("dense,magnitude-pruning,sparse-vd,ard [default: all]"))
        .arg(option("seeds", "LIST").default_value("1").help("Seeds, joined by commas"))
        .arg(option("epochs", "N").help("Epochs of every row [default: the row's]"))
        .arg(option("train-size", "N").help("Training images to use [default: all]"))
        .arg(option("dir", "FOLDER").default_value("table").help("Where runs are kept"))
        .arg(option("csv", "FILE").help("Write finished rows to FILE [default: FOLDER/table.csv]"));
    let bench = Command::new("bench")
        .about("Milliseconds a step of works: training, predicting, and the processor's peak")
        .arg(Arg::new("json").long("json").num_args(0).help("Print one JSON object"))
        .arg(option("works", "LIST").help("Which works to time, for example W1,W2 [default: all]"));
    Command::new("sparsevd")
        .about("Bayesian neural networks that lose their weights")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands([train, evaluate, table, bench])
}

fn option(name: &'static str, value: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value)
}

/// The value of an option, if it was given.
pub fn value<'a>(arguments: &'a ArgMatches, name: &str) -> Option<&'a str> {
    arguments.get_one::<String>(name).map(String::as_str)
}

/// The settings that the flags ask for, and the data they name.
pub fn settings(arguments: &ArgMatches) -> Result<(Settings, Arc<Data>)> {
    let name = value(arguments, "experiment").unwrap_or(experiments::ALL[0].name);
    let experiment = experiments::find(name).ok_or_else(|| {
        let names: Vec<&str> = experiments::ALL.iter().map(|e| e.name).collect();
        Error::new(format!("Experiment '{name}' is not known: choose one of {}.", names.join(", ")))
    })?;
    let mut settings = (experiment.settings)();
    for field in FIELDS.iter().filter(|field| field.key != "data") {
        if let Some(value) = value(arguments, field.flag) {
            settings.set(field.key, value)?;
        }
    }
    let source = value(arguments, "data").unwrap_or(&settings.data).to_owned();
    let data = load(&source)?;
    settings.data = source.split(':').next().unwrap_or_default().replace("csv", "own");
    if value(arguments, "net").is_none() {
        // An experiment's own network takes the size of other data; a network asked for does not.
        let fitted = settings.network.fitted(data.features(), data.image, data.classes);
        settings.network = fitted.unwrap_or(settings.network);
    }
    match settings.fit(&data).into_iter().next() {
        Some(notice) => Err(Error::new(notice)),
        None => {
            budget::check(&settings, &data)?;
            Ok((settings, Arc::new(data)))
        }
    }
}

/// The data called `source`: `digits`, `mnist:DIR` or `csv:FILE`.
pub fn load(source: &str) -> Result<Data> {
    match source.split_once(':') {
        None if source == "digits" => Ok(data::digits()),
        Some(("mnist", folder)) => data::from_folder(folder.as_ref()),
        Some(("csv", file)) => {
            data::from_files(vec![data::File { name: file.to_owned(), bytes: crate::read(file)? }])
        }
        _ if source == "mnist" => Err(Error::new(
            "Data 'mnist' needs its folder: write --data mnist:DIR (cargo xtask data mnist fetches it).",
        )),
        _ => Err(Error::new(format!(
            "Data '{source}' is not known: write digits, mnist:DIR or csv:FILE."
        ))),
    }
}

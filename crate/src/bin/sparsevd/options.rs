//! The command line's flags, made from the list of settings.

use clap::{Arg, ArgAction, ArgMatches, Command};
use sparsevd::experiments;
use sparsevd::settings::{FIELDS, Kind};

use crate::inputs;

/// The whole command line.
pub fn command() -> Command {
    let names: Vec<&str> = experiments::ALL.iter().map(|e| e.name).collect();
    let experiment = option("experiment", "NAME").help(format!(
        "Settings to start from: {} [default: {}]",
        names.join(", "),
        names[0]
    ));
    let mut train =
        Command::new("train")
            .about("Train a network; one line an epoch on standard output")
            .arg(experiment)
            .arg(option("resume", "FILE").help(
                "Go on with a run that --save wrote; other flags change it, if it can change so",
            ))
            .arg(option("csv", "FILE").help("Write the lines of all epochs to FILE"))
            .arg(option("save", "FILE.safetensors").help("Save the network and the run"))
            .arg(data().help(format!(
                "{}; MNIST experiments need its folder [default: digits, or the resumed run's]",
                inputs::ABOUT
            )));
    let defaults = (experiments::ALL[0].settings)();
    for field in FIELDS.iter().filter(|field| field.key != "data") {
        let default = (field.get)(&defaults);
        let help = match &field.kind {
            Kind::Choice(choices) => {
                let values: Vec<_> = choices().into_iter().map(|(value, _)| value).collect();
                format!("{} One of {} [default: {default}]", field.about, values.join(", "))
            }
            _ => format!("{} [default: {default}]", field.about),
        };
        train = train.arg(option(field.flag, "X").help(help).allow_hyphen_values(true));
    }
    let judged = experiments::ALL.iter().filter(|e| e.verdict.is_some());
    let judged: Vec<&str> = judged.map(|e| e.name).collect();
    let experiment = Command::new("experiment")
        .about("Run an experiment to its verdict; one line a figure, exit status 1 if one does not hold")
        .arg(Arg::new("name").value_name("NAME").required(true).help(judged.join(", ")))
        .arg(option("seeds", "SEEDS").default_value("1").help("7, 1..10 or 1,4,9"))
        .arg(option("csv", "FILE").help("Write the lines of all seeds to FILE"))
        .arg(option("svg", "DIR").help("Write every picture of every seed to DIR, as it is at the end"))
        .arg(
            option("set", "KEY=VALUE")
                .action(ArgAction::Append)
                .help("Change a setting by its key in addresses, such as lr=0.002"),
        )
        .arg(data().help(format!("{} [default: the experiment's]", inputs::ABOUT)));
    let claims = Command::new("claims")
        .about("Check the lecture's claims over seeds; goes on where it was interrupted; exit status 1 if one does not hold on nine of ten seeds")
        .arg(option("seeds", "SEEDS").default_value("1..10").help("7, 1..10 or 1,4,9"))
        .arg(option("csv", "FILE").help("Write the table of claims to FILE"))
        .arg(option("record", "FILE").help("Write what the page shows, with version and date, to FILE"))
        .arg(option("figures", "FILE").default_value("claims-figures.csv").help(
            "Where every figure of every seed is kept: what is there is not run again",
        ))
        .arg(
            option("merge", "FILES")
                .num_args(1..)
                .action(ArgAction::Append)
                .help("Run nothing: put the figures of FILES together (sparsevd experiment --csv)"),
        )
        .arg(
            Arg::new("list")
                .long("list")
                .num_args(0)
                .help("Run nothing: print one command a line, for many machines"),
        );
    let evaluate = Command::new("evaluate")
        .about("Print the test accuracy of a saved network, and its bytes in every sparse format")
        .arg(option("load", "FILE.safetensors").required(true).help("A file that --save wrote"))
        .arg(data().help(format!("{} [default: digits, if the run's]", inputs::ABOUT)))
        .arg(option("threshold", "X").help("Prune where log α is above X [default: the run's]"));
    let table = Command::new("table")
        .about("Train the rows of the paper's table; goes on where it was interrupted")
        .arg(data().required(true).help("The folder with MNIST's four files"))
        .arg(option("only", "NAME").help("One network: lenet-300-100 or lenet-5-caffe"))
        .arg(option("methods", "LIST").help("dense,magnitude-pruning,sparse-vd,ard [default: all]"))
        .arg(option("seeds", "LIST").default_value("1").help("Seeds, joined by commas"))
        .arg(option("epochs", "N").help("Epochs of every row [default: the row's]"))
        .arg(option("train-size", "N").help("Training images to use [default: all]"))
        .arg(option("dir", "FOLDER").default_value("table").help("Where runs are kept"))
        .arg(option("csv", "FILE").help("Add finished rows to FILE [default: FOLDER/table.csv]"));
    let bench = Command::new("bench")
        .about("Milliseconds a step of works: training, predicting, and the processor's peak")
        .arg(Arg::new("json").long("json").num_args(0).help("Print one JSON object"))
        .arg(option("works", "LIST").help("Which works to time, for example W1,W2 [default: all]"));
    Command::new("sparsevd")
        .about("Bayesian neural networks that lose their weights")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands([train, experiment, claims, evaluate, table, bench])
}

fn option(name: &'static str, value: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value)
}

/// Names of data, as many as there are.
fn data() -> Arg {
    option("data", "DATA").num_args(1..).action(ArgAction::Append)
}

/// The value of an option, if the command has it and it was given.
pub fn value<'a>(arguments: &'a ArgMatches, name: &str) -> Option<&'a str> {
    arguments.try_get_one::<String>(name).ok().flatten().map(String::as_str)
}

/// The values of an option that takes several, if it was given.
pub fn values<'a>(arguments: &'a ArgMatches, name: &str) -> Option<Vec<&'a str>> {
    Some(arguments.get_many::<String>(name)?.map(String::as_str).collect())
}

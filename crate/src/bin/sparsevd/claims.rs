//! `sparsevd claims`: checks what the lecture says, claim by claim, over seeds.

use std::sync::Arc;
use std::time::Instant;

use clap::ArgMatches;
use sparsevd::error::{Error, Result};
use sparsevd::experiments::{self, CLAIMS, Checked, Claim, Experiment, Recording, Verdict};
use sparsevd::runs::Runs;
use sparsevd::settings::Settings;

use crate::figures::{self, Kept, Line};
use crate::files::Target;
use crate::options::{value, values};
use crate::{cores, inputs, note, print, trial};

/// The columns of the table.
const COLUMNS: [&str; 9] =
    ["claim", "experiment", "figure", "value", "wanted", "holds", "of", "spread", "read"];

/// An experiment with a verdict, and a seed to run it with.
struct Job {
    experiment: &'static Experiment,
    judge: fn(&Runs) -> Verdict,
    seed: u64,
}

/// Checks the claims; whether each holds on nine of ten seeds.
pub fn run(arguments: &ArgMatches) -> Result<bool> {
    let seeds = trial::seeds(value(arguments, "seeds").unwrap_or("1..10"))?;
    let jobs = jobs(&seeds);
    if arguments.get_flag("list") {
        jobs.iter().map(command).for_each(print);
        return Ok(true);
    }
    let mut table = value(arguments, "csv").map(Target::new).transpose()?;
    let mut record = value(arguments, "record").map(Target::new).transpose()?;
    let mut kept = Kept::open(value(arguments, "figures").unwrap_or_default())?;
    match values(arguments, "merge") {
        Some(files) => {
            for file in files {
                kept.add(figures::read(file)?)?;
            }
        }
        None => work(jobs, &mut kept)?,
    }
    let lines: Vec<&Line> = kept.lines().iter().filter(|line| seeds.contains(&line.seed)).collect();
    let check = |claim: &Claim| figures::summary(&lines, claim.experiment, claim.figure);
    let checked: Vec<Option<Checked>> = CLAIMS.iter().map(check).collect();
    let text = csv(&checked)?;
    print(text.trim_end());
    if let Some(table) = &mut table {
        table.write(text.as_bytes())?;
    }
    let holds = tell(&checked);
    if let Some(record) = &mut record {
        let today = jiff::Timestamp::now().strftime("%Y-%m-%d");
        let seeds = value(arguments, "seeds").unwrap_or("1..10");
        let when = format!("Version {}, {today}, seeds {seeds}", env!("CARGO_PKG_VERSION"));
        record.write(Recording { when, checked }.write().as_bytes())?;
    }
    Ok(holds)
}

/// Says what does not hold, or is not known; whether everything holds.
fn tell(checked: &[Option<Checked>]) -> bool {
    for (claim, checked) in CLAIMS.iter().zip(checked) {
        match checked {
            None => note(format!("{}: not measured yet.", claim.says)),
            Some(it) if !it.stands() => {
                note(format!("{}: holds on {} of {} seeds.", claim.says, it.holds, it.of));
            }
            Some(_) => {}
        }
    }
    let measured = checked.iter().flatten().count();
    let stand = checked.iter().flatten().filter(|it| it.stands()).count();
    note(format!("{stand} of {measured} claims hold on nine of ten seeds."));
    stand == checked.len()
}

/// Every experiment that a claim names, with every seed; all experiments of a seed first, so that
/// what is there early says something of all claims.
fn jobs(seeds: &[u64]) -> Vec<Job> {
    let checks = |e: &&&Experiment| CLAIMS.iter().any(|claim| claim.experiment == e.name);
    let all = |&seed: &u64| {
        let judged = experiments::ALL.iter().filter(checks);
        judged.filter_map(move |&experiment| {
            Some(Job { experiment, judge: experiment.verdict?, seed })
        })
    };
    seeds.iter().flat_map(all).collect()
}

/// What does a job on another machine.
fn command(job: &Job) -> String {
    let Job { experiment, seed, .. } = job;
    let name = experiment.name;
    format!("sparsevd experiment {name} --seeds {seed} --csv {name}-{seed}.csv")
}

/// Does the jobs that are not done, on all cores, and tells how long the rest will take.
fn work(mut jobs: Vec<Job>, kept: &mut Kept) -> Result<()> {
    let all = jobs.len();
    jobs.retain(|job| !kept.has(job.experiment.name, job.seed));
    if jobs.len() < all {
        note(format!("{} of {all} runs are there already.", all - jobs.len()));
    }
    let (start, mut done) = (Instant::now(), 0);
    let count = jobs.len();
    cores::over(
        &jobs,
        |Job { experiment, judge, seed }| {
            let settings = Settings { seed: *seed, ..(experiment.settings)() };
            let data = Arc::new(inputs::load(&[&settings.data], *seed)?);
            let (_, verdict) = trial::run(experiment, *judge, settings, &data)?;
            Ok((experiment.name, *seed, verdict))
        },
        |(name, seed, verdict)| {
            kept.add(figures::lines(name, seed, &verdict))?;
            done += 1;
            let left =
                start.elapsed().as_secs_f64() / f64::from(done) * (count as f64 - f64::from(done));
            let told = if verdict.holds() { "as wanted" } else { "not as wanted" };
            note(format!("{done} of {count}, {} left: {name}, seed {seed}: {told}.", time(left)));
            Ok(())
        },
    )
}

/// Seconds as people say them.
fn time(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s => format!("{:.0} min", s / 60.0),
    }
}

/// The table: one line a claim.
fn csv(checked: &[Option<Checked>]) -> Result<String> {
    let broken = |error: csv::Error| Error::new(format!("Could not write the table: {error}."));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(broken)?;
    for (claim, checked) in CLAIMS.iter().zip(checked) {
        let Claim { says, experiment, figure, read } = claim;
        let [value, wanted, holds, of, spread] = match checked {
            None => [const { String::new() }; 5],
            Some(Checked { mean, spread, wanted, holds, of }) => [
                // Seven digits, as many as were measured.
                (*mean as f32).to_string(),
                wanted.clone(),
                holds.to_string(),
                of.to_string(),
                (*spread as f32).to_string(),
            ],
        };
        let cells = [says, experiment, figure, &*value, &wanted, &holds, &of, &spread, read];
        writer.write_record(cells).map_err(broken)?;
    }
    let bytes = writer.into_inner().map_err(|error| broken(error.into_error().into()))?;
    Ok(String::from_utf8(bytes).expect("the cells are text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_claim_is_worked_for_once_a_seed() {
        let jobs = jobs(&[3, 4]);
        for claim in CLAIMS {
            let its = jobs.iter().filter(|job| job.experiment.name == claim.experiment);
            assert_eq!(its.map(|job| job.seed).collect::<Vec<_>>(), [3, 4], "{}", claim.says);
        }
        assert_eq!(jobs[0].seed, jobs[1].seed, "all of a seed come first");
        let first = jobs[0].experiment.name;
        assert_eq!(
            command(&jobs[0]),
            format!("sparsevd experiment {first} --seeds 3 --csv {first}-3.csv")
        );
    }

    #[test]
    fn time_is_told_as_people_say_it() {
        assert_eq!([time(5.2), time(600.0)], ["5 s", "10 min"]);
    }
}

//! One run of an experiment, from its start to its verdict.

use std::sync::Arc;

use sparsevd::data::{self, Data};
use sparsevd::error::{Error, Result};
use sparsevd::experiments::{Experiment, Verdict};
use sparsevd::number;
use sparsevd::runs::Runs;
use sparsevd::session::Progress;
use sparsevd::settings::Settings;

/// Runs `experiment` with `settings` on `data`, or on those that their source draws for the seed;
/// the runs at their end, everything seen, and what came out.
///
/// # Errors
/// The data do not fit, a run would take too much, or its loss is no longer a number.
pub fn run(
    experiment: &Experiment,
    judge: fn(&Runs) -> Verdict,
    mut settings: Settings,
    data: &Arc<Data>,
) -> Result<(Runs, Verdict)> {
    let seed = settings.seed;
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
    let verdict = judge(&runs);
    Ok((runs, verdict))
}

/// Seeds as people write them: `7`, `1..10` (both ends) or `1,4,9`.
///
/// # Errors
/// The text is none of these.
pub fn seeds(text: &str) -> Result<Vec<u64>> {
    let wrong = || {
        Error::new(format!(
            "Seeds '{text}' are not known: write 7, 1..10 or 1,4,9, whole numbers, at most 10,000 of them."
        ))
    };
    let seed =
        |text: &str| number::whole_within(text, 0, u32::MAX).map(u64::from).ok_or_else(wrong);
    match text.split_once("..") {
        Some((first, last)) => {
            let (first, last) = (seed(first)?, seed(last)?);
            if last < first || last - first >= 10_000 {
                return Err(wrong());
            }
            Ok((first..=last).collect())
        }
        None => text.split(',').map(seed).collect(),
    }
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
}

//! The lecture's claims: each in the lecture's words, with the figure of an experiment that checks
//! it. In the lecture's order.
//!
//! To add a claim: one entry of [`CLAIMS`].

/// A claim and how it is checked.
pub struct Claim {
    /// What the lecture says.
    pub says: &'static str,
    /// The experiment that measures it.
    pub experiment: &'static str,
    /// The figure of its verdict that must be as wanted.
    pub figure: &'static str,
    /// What to read about it.
    pub read: &'static str,
}

const ASHUKHA: &str = "Ashukha et al., ICLR 2020";
const KENDALL: &str = "Kendall and Gal, NeurIPS 2017";
const FOONG: &str = "Foong et al., 2019; Pearce et al., AISTATS 2020";
const LOUIZOS: &str = "Louizos and Welling, ICML 2017";
const GAL: &str = "Gal and Ghahramani, ICML 2016";
const MOHAMED: &str = "Mohamed et al., JMLR 2020";
const KINGMA: &str = "Kingma, Salimans and Welling, NeurIPS 2015";
const MOLCHANOV: &str = "Molchanov, Ashukha and Vetrov, ICML 2017";
const KHARITONOV: &str = "Kharitonov, Molchanov and Vetrov, 2018";
const ZHANG: &str = "Zhang et al., ICLR 2017; Molchanov et al., ICML 2017";

/// Every claim.
pub const CLAIMS: &[Claim] = &[
    Claim {
        says: "Ensembling gives higher quality: but it is settled after a few members",
        experiment: "ensembling",
        figure: "Gaussian posterior: acc(20) − acc(5), points",
        read: ASHUKHA,
    },
    Claim {
        says: "But the negative log-likelihood keeps improving",
        experiment: "ensembling",
        figure: "Gaussian posterior: NLL(20)/NLL(1)",
        read: ASHUKHA,
    },
    Claim {
        says: "Overlapping classes: data uncertainty (aleatoric)",
        experiment: "uncertainty-classification",
        figure: "ensemble of 10: aleatoric in the overlap",
        read: KENDALL,
    },
    Claim {
        says: "Out of the domain, a single model is sure without a reason",
        experiment: "uncertainty-classification",
        figure: "single net: at least 99 % sure far away",
        read: KENDALL,
    },
    Claim {
        says: "Out-of-domain point: model uncertainty (epistemic)",
        experiment: "uncertainty-classification",
        figure: "ensemble of 10: epistemic far away",
        read: KENDALL,
    },
    Claim {
        says: "Unseen classes: a Bayesian network tells that it does not know them",
        experiment: "unseen-classes",
        figure: "AUROC by total uncertainty: posterior less single net",
        read: KENDALL,
    },
    Claim {
        says: "Unseen variations of known classes: a single model is sure, a Bayesian network is not",
        experiment: "rotated-digit",
        figure: "Gaussian posterior: epistemic at 90° / at 0°",
        read: LOUIZOS,
    },
    Claim {
        says: "Noisy train data: model not only the mean but also the std",
        experiment: "uncertainty-regression",
        figure: "fitted noise, σ(6)/σ(0)",
        read: KENDALL,
    },
    Claim {
        says: "Out-of-domain test data: the solution is ensembling",
        experiment: "uncertainty-regression",
        figure: "anchored ensemble: gap ratio",
        read: FOONG,
    },
    Claim {
        says: "Reparametrization: the gradient of the expectation without bias",
        experiment: "reparametrization",
        figure: "standard errors from the exact gradients, most",
        read: MOHAMED,
    },
    Claim {
        says: "Reparametrization is one possible solution: not always the one of lower variance",
        experiment: "reparametrization",
        figure: "cos(5x): variance, pathwise / score function",
        read: MOHAMED,
    },
    Claim {
        says: "Using binary dropout means being Bayesian: there is ensembling in it",
        experiment: "binary-dropout",
        figure: "NLL(50) / NLL(scaled)",
        read: GAL,
    },
    Claim {
        says: "One sample per mini-batch: correlated predictions",
        experiment: "rt-vs-lrt",
        figure: "correlation with RT",
        read: KINGMA,
    },
    Claim {
        says: "Local reparametrization: uncorrelated predictions",
        experiment: "rt-vs-lrt",
        figure: "correlation with LRT",
        read: KINGMA,
    },
    Claim {
        says: "Less correlation: lower variance of the stochastic gradients for a mini-batch",
        experiment: "rt-vs-lrt",
        figure: "RT / LRT at 256",
        read: KINGMA,
    },
    Claim {
        says: "Most weights disappear",
        experiment: "sparsity",
        figure: "compression",
        read: MOLCHANOV,
    },
    Claim {
        says: "… and the accuracy stays",
        experiment: "sparsity",
        figure: "accuracy gained since the KL set in, points",
        read: MOLCHANOV,
    },
    Claim {
        says: "An approximation of the KL divergence",
        experiment: "vd-vs-ard",
        figure: "largest error of the trained KL, nats",
        read: MOLCHANOV,
    },
    Claim {
        says: "Automatic relevance determination: another prior but a very similar method",
        experiment: "vd-vs-ard",
        figure: "compression of ARD / Sparse VD",
        read: KHARITONOV,
    },
    Claim {
        says: "Random labels: conventional models easily overfit",
        experiment: "random-labels",
        figure: "dropout on random labels: training accuracy, %",
        read: ZHANG,
    },
    Claim {
        says: "No dependency between data and labels: Sparse VD yields an empty model",
        experiment: "random-labels",
        figure: "Sparse VD on random labels: weights kept, %",
        read: ZHANG,
    },
];

/// What came out for a claim, over seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// Mean over the seeds.
    pub mean: f64,
    /// Standard deviation over the seeds.
    pub spread: f64,
    /// What was wanted, in words.
    pub wanted: String,
    /// Seeds on which it holds.
    pub holds: usize,
    /// Seeds that were run.
    pub of: usize,
}

impl Checked {
    /// Whether it holds on nine of ten seeds.
    pub fn stands(&self) -> bool {
        10 * self.holds >= 9 * self.of
    }
}

/// What the program itself has measured and kept, with its version, the day and the seeds.
pub struct Recording {
    /// `0.1.0, 2026-11-29, seeds 1..10`.
    pub when: String,
    /// What came out for each of [`CLAIMS`], where it was measured.
    pub checked: Vec<Option<Checked>>,
}

/// The recording that comes with the program, made by `sparsevd claims --record
/// crate/src/experiments/recorded.tsv`.
pub fn recording() -> Recording {
    Recording::read(include_str!("recorded.tsv"))
}

impl Recording {
    /// As a text: when, then one line a claim, its cells separated by tabs.
    pub fn write(&self) -> String {
        let mut text = format!("{}\n", self.when);
        for (claim, checked) in CLAIMS.iter().zip(&self.checked) {
            let Some(Checked { mean, spread, wanted, holds, of }) = checked else { continue };
            let Claim { experiment, figure, .. } = claim;
            // Seven digits, as many as were measured.
            let (mean, spread) = (*mean as f32, *spread as f32);
            text += &format!("{experiment}\t{figure}\t{mean}\t{spread}\t{wanted}\t{holds}\t{of}\n");
        }
        text
    }

    fn read(text: &str) -> Self {
        let (when, lines) = text.split_once('\n').unwrap_or((text, ""));
        let of = |claim: &Claim| {
            lines.lines().find_map(|line| {
                let mut cells = line.split('\t');
                let is = cells.next()? == claim.experiment && cells.next()? == claim.figure;
                let (mean, spread) = (cells.next()?.parse().ok()?, cells.next()?.parse().ok()?);
                let wanted = cells.next()?.to_owned();
                let (holds, of) = (cells.next()?.parse().ok()?, cells.next()?.parse().ok()?);
                is.then_some(Checked { mean, spread, wanted, holds, of })
            })
        };
        Self { when: when.to_owned(), checked: CLAIMS.iter().map(of).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiments;

    #[test]
    fn every_claim_has_an_experiment_that_judges() {
        for claim in CLAIMS {
            let experiment = experiments::find(claim.experiment).expect("it is in the list");
            assert!(experiment.verdict.is_some(), "{}", claim.experiment);
            assert!(!claim.says.is_empty() && !claim.read.is_empty());
        }
    }

    #[test]
    fn a_recording_is_read_as_it_is_written() {
        let one =
            Checked { mean: -0.5, spread: 0.25, wanted: "at least −1".into(), holds: 9, of: 10 };
        let checked: Vec<_> = (0..CLAIMS.len()).map(|i| (i % 3 > 0).then(|| one.clone())).collect();
        let recording = Recording { when: "0.1.0, today".to_owned(), checked };
        let again = Recording::read(&recording.write());
        assert_eq!((again.when, again.checked), (recording.when, recording.checked));
        assert!(one.stands() && !Checked { holds: 8, ..one }.stands());
    }

    #[test]
    fn what_comes_with_the_program_is_whole() {
        for (claim, checked) in CLAIMS.iter().zip(recording().checked) {
            let checked =
                checked.unwrap_or_else(|| panic!("{}: record it (sparsevd claims)", claim.says));
            assert!(checked.of >= 10 && checked.holds <= checked.of, "{}", claim.says);
        }
    }

    #[test]
    fn every_experiment_that_judges_checks_a_claim() {
        for experiment in experiments::ALL.iter().filter(|e| e.verdict.is_some()) {
            let checks = CLAIMS.iter().any(|claim| claim.experiment == experiment.name);
            assert!(checks, "{}", experiment.name);
        }
    }
}

//! Methods: what stands for a weight, and which prior it has.

use crate::priors::{Ard, LogUniform, Normal, Prior};

/// A way to train the weights of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Bayesian weights with the log-uniform prior (Molchanov, Ashukha and Vetrov, 2017).
    SparseVd,
    /// Bayesian weights with a Gaussian prior whose precision each weight learns.
    Ard,
    /// Bayesian weights with a standard normal prior: uncertainty without sparsity.
    Gaussian,
    /// Point estimates with random units dropped in training.
    BinaryDropout,
    /// Point estimates of which the smallest go (Zhu and Gupta, 2017).
    MagnitudePruning,
    /// Point estimates.
    Dense,
}

/// What the page says of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Below the weight matrices: what a pixel is, and when it turns white.
    pub lesson: &'static str,
    /// Where it was published.
    pub source: &'static str,
    /// What the accuracy of the deterministic network is called.
    pub test_accuracy: &'static str,
    /// What the accuracy in training is called.
    pub train_accuracy: &'static str,
}

impl Method {
    /// Every method, in the order of menus.
    pub const ALL: [Self; 6] = [
        Self::SparseVd,
        Self::Ard,
        Self::Gaussian,
        Self::BinaryDropout,
        Self::MagnitudePruning,
        Self::Dense,
    ];

    /// The name in menus, URLs and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::SparseVd => "sparse-vd",
            Self::Ard => "ard",
            Self::Gaussian => "gaussian",
            Self::BinaryDropout => "binary-dropout",
            Self::MagnitudePruning => "magnitude-pruning",
            Self::Dense => "dense",
        }
    }

    /// The name in full, with the prior after a colon.
    pub fn label(self) -> &'static str {
        match self {
            Self::SparseVd => "Sparse VD: p(w) ∝ 1/|w|",
            Self::Ard => "ARD: p(w) = N(0, 1/τ), τ learned",
            Self::Gaussian => "Gaussian: p(w) = N(0, 1)",
            Self::BinaryDropout => "Binary dropout: units, not weights",
            Self::MagnitudePruning => "Magnitude pruning: small |w|",
            Self::Dense => "Dense: point estimates, no prior",
        }
    }

    /// The words for it.
    pub fn words(self) -> Words {
        let (lesson, source) = match self {
            Self::SparseVd => (
                "Each pixel is one weight's posterior mean μ. The prior rewards weights that can \
                 be noise: when log α = log σ²/μ² passes the threshold, the weight is set to zero \
                 and its pixel turns white.",
                "Molchanov, Ashukha and Vetrov, “Variational Dropout Sparsifies Deep Neural \
                 Networks”, ICML 2017.",
            ),
            Self::Ard => (
                "Each pixel is one weight's posterior mean μ. Each weight has a Gaussian prior \
                 that learns its own precision τ: where the data ask for nothing, τ grows and the \
                 weight becomes noise. When log α = log σ²/μ² passes the threshold, it is set to \
                 zero and its pixel turns white.",
                "MacKay, “Bayesian Non-Linear Modeling for the Prediction Competition”, 1994; \
                 Kharitonov, Molchanov and Vetrov, “Variational Dropout via Empirical Bayes”, 2018.",
            ),
            Self::Gaussian => (
                "Each pixel is one weight's posterior mean μ. The prior N(0, 1) keeps weights \
                 small and unsure and asks for no zeros: the few white pixels are weights whose \
                 noise happens to drown their mean, log α = log σ²/μ² above the threshold.",
                "Blundell, Cornebise, Kavukcuoglu and Wierstra, “Weight Uncertainty in Neural \
                 Networks”, ICML 2015.",
            ),
            Self::BinaryDropout => (
                "Each pixel is one weight, a single number. In training a random part of the \
                 hidden units is silent for every object; the network predicts with all of them. \
                 No weight is pruned, so no pixel turns white.",
                "Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, “Dropout”, 2014; \
                 Gal and Ghahramani, “Dropout as a Bayesian Approximation”, ICML 2016.",
            ),
            Self::MagnitudePruning => (
                "Each pixel is one weight, a single number. While the schedule lasts, the weights \
                 of each layer with the smallest |w| are set to zero, more at every step; they \
                 stay zero, and their pixels white.",
                "Zhu and Gupta, “To prune, or not to prune”, 2017.",
            ),
            Self::Dense => (
                "Each pixel is one weight, a single number. Nothing asks for zeros: no weight is \
                 pruned, so no pixel turns white.",
                "",
            ),
        };
        let (test_accuracy, train_accuracy) = match self {
            Self::SparseVd | Self::Ard | Self::Gaussian => {
                ("test accuracy, pruned mean", "train accuracy, with noise")
            }
            Self::BinaryDropout => ("test accuracy, all units", "train accuracy, with dropout"),
            Self::MagnitudePruning => ("test accuracy, kept weights", "train accuracy"),
            Self::Dense => ("test accuracy", "train accuracy"),
        };
        Words { lesson, source, test_accuracy, train_accuracy }
    }

    /// Its formula in MathML.
    pub fn formula(self) -> &'static str {
        match self {
            Self::SparseVd => include_str!("formulas/sparse-vd.mathml"),
            Self::Ard => include_str!("formulas/ard.mathml"),
            Self::Gaussian => include_str!("formulas/gaussian.mathml"),
            Self::BinaryDropout => include_str!("formulas/binary-dropout.mathml"),
            Self::MagnitudePruning => include_str!("formulas/magnitude-pruning.mathml"),
            Self::Dense => include_str!("formulas/dense.mathml"),
        }
    }

    /// The prior of Bayesian weights; `None` where weights are point estimates.
    #[inline(never)] // Or the priors' loops would be compiled where this is used.
    pub fn prior(self) -> Option<&'static dyn Prior> {
        match self {
            Self::SparseVd => Some(&LogUniform),
            Self::Ard => Some(&Ard),
            Self::Gaussian => Some(&Normal::STANDARD),
            Self::BinaryDropout | Self::MagnitudePruning | Self::Dense => None,
        }
    }

    /// Whether its prior prefers weights that are noise: its KL depends on α alone.
    pub fn sparsifies(self) -> bool {
        matches!(self, Self::SparseVd | Self::Ard)
    }

    /// Whether a run can go from this method to `other` without starting over: both Bayesian.
    pub fn switches_live_to(self, other: Self) -> bool {
        self.prior().is_some() && other.prior().is_some()
    }
}

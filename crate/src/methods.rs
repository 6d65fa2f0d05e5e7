//! Methods: what stands for a weight, and which prior it has.

use crate::priors::{Ard, LogUniform, Prior, StandardNormal};

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

    /// The prior of Bayesian weights; `None` where weights are point estimates.
    pub fn prior(self) -> Option<&'static dyn Prior> {
        match self {
            Self::SparseVd => Some(&LogUniform),
            Self::Ard => Some(&Ard),
            Self::Gaussian => Some(&StandardNormal),
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

//! The objective: the evidence lower bound and its two terms.

/// The two terms of the ELBO, both in nats per training object.
///
/// ELBO = Σ E_q log p(y|x, w) − KL(q‖p), divided by N (Kingma and Welling, 2014).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elbo {
    /// Mean negative log-likelihood, the data term with its sign turned.
    pub nll: f64,
    /// KL(q‖p)/N.
    pub kl: f64,
}

impl Elbo {
    /// From the mean NLL and the whole KL of a network trained on `train_size` objects.
    pub fn new(nll: f64, kl: f64, train_size: usize) -> Self {
        Self { nll, kl: kl / train_size as f64 }
    }

    /// The bound itself.
    pub fn value(&self) -> f64 {
        -self.nll - self.kl
    }

    /// What training minimises when the KL is weighted by `kl_weight`.
    pub fn loss(&self, kl_weight: f32) -> f64 {
        self.nll + f64::from(kl_weight) * self.kl
    }
}

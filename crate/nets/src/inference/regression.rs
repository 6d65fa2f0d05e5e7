//! The posterior of a small network on a line: Gaussian noise that may differ from object to
//! object, Gaussian priors that may lie anywhere.

use super::laplace::gauss_newton;
use super::{LN_TAU, Laplace, LogDensity, TanhNet, fill_normal};
use crate::error::Result;
use crate::rng::Rng;

/// y ~ N(f(x), σ(x)²) with f a [`TanhNet`], parameters ~ N(centre, variance).
///
/// As a density it is ln p(y, parameters | x) with all constants.
#[derive(Clone, Debug)]
pub struct Regression {
    net: TanhNet,
    x: Vec<f64>,
    y: Vec<f64>,
    sigma: Vec<f64>,
    variance: Vec<f64>,
    centre: Vec<f64>,
    /// What the likelihood and the prior have besides their squares.
    constants: (f64, f64),
}

impl Regression {
    /// The model of the targets `y` (n) at the inputs `x` (n), whose noise has the standard
    /// deviations `sigma` (n), under a prior around 0 with `variance` (d).
    pub fn new(
        net: TanhNet,
        x: Vec<f64>,
        y: Vec<f64>,
        sigma: Vec<f64>,
        variance: Vec<f64>,
    ) -> Self {
        assert!(x.len() == y.len() && x.len() == sigma.len());
        assert_eq!(variance.len(), net.parameters());
        let likelihood: f64 = sigma.iter().map(|&s| -libm::log(s) - 0.5 * LN_TAU).sum();
        let prior: f64 = variance.iter().map(|&v| -0.5 * (libm::log(v) + LN_TAU)).sum();
        let centre = vec![0.0; variance.len()];
        Self { net, x, y, sigma, variance, centre, constants: (likelihood, prior) }
    }

    /// The network.
    pub fn net(&self) -> TanhNet {
        self.net
    }

    /// Adds the gradient of ln p(y | x, at) to `gradient` (d) and returns the value in nats.
    pub fn log_likelihood(&self, at: &[f64], gradient: &mut [f64]) -> f64 {
        let pass = self.net.forward(at, &self.x);
        let mut value = self.constants.0;
        let objects = pass.outputs.iter().zip(&self.y).zip(&self.sigma);
        let slopes: Vec<f64> = objects
            .map(|((output, y), sigma)| {
                let residual = (y - output) / sigma;
                value -= 0.5 * residual * residual;
                residual / sigma
            })
            .collect();
        self.net.backward(at, &self.x, &pass, &slopes, gradient);
        value
    }

    /// Adds the gradient of ln p(at) to `gradient` (d) and returns the value in nats.
    pub fn log_prior(&self, at: &[f64], gradient: &mut [f64]) -> f64 {
        let mut value = self.constants.1;
        let prior = self.centre.iter().zip(&self.variance);
        for ((slope, at), (centre, variance)) in gradient.iter_mut().zip(at).zip(prior) {
            let away = at - centre;
            value -= 0.5 * away * away / variance;
            *slope -= away / variance;
        }
        value
    }

    /// The same model with its prior around `anchor` (d): its mode is one member of an anchored
    /// ensemble (Pearce, Leibfried and Brintrup, 2020).
    pub fn anchored(&self, anchor: Vec<f64>) -> Self {
        Self { centre: anchor, ..self.clone() }
    }

    /// The same model with fresh noise added to its targets: the mode of an anchored model with
    /// such targets is an exact posterior draw where f is linear (Bardsley et al., 2014).
    pub fn perturbed(&self, rng: &mut Rng) -> Self {
        let mut y = vec![0.0; self.y.len()];
        fill_normal(rng, &mut y);
        for (noise, (y, sigma)) in y.iter_mut().zip(self.y.iter().zip(&self.sigma)) {
            *noise = y + sigma * *noise;
        }
        Self { y, ..self.clone() }
    }

    /// One draw from the prior, (d).
    pub fn draw_prior(&self, rng: &mut Rng) -> Vec<f64> {
        let mut draw = vec![0.0; self.centre.len()];
        fill_normal(rng, &mut draw);
        for (draw, (centre, variance)) in
            draw.iter_mut().zip(self.centre.iter().zip(&self.variance))
        {
            *draw = centre + variance.sqrt() * *draw;
        }
        draw
    }

    /// Laplace's approximation around `mode` with the generalised Gauss–Newton matrix, which is
    /// the Hessian of the linearised network (Immer, Korzepa and Bauer, 2021).
    ///
    /// # Errors
    /// When that matrix is not positive definite: a parameter or variance is not finite.
    pub fn laplace(&self, mode: Vec<f64>) -> Result<Laplace> {
        let jacobian = self.net.jacobian(&mode, &self.x);
        let precision: Vec<f64> = self.sigma.iter().map(|s| 1.0 / (s * s)).collect();
        let prior: Vec<f64> = self.variance.iter().map(|v| 1.0 / v).collect();
        Laplace::new(mode, gauss_newton(&jacobian, &precision, &prior))
    }
}

impl LogDensity for Regression {
    fn dimensions(&self) -> usize {
        self.net.parameters()
    }

    fn log_density(&self, at: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        self.log_prior(at, gradient) + self.log_likelihood(at, gradient)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::inference::density::tests::assert_gradient;
    use crate::inference::laplace::hessian;
    use crate::rng::Stream;

    /// A small model with noise that grows.
    pub fn model() -> Regression {
        model_under(TanhNet { hidden: 4 }.by_layer(10.0, 0.25))
    }

    /// The same under a prior of these variances, (13).
    pub fn model_under(variance: Vec<f64>) -> Regression {
        let net = TanhNet { hidden: 4 };
        let x = vec![-1.0, -0.5, 0.2, 0.9, 1.4];
        let y = x.iter().map(|x| 0.5 * x + 0.1).collect();
        let sigma = x.iter().map(|x| 0.3 + 0.1 * x).collect();
        Regression::new(net, x, y, sigma, variance)
    }

    #[test]
    fn gradients_are_those_of_the_values() {
        let model = model();
        let mut rng = Rng::stream(2, Stream::Measures, 0);
        let at = model.draw_prior(&mut rng);
        assert_gradient(&model, &at, 1e-6);
        let anchored = model.anchored(model.draw_prior(&mut rng));
        assert_gradient(&anchored, &at, 1e-6);
        let mut gradient = vec![0.0; at.len()];
        assert_ne!(model.log_density(&at, &mut gradient), anchored.log_density(&at, &mut gradient));
    }

    #[test]
    fn the_density_has_its_constants() {
        // One object, all parameters 0: N(y; 0, σ²) times the prior at 0.
        let net = TanhNet { hidden: 4 };
        let variance = net.by_layer(10.0, 0.25);
        let model = Regression::new(net, vec![1.0], vec![0.4], vec![0.5], variance);
        let (tau, d) = (std::f64::consts::TAU, 13);
        let likelihood = -0.5 * (0.8f64 * 0.8 + (0.25 * tau).ln());
        let prior = -0.5 * (8.0 * (10.0 * tau).ln() + 5.0 * (0.25 * tau).ln());
        let value = model.log_density(&vec![0.0; d], &mut vec![0.0; d]);
        assert!((value - likelihood - prior).abs() < 1e-12);
    }

    #[test]
    fn gauss_newton_is_the_hessian_where_nothing_is_left_over() {
        // With targets that the network meets exactly, the Hessian's other term vanishes.
        let mut model = model();
        let mode = model.draw_prior(&mut Rng::stream(3, Stream::Measures, 0));
        model.y = model.net.forward(&mode, &model.x).outputs;
        let precision: Vec<f64> = model.sigma.iter().map(|s| 1.0 / (s * s)).collect();
        let prior: Vec<f64> = model.variance.iter().map(|v| 1.0 / v).collect();
        let ours = gauss_newton(&model.net.jacobian(&mode, &model.x), &precision, &prior);
        for (ours, exact) in ours.iter().zip(hessian(&model, &mode, 1e-5)) {
            assert!((ours - exact).abs() < 1e-5 * (1.0 + exact.abs()), "{ours} against {exact}");
        }
        assert!(model.laplace(mode).is_ok());
    }
}

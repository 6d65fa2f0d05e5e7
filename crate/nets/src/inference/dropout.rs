//! Monte Carlo dropout of hidden units: a point estimate trained and read under random masks.

use super::{Adam, Regression, TanhNet};
use crate::rng::Rng;

/// MC dropout (Gal and Ghahramani, 2016) on the hidden units of a [`Regression`]'s network; its
/// prior is the penalty. The input is never dropped.
#[derive(Clone, Debug)]
pub struct Dropout {
    parameters: Vec<f64>,
    adam: Adam,
    probability: f32,
    masks: usize,
    rng: Rng,
}

impl Dropout {
    /// Starts at `parameters`; units are dropped with `probability`, and a step averages the
    /// gradients under `masks` masks.
    pub fn new(parameters: Vec<f64>, probability: f32, masks: usize, rng: Rng) -> Self {
        Self { adam: Adam::new(parameters.len()), parameters, probability, masks, rng }
    }

    /// One step of Adam of size `rate`; returns the mean log likelihood under the step's masks.
    pub fn step(&mut self, model: &Regression, rate: f64) -> f64 {
        let h = model.net().hidden;
        let outputs = 2 * h..3 * h;
        let mut gradient = vec![0.0; self.parameters.len()];
        let mut value = 0.0;
        for _ in 0..self.masks {
            let mask = mask(&mut self.rng, h, self.probability);
            let thinned = thinned(&self.parameters, &mask);
            let mut slopes = vec![0.0; gradient.len()];
            value += model.log_likelihood(&thinned, &mut slopes);
            slopes[outputs.clone()].iter_mut().zip(&mask).for_each(|(slope, mask)| *slope *= mask);
            gradient.iter_mut().zip(&slopes).for_each(|(sum, slope)| *sum += slope);
        }
        let share = 1.0 / self.masks as f64;
        gradient.iter_mut().for_each(|slope| *slope *= share);
        model.log_prior(&self.parameters, &mut gradient);
        self.adam.ascend(&mut self.parameters, &gradient, rate);
        value * share
    }

    /// The parameters without a mask, (d).
    pub fn mean(&self) -> &[f64] {
        &self.parameters
    }

    /// The mean of f at `x` (n) over all masks that drop a unit with `probability`, and its standard
    /// deviation, in closed form: f is linear in the mask, so its variance is
    /// p/(1 − p) Σⱼ (vⱼ tanh(wⱼ x + bⱼ))².
    pub fn moments(&self, x: &[f64], probability: f64) -> (Vec<f64>, Vec<f64>) {
        let net = TanhNet { hidden: (self.parameters.len() - 1) / 3 };
        let v = &self.parameters[2 * net.hidden..3 * net.hidden];
        let odds = probability / (1.0 - probability);
        let spread = |row: &[f64]| {
            // The slope in vⱼ is the unit itself.
            let units = row[2 * net.hidden..].iter().zip(v);
            (odds * units.map(|(unit, v)| (unit * v) * (unit * v)).sum::<f64>()).sqrt()
        };
        let jacobian = net.jacobian(&self.parameters, x);
        let spreads = jacobian.chunks_exact(net.parameters()).map(spread).collect();
        (net.forward(&self.parameters, x).outputs, spreads)
    }

    /// The parameters of the network that one mask leaves, (d): one draw of the posterior.
    pub fn sample(&self, rng: &mut Rng) -> Vec<f64> {
        let hidden = (self.parameters.len() - 1) / 3;
        thinned(&self.parameters, &mask(rng, hidden, self.probability))
    }
}

/// 0 with `probability`, else 1/(1 − probability).
fn mask(rng: &mut Rng, hidden: usize, probability: f32) -> Vec<f64> {
    let kept = 1.0 / (1.0 - f64::from(probability));
    (0..hidden).map(|_| if rng.uniform() < probability { 0.0 } else { kept }).collect()
}

/// The network whose hidden units are multiplied by `mask` (H): that multiplies v.
fn thinned(parameters: &[f64], mask: &[f64]) -> Vec<f64> {
    let mut thinned = parameters.to_vec();
    let v = &mut thinned[2 * mask.len()..3 * mask.len()];
    v.iter_mut().zip(mask).for_each(|(v, mask)| *v *= mask);
    thinned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::regression::tests::{model, model_under};
    use crate::rng::Stream;

    #[test]
    fn masks_drop_their_share_and_keep_the_mean() {
        let net = Dropout::new(vec![1.0; 13], 0.25, 1, Rng::stream(1, Stream::Dropout, 0));
        let mut rng = Rng::stream(1, Stream::Dropout, 1);
        let draws: Vec<f64> =
            (0..5000).flat_map(|_| net.sample(&mut rng)[8..12].to_vec()).collect();
        let dropped = draws.iter().filter(|&&v| v == 0.0).count() as f64 / 20_000.0;
        // Four standard errors of √(0.25·0.75/20,000) = 0.0031: 6 in 100,000.
        assert!((dropped - 0.25).abs() < 0.0125, "{dropped}");
        assert!(draws.iter().all(|&v| v == 0.0 || (v - 4.0 / 3.0).abs() < 1e-15));
        // The first layer and c are never touched.
        let draw = net.sample(&mut rng);
        assert!(draw[..8].iter().chain(&draw[12..]).all(|&v| v == 1.0));
    }

    #[test]
    fn moments_are_those_of_all_masks() {
        let (hidden, p) = (8, 0.3);
        let net = TanhNet { hidden };
        let mut parameters = vec![0.0; net.parameters()];
        super::super::fill_normal(&mut Rng::stream(4, Stream::Measures, 0), &mut parameters);
        let x = [-1.0, 0.2, 2.0];
        let mut sums = [[0.0; 2]; 3];
        for drawn in 0..1u32 << hidden {
            let dropped = |j: usize| drawn >> j & 1 == 1;
            let mask: Vec<f64> =
                (0..hidden).map(|j| if dropped(j) { 0.0 } else { 1.0 / (1.0 - p) }).collect();
            let chance: f64 = (0..hidden).map(|j| if dropped(j) { p } else { 1.0 - p }).product();
            let outputs = net.forward(&thinned(&parameters, &mask), &x).outputs;
            for (sums, f) in sums.iter_mut().zip(outputs) {
                sums[0] += chance * f;
                sums[1] += chance * f * f;
            }
        }
        let dropout = Dropout::new(parameters, 0.1, 1, Rng::stream(1, Stream::Dropout, 0));
        let (mean, sigma) = dropout.moments(&x, p);
        for (i, [first, second]) in sums.into_iter().enumerate() {
            assert!((mean[i] - first).abs() < 1e-12);
            assert!((sigma[i] * sigma[i] - (second - first * first)).abs() < 1e-10);
        }
    }

    #[test]
    fn without_dropping_it_climbs_to_the_mode() {
        let model = model();
        let start = model.draw_prior(&mut Rng::stream(1, Stream::Initialisation, 0));
        let mut dropout = Dropout::new(start.clone(), 0.0, 1, Rng::stream(1, Stream::Dropout, 0));
        for _ in 0..200 {
            dropout.step(&model, 0.01);
        }
        let mut mode = start;
        Adam::new(mode.len()).climb(&model, &mut mode, 200, (0.01, 0.01));
        for (ours, mode) in dropout.mean().iter().zip(&mode) {
            assert!((ours - mode).abs() < 1e-9);
        }
    }

    #[test]
    fn what_a_mask_hides_gets_no_gradient_from_the_data() {
        // A prior without a slope: only the data move anything.
        let model = model_under(vec![1e12; 13]);
        let start = model.draw_prior(&mut Rng::stream(1, Stream::Initialisation, 0));
        let start: Vec<f64> = start.iter().map(|p| p * 1e-6).collect();
        let rng = Rng::stream(1, Stream::Dropout, 0);
        let hidden = mask(&mut rng.clone(), 4, 0.5);
        assert!(hidden.contains(&0.0) && hidden.iter().any(|&m| m > 0.0), "an instructive mask");
        let mut dropout = Dropout::new(start.clone(), 0.5, 1, rng);
        dropout.step(&model, 0.01);
        for (j, &mask) in hidden.iter().enumerate() {
            let moved = (dropout.mean()[8 + j] - start[8 + j]).abs();
            assert_eq!(moved > 5e-3, mask > 0.0, "unit {j}: {moved}");
        }
    }
}

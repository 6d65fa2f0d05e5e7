//! Optimizers: parameters with their gradients and moments, and the rules that move them.

use crate::linalg::math::power;
use crate::linalg::{Matrix, simd};

/// A tensor that learns: its value, gradient and the optimizer's moments, all of one shape.
///
/// The moments belong to the parameter: switching the prior or the estimator keeps them.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The current value.
    pub value: Matrix,
    /// Gradient of the loss, overwritten by every backward pass.
    pub gradient: Matrix,
    /// Running mean of gradients.
    pub first_moment: Matrix,
    /// Running mean of squared gradients.
    pub second_moment: Matrix,
}

impl Parameter {
    /// A parameter at `value` that has not moved yet.
    pub fn new(value: Matrix) -> Self {
        let zeros = Matrix::zeros(value.dim());
        Self { value, gradient: zeros.clone(), first_moment: zeros.clone(), second_moment: zeros }
    }

    /// Moves the whole parameter along its gradient.
    pub fn update(&mut self, optimizer: &dyn Optimizer, step: Step) {
        optimizer.update(step, self.run(0..self.value.len()));
    }

    /// The entries `range` in row-major order.
    pub(crate) fn run(&mut self, range: std::ops::Range<usize>) -> Run<'_> {
        const ROW_MAJOR: &str = "parameters are kept in row-major order";
        Run {
            value: &mut self.value.as_slice_mut().expect(ROW_MAJOR)[range.clone()],
            gradient: &mut self.gradient.as_slice_mut().expect(ROW_MAJOR)[range.clone()],
            first_moment: &mut self.first_moment.as_slice_mut().expect(ROW_MAJOR)[range.clone()],
            second_moment: &mut self.second_moment.as_slice_mut().expect(ROW_MAJOR)[range],
        }
    }
}

/// A run of a parameter's entries, all of one length.
pub struct Run<'a> {
    /// Values, moved by the update.
    pub value: &'a mut [f32],
    /// Gradients.
    pub gradient: &'a mut [f32],
    /// First moments.
    pub first_moment: &'a mut [f32],
    /// Second moments.
    pub second_moment: &'a mut [f32],
}

/// When and how far: the step's number and its learning rate.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// 1 for the first step.
    pub number: u64,
    /// The learning rate of this step.
    pub learning_rate: f32,
}

/// A rule that moves parameters against their gradients.
pub trait Optimizer: Sync {
    /// The name in menus, URLs and on the command line.
    fn name(&self) -> &'static str;

    /// What the loss per datum is multiplied by before it is differentiated, given N.
    fn loss_scale(&self, train_size: usize) -> f32;

    /// Moves `run` by one step.
    fn update(&self, step: Step, run: Run<'_>);
}

/// Every optimizer, in the order of menus.
pub static ALL: &[&dyn Optimizer] = &[&Adam, &Sgd];

/// The optimizer called `name`.
pub fn find(name: &str) -> Option<&'static dyn Optimizer> {
    ALL.iter().copied().find(|optimizer| optimizer.name() == name)
}

/// Adam (Kingma and Ba, 2015) with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸.
#[derive(Clone, Copy, Debug)]
pub struct Adam;

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPSILON: f32 = 1e-8;
/// First moments below this are set to zero: denormal numbers slow processors down.
const FLUSH: f32 = 1e-30;

impl Optimizer for Adam {
    fn name(&self) -> &'static str {
        "adam"
    }

    /// The loss of the whole training set, as in the authors' code: Adam does not see the
    /// scale, but its ε would drown the small gradients of a loss per datum.
    fn loss_scale(&self, train_size: usize) -> f32 {
        train_size as f32
    }

    fn update(&self, step: Step, run: Run<'_>) {
        let correction_1 = 1.0 - power(f64::from(BETA_1), step.number);
        let correction_2 = 1.0 - power(f64::from(BETA_2), step.number);
        let rate = (f64::from(step.learning_rate) / correction_1) as f32;
        adam(rate, (1.0 / correction_2.sqrt()) as f32, run);
    }
}

simd! {
    fn adam(rate: f32, scale: f32, run: Run<'_>) {
        let moments = run.first_moment.iter_mut().zip(run.second_moment);
        for ((value, &mut g), (first, second)) in
            run.value.iter_mut().zip(run.gradient).zip(moments)
        {
            let m = BETA_1 * *first + (1.0 - BETA_1) * g;
            let v = BETA_2 * *second + (1.0 - BETA_2) * g * g;
            *value -= rate * m / (v.sqrt() * scale + EPSILON);
            *first = if m.abs() < FLUSH { 0.0 } else { m };
            *second = if v < FLUSH { 0.0 } else { v };
        }
    }
}

/// Stochastic gradient descent with momentum 0.9 (Polyak, 1964).
#[derive(Clone, Copy, Debug)]
pub struct Sgd;

const MOMENTUM: f32 = 0.9;

impl Optimizer for Sgd {
    fn name(&self) -> &'static str {
        "sgd"
    }

    /// The loss per datum, so that a learning rate means the same for any amount of data.
    fn loss_scale(&self, _train_size: usize) -> f32 {
        1.0
    }

    fn update(&self, step: Step, run: Run<'_>) {
        for ((value, &mut g), velocity) in
            run.value.iter_mut().zip(run.gradient).zip(run.first_moment)
        {
            let v = MOMENTUM * *velocity + g;
            *velocity = if v.abs() < FLUSH { 0.0 } else { v };
            *value -= step.learning_rate * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_optimizer_finds_the_bottom_of_a_bowl() {
        for optimizer in ALL {
            let mut w = Parameter::new(Matrix::from_elem((1, 3), 2.0));
            for number in 1..=500 {
                w.gradient.assign(&(&w.value - 0.5));
                w.update(*optimizer, Step { number, learning_rate: 0.05 });
            }
            assert!(w.value.iter().all(|w| (w - 0.5).abs() < 1e-2), "{}", optimizer.name());
        }
    }

    #[test]
    fn adams_first_step_is_the_learning_rate() {
        let mut w = Parameter::new(Matrix::zeros((1, 2)));
        w.gradient[[0, 0]] = 1e3;
        w.gradient[[0, 1]] = -1e-3;
        w.update(&Adam, Step { number: 1, learning_rate: 0.1 });
        assert!((w.value[[0, 0]] + 0.1).abs() < 1e-5 && (w.value[[0, 1]] - 0.1).abs() < 2e-6);
    }
}

//! A network of one hidden layer of tanh units, from one number to one number.

use crate::linalg::simd;

/// f(x) = c + Σⱼ vⱼ tanh(wⱼ x + bⱼ), its parameters in one row: w (H), b (H), v (H), c.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TanhNet {
    /// H, the number of hidden units.
    pub hidden: usize,
}

/// What a forward pass leaves for the backward pass.
#[derive(Clone, Debug)]
pub struct Pass {
    /// f(x), (n).
    pub outputs: Vec<f64>,
    /// Hidden units, (n, H) row by row.
    hidden: Vec<f64>,
}

impl TanhNet {
    /// The number of parameters, 3H + 1.
    pub fn parameters(self) -> usize {
        3 * self.hidden + 1
    }

    /// One number for each parameter: `first` for those of the first layer, `output` for those
    /// of the output layer.
    pub fn by_layer(self, first: f64, output: f64) -> Vec<f64> {
        let mut numbers = vec![first; self.parameters()];
        numbers[2 * self.hidden..].fill(output);
        numbers
    }

    /// f at the inputs `x` (n).
    pub fn forward(self, parameters: &[f64], x: &[f64]) -> Pass {
        let h = self.hidden;
        let (w, b) = (&parameters[..h], &parameters[h..2 * h]);
        let mut hidden = vec![0.0; x.len() * h];
        for (row, &x) in hidden.chunks_exact_mut(h).zip(x) {
            for (unit, (w, b)) in row.iter_mut().zip(w.iter().zip(b)) {
                *unit = w * x + b;
            }
        }
        tanh(&mut hidden);
        let (v, c) = (&parameters[2 * h..3 * h], parameters[3 * h]);
        let outputs = hidden.chunks_exact(h).map(|row| c + super::dot(v, row)).collect();
        Pass { outputs, hidden }
    }

    /// Adds Σₙ slopesₙ · ∂f(xₙ)/∂parameters to `gradient` (3H + 1).
    pub fn backward(
        self,
        parameters: &[f64],
        x: &[f64],
        pass: &Pass,
        slopes: &[f64],
        gradient: &mut [f64],
    ) {
        let h = self.hidden;
        let v = &parameters[2 * h..3 * h];
        for (row, (&x, &slope)) in pass.hidden.chunks_exact(h).zip(x.iter().zip(slopes)) {
            add_gradient(v, row, x, slope, gradient);
        }
    }

    /// ∂f(xₙ)/∂parameters, (n, 3H + 1) row by row.
    pub fn jacobian(self, parameters: &[f64], x: &[f64]) -> Vec<f64> {
        let (h, d) = (self.hidden, self.parameters());
        let pass = self.forward(parameters, x);
        let mut jacobian = vec![0.0; x.len() * d];
        let rows = jacobian.chunks_exact_mut(d).zip(pass.hidden.chunks_exact(h));
        for ((gradient, row), &x) in rows.zip(x) {
            add_gradient(&parameters[2 * h..3 * h], row, x, 1.0, gradient);
        }
        jacobian
    }
}

simd! {
    /// Adds one object's share: `v` and `hidden` have length H, `gradient` 3H + 1.
    fn add_gradient(v: &[f64], hidden: &[f64], x: f64, slope: f64, gradient: &mut [f64]) {
        let h = v.len();
        let (dw, rest) = gradient.split_at_mut(h);
        let (db, rest) = rest.split_at_mut(h);
        let (dv, dc) = rest.split_at_mut(h);
        dc[0] += slope;
        let into = dw.iter_mut().zip(db).zip(dv);
        for (((dw, db), dv), (&v, &unit)) in into.zip(v.iter().zip(hidden)) {
            let before = slope * v * (1.0 - unit * unit);
            *dw += before * x;
            *db += before;
            *dv += slope * unit;
        }
    }
}

simd! {
    /// x ← tanh x, within 6·10⁻¹⁶ of its size.
    ///
    /// With e²ˣ = 2ⁿ (Q + rP)/(Q − rP), S. Moshier's fraction (Cephes 2.8, `exp`), the tangent
    /// needs one division, and keeps its digits near 0, where n = 0.
    #[allow(clippy::excessive_precision, reason = "coefficients as published")]
    fn tanh(values: &mut [f64]) {
        /// 1.5·2⁵²: adding it rounds a small number to an integer, kept in the low bits.
        const ROUND: f64 = 6_755_399_441_055_744.0;
        for value in values {
            // Beyond 20 it is 1 to the last bit.
            let x = 2.0 * value.clamp(-20.0, 20.0);
            let shifted = x * std::f64::consts::LOG2_E + ROUND;
            let n = shifted - ROUND;
            let r = x - n * 6.931_457_519_531_25e-1 - n * 1.428_606_820_309_417_232_12e-6;
            let z = r * r;
            let p = (1.261_771_930_748_105_908_78e-4 * z + 3.029_944_077_074_419_613_00e-2) * z;
            let p = r * (p + 9.999_999_999_999_999_999_10e-1);
            let q = 3.001_985_051_386_644_550_42e-6 * z + 2.524_483_403_496_841_041_92e-3;
            let q = (q * z + 2.272_655_482_081_550_287_66e-1) * z + 2.0;
            let power = f64::from_bits((shifted.to_bits().wrapping_add(1023)) << 52);
            let (less, more) = (power - 1.0, power + 1.0);
            *value = (less * q + more * p) / (more * q + less * p);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::fill_normal;
    use crate::rng::{Rng, Stream};

    #[test]
    fn the_tangent_is_that_of_the_library() {
        let grid = (-4000..=4000).map(|i| f64::from(i) * 0.00625);
        let values: Vec<f64> = grid.chain([0.0, 1e-9, -1e-300, 700.0, -1e9]).collect();
        let mut ours = values.clone();
        tanh(&mut ours);
        for (x, ours) in values.iter().zip(ours) {
            let library = libm::tanh(*x);
            assert!((ours - library).abs() <= 6e-16 * library.abs(), "tanh {x}: {ours}, {library}");
        }
    }

    #[test]
    fn the_jacobian_is_that_of_the_outputs() {
        let net = TanhNet { hidden: 7 };
        let mut parameters = vec![0.0; net.parameters()];
        fill_normal(&mut Rng::stream(1, Stream::Measures, 0), &mut parameters);
        let x = [-1.5, 0.0, 0.3, 2.0];
        let jacobian = net.jacobian(&parameters, &x);
        for (n, row) in jacobian.chunks_exact(net.parameters()).enumerate() {
            for (i, &slope) in row.iter().enumerate() {
                let value = |by: f64| {
                    let mut moved = parameters.clone();
                    moved[i] += by;
                    net.forward(&moved, &x).outputs[n]
                };
                let numeric = (value(1e-5) - value(-1e-5)) / 2e-5;
                assert!((numeric - slope).abs() < 1e-8, "{n}, {i}: {numeric} against {slope}");
            }
        }
        // The backward pass is a weighted sum of the rows.
        let slopes = [0.5, -1.0, 2.0, 0.1];
        let mut gradient = vec![0.0; net.parameters()];
        let pass = net.forward(&parameters, &x);
        net.backward(&parameters, &x, &pass, &slopes, &mut gradient);
        for (i, gradient) in gradient.iter().enumerate() {
            let sum: f64 = jacobian
                .chunks_exact(net.parameters())
                .zip(slopes)
                .map(|(row, slope)| slope * row[i])
                .sum();
            assert!((gradient - sum).abs() < 1e-13);
        }
    }
}

//! What is left of a weight layer when inputs and outputs have retired.
//!
//! The layer then trains a packed posterior of the weights that are left.

use crate::linalg::Matrix;
use crate::posterior::Gaussian;

/// The inputs and outputs of a weight layer that have not retired.
#[derive(Clone, Debug)]
pub(super) struct Live {
    /// Inputs of the whole layer: channels of a convolution, features otherwise.
    inputs_in_all: usize,
    outputs_in_all: usize,
    pub(super) inputs: Vec<u32>,
    pub(super) outputs: Vec<u32>,
    /// The weights that are left, (taps · inputs, outputs).
    pub(super) posterior: Gaussian,
    /// Where they are among all.
    pub(super) places: Vec<u32>,
    /// Whether nothing is left. One retired weight then stands in, so that no shape is empty; it
    /// must not be moved.
    pub(super) emptied: bool,
}

impl Live {
    /// What is left of a posterior (taps · `inputs`, fan_out); `None` if nothing has retired.
    pub(super) fn of(posterior: &Gaussian, inputs: usize) -> Option<Self> {
        let (fan_in, fan_out) = posterior.mean.value.dim();
        let mut alive = (vec![false; inputs], vec![false; fan_out]);
        for row in 0..fan_in {
            for column in 0..fan_out {
                if !posterior.is_retired((row, column)) {
                    alive.0[row % inputs] = true;
                    alive.1[column] = true;
                }
            }
        }
        if alive.0.iter().chain(&alive.1).all(|&alive| alive) {
            return None;
        }
        let numbers = |alive: Vec<bool>| -> Vec<u32> {
            (0..).zip(alive).filter_map(|(number, alive)| alive.then_some(number)).collect()
        };
        let (mut live_inputs, mut outputs) = (numbers(alive.0), numbers(alive.1));
        let emptied = outputs.is_empty();
        if emptied {
            (live_inputs, outputs) = (vec![0], vec![0]);
        }
        let taps = fan_in / inputs;
        let rows = (0..taps).flat_map(|tap| {
            let first = (tap * inputs) as u32;
            live_inputs.iter().map(move |input| first + input)
        });
        let places = rows.flat_map(|row| outputs.iter().map(move |o| row * fan_out as u32 + o));
        let places: Vec<u32> = places.collect();
        Some(Self {
            posterior: posterior.packed(&places, (taps * live_inputs.len(), outputs.len())),
            places,
            inputs_in_all: inputs,
            outputs_in_all: fan_out,
            inputs: live_inputs,
            outputs,
            emptied,
        })
    }

    /// The inputs that are left of a batch (objects, features).
    pub(super) fn narrow_inputs(&self, x: &Matrix) -> Matrix {
        narrow(x, self.inputs_in_all, &self.inputs)
    }

    /// Their gradient as one of all inputs, 0 where they have retired.
    pub(super) fn widen_inputs(&self, dx: &Matrix) -> Matrix {
        widen(dx, self.inputs_in_all, &self.inputs)
    }

    /// The outputs that are left of rows of all.
    pub(super) fn narrow_outputs(&self, dy: &Matrix) -> Matrix {
        narrow(dy, self.outputs_in_all, &self.outputs)
    }

    /// Rows of all outputs, 0 where they have retired.
    pub(super) fn widen_outputs(&self, y: &Matrix) -> Matrix {
        widen(y, self.outputs_in_all, &self.outputs)
    }
}

/// The values `kept` of every group of `group` values in a row.
fn narrow(x: &Matrix, group: usize, kept: &[u32]) -> Matrix {
    let values = x.as_slice().expect("kept in row-major order");
    let mut packed = vec![0.0; values.len() / group * kept.len()];
    let places = packed.chunks_exact_mut(kept.len().max(1));
    for (packed, group) in places.zip(values.chunks_exact(group)) {
        packed.iter_mut().zip(kept).for_each(|(packed, &i)| *packed = group[i as usize]);
    }
    let columns = x.ncols() / group * kept.len();
    Matrix::from_shape_vec((x.nrows(), columns), packed).expect("as many groups as before")
}

/// The other way round: groups of `group` values, 0 but for those `kept`.
fn widen(x: &Matrix, group: usize, kept: &[u32]) -> Matrix {
    let groups = x.ncols().checked_div(kept.len()).unwrap_or(1);
    let mut wide = Matrix::zeros((x.nrows(), groups * group));
    let all = wide.as_slice_mut().expect("new, so contiguous").chunks_exact_mut(group);
    let values = x.as_slice().expect("kept in row-major order");
    for (all, values) in all.zip(values.chunks_exact(kept.len().max(1))) {
        kept.iter().zip(values).for_each(|(&i, &x)| all[i as usize] = x);
    }
    wide
}

//! What cannot be in a saved run, and what a file is that is none.

use std::collections::HashMap;
use std::mem;

use safetensors::SafeTensorError;

use super::Checkpoint;
use crate::changes::{Place, Plan};
use crate::data::{Data, what_is};
use crate::error::Error;
use crate::linalg::Matrix;
use crate::network::Network;
use crate::optimizer::Parameter;
use crate::priors::{Earlier, Reference};
use crate::settings::Settings;
use crate::trainer::Running;

/// The sentence for a damaged file.
pub(super) fn error(name: &str, what: &str) -> Error {
    Error::new(format!("{name} is damaged: {what}."))
}

/// What a file is that is no safetensors file.
pub(super) fn instead(bytes: &[u8], error: &SafeTensorError) -> String {
    let short = [SafeTensorError::InvalidHeaderLength, SafeTensorError::MetadataIncompleteBuffer];
    let same = |other: &SafeTensorError| mem::discriminant(other) == mem::discriminant(error);
    // A header begins after its length.
    if bytes.get(8) == Some(&b'{') && short.iter().any(same) {
        return "it ends too early; copy or download it again".to_owned();
    }
    format!("it is {}; choose a file that Save made, or download it again", what_is(bytes))
}

impl Checkpoint {
    /// Whether changes, position and records can be those of one run; otherwise what is wrong.
    pub(super) fn check_history(
        &self,
        settings: &Settings,
        data: &Data,
    ) -> Result<(), &'static str> {
        let Self { changes, position, records, .. } = self;
        let plan = Plan::new(settings, changes.clone(), Some(data));
        if plan.changes != *changes || changes.iter().any(|change| change.step > position.step) {
            return Err("its changes are not those of a run");
        }
        let objects = settings.epoch_objects(data);
        let place = Place::at(position.step, &plan.start, changes, objects);
        let taken = position.taken as u64;
        if (place.epoch, place.taken) != (u64::from(position.epoch), taken) {
            return Err("its position is not one that its run comes to");
        }
        if position.began > position.step || (position.began > 0 && settings.tasks.tasks == 1) {
            return Err("its task is not one that its run comes to");
        }
        let sums = |sums: &Running, seen: u64| {
            u64::from(sums.seen) == seen && sums.correct <= sums.seen && sums.nll.is_finite()
        };
        let whole = if position.epoch > 0 { objects as u64 } else { 0 };
        if !sums(&position.running, taken) || !sums(&position.last_epoch, whole) {
            return Err("its sums over an epoch are not those of a run");
        }
        let later = |pair: &[crate::evaluation::Record]| pair[0].epoch >= pair[1].epoch;
        let past = records.iter().any(|r| r.epoch > position.epoch || r.step > position.step);
        if past || records.windows(2).any(later) {
            return Err("its records are not those of a run");
        }
        Ok(())
    }
}

/// Takes the three matrices of the parameter `name` out of `tensors`; otherwise what is wrong.
pub(super) fn fill(
    name: &str,
    parameter: &mut Parameter,
    tensors: &mut HashMap<String, Matrix>,
) -> Result<(), String> {
    let any = |x: f32| x.is_finite();
    let positive = |x: f32| x.is_finite() && x >= 0.0;
    // A square may have become infinite: its weight stands still from then on.
    let square = |x: f32| x >= 0.0;
    if name.ends_with("running_variance") {
        take(name, &mut parameter.value, positive, tensors)?;
    } else {
        take(name, &mut parameter.value, any, tensors)?;
    }
    take(&format!("{name}.first_moment"), &mut parameter.first_moment, any, tensors)?;
    take(&format!("{name}.second_moment"), &mut parameter.second_moment, square, tensors)
}

/// Takes the posteriors that have become priors out of `tensors`; otherwise what is wrong.
pub(super) fn fill_priors(
    network: &mut Network,
    tensors: &mut HashMap<String, Matrix>,
) -> Result<(), String> {
    let possible = |x: f32| x.is_finite();
    for (i, posterior) in network.posteriors_mut() {
        let (mut mean, mut log_sigma) =
            (posterior.mean.value.clone(), posterior.log_sigma.value.clone());
        take(&format!("layers.{i}.prior.mean"), &mut mean, possible, tensors)?;
        take(&format!("layers.{i}.prior.log_sigma"), &mut log_sigma, possible, tensors)?;
        posterior.set_reference(Reference::Earlier(Earlier::new(mean, log_sigma).into()));
    }
    Ok(())
}

fn take(
    tensor: &str,
    place: &mut Matrix,
    possible: fn(f32) -> bool,
    tensors: &mut HashMap<String, Matrix>,
) -> Result<(), String> {
    let Some(matrix) = tensors.remove(tensor) else {
        return Err(format!("it has no '{tensor}'"));
    };
    if matrix.dim() != place.dim() {
        let ((rows, columns), (m, n)) = (place.dim(), matrix.dim());
        return Err(format!("'{tensor}' should be {rows} × {columns} and is {m} × {n}"));
    }
    if let Some(x) = matrix.iter().find(|x| !possible(**x)) {
        return Err(format!("'{tensor}' holds {x}, which no run can go on from"));
    }
    *place = matrix;
    Ok(())
}

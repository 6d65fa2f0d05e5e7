//! Magnitude pruning of point estimates: a weight that is exactly zero is pruned.
//!
//! The zeros are the mask, so it is in every copy and file of the weights.

use crate::linalg::{combine, order};
use crate::optimizer::Parameter;

/// Sets the smallest weights and their moments to zero until the share `sparsity` of all is zero.
///
/// Zeros are the smallest there are, so what is pruned stays pruned. Equal magnitudes go in
/// row-major order.
pub(super) fn prune(weights: &mut Parameter, sparsity: f32) {
    let n = weights.value.len();
    let pruned = ((f64::from(sparsity) * n as f64).round() as usize).min(n);
    let all = weights.run(0..n);
    let magnitudes: Vec<f64> = all.value.iter().map(|&w| f64::from(w.abs())).collect();
    for &i in &order(&magnitudes)[..pruned] {
        (all.value[i], all.first_moment[i], all.second_moment[i]) = (0.0, 0.0, 0.0);
    }
}

/// Gives pruned weights no gradient: without one and without moments they stay where they are.
pub(super) fn mask_gradient(weights: &mut Parameter) {
    combine(&mut weights.gradient, &weights.value, |gradient, weight| {
        *gradient = if weight == 0.0 { 0.0 } else { *gradient };
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimizer::{self, Step};
    use crate::rng::{Rng, Stream};

    fn zeros(weights: &Parameter) -> Vec<bool> {
        weights.value.iter().map(|&w| w == 0.0).collect()
    }

    #[test]
    fn the_smallest_go_and_only_they() {
        let mut rng = Rng::stream(4, Stream::Initialisation, 0);
        let mut weights = Parameter::new(rng.normal_matrix((30, 20)));
        let before = weights.value.clone();
        prune(&mut weights, 0.753);
        let pruned = zeros(&weights);
        assert_eq!(pruned.iter().filter(|&&pruned| pruned).count(), 452);
        let edge = |wanted: bool| {
            let pairs = before.iter().zip(&pruned).filter(move |pair| *pair.1 == wanted);
            pairs.map(|(w, _)| w.abs())
        };
        let largest_gone = edge(true).fold(0.0, f32::max);
        assert!(edge(false).all(|kept| kept > largest_gone));
        prune(&mut weights, 0.5);
        assert_eq!(zeros(&weights), pruned, "the mask only grows");
        prune(&mut weights, 1.0);
        assert!(zeros(&weights).iter().all(|&zero| zero));
    }

    #[test]
    fn equal_weights_are_pruned_to_the_exact_share() {
        let mut weights = Parameter::new(crate::linalg::Matrix::ones((4, 5)));
        prune(&mut weights, 0.25);
        assert_eq!(zeros(&weights).iter().filter(|&&zero| zero).count(), 5);
    }

    #[test]
    fn pruned_weights_stay_zero_under_every_optimizer() {
        for optimizer in optimizer::ALL {
            let mut rng = Rng::stream(4, Stream::Initialisation, 1);
            let mut weights = Parameter::new(rng.normal_matrix((9, 9)));
            let mut step = |weights: &mut Parameter, number| {
                weights.gradient = rng.normal_matrix((9, 9));
                mask_gradient(weights);
                weights.update(*optimizer, Step { number, learning_rate: 0.01 });
            };
            (1..20).for_each(|number| step(&mut weights, number));
            prune(&mut weights, 0.5);
            let (pruned, before) = (zeros(&weights), weights.value.clone());
            (20..60).for_each(|number| step(&mut weights, number));
            assert_eq!(zeros(&weights), pruned, "{}", optimizer.name());
            assert_ne!(weights.value, before, "the others go on");
        }
    }
}

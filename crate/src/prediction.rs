//! Predictions of a network for single images, over weight samples.

use serde::{Deserialize, Serialize};

use crate::data::{self, Data};
use crate::layers::Point;
use crate::likelihoods::softmax;
use crate::linalg::Matrix;
use crate::measures::{Ensemble, Uncertainty};
use crate::network::Network;
use crate::rng::{Rng, Stream};

/// What a network says of one image, as class probabilities.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The deterministic answer: the pruned mean network.
    pub mean_network: Vec<f32>,
    /// The answers of K weight samples.
    pub samples: Vec<Vec<f32>>,
    /// Their mean.
    pub ensemble: Vec<f32>,
    /// The ensemble's uncertainty in nats.
    pub uncertainty: Uncertainty,
}

/// How many weights samples to draw, from which seed, and where the mean network is pruned.
#[derive(Clone, Copy, Debug)]
pub struct Sampling {
    /// The run's seed.
    pub seed: u64,
    /// Weight samples K.
    pub samples: u32,
    /// The pruning threshold of the mean network.
    pub threshold: f32,
}

/// The class probabilities of `images` (objects, features) under weight sample `k`.
fn sample(network: &Network, images: &Matrix, sampling: Sampling, k: u64) -> Matrix {
    let mut rng = Rng::stream(sampling.seed, Stream::Prediction, k);
    softmax(network.fixed(Point::Sample(&mut rng)).predict(images.clone()))
}

/// What `network` says of `image` (features).
pub fn predict(network: &Network, image: &[f32], sampling: Sampling) -> Prediction {
    let x = Matrix::from_shape_vec((1, image.len()), image.to_vec()).expect("one row");
    let point = Point::Mean { threshold: sampling.threshold };
    let mean_network = softmax(network.fixed(point).predict(x.clone()));
    let mut ensemble = Ensemble::new(1, mean_network.ncols());
    let mut samples = Vec::new();
    for k in 0..u64::from(sampling.samples) {
        let p = sample(network, &x, sampling, k);
        ensemble.add(&p);
        samples.push(p.into_raw_vec_and_offset().0);
    }
    Prediction {
        mean_network: mean_network.into_raw_vec_and_offset().0,
        samples,
        ensemble: ensemble.mean().into_raw_vec_and_offset().0,
        uncertainty: ensemble.uncertainties()[0],
    }
}

/// Predictive entropies in nats, test images against images that are no digits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entropies {
    /// Of test images.
    pub inside: Vec<f32>,
    /// Of the same images with their pixels in random order.
    pub outside: Vec<f32>,
}

/// Images on each side of the comparison.
const COMPARED: usize = 200;

/// The ensemble's predictive entropies on up to 200 test images and on as many shuffled ones, sample
/// by sample.
pub struct Comparing {
    network: Network,
    sampling: Sampling,
    /// Samples taken.
    taken: u32,
    /// Test images and shuffled ones, with the ensemble's answers so far.
    sides: [(Matrix, Ensemble); 2],
}

impl Comparing {
    /// Begins to compare what `network` says of the test images of `data` and of shuffled ones.
    pub fn new(network: Network, data: &Data, sampling: Sampling) -> Self {
        let rows: Vec<u32> = (0..data.test.len().min(COMPARED) as u32).collect();
        let inside = data.test.rows(&rows);
        let mut outside = inside.clone();
        for (i, mut row) in outside.rows_mut().into_iter().enumerate() {
            let mut rng = Rng::stream(sampling.seed, Stream::Measures, i as u64);
            let shuffled = data::shuffle_pixels(row.as_slice().expect("row-major"), &mut rng);
            row.assign(&ndarray::ArrayView1::from(&shuffled));
        }
        let side = |images: Matrix| {
            let ensemble = Ensemble::new(images.nrows(), data.classes);
            (images, ensemble)
        };
        Self { network, sampling, taken: 0, sides: [inside, outside].map(side) }
    }

    /// Takes one more sample; the entropies when all are taken.
    pub fn advance(&mut self) -> Option<Entropies> {
        for (images, ensemble) in &mut self.sides {
            ensemble.add(&sample(&self.network, images, self.sampling, self.taken.into()));
        }
        self.taken += 1;
        let total = |i: usize| self.sides[i].1.uncertainties().iter().map(|u| u.total).collect();
        let done = self.taken >= self.sampling.samples;
        done.then(|| Entropies { inside: total(0), outside: total(1) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::Method;
    use crate::settings::Settings;
    use crate::trainer::Trainer;
    use std::sync::Arc;

    fn trained(method: Method) -> Trainer {
        let network = vec![64, 30, 10];
        let settings = Settings {
            method,
            network: crate::topology::Topology::dense(&network),
            ..Settings::default()
        };
        let mut trainer = Trainer::new(settings, Arc::new(data::digits()));
        (0..450).for_each(|_| _ = trainer.step());
        trainer
    }

    const SAMPLING: Sampling = Sampling { seed: 1, samples: 8, threshold: 3.0 };

    #[test]
    fn probabilities_and_uncertainties_add_up() {
        for method in Method::ALL {
            let trainer = trained(method);
            let image = trainer.data().test.rows(&[3]);
            let p = predict(trainer.network(), image.as_slice().unwrap(), SAMPLING);
            for row in p.samples.iter().chain([&p.mean_network, &p.ensemble]) {
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-4);
            }
            let Uncertainty { total, aleatoric, epistemic } = p.uncertainty;
            assert!((total - aleatoric - epistemic).abs() < 1e-5);
            // Without weight noise, samples agree and there is nothing the weights do not know.
            let certain = matches!(method, Method::Dense | Method::MagnitudePruning);
            assert_eq!(epistemic < 1e-6, certain, "{method:?} {epistemic}");
        }
    }

    #[test]
    fn what_is_no_digit_is_less_certain() {
        let trainer = trained(Method::SparseVd);
        let mut comparing = Comparing::new(trainer.network().clone(), trainer.data(), SAMPLING);
        let e = std::iter::repeat_with(|| comparing.advance()).find_map(|e| e).unwrap();
        let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
        assert!(mean(&e.outside) > 2.0 * mean(&e.inside));
    }
}

//! Twins of two estimators: the same start, the same mini-batch, the same noise.

use std::sync::Arc;

use sparsevd::data;
use sparsevd::experiments;
use sparsevd::likelihoods::{Categorical, Likelihood};
use sparsevd::linalg::Matrix;
use sparsevd::rng::{Rng, Stream};
use sparsevd::trainer::Trainer;

#[test]
fn the_twins_share_their_start_their_first_batch_and_its_noise() {
    let experiment = experiments::find("rt-vs-lrt").unwrap();
    let (settings, digits) = ((experiment.settings)(), Arc::new(data::digits()));
    let arms = (experiment.setup)(&settings).arms;
    let twins: Vec<Trainer> =
        arms.iter().map(|arm| Trainer::new(arm.settings.clone(), digits.clone())).collect();
    let fingerprints: Vec<String> = twins.iter().map(|t| t.network().fingerprint()).collect();
    assert_eq!(fingerprints[0], fingerprints[1]);

    // Each first step is the one by hand with noise from one stream.
    let order = Rng::stream(settings.seed, Stream::Shuffle, 0).permutation(digits.train.len());
    let batch = &order[..settings.batch_size];
    let x: Matrix = digits.train.rows(batch);
    let labels: Vec<u8> = batch.iter().map(|&i| digits.train.labels()[i as usize]).collect();
    let noise = || Rng::stream(settings.seed, Stream::Noise, 0);
    let mut losses = Vec::new();
    for mut twin in twins {
        let output = twin.network().clone().forward(x.clone(), &mut noise());
        let by_hand = Categorical.nll(&output, &labels).0 * labels.len() as f64;
        twin.step();
        assert_eq!(twin.position().running.nll, by_hand);
        losses.push(by_hand);
    }
    assert_ne!(losses[0], losses[1], "what they make of it differs");

    // The first layer's ε: of each image and unit with LRT, the same numbers of each weight with
    // RT, where there are as many.
    let units = 300;
    let of_outputs = noise().normal_matrix((settings.batch_size, units));
    let of_weights = noise().normal_matrix((64, units));
    assert_eq!(of_outputs, of_weights.slice(ndarray::s![..settings.batch_size, ..]));
}

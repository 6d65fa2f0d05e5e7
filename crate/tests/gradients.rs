//! Backpropagation against finite differences: whole networks, every method and estimator.

use sparsevd::layers::Estimator;
use sparsevd::likelihoods::{Categorical, Likelihood};
use sparsevd::methods::Method;
use sparsevd::network::{Architecture, Network};
use sparsevd::rng::{Rng, Stream};

fn network(method: Method, estimator: Estimator) -> Network {
    let architecture = Architecture {
        sizes: vec![7, 6, 5, 3],
        method,
        estimator,
        // Order-one means and deviations, so that every term of the gradient counts.
        init_scale: 0.7,
        init_log_sigma: -1.0,
        dropout: 0.3,
    };
    Network::new(&architecture, &mut Rng::stream(4, Stream::Initialisation, 0))
}

/// Mean NLL of a fixed batch under fixed noise.
fn loss(network: &mut Network) -> f64 {
    let mut rng = Rng::stream(8, Stream::Measures, 0);
    let mut x = rng.normal_matrix((9, 7));
    x.mapv_inplace(|x| if x < -0.5 { 0.0 } else { x });
    let labels: Vec<u8> = (0..9).map(|_| rng.below(3) as u8).collect();
    let logits = network.forward(x, &mut Rng::stream(8, Stream::Noise, 0));
    let (nll, gradient) = Categorical.nll(&logits, &labels);
    network.backward(gradient);
    nll
}

#[test]
fn a_step_along_any_direction_changes_the_loss_as_the_gradient_says() {
    for method in Method::ALL {
        for estimator in Estimator::ALL {
            let mut at = network(method, estimator);
            loss(&mut at);
            for trial in 0..10 {
                // One random direction checks every parameter at once: ⟨gradient, direction⟩.
                let mut rng = Rng::stream(trial, Stream::Measures, 1);
                let parameters = at.parameters();
                let directions: Vec<_> =
                    parameters.iter().map(|(_, p)| rng.normal_matrix(p.value.dim())).collect();
                let slope: f32 = parameters
                    .iter()
                    .zip(&directions)
                    .map(|((_, p), d)| (&p.gradient * d).sum())
                    .sum();
                let moved = |h: f32| {
                    let mut network = at.clone();
                    for (p, d) in network.parameters_mut().into_iter().zip(&directions) {
                        p.value.scaled_add(h, d);
                    }
                    network.refresh();
                    loss(&mut network)
                };
                // The loss is known to 10⁻⁷ of its size, so a step of 10⁻³ gives the slope to
                // 10⁻⁴; corners of ReLU inside the step are rare and cost at most as much.
                let h = 1e-3;
                let difference = (moved(h) - moved(-h)) / (2.0 * f64::from(h));
                let error = (difference - f64::from(slope)).abs();
                assert!(
                    error < 5e-3 * (1.0 + difference.abs()),
                    "{} {}: {slope} against {difference}",
                    method.name(),
                    estimator.name()
                );
            }
        }
    }
}

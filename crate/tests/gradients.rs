//! Backpropagation against finite differences: whole networks, every method and estimator.

use sparsevd::layers::Estimator;
use sparsevd::likelihoods::{Categorical, Likelihood};
use sparsevd::methods::Method;
use sparsevd::network::{Architecture, Network};
use sparsevd::rng::{Rng, Stream};
use sparsevd::topology::Topology;

/// Networks of 36 inputs and three classes with every kind of layer.
const TOPOLOGIES: [&str; 3] = ["36-6-5-3", "6x6-4c3-5c2-p2-3", "6x6-4c3-b-p2-6-3"];

fn network(topology: &Topology, method: Method, estimator: Estimator) -> Network {
    let architecture = Architecture {
        topology: topology.clone(),
        method,
        estimator,
        // Order-one means and deviations, so that every term of the gradient counts.
        init_scale: 0.4,
        init_log_sigma: -1.5,
        clip: false,
        dropout: 0.3,
    };
    Network::new(&architecture, &mut Rng::stream(4, Stream::Initialisation, 0))
}

/// Mean NLL of a fixed batch under fixed noise.
fn loss(network: &mut Network) -> f64 {
    let mut rng = Rng::stream(8, Stream::Measures, 0);
    let mut x = rng.normal_matrix((9, 36));
    x.mapv_inplace(|x| if x < -0.5 { 0.0 } else { x });
    let labels: Vec<u8> = (0..9).map(|_| rng.below(3) as u8).collect();
    let logits = network.forward(x, &mut Rng::stream(8, Stream::Noise, 0));
    let (nll, gradient) = Categorical.nll(&logits, &labels);
    network.backward(gradient);
    nll
}

#[test]
fn a_step_along_any_direction_changes_the_loss_as_the_gradient_says() {
    for text in TOPOLOGIES {
        let topology: Topology = text.parse().unwrap();
        for method in Method::ALL {
            for estimator in Estimator::ALL {
                let what = format!("{text} {} {}", method.name(), estimator.name());
                check(&what, network(&topology, method, estimator));
            }
        }
    }
}

/// One random direction checks every parameter at once: ⟨gradient, direction⟩.
fn check(what: &str, mut at: Network) {
    loss(&mut at);
    for trial in 0..10 {
        let mut rng = Rng::stream(trial, Stream::Measures, 1);
        let parameters = at.parameters();
        let directions: Vec<_> =
            parameters.iter().map(|(_, p)| rng.normal_matrix(p.value.dim())).collect();
        let pairs = parameters.iter().zip(&directions);
        let slope: f32 = pairs.map(|((_, p), d)| (&p.gradient * d).sum()).sum();
        let moved = |h: f32| {
            let mut network = at.clone();
            for (p, d) in network.parameters_mut().into_iter().zip(&directions) {
                p.value.scaled_add(h, d);
            }
            network.refresh();
            loss(&mut network)
        };
        // The loss is known to 10⁻⁷ of its size, so these steps give the slope to 10⁻³. A corner
        // of ReLU or max-pooling inside a step spoils it, but rarely the shortest too.
        let differences = [1e-3, 3e-4, 1e-4].map(|h| (moved(h) - moved(-h)) / (2.0 * f64::from(h)));
        let close = |difference: f64| {
            (difference - f64::from(slope)).abs() < 5e-3 * (1.0 + difference.abs())
        };
        assert!(differences.into_iter().any(close), "{what}: {slope} against {differences:?}");
    }
}

//! Values and gradients against PyTorch in double precision; `reference/README.md` says how
//! the vectors were made. Everything agrees within 10⁻⁴ of the largest entry.

use ndarray::Array2;
use serde_json::Value;
use sparsevd::layers::{
    BayesConvolution, BayesLinear, Convolution, Estimator, FullyConnected, Layer, MaxPool, Point,
    Relu,
};
use sparsevd::likelihoods::{Categorical, Likelihood};
use sparsevd::linalg::Windows;
use sparsevd::optimizer::{Adam, Optimizer, Parameter, Step};
use sparsevd::posterior::{Gaussian, Update};
use sparsevd::priors::{self, Ard, Block, LogUniform, Normal, Prior};
use sparsevd::rng::{Rng, Stream};

type Matrix = Array2<f32>;

fn vectors() -> Value {
    serde_json::from_str(include_str!("reference/reference_vectors.json")).expect("valid JSON")
}

fn number(value: &Value) -> f32 {
    value.as_f64().expect("a number") as f32
}

/// A matrix from nested lists; a flat list is one row.
fn matrix(value: &Value) -> Matrix {
    let rows = value.as_array().expect("a list");
    let row = |row: &Value| row.as_array().map(|r| r.iter().map(number).collect::<Vec<_>>());
    let rows: Vec<Vec<f32>> = match row(&rows[0]) {
        Some(_) => rows.iter().filter_map(row).collect(),
        None => vec![rows.iter().map(number).collect()],
    };
    let shape = (rows.len(), rows[0].len());
    Matrix::from_shape_vec(shape, rows.concat()).expect("rows of one length")
}

fn labels(value: &Value) -> Vec<u8> {
    value.as_array().expect("a list").iter().map(|y| y.as_u64().expect("a class") as u8).collect()
}

/// Within 10⁻⁴ of the largest entry: what single precision leaves of sums of a few terms.
#[track_caller]
fn assert_close(what: &str, ours: &Matrix, truth: &Value) {
    let truth = matrix(truth);
    assert_eq!(ours.dim(), truth.dim(), "{what}");
    let scale = truth.iter().fold(0.0_f32, |scale, x| scale.max(x.abs()));
    for (a, b) in ours.iter().zip(&truth) {
        assert!((a - b).abs() <= 1e-4 * scale.max(1e-3), "{what}: {a} is not {b}");
    }
}

#[track_caller]
fn assert_near(what: &str, ours: f64, truth: &Value) {
    let truth = truth.as_f64().expect("a number");
    assert!((ours - truth).abs() <= 1e-4 * truth.abs().max(1.0), "{what}: {ours} is not {truth}");
}

fn layer(inputs: &Value, estimator: Estimator) -> BayesLinear {
    let posterior = Gaussian::from_parameters(
        Parameter::new(matrix(&inputs["mu"])),
        Parameter::new(matrix(&inputs["log_sigma"])),
    );
    BayesLinear::at(FullyConnected, posterior, matrix(&inputs["bias"]), estimator)
}

fn assert_gradients(what: &str, layer: &BayesLinear, dx: &Matrix, truth: &Value) {
    assert_close(&format!("{what} dx"), dx, &truth["dx"]);
    for ((_, parameter), key) in layer.parameters().into_iter().zip(["dmu", "dlog_sigma", "dbias"])
    {
        assert_close(&format!("{what} {key}"), &parameter.gradient, &truth[key]);
    }
}

/// The gradients with the KL's slopes added: what an update would follow.
fn add_kl(layer: &mut BayesLinear, prior: &dyn Prior, weight: f32) {
    let variance = layer.posterior().expect("Bayesian").variance().clone();
    let [mean, log_sigma, _] = &mut layer.parameters_mut()[..] else { panic!("three parameters") };
    prior.add_slopes(
        weight,
        Block {
            mean: mean.value.as_slice().unwrap(),
            log_sigma: log_sigma.value.as_slice().unwrap(),
            variance: variance.as_slice().unwrap(),
            d_mean: mean.gradient.as_slice_mut().unwrap(),
            d_log_sigma: log_sigma.gradient.as_slice_mut().unwrap(),
        },
    );
}

#[test]
fn the_fully_connected_layer_agrees() {
    let vectors = vectors();
    let inputs = &vectors["fc"]["inputs"];
    let (x, targets) = (matrix(&inputs["x"]), labels(&inputs["targets"]));
    let (n, kl_weight) = (number(&inputs["train_size"]), number(&inputs["kl_weight"]));
    for (estimator, case, noise) in
        [(Estimator::Lrt, "lrt", "eps_act"), (Estimator::Rt, "nolrt", "eps_w")]
    {
        let truth = &vectors["fc"][case];
        let mut layer = layer(inputs, estimator);
        let out = layer.forward_with(x.clone(), matrix(&inputs[noise]));
        assert_close("out", &out, &truth["out"]);

        let (ce, d_out) = Categorical.nll(&out, &targets);
        assert_near("cross-entropy", ce, &truth["cross_entropy_mean"]);
        assert_close("d out", &d_out, &truth["dout_of_ce"]);
        let dx = layer.backward(d_out.clone(), true);
        assert_gradients("ce", &layer, &dx, &truth["grads_of_ce"]);

        let dx = layer.backward(matrix(&inputs["gout"]), true);
        assert_gradients("gout", &layer, &dx, &truth["grads_of_sum_out_gout"]);

        for (prior, name, key) in
            [(&LogUniform as &dyn Prior, "svd", "kl_svd"), (&Ard, "ard", "kl_ard")]
        {
            let dx = layer.backward(&d_out * n, true);
            add_kl(&mut layer, prior, kl_weight);
            let what = format!("total {name}");
            assert_gradients(&what, &layer, &dx, &truth[format!("grads_of_total_{name}")]);
            let kl = layer.kl(prior) - constant(prior) * 15.0;
            assert_near(key, kl, &vectors["fc"][key]["value"]);
            let total = f64::from(n) * ce + f64::from(kl_weight) * kl;
            assert_near(&what, total, &truth[format!("total_{name}")]);
        }
    }
}

/// What our KL has that the vectors' leaves out: k₁, so that the log-uniform KL goes to 0.
fn constant(prior: &dyn Prior) -> f64 {
    if prior.name() == LogUniform.name() { 0.63576 } else { 0.0 }
}

/// Nested lists (a, b, …, c) as rows: the axes in `order` become features, channels fastest.
///
/// The vectors keep images as (objects, channels, height, width) and kernels as (filters,
/// channels, height, width); ours are (height, width, channels).
fn channels_last(value: &Value) -> Matrix {
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let row = |image: &Value| {
        let planes: Vec<Matrix> = list(image).iter().map(matrix).collect();
        let (height, width) = planes[0].dim();
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| [y, x]));
        pixels.flat_map(|at| planes.iter().map(move |plane| plane[at])).collect::<Vec<f32>>()
    };
    let rows: Vec<Vec<f32>> = list(value).iter().map(row).collect();
    Matrix::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).expect("one length")
}

/// Kernels (filters, channels, height, width) as weights (fan_in, fan_out).
fn kernels(value: &Value) -> Matrix {
    channels_last(value).reversed_axes().as_standard_layout().into_owned()
}

#[track_caller]
fn assert_equal(what: &str, ours: &Matrix, truth: &Matrix) {
    assert_eq!(ours.dim(), truth.dim(), "{what}");
    let scale = truth.iter().fold(1e-3_f32, |scale, x| scale.max(x.abs()));
    for (a, b) in ours.iter().zip(truth) {
        assert!((a - b).abs() <= 1e-4 * scale, "{what}: {a} is not {b}");
    }
}

#[test]
fn the_convolution_agrees() {
    let vectors = vectors();
    let conv = &vectors["conv"];
    let inputs = &conv["inputs"];
    let x = channels_last(&inputs["x"]);
    let windows = Windows { height: 6, width: 6, channels: 2, kernel: 3 };
    let bias = matrix(&inputs["bias"]);
    for (estimator, case) in [(Estimator::Lrt, "lrt"), (Estimator::Rt, "nolrt")] {
        let truth = &conv[case];
        let mean = Parameter::new(kernels(&inputs["mu"]));
        let log_sigma = Parameter::new(kernels(&inputs["log_sigma"]));
        let posterior = Gaussian::from_parameters(mean, log_sigma);
        let mut layer =
            BayesConvolution::at(Convolution(windows), posterior, bias.clone(), estimator);
        let noise = match estimator {
            Estimator::Rt => kernels(&inputs["eps_w"]),
            Estimator::Lrt => {
                let noise = channels_last(&inputs["eps_act"]);
                noise.into_shape_with_order((32, 3)).expect("16 positions of two objects")
            }
        };
        let out = layer.forward_with(x.clone(), noise);
        assert_equal("out", &out, &channels_last(&truth["out"]));
        let mut pool = MaxPool::new((4, 4, 3), 2);
        let pooled = pool.forward(out, &mut Rng::stream(0, Stream::Noise, 0));
        assert_equal("pooled", &pooled, &channels_last(&truth["maxpool2_out"]));

        let through_pool = pool.backward(channels_last(&inputs["gpool"]), true);
        for (dy, key) in [
            (channels_last(&inputs["gout"]), "grads_of_sum_out_gout"),
            (through_pool, "grads_of_sum_maxpool_gpool"),
        ] {
            let truth = &truth[key];
            let dx = layer.backward(dy, true);
            assert_equal("dx", &dx, &channels_last(&truth["dx"]));
            let [(_, mean), (_, log_sigma), (_, bias)] = layer.parameters()[..] else {
                panic!("three parameters")
            };
            assert_equal("dmu", &mean.gradient, &kernels(&truth["dmu"]));
            assert_equal("dlog_sigma", &log_sigma.gradient, &kernels(&truth["dlog_sigma"]));
            assert_close("dbias", &bias.gradient, &truth["dbias"]);
        }
        for (prior, key) in [(&LogUniform as &dyn Prior, "kl_svd"), (&Ard, "kl_ard")] {
            let weights = 54.0;
            assert_near(key, layer.kl(prior) - constant(prior) * weights, &conv[key]["value"]);
        }
        let fixed = layer.fixed(&mut Point::Mean { threshold: 3.0 });
        assert_equal("eval", &fixed.predict(x.clone()), &channels_last(&conv["eval"]["out"]));
    }
}

#[test]
fn priors_and_pruning_agree() {
    let vectors = vectors();
    let fc = &vectors["fc"];
    for (prior, key) in
        [(&LogUniform as &dyn Prior, "kl_svd"), (&Ard, "kl_ard"), (&Normal::STANDARD, "kl_gauss")]
    {
        let mut layer = layer(&fc["inputs"], Estimator::Lrt);
        add_kl(&mut layer, prior, 1.0);
        let parameters = layer.parameters();
        assert_close(key, &parameters[0].1.gradient, &fc[key]["dmu"]);
        assert_close(key, &parameters[1].1.gradient, &fc[key]["dlog_sigma"]);
        let q = layer.posterior().unwrap();
        let pairs = ndarray::Zip::from(&q.mean.value).and(&q.log_sigma.value);
        let kl = pairs.map_collect(|&m, &s| prior.kl(m, s) - constant(prior) as f32);
        if key != "kl_gauss" {
            assert_close(key, &kl, &fc[key]["per_weight"]);
        }
    }
    let layer = layer(&fc["inputs"], Estimator::Lrt);
    let q = layer.posterior().unwrap();
    let pairs = ndarray::Zip::from(&q.mean.value).and(&q.log_sigma.value);
    let clipped = pairs.map_collect(|&m, &s| priors::log_alpha(m, s).clamp(-10.0, 10.0));
    assert_close("log α", &clipped, &fc["log_alpha"]);
    assert_close("pruned mean", &q.pruned_mean(3.0), &fc["eval"]["W"]);
    assert_near("sparsity", 1.0 - q.kept(3.0) as f64 / 15.0, &fc["eval"]["sparsity"]);
    let out = layer.fixed(&mut Point::Mean { threshold: 3.0 }).predict(matrix(&fc["inputs"]["x"]));
    assert_close("eval out", &out, &fc["eval"]["out"]);
}

#[test]
fn the_table_of_divergences_agrees() {
    let table = &vectors()["kl_table"];
    let list = |key: &str| matrix(&table[key]).into_raw_vec_and_offset().0;
    for (prior, kl, slope) in
        [(&LogUniform as &dyn Prior, "kl_svd", "dkl_svd"), (&Ard, "kl_ard", "dkl_ard")]
    {
        let rows = list("log_alpha").into_iter().zip(list(kl)).zip(list(slope));
        // At the clip itself the slope jumps; either side is right.
        for ((log_alpha, kl), slope) in rows.filter(|((a, _), _)| a.abs() != 10.0) {
            // μ = 1, so ln α = 2 ln σ and dKL/d ln σ = 2 dKL/d ln α.
            let log_sigma = 0.5 * log_alpha;
            let ours = prior.kl(1.0, log_sigma) - constant(prior) as f32;
            assert!((ours - kl).abs() <= 1e-4 * kl.abs().max(0.1), "{log_alpha}: {ours} {kl}");
            let mut d = ([0.0], [0.0]);
            prior.add_slopes(
                1.0,
                Block {
                    mean: &[1.0],
                    log_sigma: &[log_sigma],
                    variance: &[sparsevd::linalg::math::exp(log_alpha)],
                    d_mean: &mut d.0,
                    d_log_sigma: &mut d.1,
                },
            );
            let ours = 0.5 * d.1[0];
            assert!(
                (ours - slope).abs() <= 1e-4 * slope.abs().max(1e-3),
                "{log_alpha}: {ours} {slope}"
            );
        }
    }
}

#[test]
fn three_steps_of_adam_agree() {
    let vectors = vectors();
    let net = &vectors["adam_net"];
    let inputs = &net["inputs"];
    let part = |i: usize| {
        let init = &inputs["init"];
        let key = |name: &str| matrix(&init[format!("l{i}.{name}")]);
        let mean = Parameter::new(key("mu"));
        let posterior = Gaussian::from_parameters(mean, Parameter::new(key("log_sigma")));
        BayesLinear::at(FullyConnected, posterior, key("bias"), Estimator::Lrt)
    };
    let (mut first, mut relu, mut second) = (part(0), Relu::default(), part(1));
    let (x, targets) = (matrix(&inputs["x"]), labels(&inputs["targets"]));
    let (n, kl_weight) = (number(&inputs["train_size"]), number(&inputs["kl_weight"]));
    let mut unused = Rng::stream(0, Stream::Noise, 0);
    for (i, truth) in net["steps"].as_array().unwrap().iter().enumerate() {
        let noise = &inputs["eps_act"][i];
        let hidden = first.forward_with(x.clone(), matrix(&noise[0]));
        let hidden = relu.forward(hidden, &mut unused);
        let logits = second.forward_with(hidden, matrix(&noise[1]));
        assert_close("logits", &logits, &truth["logits"]);
        let (ce, d) = Categorical.nll(&logits, &targets);
        assert_near("ce", ce, &truth["ce"]);
        let weights = 32.0;
        let kl = first.kl(&LogUniform) + second.kl(&LogUniform);
        assert_near("kl", kl - weights * constant(&LogUniform), &truth["kl"]);

        let d = second.backward(d * Adam.loss_scale(n as usize), true);
        let d = relu.backward(d, true);
        first.backward(d, false);
        for (name, layer) in [("l0", &mut first), ("l1", &mut second)] {
            let mut summed = layer.clone();
            add_kl(&mut summed, &LogUniform, kl_weight);
            let keys = ["mu", "log_sigma", "bias"];
            for ((_, parameter), key) in summed.parameters().into_iter().zip(keys) {
                let key = format!("{name}.{key}");
                assert_close(&key, &parameter.gradient, &truth["grads"][&key]);
            }
            layer.update(&Update {
                optimizer: &Adam,
                step: Step { number: i as u64 + 1, learning_rate: number(&inputs["lr"]) },
                prior: &LogUniform,
                kl_weight,
            });
            for ((_, parameter), key) in layer.parameters().into_iter().zip(keys) {
                let key = format!("{name}.{key}");
                assert_close(&key, &parameter.value, &truth["params_after"][&key]);
            }
        }
    }
}

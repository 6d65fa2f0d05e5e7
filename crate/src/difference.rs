//! Differences: the pruned weights of one frame minus those of another, layer by layer.

use crate::frame::{Frame, Layer};
use crate::plots::heatmap::Heatmap;
use crate::plots::numbers::{fixed, short, to_digits};

/// B − A.
pub struct Difference {
    /// The differences as a frame of point estimates: what does not differ is zero. A layer that has
    /// another shape in A is empty.
    pub frame: Frame,
    /// A sentence for each layer.
    pub words: Vec<String>,
}

/// The pruned network of `b` minus that of `a`, both at `threshold`.
pub fn difference(a: &Frame, b: &Frame, threshold: f32) -> Difference {
    let mut header = b.header.clone();
    header.limits.clear();
    let (mut layers, mut words) = (Vec::new(), Vec::new());
    let mut others = a.header.layers.iter().zip(a.pruned(threshold));
    for (shape, of_b) in header.layers.iter_mut().zip(b.pruned(threshold)) {
        shape.bayesian = false;
        let size = (shape.fan_in, shape.fan_out, shape.kernel);
        let other = others.next().filter(|(a, _)| (a.fan_in, a.fan_out, a.kernel) == size);
        let (mut mean, mut only) = (Vec::new(), [0, 0]);
        match other {
            None => (shape.fan_in, shape.fan_out) = (0, 0),
            Some((_, of_a)) => {
                for (&a, &b) in of_a.iter().zip(&of_b) {
                    mean.push(b - a);
                    only[0] += usize::from(a != 0.0 && b == 0.0);
                    only[1] += usize::from(a == 0.0 && b != 0.0);
                }
            }
        }
        let (rows, columns) = (shape.fan_in, shape.fan_out);
        let limit = Heatmap { rows, columns, mean: &mean, log_sigma: None }.limit(threshold);
        words.push(sentence(&mean, only, limit));
        header.limits.push(limit);
        layers.push(Layer { mean, log_sigma: Vec::new() });
    }
    Difference { frame: Frame { header, layers }, words }
}

/// What there is to see of differences; `only` are the weights that A and B keep alone.
fn sentence(mean: &[f32], [of_a, of_b]: [usize; 2], limit: f32) -> String {
    let largest =
        mean.iter().fold(0.0, |most: f32, x| if x.abs() > most.abs() { *x } else { most });
    if largest == 0.0 {
        return "No difference: A and B have the same weights here.".to_owned();
    }
    let count = |n: usize| fixed(n as f64, 0);
    let share = 100.0 * (of_a + of_b) as f64 / mean.len().max(1) as f64;
    format!(
        "Largest difference {}; {} % of {} weights are kept by one run only, {} by A and {} by B; \
         colours ±{}",
        to_digits(f64::from(largest), 3),
        fixed(share, 1),
        count(mean.len()),
        count(of_a),
        count(of_b),
        short(f64::from(limit)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Header, Shape};

    /// A Bayesian layer of 2 × 2 weights, of which those with ln σ = 2 are pruned at 3.
    fn frame(mean: [f32; 4], log_sigma: [f32; 4], fan_out: usize) -> Frame {
        let shape = Shape {
            name: "W1".to_owned(),
            fan_in: 4 / fan_out,
            fan_out,
            bayesian: true,
            kernel: None,
        };
        let header = Header {
            epoch: 3,
            batch: 0,
            batches: 1,
            live: true,
            fingerprint: String::new(),
            kl_weight: 1.0,
            record: None,
            image: None,
            layers: vec![shape],
            limits: vec![1.0],
        };
        let layer = Layer { mean: mean.to_vec(), log_sigma: log_sigma.to_vec() };
        Frame { header, layers: vec![layer] }
    }

    #[test]
    fn nothing_differs_from_itself_and_its_colour_is_one() {
        let a = frame([0.5, -0.25, 1e-6, 1.0], [-5.0, -5.0, -5.0, 2.0], 2);
        let none = difference(&a, &a, 3.0);
        assert_eq!(none.frame.layers[0].mean, [0.0; 4]);
        assert!(none.words[0].starts_with("No difference"), "{}", none.words[0]);
        let mean = &none.frame.layers[0].mean;
        let mut pixels = Vec::new();
        Heatmap { rows: 2, columns: 2, mean, log_sigma: None }.paint(3.0, 1.0, &mut pixels);
        assert_eq!(pixels, [255; 16], "white");
    }

    #[test]
    fn what_one_run_keeps_alone_is_its_weight_with_its_sign() {
        let a = frame([0.5, -0.25, 0.5, 1.0], [-5.0, -5.0, -5.0, 2.0], 2);
        let b = frame([0.5, -0.25, 0.5, 1.0], [2.0, -5.0, -5.0, -5.0], 2);
        let one = difference(&a, &b, 3.0);
        assert_eq!(one.frame.layers[0].mean, [-0.5, 0.0, 0.0, 1.0]);
        assert_eq!(
            one.words[0],
            "Largest difference 1.00; 50.0 % of 4 weights are kept by one run only, 1 by A and 1 \
             by B; colours ±1"
        );
        // Through a threshold that prunes nothing, the same means do not differ.
        assert_eq!(difference(&a, &b, 100.0).frame.layers[0].mean, [0.0; 4]);
    }

    #[test]
    fn layers_of_other_shapes_are_not_compared() {
        let other = difference(&frame([1.0; 4], [-5.0; 4], 1), &frame([1.0; 4], [-5.0; 4], 2), 3.0);
        assert_eq!((other.frame.header.layers[0].fan_in, other.frame.layers[0].mean.len()), (0, 0));
    }
}

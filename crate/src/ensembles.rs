//! Ensembles by their size: what averaging the predictions of K networks gains.

use crate::linalg::{Matrix, math};
use crate::measures::Tally;
use crate::rng::Rng;

/// How good class probabilities are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// Accuracy in percent.
    pub accuracy: f64,
    /// Mean negative log-likelihood in nats per object.
    pub nll: f64,
    /// The same at the temperature that is best on the other half of the objects.
    pub calibrated: f64,
    /// That temperature, the mean of both halves; above 1 the probabilities were too sure.
    pub temperature: f64,
}

/// Keeps logarithms finite when a probability underflows.
const LEAST: f32 = 1e-30;

/// One way to score class probabilities (objects, classes).
pub type Scored = fn(&Matrix, &[u8]) -> Score;

impl Score {
    /// Accuracy and NLL of class probabilities `p` (objects, classes), without a temperature.
    pub fn raw(p: &Matrix, labels: &[u8]) -> Self {
        let mut tally = Tally::default();
        tally.add(p, labels);
        let n = labels.len() as f64;
        let (accuracy, nll) = (100.0 * tally.correct as f64 / n, tally.nll / n);
        Self { accuracy, nll, ..Self::default() }
    }

    /// The score of class probabilities `p` (objects, classes). The temperature T makes them
    /// p^(1/T), normalised; it is fitted on the even objects and used on the odd ones, and the
    /// other way round (Ashukha et al., 2020, section 4: test-time cross-validation).
    pub fn of(p: &Matrix, labels: &[u8]) -> Self {
        let logarithms = p.mapv(|p| math::ln(p.max(LEAST)));
        let halves = [0, 1].map(|first| Half { logarithms: &logarithms, labels, first });
        let fitted = [halves[1].sharpness(), halves[0].sharpness()];
        let sum = halves[0].at(fitted[0]).0 + halves[1].at(fitted[1]).0;
        let temperature = fitted.iter().map(|sharpness| 0.5 / sharpness).sum();
        Self { calibrated: sum / labels.len() as f64, temperature, ..Self::raw(p, labels) }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            accuracy: self.accuracy + other.accuracy,
            nll: self.nll + other.nll,
            calibrated: self.calibrated + other.calibrated,
            temperature: self.temperature + other.temperature,
        }
    }

    fn over(self, n: f64) -> Self {
        Self {
            accuracy: self.accuracy / n,
            nll: self.nll / n,
            calibrated: self.calibrated / n,
            temperature: self.temperature / n,
        }
    }
}

/// Every second object.
struct Half<'a> {
    /// ln p, (objects, classes).
    logarithms: &'a Matrix,
    labels: &'a [u8],
    first: usize,
}

impl Half<'_> {
    /// The NLL of p^β, normalised, summed over the half, with its first and second derivative in
    /// the sharpness β = 1/T.
    fn at(&self, sharpness: f64) -> (f64, f64, f64) {
        let mut sums = (0.0, 0.0, 0.0);
        for i in (self.first..self.labels.len()).step_by(2) {
            let row = self.logarithms.row(i);
            let label = f64::from(row[usize::from(self.labels[i])]);
            let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let mut moments = [0.0_f64; 3];
            for &l in row {
                let weight = f64::from(math::exp((l - top) * sharpness as f32));
                let l = f64::from(l - top);
                moments[0] += weight;
                moments[1] += weight * l;
                moments[2] += weight * l * l;
            }
            let (mean, square) = (moments[1] / moments[0], moments[2] / moments[0]);
            let label = label - f64::from(top);
            sums.0 += f64::from(math::ln(moments[0] as f32)) - sharpness * label;
            sums.1 += mean - label;
            sums.2 += square - mean * mean;
        }
        sums
    }

    /// The best sharpness by Newton's method: the NLL is convex in it.
    fn sharpness(&self) -> f64 {
        let mut sharpness = 1.0;
        for _ in 0..20 {
            let (_, slope, curvature) = self.at(sharpness);
            let step = -slope / curvature.max(1e-12);
            let next = (sharpness + step).clamp(0.5 * sharpness, 2.0 * sharpness);
            let next = next.clamp(0.02, 50.0);
            let moved = (next - sharpness).abs();
            sharpness = next;
            if moved < 1e-4 {
                break;
            }
        }
        sharpness
    }
}

/// Ensembles that grow: the mean score of K members for several K, over random orders of them.
pub struct Growth {
    /// What each member says of the objects, (objects, classes).
    members: Vec<Matrix>,
    labels: Vec<u8>,
    score: Scored,
    /// The sizes K, ascending.
    sizes: Vec<usize>,
    /// Sums of scores, one for each size.
    sums: Vec<Score>,
    /// The order under way, and the next of `sizes` in it.
    order: Vec<u32>,
    next: usize,
    /// The sum of the members taken so far.
    sum: Matrix,
    /// Orders completed.
    orders: u32,
}

impl Growth {
    /// Nothing yet, for those of `sizes` that there are members for.
    pub fn new(members: Vec<Matrix>, labels: &[u8], sizes: &[usize], score: Scored) -> Self {
        let sizes: Vec<usize> =
            sizes.iter().copied().filter(|&size| size <= members.len()).collect();
        let (sums, sum) = (vec![Score::default(); sizes.len()], Matrix::zeros(members[0].dim()));
        let labels = labels.to_vec();
        Self { members, labels, score, sizes, sums, order: Vec::new(), next: 0, sum, orders: 0 }
    }

    /// Grows the ensemble to the next size; from the last one on in a new order drawn from `rng`.
    /// The orders completed.
    pub fn advance(&mut self, rng: &mut Rng) -> u32 {
        if self.next == 0 {
            self.order = rng.permutation(self.members.len());
            self.sum.fill(0.0);
        }
        let before = if self.next == 0 { 0 } else { self.sizes[self.next - 1] };
        let size = self.sizes[self.next];
        for &member in &self.order[before..size] {
            self.sum += &self.members[member as usize];
        }
        let mean = &self.sum / size as f32;
        self.sums[self.next] = self.sums[self.next].plus((self.score)(&mean, &self.labels));
        self.next = (self.next + 1) % self.sizes.len();
        self.orders += u32::from(self.next == 0);
        self.orders
    }

    /// Orders completed.
    pub fn orders(&self) -> u32 {
        self.orders
    }

    /// The mean score for every size K.
    pub fn mean(&self) -> Vec<(usize, Score)> {
        let scores = self.sums.iter().map(|sum| sum.over(f64::from(self.orders.max(1))));
        self.sizes.iter().copied().zip(scores).collect()
    }
}

/// How many independent networks are as good as `calibrated` nats, by the curve of their
/// ensembles: the deep-ensemble equivalent (Ashukha et al., 2020, section 5), on a line between
/// sizes. The first or last size where the curve does not reach so far.
pub fn worth(independent: &[(usize, Score)], calibrated: f64) -> f64 {
    let place = independent.iter().position(|(_, score)| score.calibrated <= calibrated);
    let at = |i: usize| (independent[i].0 as f64, independent[i].1.calibrated);
    match place {
        Some(0) => at(0).0,
        Some(i) => {
            let ((k, worse), (next, better)) = (at(i - 1), at(i));
            k + (next - k) * (worse - calibrated) / (worse - better)
        }
        None => independent.last().map_or(f64::NAN, |(size, _)| *size as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::likelihoods::softmax;
    use crate::rng::Stream;

    fn rng() -> Rng {
        Rng::stream(5, Stream::Measures, 0)
    }

    /// What a few very different networks might say, and labels drawn from the first of them.
    fn members(count: usize, objects: usize) -> (Vec<Matrix>, Vec<u8>) {
        let mut rng = rng();
        let members: Vec<Matrix> =
            (0..count).map(|_| softmax(rng.normal_matrix((objects, 4)) * 3.0)).collect();
        let labels = members[0].rows().into_iter().map(|row| {
            let mut left = rng.uniform();
            let drawn = row.iter().position(|p| {
                left -= p;
                left < 0.0
            });
            drawn.unwrap_or(3) as u8
        });
        let labels = labels.collect();
        (members, labels)
    }

    /// The NLL of every ensemble of `size` members, averaged.
    fn over_all_subsets(members: &[Matrix], labels: &[u8], size: u32) -> f64 {
        let subsets = (0..1_u32 << members.len()).filter(|subset| subset.count_ones() == size);
        let scores = subsets.map(|subset| {
            let chosen = members.iter().enumerate().filter(|(i, _)| subset >> i & 1 == 1);
            let sum = chosen.fold(Matrix::zeros(members[0].dim()), |sum, (_, p)| sum + p);
            Score::raw(&(sum / size as f32), labels).nll
        });
        let all: Vec<f64> = scores.collect();
        all.iter().sum::<f64>() / all.len() as f64
    }

    #[test]
    fn the_expected_nll_never_rises_with_the_size() {
        // Jensen: the mean of K is the mean of its K subsets of K − 1, and −ln is convex.
        let (members, labels) = members(7, 40);
        let nll: Vec<f64> = (1..=7).map(|size| over_all_subsets(&members, &labels, size)).collect();
        assert!(nll.windows(2).all(|pair| pair[1] < pair[0]), "{nll:?}");
        // Members that agree gain nothing, for any size.
        let same = vec![members[0].clone(); 5];
        let nll: Vec<f64> = (1..=5).map(|size| over_all_subsets(&same, &labels, size)).collect();
        assert!(nll.iter().all(|one| (one - nll[0]).abs() < 1e-6), "{nll:?}");
    }

    #[test]
    fn growth_is_the_mean_over_orders() {
        let (members, labels) = members(6, 50);
        let mut growth = Growth::new(members.clone(), &labels, &[1, 2, 6, 9], Score::raw);
        let mut rng = rng();
        while growth.advance(&mut rng) < 400 {}
        let curve = growth.mean();
        assert_eq!(curve.iter().map(|(size, _)| *size).collect::<Vec<_>>(), [1, 2, 6]);
        for (size, score) in curve {
            let exact = over_all_subsets(&members, &labels, size as u32);
            assert!((score.nll - exact).abs() < 0.05 * exact, "{size}: {} {exact}", score.nll);
        }
    }

    #[test]
    fn a_temperature_undoes_what_was_made_too_sure() {
        let (members, labels) = members(1, 4000);
        let honest = Score::of(&members[0], &labels);
        let sharp = members[0].mapv(|p| p * p);
        let sums = sharp.sum_axis(ndarray::Axis(1)).insert_axis(ndarray::Axis(1));
        let sure = Score::of(&(sharp / sums), &labels);
        // The slope's standard error is about 0.02 here: five of them.
        assert!((honest.temperature - 1.0).abs() < 0.1, "{honest:?}");
        assert!((sure.temperature - 2.0).abs() < 0.2, "{sure:?}");
        assert_eq!(honest.accuracy, sure.accuracy);
        assert!(sure.nll > honest.nll + 0.1 && (sure.calibrated - honest.calibrated).abs() < 1e-3);
    }

    #[test]
    fn worth_is_read_off_the_curve() {
        let score = |calibrated| Score { calibrated, ..Score::default() };
        let curve = [(1, score(0.5)), (2, score(0.3)), (10, score(0.1))];
        for (nll, networks) in [(0.6, 1.0), (0.5, 1.0), (0.4, 1.5), (0.2, 6.0), (0.05, 10.0)] {
            assert!((worth(&curve, nll) - networks).abs() < 1e-9, "{nll}");
        }
    }
}

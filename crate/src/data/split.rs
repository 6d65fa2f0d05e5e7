//! Stratified parts: a fixed hold-out, the same in every run, and draws for few objects.

use super::Dataset;
use crate::rng::{Rng, Stream};

/// One object in five is held out.
const FIFTH: usize = 5;
/// The split's own seed, so that no run's seed moves an object from one part to the other.
const SEED: u64 = 0;

/// Divides `all` into (train, test): ⌈n/5⌉ test objects, every class within one of its share,
/// both parts shuffled. The same objects always give the same parts.
pub fn hold_out(all: &Dataset) -> (Dataset, Dataset) {
    let (test, train) = divide(all, SEED, |place| place.is_multiple_of(FIFTH));
    (train, test)
}

/// Draws `few` objects of `all`, every class within one of its share, by `seed`; (they, the rest),
/// both shuffled.
pub(super) fn draw(all: &Dataset, few: usize, seed: u64) -> (Dataset, Dataset) {
    let before = |place: usize| place * few / all.len();
    divide(all, seed, |place| before(place + 1) > before(place))
}

/// Shuffles objects and divides them into those held and the rest. A systematic sample is
/// stratified: `hold` is asked for every place in a line of the shuffled objects by class.
fn divide(all: &Dataset, seed: u64, hold: impl Fn(usize) -> bool) -> (Dataset, Dataset) {
    let order = Rng::stream(seed, Stream::Split, 0).permutation(all.len());
    let mut place = [0; 256];
    for &label in all.labels() {
        place[label as usize] += 1;
    }
    let mut before = 0;
    for place in &mut place {
        before += std::mem::replace(place, before);
    }
    let mut held = vec![false; all.len()];
    for &i in &order {
        let place = &mut place[all.labels()[i as usize] as usize];
        held[i as usize] = hold(*place);
        *place += 1;
    }
    let (held, rest): (Vec<u32>, Vec<u32>) = order.iter().partition(|&&i| held[i as usize]);
    (all.select(&held), all.select(&rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Features;

    #[test]
    fn each_object_is_in_one_part_and_each_class_has_its_share() {
        for n in [0_u32, 1, 4, 5, 10, 11, 997] {
            let labels: Vec<u8> = (0..n).map(|i| (i * i % 7) as u8).collect();
            let features = Features::Reals((0..n).map(|i| i as f32).collect());
            let all = Dataset::new(features, 1, labels);
            let (train, test) = hold_out(&all);
            assert_eq!(test.len(), all.len().div_ceil(5));
            let mut everyone: Vec<f32> = [&train, &test]
                .iter()
                .flat_map(|part| (0..part.len() as u32).map(|i| part.rows(&[i])[[0, 0]]))
                .collect();
            everyone.sort_by(f32::total_cmp);
            assert!(everyone.iter().copied().eq((0..n).map(|i| i as f32)));
            for class in 0..7 {
                let count = |part: &Dataset| part.labels().iter().filter(|&&l| l == class).count();
                let share = count(&all) as f32 / 5.0;
                assert!((count(&test) as f32 - share).abs() < 1.0, "class {class} of {n}");
            }
        }
    }
}

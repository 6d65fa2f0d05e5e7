//! Charts that nothing upsets: records and weights of any numbers.

use crate::specimens::{chart, picture, prediction, record};
use proptest::prelude::*;
use sparsevd::evaluation::Record;
use sparsevd::pictures::entropies::{Objects, entropies_plot};
use sparsevd::pictures::over_epochs::{self, Chart, Event};
use sparsevd::pictures::posterior::posterior_plot;
use sparsevd::pictures::prediction::prediction_plot;
use sparsevd::pictures::scatter::scatter_plot;
use sparsevd::plots::Theme;
use sparsevd::plots::colormap::PRUNED;
use sparsevd::plots::heatmap::Heatmap;
use sparsevd::plots::reading::reading;
use sparsevd::prediction::{Entropies, Prediction};

fn any_f32() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => -200.0..200.0_f32,
        1 => any::<f32>(),
        1 => proptest::sample::select(vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, 1e38]),
    ]
}

prop_compose! {
    fn any_record()(
        epoch in 0..300_u32,
        values in proptest::collection::vec(any_f32(), 8),
        present in any::<[bool; 3]>(),
        counts in proptest::collection::vec((0..300_usize, 0..300_usize), 0..7),
        samples in 0..3_usize,
    ) -> Record {
        let mut r = record(epoch);
        (r.train_nll, r.kl) = (present[0].then_some(values[0]), present[1].then_some(values[1]));
        r.train_accuracy = present[0].then_some(values[2]);
        r.elbo = r.train_nll.zip(r.kl).map(|(nll, kl)| -nll - kl);
        (r.test_accuracy, r.dense_accuracy) = (values[3], values[4]);
        (r.sampled_accuracy, r.samples) = (values[5], samples);
        r.gradient_variance = present[2].then_some((values[6], values[7]));
        r.kl_weight = values[0];
        (r.kept, r.total) = counts.into_iter().map(|(a, b)| (a.min(b), b)).unzip();
        r
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_upsets_a_chart(
        records in proptest::collection::vec(any_record(), 0..12),
        ordered in any::<bool>(),
        mark in any_f32(),
        playhead in proptest::option::of(any_f32()),
        epochs in 0..200_u32,
        size in (0..400_u32, 0..300_u32),
    ) {
        let mut records = records;
        if ordered {
            records.sort_by_key(|record| record.epoch);
        }
        let events = [Event { epoch: mark, label: "<β> & so on".to_owned() }];
        let playhead = playhead.map(f64::from);
        for Chart { name, .. } in &over_epochs::ALL {
            let plot = chart(name, &records, &events, epochs);
            let picture = picture(&plot, playhead, &Theme::dark(1.0).presenter(), size);
            prop_assert!(picture.trim_end().ends_with("</svg>"));
            prop_assert!(!reading(&plot, playhead).is_empty());
        }
    }

    #[test]
    fn nothing_upsets_the_other_pictures(
        values in proptest::collection::vec(any_f32(), 0..60),
        others in proptest::collection::vec(any_f32(), 0..60),
        threshold in any_f32(),
        classes in 0..12_usize,
        size in (0..400_u32, 0..300_u32),
    ) {
        let theme = Theme::light(1.0);
        let n = values.len().min(others.len());
        let names: Vec<String> = (0..classes).map(|class| "<name>&".repeat(class)).collect();
        let prediction = Prediction {
            mean_network: values.iter().copied().take(classes).collect(),
            samples: values.chunks(classes.max(1)).map(<[f32]>::to_vec).collect(),
            ensemble: others.iter().copied().take(classes).collect(),
            ..prediction()
        };
        let entropies = Entropies { inside: values.clone(), outside: others.clone() };
        for plot in [
            scatter_plot(&[&values[..n]], &[&others[..n]], threshold, 3),
            entropies_plot(&entropies, classes, &Objects::of(false)),
            posterior_plot(threshold, values.first().copied().unwrap_or(0.0)),
            prediction_plot(&prediction, &names),
        ] {
            prop_assert!(picture(&plot, None, &theme, size).trim_end().ends_with("</svg>"));
        }
        let heatmap = Heatmap { rows: n, columns: 1, mean: &values[..n], log_sigma: Some(&others[..n]) };
        let mut pixels = Vec::new();
        heatmap.paint(threshold, heatmap.limit(threshold), &mut pixels);
        let white = pixels.chunks(4).filter(|pixel| **pixel == PRUNED).count();
        prop_assert_eq!(white, n - heatmap.kept(threshold));
    }
}

//! Runs in lock-step: twins, what is seen of them, and what is the same alone.

use std::sync::Arc;

use sparsevd::changes::Change;
use sparsevd::data::{self, Data, Dataset, Features};
use sparsevd::frame::{self, Frame};
use sparsevd::plots::plot::{Axis, Plot};
use sparsevd::runs::{Arm, Look, Observing, Own, Picture, Runs, Setup, When, at_once};
use sparsevd::session::{Progress, Session};
use sparsevd::settings::Settings;
use sparsevd::topology::Topology;

fn settings() -> Settings {
    let network = Topology::dense(&[64, 20, 10]);
    Settings { network, epochs: 3, samples: 2, ..Settings::default() }
}

fn digits() -> Arc<Data> {
    Arc::new(data::digits())
}

fn twins(base: &Settings) -> Setup {
    Setup::of(vec![
        Arm::new("RT", base, &[("estimator", "rt")]),
        Arm::new("LRT", base, &[("estimator", "lrt")]),
    ])
}

/// Counts epochs, one slice each.
struct Clock(u32);

impl Own for Clock {
    fn advance(&mut self) -> Progress {
        self.0 += 1;
        Progress::Epoch
    }

    fn epoch(&self) -> u32 {
        self.0
    }

    fn set(&mut self, _: &Settings) {}
}

/// Takes three slices, and tells the epoch it began at.
fn slow(runs: &Runs, look: &Look) -> Observing {
    let (epoch, told, mut left) = (runs.epoch(), look.epoch.unwrap_or(99), 3);
    Box::new(move |runs| {
        left -= 1;
        assert_eq!(runs.epoch(), epoch, "nothing moves while an epoch is observed");
        let axis = || Axis::linear("", 0.0, 1.0);
        (left == 0).then(|| Plot::new("slow", axis(), axis()).figure("epoch", f64::from(told)))
    })
}

const fn picture(name: &'static str, when: When) -> Picture {
    Picture { name, when, observe: slow, ..Picture::PLAIN }
}

static EACH: Picture = picture("each", When::EachEpoch);
static REST: Picture = picture("rest", When::AtRest);
static LIVE: Picture =
    Picture { observe: |_, _| at_once(Plot::default()), ..picture("live", When::Live) };

fn finish(runs: &mut Runs) -> Vec<u32> {
    let mut epochs = Vec::new();
    loop {
        match runs.advance() {
            Progress::Epoch => epochs.push(runs.epoch()),
            Progress::Finished => return epochs,
            Progress::Diverged => panic!("diverged"),
            _ => {}
        }
    }
}

#[test]
fn an_arm_of_twins_is_the_run_that_it_would_be_alone() {
    let mut runs = Runs::new(settings(), twins(&settings()), &[], &digits(), &[]).unwrap();
    assert_eq!(finish(&mut runs), [0, 1, 2, 3]);
    for (label, estimator) in [("RT", "rt"), ("LRT", "lrt")] {
        let mut alone = settings();
        alone.set("estimator", estimator).unwrap();
        let mut alone = Session::new(alone, digits(), Vec::new()).unwrap();
        while alone.advance() != Progress::Finished {}
        let twin = runs.arm(label).unwrap();
        assert_eq!(twin.records(), alone.records(), "{label}");
    }
}

#[test]
fn a_setting_goes_to_every_arm_that_has_not_pinned_it() {
    let mut runs = Runs::new(settings(), twins(&settings()), &[], &digits(), &[]).unwrap();
    while runs.epoch() < 1 {
        runs.advance();
    }
    // In the middle of an epoch of the first, when the second has not begun it.
    let middle = runs.lead().unwrap().trainer().position().step;
    runs.advance();
    assert_eq!(middle, 45);
    runs.set("lr", "0.002").unwrap();
    let refusal = runs.set("estimator", "rt").unwrap_err().to_string();
    assert!(refusal.contains("estimator"), "{refusal}");
    assert!(runs.set("lr", "7").is_err());
    assert_eq!(runs.settings().learning_rate, 0.002, "it is seen at once");
    while runs.epoch() < 2 {
        runs.advance();
    }
    runs.advance();
    for (_, session) in runs.arms() {
        assert_eq!(session.settings().learning_rate, 0.002);
        assert_eq!(session.changes()[0].step, 90, "both take it at one step");
    }
    let (plan, changes) = runs.plan();
    assert_eq!((plan.learning_rate, changes.len()), (0.002, 1));
    assert_eq!(plan.estimator, settings().estimator, "the address has the experiment's own");
    finish(&mut runs);
    let mut again = Runs::new(plan.clone(), twins(&plan), &[], &digits(), &changes).unwrap();
    finish(&mut again);
    for ((_, a), (_, b)) in runs.arms().zip(again.arms()) {
        assert_eq!(a.records().last(), b.records().last());
    }
}

/// Begins the twins at the start of what `runs` are, as their address would.
fn again(runs: &Runs) -> Runs {
    let (plan, changes) = runs.plan();
    Runs::new(plan.clone(), twins(&plan), &[], &digits(), &changes).unwrap()
}

/// Trains to the end with an arm in another worker. At the first piece of work after `epoch` is
/// complete a setting is changed, in the middle of the next one; at its end the arm comes back, is
/// trained here for an epoch, and goes away again.
fn finish_in_two(here: &mut Runs, epoch: u32, key: &str, value: &str) {
    let (mut changed, mut away) = (false, 0);
    for _ in 0..5000 {
        let home = here.epoch() == epoch + 1;
        if home {
            here.take_back();
        } else if let Some(arm) = here.lend() {
            assert_eq!(arm, 1, "the leading one stays");
            let bytes = again(here).train(arm, &here.hand_over(arm).unwrap()).unwrap();
            while !matches!(here.advance(), Progress::Elsewhere) {
                if here.epoch() == epoch && !changed {
                    here.set(key, value).unwrap();
                    changed = true;
                }
            }
            assert_eq!(here.advance(), Progress::Elsewhere, "it waits");
            here.follow(arm, &bytes).unwrap();
            away += 1;
        }
        if here.advance() == Progress::Finished {
            break;
        }
    }
    assert!(changed && away > 1 && here.finished(), "{away} epochs elsewhere");
}

#[test]
fn arms_in_several_workers_are_the_same_bits() {
    let base = Settings { epochs: 5, ..settings() };
    // An address with a change in the middle of an epoch, which only arms of their own know.
    let planned = [Change { step: 60, key: "kl".into(), from: "1".into(), to: "0.5".into() }];
    let begin = || Runs::new(base.clone(), twins(&base), &[], &digits(), &planned).unwrap();
    let mut two = begin();
    finish_in_two(&mut two, 1, "lr", "0.002");
    let mut one = begin();
    while one.epoch() < 1 {
        one.advance();
    }
    one.advance();
    one.set("lr", "0.002").unwrap();
    finish(&mut one);
    let mut repeated = again(&two);
    finish(&mut repeated);
    for runs in [&one, &repeated] {
        for ((arm, a), (_, b)) in two.arms().zip(runs.arms()) {
            assert_eq!(a.records(), b.records(), "{}", arm.label);
            assert_eq!(a.changes(), b.changes(), "{}", arm.label);
            assert_eq!(a.frame(Some(2)), b.frame(Some(2)), "{}", arm.label);
        }
    }
    let foreign = again(&two).train(1, &two.hand_over(0).unwrap()[..99]).unwrap_err();
    assert!(foreign.to_string().ends_with('.'), "{foreign}");
}

/// Digits so bright that their squares are no numbers.
fn blinding() -> Arc<Data> {
    let part = |n: usize| {
        let labels: Vec<u8> = (0..n).map(|i| (i % 10) as u8).collect();
        Dataset::new(Features::Reals(vec![1e30; 64 * n]), 64, labels)
    };
    Arc::new(Data::new("blinding", part(100), part(20), None).unwrap())
}

#[test]
fn twins_of_which_one_diverges_go_back_together() {
    let arms = |base: &Settings| {
        let wild = Arm::new("wild", base, &[]).on(blinding());
        Setup::of(vec![Arm::new("calm", base, &[]).brief(), wild.brief()])
    };
    let begin = |base: &Settings, changes: &[Change]| {
        Runs::new(base.clone(), arms(base), &[], &digits(), changes).unwrap()
    };
    let mut runs = begin(&settings(), &[]);
    let diverges = |runs: &mut Runs| (0..500).any(|_| runs.advance() == Progress::Diverged);
    assert!(diverges(&mut runs) && runs.epoch() == 0);
    assert_eq!(runs.lead().unwrap().records().len(), 2, "the calm one is an epoch ahead");
    runs.recover().unwrap();
    for (arm, run) in runs.arms() {
        assert_eq!((run.trainer().position().step, run.records().len()), (0, 1), "{}", arm.label);
        assert_eq!(run.settings().learning_rate, settings().learning_rate / 10.0);
        assert_eq!(run.first_epoch(), 0);
    }
    // The address repeats it, up to where it is lost once more.
    let (plan, changes) = runs.plan();
    assert_eq!(changes.len(), 1);
    let mut again = begin(&plan, &changes);
    assert!(diverges(&mut runs) && diverges(&mut again));
    assert_eq!(runs.lead().unwrap().records(), again.lead().unwrap().records());
}

#[test]
fn what_is_seen_at_an_epoch_is_remembered_and_changes_nothing() {
    static PICTURES: &[&Picture] = &[&EACH, &REST, &LIVE];
    let mut seen = Runs::new(settings(), twins(&settings()), PICTURES, &digits(), &[]).unwrap();
    let mut unseen = Runs::new(settings(), twins(&settings()), &[], &digits(), &[]).unwrap();
    assert_eq!(finish(&mut seen), finish(&mut unseen));
    for epoch in 0..=3 {
        let look = Look { epoch: Some(epoch), threshold: 3.0 };
        let plot = seen.look("each", &look).unwrap().expect("remembered");
        assert_eq!(plot.figures[0].1, f64::from(epoch));
    }
    let look = Look { epoch: None, threshold: 3.0 };
    assert!(seen.look("rest", &look).unwrap().is_none(), "it takes slices");
    while !seen.conclude() {}
    assert!(seen.look("rest", &look).unwrap().is_some());
    assert_eq!(seen.figure("epoch"), 3.0);
    assert!(seen.figure("nothing").is_nan() && seen.look("nothing", &look).is_err());
    let end = |runs: &Runs| runs.lead().unwrap().trainer().network().fingerprint();
    assert_eq!(end(&seen), end(&unseen));
}

#[test]
fn what_has_no_arms_has_epochs_too() {
    static PICTURES: &[&Picture] = &[&EACH];
    let setup = Setup::own(Clock(0));
    let mut runs = Runs::new(settings(), setup, PICTURES, &digits(), &[]).unwrap();
    assert_eq!(finish(&mut runs), [0, 1, 2, 3]);
    assert!(runs.finished() && runs.own::<Clock>().is_some() && runs.lead().is_none());
}

#[test]
fn a_kept_run_goes_on_as_it_would_alone_and_a_branch_is_exact() {
    let one = |settings: &Settings| Setup::one(settings);
    let begin = || Runs::new(settings(), one(&settings()), &[], &digits(), &[]).unwrap();
    let mut alone = begin();
    finish(&mut alone);
    let end = |session: &Session| session.records().last().unwrap().clone();

    let mut runs = begin();
    while runs.epoch() < 1 {
        runs.advance();
    }
    runs.keep().unwrap();
    runs.set("lr", "0.004").unwrap();
    finish(&mut runs);
    assert_eq!(end(runs.kept().unwrap()), end(alone.lead().unwrap()), "A");
    assert_ne!(end(runs.lead().unwrap()).fingerprint, end(runs.kept().unwrap()).fingerprint);

    // B leaves at epoch 2, where it is bit for bit what A was, and without A's later change.
    let mut changed = begin();
    while changed.epoch() < 2 {
        changed.advance();
    }
    changed.set("lr", "0.01").unwrap();
    finish(&mut changed);
    assert!(changed.branch(0, 9).is_err_and(|error| error.to_string().contains("Epoch 9")));
    let mut changed = changed.branch(0, 2).unwrap();
    while changed.epoch() < 2 || changed.evaluating() {
        changed.advance();
    }
    let (a, b) = (changed.kept().unwrap(), changed.lead().unwrap());
    assert_eq!(a.records()[..3], b.records()[..]);
    finish(&mut changed);
    assert_eq!(end(changed.lead().unwrap()), end(alone.lead().unwrap()), "B");
    changed.forget();
    assert!(changed.kept().is_none() && changed.arms().count() == 1);

    assert!(alone.comparable() && alone.frames(None).is_none());
    let mut twins = Runs::new(settings(), twins(&settings()), &[], &digits(), &[]).unwrap();
    assert!(twins.keep().is_err() && !twins.comparable(), "it compares its own runs");
}

/// Epochs and fingerprints of A and of B on the screen.
fn frames(runs: &Runs, epoch: Option<u32>) -> [(u32, String); 2] {
    runs.frames(epoch).expect("two runs").map(|bytes| {
        let Frame { header, .. } = frame::decode(&bytes).expect("a frame");
        (header.epoch, header.fingerprint)
    })
}

#[test]
fn two_runs_are_seen_at_one_moment() {
    let mut runs = Runs::new(settings(), Setup::one(&settings()), &[], &digits(), &[]).unwrap();
    while runs.epoch() < 1 {
        runs.advance();
    }
    // Within an epoch B runs ahead; both are shown at the end of the one before.
    runs.advance();
    runs.keep().unwrap();
    runs.set("lr", "0.004").unwrap();
    runs.advance();
    let [a, b] = frames(&runs, None);
    assert_eq!((a.0, &a), (1, &b));
    finish(&mut runs);
    let [a, b] = frames(&runs, None);
    assert_eq!((a.0, b.0), (settings().epochs, settings().epochs));
    assert_ne!(a.1, b.1);
    let both = runs.frames(None).unwrap().map(|bytes| frame::decode(&bytes).unwrap());
    assert!(both.iter().all(|frame| frame.header.live), "as they are now, not rounded");
    let [a, b] = frames(&runs, Some(1));
    assert_eq!((a.0, &a), (1, &b));
    // What has fewer epochs is shown at its last.
    let a = runs.lead().unwrap().clone();
    let longer = Settings { epochs: settings().epochs + 1, seed: 4, ..settings() };
    let longer = Runs::new(longer.clone(), Setup::one(&longer), &[], &digits(), &[]).unwrap();
    let mut longer = longer.beside(a).unwrap();
    finish(&mut longer);
    let epochs = settings().epochs;
    assert_eq!(frames(&longer, None).map(|frame| frame.0), [epochs, epochs + 1]);
}

#[test]
fn a_kept_run_that_loses_its_loss_does_not_stop_the_other() {
    let huge = |n: usize| {
        let labels = (0..n).map(|i| (i % 10) as u8).collect();
        Dataset::new(Features::Reals(vec![3e38; 64 * n]), 64, labels)
    };
    let data = Arc::new(Data::new("huge", huge(200), huge(20), None).unwrap());
    let a = Session::new(settings(), data, Vec::new()).unwrap();
    let b = Runs::new(settings(), Setup::one(&settings()), &[], &digits(), &[]).unwrap();
    let mut both = b.beside(a).unwrap();
    finish(&mut both);
    assert!(both.kept().unwrap().diverged() && both.finished());
    assert_eq!(both.epoch(), settings().epochs);
}

//! Tasks one after the other: what each sees, what goes on to the next, and that a saved run does.

use std::sync::Arc;

use sparsevd::checkpoint::{self, Checkpoint};
use sparsevd::data::{self, Data};
use sparsevd::layers::Point;
use sparsevd::priors::Reference;
use sparsevd::session::{Progress, Session};
use sparsevd::settings::Settings;
use sparsevd::topology::Topology;
use sparsevd::trainer::{Outcome, Trainer};

fn settings(tasks: &str) -> Settings {
    let mut settings = Settings {
        network: Topology::dense(&[64, 20, 10]),
        epochs: 4,
        samples: 2,
        ..Settings::default()
    };
    for (key, value) in [("method", "gaussian"), ("warmup", "0..0"), ("tasks", tasks)] {
        settings.set(key, value).unwrap();
    }
    settings
}

fn run(settings: Settings) -> Trainer {
    Trainer::new(settings, Arc::new(data::digits()))
}

fn epoch(trainer: &mut Trainer) {
    while trainer.step() != Outcome::EpochEnd {}
}

/// Share of the training objects `range` that the mean network knows.
fn known(trainer: &Trainer, range: std::ops::Range<u32>) -> f64 {
    let network = trainer.network().fixed(Point::Mean { threshold: f32::INFINITY });
    let rows: Vec<u32> = range.collect();
    let y = network.predict(trainer.data().train.rows(&rows));
    let labels = rows.iter().map(|&i| trainer.labels()[i as usize]);
    let right = y.rows().into_iter().zip(labels);
    let right =
        right.filter(|(row, label)| sparsevd::trainer::argmax(row.iter()) == usize::from(*label));
    right.count() as f64 / rows.len() as f64
}

#[test]
fn an_epoch_has_the_objects_of_its_task() {
    let mut trainer = run(settings("2:weights"));
    assert_eq!((trainer.train_size(), trainer.steps_per_epoch()), (718, 23));
    for (done, task) in [(1, (0, 1)), (2, (1, 0)), (3, (1, 1)), (4, (1, 2))] {
        epoch(&mut trainer);
        assert_eq!((trainer.position().epoch, trainer.task()), (done, task));
        assert_eq!(trainer.position().last_epoch.seen, 718);
    }
}

/// The data with the training objects of class 0 to 4 first: two tasks that share no class.
fn sorted() -> Data {
    let digits = data::digits();
    let labels = digits.train.labels();
    let mut order: Vec<u32> = (0..labels.len() as u32).collect();
    order.sort_by_key(|&i| labels[i as usize]);
    Data::new("sorted", digits.train.select(&order), digits.test, digits.image).unwrap()
}

#[test]
fn a_task_is_not_taught_what_the_others_have() {
    let mut trainer =
        Trainer::new(Settings { epochs: 20, ..settings("2:weights") }, Arc::new(sorted()));
    (0..10).for_each(|_| epoch(&mut trainer));
    assert!(known(&trainer, 0..700) > 0.9 && known(&trainer, 740..1437) < 0.05);
    (0..10).for_each(|_| epoch(&mut trainer));
    let (first, second) = (known(&trainer, 0..700), known(&trainer, 740..1437));
    assert!(second > 0.7 && first < 0.3, "it forgets: {first}, {second}");
}

#[test]
fn the_posterior_of_a_task_is_the_prior_of_the_next() {
    let mut trainer = run(settings("2:posterior"));
    (0..2).for_each(|_| epoch(&mut trainer));
    // What is evaluated after the last epoch of a task is what it has learned.
    let before = trainer.network().clone();
    let kl = before.kl(trainer.prior());
    assert!(before.earlier().is_empty());
    trainer.step();
    let after = trainer.network();
    assert_eq!(trainer.position().began, 46);
    for (before, after) in before.weights().iter().zip(after.weights()) {
        let Reference::Earlier(earlier) = after.posterior.unwrap().reference() else {
            panic!("a posterior that has become the prior");
        };
        assert_eq!(earlier.mean(), before.mean);
        assert_eq!(earlier.log_sigma(), &before.posterior.unwrap().log_sigma.value);
        let change = (after.mean - before.mean).mapv(f32::abs).mean().unwrap();
        assert!(change > 0.05, "weights begin anew: {change}");
        assert!((after.bias - before.bias).iter().all(|change| change.abs() < 0.01));
    }
    assert!(after.kl(trainer.prior()) != kl);
    // Without a Gaussian prior there is nothing that a posterior could stand for.
    let mut other =
        run(Settings { method: sparsevd::methods::Method::Ard, ..settings("2:posterior") });
    (0..3).for_each(|_| epoch(&mut other));
    assert!(other.network().earlier().is_empty() && other.position().began == 46);
}

#[test]
fn a_saved_sequence_goes_on_exactly() {
    for tasks in ["2:weights", "2:posterior"] {
        // Within a task, at its end, and in the next.
        for steps in [10, 46, 60, 92] {
            let mut whole = run(settings(tasks));
            (0..steps).for_each(|_| _ = whole.step());
            let file = checkpoint::save(&whole, &[]);
            let checkpoint = Checkpoint::read("x", &file).unwrap();
            let (mut resumed, _) = checkpoint.resume(Arc::new(data::digits())).unwrap();
            for trainer in [&mut whole, &mut resumed] {
                (steps..92).for_each(|_| _ = trainer.step());
            }
            let prints = [&whole, &resumed].map(|trainer| trainer.network().fingerprint());
            assert_eq!(prints[0], prints[1], "{tasks} after {steps} steps");
            let kl = [&whole, &resumed].map(|trainer| trainer.network().kl(trainer.prior()));
            assert_eq!(kl[0], kl[1], "{tasks} after {steps} steps");
        }
    }
}

#[test]
fn tasks_share_the_epochs_that_there_are() {
    let mut session =
        Session::new(settings("2:posterior"), Arc::new(data::digits()), vec![]).unwrap();
    assert!(session.set("epochs", "9").unwrap_err().to_string().contains("epochs"));
    while session.advance() != Progress::Finished {}
    let epochs: Vec<u32> = session.records().iter().map(|record| record.epoch).collect();
    assert_eq!(epochs, [0, 1, 2, 3, 4]);
    // Under the posterior of the first task, after one epoch of the second.
    let kl = session.records()[3].kl.unwrap();
    assert!(kl.is_finite() && kl > 0.0);
}

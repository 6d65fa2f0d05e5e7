//! Tests of sessions: epochs, looking, changes, recovery, files.

use super::*;
use crate::data;
use crate::frame::decode;

fn settings() -> Settings {
    Settings {
        network: crate::topology::Topology::dense(&[64, 20, 10]),
        epochs: 4,
        samples: 2,
        ..Settings::default()
    }
}

fn session() -> Session {
    Session::new(settings(), Arc::new(data::digits()), Vec::new()).unwrap()
}

fn run_to(session: &mut Session, epoch: u32) {
    while session.records.last().is_none_or(|r| r.epoch < epoch) {
        assert_ne!(session.advance(), Progress::Diverged);
    }
}

#[test]
fn a_session_ends_and_remembers_every_epoch() {
    let mut session = session();
    run_to(&mut session, 4);
    assert_eq!(session.advance(), Progress::Finished);
    for epoch in 0..=4 {
        let frame = decode(&session.frame(Some(epoch))).unwrap();
        assert!(!frame.header.live && frame.header.epoch == epoch);
        assert_eq!(frame.header.fingerprint, session.record(epoch).unwrap().fingerprint);
    }
    let now = decode(&session.frame(None)).unwrap();
    assert_eq!(now.header.fingerprint, session.record(4).unwrap().fingerprint);
}

#[test]
fn looking_never_changes_the_run() {
    let (mut watched, mut alone) = (session(), session());
    let image = watched.trainer.data().test.rows(&[0]).into_raw_vec_and_offset().0;
    run_to(&mut watched, 1);
    for _ in 0..60 {
        watched.frame(Some(0));
        watched.predict(None, &image, 3.0);
        let mut lens = watched.lens(Some(1), 1.0);
        while lens.advance().is_none() {}
        watched.advance();
    }
    let mut comparing = watched.comparing(None);
    while comparing.advance().is_none() {}
    watched.set("threshold", "1").unwrap();
    watched.set("samples", "5").unwrap();
    run_to(&mut watched, 3);
    run_to(&mut alone, 3);
    let last = |session: &Session| session.records.last().unwrap().fingerprint.clone();
    assert_eq!(last(&watched), last(&alone));
}

#[test]
fn the_lens_sees_what_the_evaluation_saw() {
    let mut session = session();
    run_to(&mut session, 3);
    for epoch in [Some(2), None] {
        let mut lens = session.lens(epoch, session.trainer.settings().threshold);
        let tally = std::iter::repeat_with(|| lens.advance()).find_map(|tally| tally);
        let truth = session.record(epoch.unwrap_or(3)).unwrap().test_accuracy;
        assert!((tally.unwrap().accuracy() - truth).abs() < 0.3, "one image at most");
    }
}

#[test]
fn changes_are_replayed() {
    let mut first = session();
    run_to(&mut first, 1);
    first.advance();
    first.set("estimator", "rt").unwrap();
    run_to(&mut first, 2);
    first.set("method", "ard").unwrap();
    first.set("lr", "0.002").unwrap();
    run_to(&mut first, 4);
    assert_eq!(first.advance(), Progress::Finished);
    first.set("epochs", "5").unwrap();
    run_to(&mut first, 5);
    assert!(first.set("seed", "3").is_err() && first.set("method", "dense").is_err());

    let settings = first.trainer.settings().clone();
    let changes = first.trainer.changes().to_vec();
    assert_eq!(changes.len(), 4);
    let mut second = Session::new(settings, Arc::new(data::digits()), changes).unwrap();
    run_to(&mut second, 5);
    assert_eq!(second.records.last(), first.records.last());
}

#[test]
fn changes_at_one_step_are_undone_last_to_first() {
    let mut first = session();
    run_to(&mut first, 4);
    for (key, value) in [("estimator", "rt"), ("method", "ard"), ("estimator", "lrt")] {
        first.set(key, value).unwrap();
    }
    let settings = first.trainer.settings().clone();
    let changes = first.trainer.changes().to_vec();
    let mut second = Session::new(settings, Arc::new(data::digits()), changes).unwrap();
    run_to(&mut second, 4);
    assert_eq!(second.records.last(), first.records.last());
    assert_eq!(second.trainer.changes(), first.trainer.changes());
    assert_eq!(second.trainer.settings(), first.trainer.settings());
}

#[test]
fn a_change_during_an_evaluation_is_told_at_once_and_made_at_its_end() {
    let mut waiting = session();
    run_to(&mut waiting, 1);
    while waiting.evaluation.is_none() {
        waiting.advance();
    }
    waiting.advance();
    let step = waiting.trainer.position().step;
    waiting.set("lr", "0,004").unwrap();
    waiting.set("epochs", "3").unwrap();
    assert!(waiting.set("lr", "9").is_err() && waiting.set("seed", "2").is_err());
    assert!(waiting.evaluation.is_some(), "the evaluation goes on in slices");
    assert_eq!(waiting.settings().get("lr").as_deref(), Some("0.004"));
    assert_eq!(waiting.changes().len(), 2);
    assert!(waiting.trainer.changes().is_empty());
    let saved = checkpoint::Checkpoint::read("x", &waiting.save()).unwrap();
    assert_eq!(saved.changes(), waiting.changes());
    run_to(&mut waiting, 2);
    assert_eq!(waiting.trainer.changes(), waiting.changes());
    assert!(waiting.changes().iter().all(|change| change.step == step));
    assert!((waiting.records.last().unwrap().learning_rate - 0.001).abs() < 1e-9);
    // The address repeats it.
    let (settings, changes) = (waiting.settings().clone(), waiting.changes().to_vec());
    let mut again = Session::new(settings, Arc::new(data::digits()), changes).unwrap();
    assert!(again.notices().is_empty());
    run_to(&mut waiting, 3);
    run_to(&mut again, 3);
    assert_eq!(waiting.records.last(), again.records.last());
}

#[test]
fn changes_that_a_running_training_refuses_are_told_and_left_out() {
    let digits = || Arc::new(data::digits());
    let mut plain = Session::new(settings(), digits(), Vec::new()).unwrap();
    run_to(&mut plain, 1);
    for (text, words) in [
        ("1:size:10000", "size"),
        ("2:network:36-3", "network"),
        ("5:network:2x2x1-b-2", "network"),
        ("3:network:6x6-2c3-p2-3", "network"),
        ("3:batch:100000", "Batch size"),
        ("9:batch:1438", "Batch size"),
        ("99999:lr:0.1", "ends before"),
        ("4:method:dense", "method"),
    ] {
        let query =
            format!("experiment=full-kl&network=64-20-10&epochs=4&samples=2&changes={text}");
        let (link, notices) = crate::link::Link::read(&query);
        let session = Session::new(link.settings, digits(), link.changes);
        let mut session = session.unwrap();
        let notices = [notices, session.notices().to_vec()].concat();
        assert!(notices.len() == 1 && notices[0].contains(words), "{text}: {notices:?}");
        run_to(&mut session, 1);
        assert_eq!(session.records.last(), plain.records.last(), "{text}");
    }
}

#[test]
fn a_diverged_run_says_so_and_recovers() {
    let mut session = session();
    session.set("lr", "1").unwrap();
    run_to(&mut session, 1);
    // An infinite weight stands for what a real overflow leaves behind.
    session.trainer.network_mut().parameters_mut()[0].value[[20, 0]] = f32::INFINITY;
    session.trainer.network_mut().refresh();
    while session.advance() != Progress::Diverged {}
    assert_eq!(session.advance(), Progress::Diverged);
    assert!(decode(&session.frame(Some(1))).is_some(), "the past is not lost");
    session.recover(1).unwrap();
    assert!((session.trainer.settings().learning_rate - 0.1).abs() < 1e-6);
    assert_eq!(session.advance(), Progress::Trained);
}

#[test]
fn a_loaded_session_goes_on_where_it_was_saved() {
    let mut whole = session();
    run_to(&mut whole, 2);
    whole.advance();
    let file = whole.save();
    let checkpoint = checkpoint::Checkpoint::read("x", &file).unwrap();
    let mut loaded = Session::load(checkpoint, Arc::new(data::digits())).unwrap();
    run_to(&mut whole, 4);
    run_to(&mut loaded, 4);
    assert_eq!(loaded.records, whole.records);
}

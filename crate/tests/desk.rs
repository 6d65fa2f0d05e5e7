//! The desk: every run keeps its data, links and saved runs wait for theirs, and whatever is
//! done in whatever order, the address on the screen repeats the run on the screen.

use sparsevd::data::{self, File, Identity};
use sparsevd::desk::{Desk, Outcome};
use sparsevd::rng::{Rng, Stream};
use sparsevd::runs::Runs;
use sparsevd::session::{Progress, Session};

const TINY: &str = "network=64-4-10&epochs=2&size=100&batch=50";

/// A table of 40 objects with three numbers each, two classes; `seed` makes it one of its own.
fn table(name: &str, seed: u32) -> File {
    let row = |i: u32| format!("{},{},{seed},{}\n", i % 2, (i * 37 + seed) % 11, i % 2);
    let text = format!("a,b,c,label\n{}", (0..40).map(row).collect::<String>());
    File { name: name.to_owned(), bytes: text.into_bytes() }
}

fn hash(file: &File) -> String {
    Identity::of(&data::from_files(vec![file.clone()]).unwrap()).hash
}

/// Trains the run on the desk until `epoch` is evaluated, or to its end.
/// The run of the network on the desk.
fn lead(desk: &Desk) -> &Session {
    desk.run().and_then(Runs::lead).expect("a run")
}

fn train(runs: &mut Runs, epoch: u32) {
    let last = |runs: &Runs| Some(runs.lead()?.records().last()?.epoch);
    while last(runs).is_none_or(|last| last < epoch) {
        if runs.advance() == Progress::Finished {
            break;
        }
    }
}

fn fingerprint(desk: &mut Desk, epoch: u32) -> String {
    train(desk.run_mut().expect("a run"), epoch);
    lead(desk).trainer().network().fingerprint()
}

fn data_name(desk: &Desk) -> String {
    desk.run().expect("a run").data().name.clone()
}

/// The name and bytes of the run on the desk, as a file.
fn saved(desk: &Desk, name: &str) -> File {
    File { name: name.to_owned(), bytes: lead(desk).save() }
}

/// Opens files that must be of use.
fn open(desk: &mut Desk, files: &[&File]) -> Outcome {
    desk.open(files.iter().map(|file| (*file).clone()).collect(), TINY).unwrap()
}

fn text(desk: &mut Desk) -> String {
    desk.notices().join(" ")
}

#[test]
fn what_the_program_has_needs_no_file_and_is_the_same_again() {
    for source in data::SOURCES {
        let query = format!("data={}&seed=5&epochs=2&size=100&batch=50", source.name);
        let mut desk = Desk::default();
        let outcome = desk.start(&query).unwrap();
        assert_eq!(outcome == Outcome::Began, source.is_built_in(), "{}", source.name);
        if outcome == Outcome::Waits {
            assert!(desk.waits_for().unwrap().contains(source.needs()));
            assert_eq!(desk.waits_for_mnist(), source.is_known());
            continue;
        }
        let (address, end) = (desk.address(), fingerprint(&mut desk, 1));
        assert!(!address.contains("hash=") && address.contains(&format!("data={}", source.name)));
        assert_eq!(desk.visit(&address), Ok(Outcome::Same));
        let file = saved(&desk, "run.safetensors");
        for other in data::SOURCES.iter().filter(|other| other.is_built_in()) {
            desk.start(&format!("data={}&network=64-4-10", other.name)).unwrap();
            assert_eq!(desk.run().unwrap().data().source, other.name);
        }
        let mut again = Desk::default();
        again.start(&address).unwrap();
        assert_eq!(fingerprint(&mut again, 1), end, "{}", source.name);
        assert_eq!(open(&mut desk, &[&file]), Outcome::Resumed);
        assert_eq!((data_name(&desk), desk.address()), (data_name(&again), address));
        assert_eq!(lead(&desk).trainer().network().fingerprint(), end);
    }
}

#[test]
fn a_run_keeps_its_data_when_it_starts_over() {
    let (a, b) = (table("a.csv", 1), table("b.csv", 2));
    let mut desk = Desk::default();
    desk.start(TINY).unwrap();
    open(&mut desk, &[&a]);
    let (address, first) = (desk.address(), fingerprint(&mut desk, 1));
    open(&mut desk, &[&b]);
    assert_eq!(data_name(&desk), "b.csv");
    assert!(desk.undo());
    assert_eq!(data_name(&desk), "a.csv");
    // Reset names the data by their hash, and the menu's word alone means those on the screen.
    for query in [address.clone(), address.split("&file").next().unwrap().to_owned()] {
        assert_eq!(desk.start(&query), Ok(Outcome::Began));
        assert_eq!(
            (data_name(&desk), fingerprint(&mut desk, 1)),
            ("a.csv".to_owned(), first.clone())
        );
    }
    assert!(address.ends_with(&format!("&file=a.csv&hash={}", hash(&a))), "{address}");
}

#[test]
fn a_link_waits_for_its_data_and_is_finished_with_everything_it_says() {
    let (a, b) = (table("a.csv", 1), table("b.csv", 2));
    let mut there = Desk::default();
    there.start(TINY).unwrap();
    open(&mut there, &[&a]);
    train(there.run_mut().unwrap(), 1);
    there.run_mut().unwrap().set("method", "ard").unwrap();
    there.run_mut().unwrap().set("lr", "0.004").unwrap();
    let (address, end) = (there.address(), fingerprint(&mut there, 2));

    let mut here = Desk::default();
    assert_eq!(here.start(&address), Ok(Outcome::Waits));
    let needs = here.waits_for().unwrap();
    assert!(needs.contains("a.csv") && needs.contains(&hash(&a)[..8]), "{needs}");
    assert!(here.meanwhile().unwrap() && data_name(&here) == "digits");
    assert_eq!(here.waits_for(), Some(needs));
    assert_eq!(open(&mut here, &[&File { name: "copy.csv".to_owned(), ..a }]), Outcome::Finished);
    assert_eq!((here.waits_for(), fingerprint(&mut here, 2)), (None, end));
    assert!(!text(&mut here).contains("other data"));

    // Other data than those it names are used all the same, and told.
    let mut other = Desk::default();
    other.start(&address).unwrap();
    assert_eq!(open(&mut other, &[&b]), Outcome::Finished);
    let (told, now) = (text(&mut other), other.address());
    assert!(told.contains("other data, a.csv") && told.contains("b.csv"), "{told}");
    assert!(now.contains("method=ard") && now.contains("lr=0.004") && now.contains("changes="));
    assert!(now.contains(&hash(&b)), "{now}");
}

#[test]
fn a_link_without_a_name_takes_what_comes() {
    let mut desk = Desk::default();
    assert_eq!(desk.start("?data=own&method=ard&seed=7&epochs=3"), Ok(Outcome::Waits));
    assert_eq!(open(&mut desk, &[&table("a.csv", 1)]), Outcome::Finished);
    let address = desk.address();
    for part in ["method=ard", "seed=7", "epochs=3", "network=3-100-2"] {
        assert!(address.contains(part), "{part} in {address}");
    }
    assert!(!text(&mut desk).contains("does not fit"));
}

#[test]
fn a_saved_run_opens_on_its_data_or_waits_for_them() {
    let (a, b) = (table("a.csv", 1), table("b.csv", 2));
    let mut there = Desk::default();
    there.start(TINY).unwrap();
    open(&mut there, &[&a]);
    fingerprint(&mut there, 1);
    let file = saved(&there, "run.safetensors");
    let end = fingerprint(&mut there, 2);

    // Dropped together, in either order.
    for files in [[&file, &a], [&a, &file]] {
        let mut desk = Desk::default();
        assert_eq!(open(&mut desk, &files), Outcome::Resumed);
        assert_eq!(fingerprint(&mut desk, 2), end);
    }
    // One after the other, with something else between.
    let mut desk = Desk::default();
    desk.start(TINY).unwrap();
    assert_eq!(open(&mut desk, &[&file]), Outcome::Waits);
    assert!(desk.waits_for().unwrap().contains("run.safetensors needs a.csv (32 + 8 objects"));
    assert_eq!(open(&mut desk, &[&b]), Outcome::Began);
    assert_eq!(data_name(&desk), "b.csv");
    assert_eq!(open(&mut desk, &[&a]), Outcome::Resumed);
    assert_eq!((data_name(&desk), fingerprint(&mut desk, 2)), ("a.csv".to_owned(), end.clone()));
    // On the desk already, though not on the screen.
    open(&mut desk, &[&b]);
    assert_eq!(open(&mut desk, &[&file]), Outcome::Resumed);
    assert_eq!((data_name(&desk), fingerprint(&mut desk, 2)), ("a.csv".to_owned(), end));
    // With other data of the same shape: refused by name, and nothing has changed.
    let address = desk.address();
    let error = desk.open(vec![file, b], TINY).unwrap_err().to_string();
    assert!(error.contains("run.safetensors needs other data, a.csv (") && error.contains("b.csv"));
    assert_eq!(desk.address(), address);
}

#[test]
fn two_saved_runs_in_one_drop_are_both_there() {
    let mut there = Desk::default();
    let files = [("one.safetensors", 5), ("two.safetensors", 6), ("three.safetensors", 7)];
    let files = files.map(|(name, seed)| {
        there.start(&format!("{TINY}&seed={seed}")).unwrap();
        saved(&there, name)
    });
    let mut desk = Desk::default();
    open(&mut desk, &[&files[0], &files[1]]);
    assert!(desk.address().contains("seed=6") && text(&mut desk).contains("Undo shows one.safe"));
    assert!(desk.undo() && desk.address().contains("seed=5"));
    open(&mut desk, &[&files[0], &files[1], &files[2]]);
    assert!(text(&mut desk).contains("no room for one.safetensors"));
    assert!(desk.address().contains("seed=7") && desk.undo());
    assert!(desk.address().contains("seed=6"));
}

#[test]
fn a_long_name_is_shortened_and_a_saved_run_is_known_without_its_ending() {
    let name = format!("{}.csv", "long".repeat(60));
    let a = File { name: name.clone(), ..table("", 1) };
    let mut desk = Desk::default();
    desk.start(TINY).unwrap();
    open(&mut desk, &[&a]);
    let (shown, told) = (data_name(&desk), text(&mut desk));
    assert!(shown.ends_with(".csv") && shown.chars().count() < 60, "{shown}");
    assert!(told.starts_with(&format!("{shown}: 32 training")) && !told.contains(&name));
    let address = desk.address();
    let file = saved(&desk, "download(1)");
    assert_eq!(open(&mut desk, &[&file]), Outcome::Resumed);
    assert_eq!(desk.address(), address);
}

#[test]
fn going_back_finds_the_run_where_it_stands() {
    let mut desk = Desk::default();
    desk.start(TINY).unwrap();
    let (first, end) = (desk.address(), fingerprint(&mut desk, 2));
    desk.start(&format!("{TINY}&seed=9")).unwrap();
    assert_eq!(desk.visit(&format!("{first}&threshold=1&epoch=1")), Ok(Outcome::Resumed));
    assert_eq!(lead(&desk).trainer().network().fingerprint(), end);
    assert_eq!(desk.visit(&first), Ok(Outcome::Same));
    assert_eq!(desk.visit(&format!("{first}&seed=11")), Ok(Outcome::Began));
}

#[test]
fn data_that_nobody_needs_are_let_go() {
    // 4 × 40 million features: two fit on the shelf beside those of the runs.
    let wide = |name: &str, value: u8| {
        let (rows, side) = (400_000_u32, 10_u32);
        let mut images = vec![0, 0, 8, 3];
        [rows, side, side].iter().for_each(|n| images.extend(n.to_be_bytes()));
        images.resize(images.len() + (rows * side * side) as usize, value);
        let mut labels = vec![0, 0, 8, 1];
        labels.extend(rows.to_be_bytes());
        labels.extend((0..rows).map(|i| (i % 2) as u8));
        [(format!("{name}-images"), images), (format!("{name}-labels"), labels)]
            .map(|(name, bytes)| File { name, bytes })
    };
    let mut desk = Desk::default();
    let mut weak = Vec::new();
    for (name, value) in [("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 5)] {
        desk.open(wide(name, value).to_vec(), "size=10&batch=10").unwrap();
        let query = desk.address().replace("-100-2", "-5-2");
        desk.start(&query).unwrap();
        weak.push(std::sync::Arc::downgrade(desk.run().unwrap().data()));
    }
    let alive: Vec<bool> = weak.iter().map(|data| data.upgrade().is_some()).collect();
    assert_eq!(alive, [false, false, false, true, true]);
}

/// What a visitor does; `pick` decides between several ways of doing it.
fn act(desk: &mut Desk, action: usize, pick: usize, files: &[File], past: &mut Vec<String>) {
    let seed = pick % 1000;
    let with = |address: &str, key: &str, value: &str| {
        let changed = address.split('&').filter(|part| !part.starts_with("changes="));
        let swap = |part: &str| match part.starts_with(&format!("{key}=")) {
            true => format!("{key}={value}"),
            false => part.to_owned(),
        };
        changed.map(swap).collect::<Vec<_>>().join("&")
    };
    let address = desk.address();
    match action {
        0 => _ = desk.undo(),
        1 => _ = desk.start(&with(&address, "", "")).unwrap(),
        2 => _ = desk.start(&with(&address, "seed", &seed.to_string())).unwrap(),
        3 => _ = desk.open(vec![saved(desk, "run.safetensors")], TINY).unwrap(),
        4 => _ = desk.visit(&past[pick % past.len()]).unwrap(),
        5 | 6 => _ = desk.open(vec![files[action - 5].clone()], &address).unwrap(),
        7 => {
            let method = ["ard", "sparse-vd", "binary-dropout"][pick % 3];
            if desk.run_mut().unwrap().set("method", method).is_err() {
                desk.start(&with(&address, "method", method)).unwrap();
            }
        }
        8 => _ = desk.run_mut().unwrap().set("lr", ["0.001", "0.004"][pick % 2]),
        _ => _ = desk.start(&format!("{TINY}&seed={seed}")).unwrap(),
    }
    past.push(desk.address());
    train(desk.run_mut().unwrap(), (pick % 3) as u32);
}

#[test]
fn in_any_order_the_address_repeats_the_run() {
    let files = [table("a.csv", 1), table("b.csv", 2)];
    let mut rng = Rng::stream(20_26, Stream::Shuffle, 0);
    let mut walks = vec![rng.permutation(10 * 500).iter().map(|&n| n as usize).collect::<Vec<_>>()];
    walks.extend((0..1000).map(|n| vec![n / 100, n / 10 + 10, n + 20]));
    for walk in walks {
        let mut desk = Desk::default();
        desk.start(TINY).unwrap();
        let mut past = vec![desk.address()];
        for (i, &step) in walk.iter().take(500).enumerate() {
            act(&mut desk, step % 10, step / 10, &files, &mut past);
            // Of three steps, the first and second are the ends of other walks.
            if walk.len() == 3 && i < 2 {
                continue;
            }
            let run = lead(&desk);
            let (epoch, print) =
                (run.trainer().position().epoch, run.trainer().network().fingerprint());
            let address = desk.address();
            let mut fresh = Desk::default();
            if fresh.start(&address).unwrap() == Outcome::Waits {
                let named = |file: &&File| address.contains(&format!("&file={}&", file.name));
                let file = files.iter().find(named).expect("the address names its file");
                assert_eq!(open(&mut fresh, &[file]), Outcome::Finished);
                assert_eq!(text(&mut fresh).matches("other data").count(), 0);
            }
            assert_eq!(data_name(&fresh), data_name(&desk));
            let again = fingerprint(&mut fresh, epoch);
            assert_eq!(again, print, "step {i} of {:?}: {address}", &walk[..=i]);
        }
    }
}

#[test]
fn an_address_with_a_run_beside_it_repeats_both() {
    let mut desk = Desk::default();
    let query = "experiment=full-kl&network=64-8-10&epochs=2&samples=1&seed=5";
    desk.start(query).unwrap();
    train(desk.run_mut().unwrap(), 1);
    desk.run_mut().unwrap().keep().unwrap();
    desk.run_mut().unwrap().set("lr", "0.004").unwrap();
    train(desk.run_mut().unwrap(), 9);
    let prints = |desk: &Desk| {
        let arms = desk.run().unwrap().arms();
        arms.map(|(_, s)| s.trainer().network().fingerprint()).collect::<Vec<_>>()
    };
    let mut there = Desk::default();
    there.start(&desk.address()).unwrap();
    train(there.run_mut().unwrap(), 9);
    assert_eq!(prints(&there), prints(&desk));
    assert_eq!((prints(&desk).len(), there.address()), (2, desk.address()));
    assert_eq!(there.visit(&desk.address()).unwrap(), Outcome::Same);
    // Another run beside the same A does not train A again.
    there.start(&desk.address().replacen("seed=5", "seed=6", 1)).unwrap();
    let kept = there.run().unwrap().kept().unwrap();
    assert_eq!(kept.records().last().unwrap().epoch, 2);
}

#[test]
fn several_runs_are_saved_in_one_file_and_go_on_exactly() {
    let mut desk = Desk::default();
    desk.start("experiment=full-kl&network=64-8-10&epochs=3&samples=1&seed=5").unwrap();
    train(desk.run_mut().unwrap(), 1);
    desk.run_mut().unwrap().keep().unwrap();
    desk.run_mut().unwrap().set("lr", "0.004").unwrap();
    train(desk.run_mut().unwrap(), 2);
    let file = |desk: &Desk| {
        let bytes = desk.run().unwrap().save(&desk.address()).unwrap();
        File { name: "both.safetensors".to_owned(), bytes }
    };
    let mut there = Desk::default();
    assert_eq!(there.open(vec![file(&desk)], "").unwrap(), Outcome::Resumed);
    let epoch = |desk: &Desk| desk.run().unwrap().epoch();
    assert_eq!((there.address(), epoch(&there)), (desk.address(), epoch(&desk)));
    for desk in [&mut desk, &mut there] {
        train(desk.run_mut().unwrap(), 9);
    }
    let ends = |desk: &Desk| {
        let arms = desk.run().unwrap().arms();
        arms.map(|(_, s)| s.records().last().cloned()).collect::<Vec<_>>()
    };
    assert_eq!(ends(&there), ends(&desk));
    let mut torn = file(&desk);
    torn.bytes.truncate(torn.bytes.len() / 2);
    assert!(there.open(vec![torn], "").unwrap_err().to_string().contains("both.safetensors"));
    assert_eq!(ends(&there), ends(&desk), "what was there is there");
}

#[test]
fn a_branch_is_another_run_and_the_one_before_is_still_there() {
    let mut desk = Desk::default();
    desk.start("experiment=full-kl&network=64-8-10&epochs=2&samples=1&seed=5").unwrap();
    train(desk.run_mut().unwrap(), 9);
    let address = desk.address();
    assert!(desk.branch(0, 7).is_err());
    assert_eq!(desk.address(), address, "an error changes nothing");
    assert_eq!(desk.branch(0, 1), Ok(Outcome::Began));
    assert!(desk.notices().concat().contains("epoch 1"), "it is said where B waits");
    assert!(desk.address().starts_with(&format!("{address}&a=")), "{}", desk.address());
    assert!(desk.undo() && desk.address() == address && desk.run().unwrap().epoch() == 2);
}

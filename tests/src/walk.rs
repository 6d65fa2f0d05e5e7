//! A walk through everything that puts another run on the screen, in any order: after every step
//! the address, with the file that it names, is the run that is shown.
//!
//! `WALK=500 cargo test -p tests walk` takes 500 steps instead of 60.

use crate::harness::files::{table, write};
use crate::harness::page::{Page, visit};
use sparsevd::data::{File, from_files};
use sparsevd::desk::{Desk, Outcome};
use sparsevd::rng::{Rng, Stream};
use sparsevd::runs::Runs;
use sparsevd::session::Progress;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const START: &str = "?network=64-4-10&epochs=2&size=100&batch=50";

/// What a visitor does.
#[derive(Clone, Copy, Debug)]
enum Step {
    Undo,
    Reset,
    NewSeed,
    Back,
    Forward,
    /// Opens the link in a fresh page.
    Link,
    DropA,
    DropB,
    OpenSaved,
    /// A saved run and its table in one drop.
    OpenSavedWithA,
    Experiment,
    Method,
    LearningRate,
    Epoch,
}

const STEPS: [Step; 14] = [
    Step::Undo,
    Step::Reset,
    Step::NewSeed,
    Step::Back,
    Step::Forward,
    Step::Link,
    Step::DropA,
    Step::DropB,
    Step::OpenSaved,
    Step::OpenSavedWithA,
    Step::Experiment,
    Step::Method,
    Step::LearningRate,
    Step::Epoch,
];

/// Files to open, on the disk: two tables of one shape, a run on the digits, a run on the first.
struct Files {
    a: PathBuf,
    b: PathBuf,
    digits_run: PathBuf,
    a_run: PathBuf,
}

impl Files {
    fn write(folder: &Path) -> Self {
        let a = write(folder, "a.csv", table(40));
        let b = write(folder, "b.csv", table(40).replace("0.0", "0.1"));
        let mut desk = Desk::default();
        desk.start(START).unwrap();
        train(&mut desk, 1);
        let save = |desk: &Desk| desk.run().and_then(Runs::lead).expect("a run").save();
        let digits_run = write(folder, "digits.safetensors", save(&desk));
        desk.open(vec![read(&a)], START).unwrap();
        train(&mut desk, 1);
        let a_run = write(folder, "a.safetensors", save(&desk));
        Self { a, b, digits_run, a_run }
    }
}

fn read(path: &Path) -> File {
    let name = path.file_name().expect("a file").to_string_lossy().into_owned();
    File { name, bytes: std::fs::read(path).expect("it was written") }
}

/// Trains until `epoch` is evaluated, or to the end; the fingerprint there.
fn train(desk: &mut Desk, epoch: u32) -> String {
    let runs = desk.run_mut().expect("a run");
    let last = |runs: &Runs| runs.lead().and_then(|run| run.records().last()).map(|r| r.epoch);
    while last(runs).is_none_or(|last| last < epoch) && runs.advance() != Progress::Finished {}
    runs.lead().expect("a run of a network").trainer().network().fingerprint()
}

/// What the screen says of its run.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    address: String,
    data: String,
    epoch: u32,
    fingerprint: String,
}

impl Shown {
    fn on(page: &Page) -> Self {
        let all = page.js(
            "return [location.search, $('run-name').textContent.split(':')[0], String(epoch()), fingerprint()]",
        );
        let text = |i: usize| all[i].as_str().unwrap_or_default().to_owned();
        let epoch = text(2).parse().unwrap_or(u32::MAX);
        Self { address: text(0), data: text(1), epoch, fingerprint: text(3) }
    }

    /// What the address gives elsewhere, with the file that it names.
    fn repeated(&self, files: &Files) -> Self {
        let mut desk = Desk::default();
        if desk.start(&self.address) == Ok(Outcome::Waits) {
            let named = |file: &&&PathBuf| {
                let name = read(file).name;
                let hash = from_files(vec![read(file)]).expect("a table").hash;
                self.address.contains(&format!("file={name}&hash={hash:016x}"))
            };
            let file = [&files.a, &files.b].iter().find(named).copied();
            let Some(file) = file else {
                return Self { data: "no file of this name and hash".into(), ..self.clone() };
            };
            desk.open(vec![read(file)], "").expect("the file that it needs");
        }
        let data = desk.run().expect("a run").data().name.clone();
        let fingerprint = train(&mut desk, self.epoch);
        Self { data, fingerprint, ..self.clone() }
    }
}

/// Presses a button wherever it is: the layout moves while runs come and go.
fn press(page: &Page, id: &str) {
    page.js(&format!("$('{id}').click()"));
}

/// Takes a step; whether there was anything to do.
fn take(page: &Page, step: Step, pick: usize, files: &Files) -> bool {
    // What comes on the screen writes this anew.
    page.js("$('readout-fingerprint').dataset.value = ''");
    match step {
        Step::Undo if page.holds("$('undo').hidden") => return false,
        Step::Undo => press(page, "undo"),
        Step::Reset => press(page, "reset"),
        Step::NewSeed => press(page, "new-seed"),
        Step::Back if !page.holds("navigation.canGoBack") => return false,
        Step::Back => _ = page.js("history.back()"),
        Step::Forward if !page.holds("navigation.canGoForward") => return false,
        Step::Forward => _ = page.js("history.forward()"),
        Step::Link => page.reload(),
        Step::DropA => page.hand_over(&[&files.a]),
        Step::DropB => page.hand_over(&[&files.b]),
        Step::OpenSaved => page.hand_over(&[&files.digits_run]),
        Step::OpenSavedWithA => page.hand_over(&[&files.a_run, &files.a]),
        Step::Experiment => {
            // The experiments of the menu are long; this is what one does, with a short run.
            let query = format!("{START}&seed={}", pick % 1000);
            page.js(&format!(
                "history.pushState(null, '', '{query}'); dispatchEvent(new Event('popstate'))"
            ));
        }
        Step::Method => {
            let now = page.text("$('method').value");
            let others = ["ard", "sparse-vd", "binary-dropout"].iter().filter(|m| **m != now);
            page.choose("method", others.collect::<Vec<_>>()[pick % 2]);
        }
        Step::LearningRate => {
            let now = page.text("$('learning-rate').value");
            page.write("learning-rate", if now == "0.004" { "0.002" } else { "0.004" });
        }
        Step::Epoch if page.text("state()") == "done" => return false,
        Step::Epoch => press(page, "step-epoch"),
    }
    true
}

/// Whether the page asks for a file.
const ASKS: &str = "!$('error-banner').hidden && $('error-banner').innerText.includes(' needs ')";

/// Whether the run is at rest at the end of an epoch, and has been drawn since the last step.
const RESTS: &str =
    "state() !== 'live' && state() !== 'loading' && fingerprint() && readout('nll') !== null";

/// Waits until the page rests and its screen is what its address says; gives it what it asks for.
fn agree(page: &Page, files: &Files, walked: &[Step]) {
    let end = Instant::now() + Duration::from_secs(20);
    let mut last = String::new();
    while Instant::now() < end {
        page.wait(&format!("{ASKS} || ({RESTS})"));
        if page.holds(ASKS) {
            let wants_a = page.holds("$('error-banner').innerText.includes('needs a.csv')");
            page.hand_over(&[if wants_a { &files.a } else { &files.b }]);
            page.wait("$('error-banner').hidden");
            continue;
        }
        if page.holds("$('epoch-text').textContent.includes('+')") {
            // Undo finds a run where it was left, maybe within an epoch.
            press(page, "step-epoch");
            page.wait(&format!("({RESTS}) && !$('epoch-text').textContent.includes('+')"));
        }
        let shown = Shown::on(page);
        let repeated = shown.repeated(files);
        if shown == repeated && page.holds("$('error-banner').hidden") {
            return;
        }
        last = format!("{shown:#?}\nis elsewhere\n{repeated:#?}");
        // The step may not have arrived yet: nothing tells when the last frame is drawn.
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("after {walked:?}:\n{last}");
}

#[test]
fn whatever_is_done_the_address_is_the_run_on_the_screen() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::write(folder.path());
    let steps = std::env::var("WALK").map_or(60, |steps| steps.parse().expect("WALK=steps"));
    let mut rng = Rng::stream(26, Stream::Shuffle, 0);
    visit(START, |page| {
        page.rest(2);
        // The first visit keeps the address that was typed.
        assert_eq!(page.text("location.search"), START);
        let mut walked = Vec::new();
        while walked.len() < steps {
            let step = STEPS[rng.below(STEPS.len() as u32) as usize];
            if take(page, step, rng.below(1000) as usize, &files) {
                walked.push(step);
                // Shown if the walk fails.
                println!("{} {step:?}", walked.len());
                agree(page, &files, &walked);
            }
        }
    });
}

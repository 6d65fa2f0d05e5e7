//! The command line: built once, run with arguments, and what it says.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;
use xtask::{process, project};

/// What a run of the program has said.
#[derive(Clone, Debug)]
pub struct Said {
    /// The exit status.
    pub status: i32,
    pub out: String,
    pub err: String,
}

/// Where cargo has put the program.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let mut cargo = project::cargo();
        cargo.args(["build", "--release", "--quiet", "--package", "sparsevd", "--bin", "sparsevd"]);
        let messages = process::output(cargo.arg("--message-format=json-render-diagnostics"));
        let messages = messages.unwrap_or_else(|why| panic!("{why}"));
        let messages = messages.lines().filter_map(|line| serde_json::from_str(line).ok());
        let file = |message: serde_json::Value| message["executable"].as_str().map(PathBuf::from);
        messages.filter_map(file).next_back().expect("cargo says where the program is")
    })
}

/// Runs the program.
pub fn run(arguments: &[&str]) -> Said {
    said(Command::new(program()).args(arguments).output().expect("the program starts"))
}

fn said(output: std::process::Output) -> Said {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes text");
    Said {
        status: output.status.code().expect("the program ends by itself"),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// Runs the program, which must succeed and have nothing to complain of; its output.
pub fn output(arguments: &[&str]) -> String {
    let said = run(arguments);
    assert_eq!((said.status, said.err.as_str()), (0, ""), "{arguments:?}");
    said.out
}

/// Runs with something wrong: status 2, nothing printed but one line that has `name` in it.
pub fn refuses(arguments: &[&str], name: &str) {
    let said = run(arguments);
    assert_eq!(said.status, 2, "{arguments:?}: {said:?}");
    assert!(said.err.contains(name), "{arguments:?} should name {name}: {}", said.err);
    assert_eq!(said.err.lines().count(), 1, "{arguments:?}: {}", said.err);
    assert_eq!(said.out, "", "{arguments:?}");
}

/// Runs the program, of which nobody reads what it prints.
pub fn unread(arguments: &[&str]) -> Said {
    let mut program = Command::new(program());
    program.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = program.spawn().expect("the program starts");
    drop(child.stdout.take());
    said(child.wait_with_output().expect("the program ends"))
}

/// Runs the program until it has written `lines` lines to standard error, and ends it there.
pub fn interrupt(arguments: &[&str], lines: usize) {
    let mut program = Command::new(program());
    program.args(arguments).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = program.spawn().expect("the program starts");
    let said = BufReader::new(child.stderr.take().expect("a pipe")).lines().take(lines);
    assert_eq!(said.map_while(Result::ok).count(), lines, "{arguments:?} ended too early");
    child.kill().expect("the program was running");
    child.wait().expect("the program ends");
}

/// Runs the program and kills it after `moment`; what it said if it had ended before.
pub fn kill(arguments: &[&str], moment: Duration) -> Option<Said> {
    let mut program = Command::new(program());
    program.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = program.spawn().expect("the program starts");
    std::thread::sleep(moment);
    // One that has ended cannot be killed, which is no error either.
    let _ = child.kill();
    let output = child.wait_with_output().expect("the program ends");
    output.status.code().is_some().then(|| said(output))
}

/// The lines without the last cell, the time that each epoch took.
pub fn untimed(lines: &str) -> Vec<&str> {
    lines.lines().map(|line| line.rsplit_once(',').map_or(line, |(rest, _)| rest)).collect()
}

/// Trains by the arguments, and returns the fingerprint of the network that was saved.
pub fn fingerprint(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("run.safetensors").display().to_string();
    output(&[&["train"], arguments, &["--save", &file]].concat());
    column(&output(&["evaluate", "--load", &file]), "fingerprint").remove(0)
}

/// A column of comma-separated lines with a header.
pub fn column(lines: &str, name: &str) -> Vec<String> {
    let mut lines = lines.lines();
    let header = lines.next().expect("a header");
    let at = header.split(',').position(|column| column == name);
    let at = at.unwrap_or_else(|| panic!("no column {name} in {header}"));
    lines.map(|line| line.split(',').nth(at).unwrap_or_default().to_owned()).collect()
}

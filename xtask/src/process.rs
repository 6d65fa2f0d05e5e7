//! Other programs: started, waited for, and named when they fail.

use crate::error::{Context, Error, Result};
use std::process::{Command, Stdio};

/// Runs `command` with its output on the terminal.
pub fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    let status = command.status().cannot(format!("run `{line}`"))?;
    if status.success() {
        return Ok(());
    }
    Err(Error::failed(format!("`{line}` failed ({status}); its messages are above.")))
}

/// Runs `command`, shows its messages (standard error) and returns its standard output.
pub fn output(command: &mut Command) -> Result<String> {
    let line = line(command);
    let output = command.stderr(Stdio::inherit()).output().cannot(format!("run `{line}`"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Error::failed(format!("`{line}` failed ({}); its messages are above.", output.status)))
}

/// Runs `command` unseen: its standard output, or nothing when it fails or does not exist.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// The command as one would type it.
pub fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_stem().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named() {
        let error = run(Command::new("no-such-program").arg("--flag")).unwrap_err();
        assert!(error.message.starts_with("Cannot run `no-such-program --flag`"), "{error}");
        assert_eq!(ask(&mut Command::new("no-such-program")), None);
    }

    #[test]
    fn a_failing_program_is_named_with_its_status() {
        let error = run(Command::new("cargo").arg("--no-such-flag")).unwrap_err();
        assert!(error.message.starts_with("`cargo --no-such-flag` failed (exit"), "{error}");
        assert_eq!(error.status, 1);
    }
}

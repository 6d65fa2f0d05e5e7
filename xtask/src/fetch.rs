//! Downloads: one file from one mirror, resumed where an earlier attempt stopped.

use crate::error::{Context, Error, Result};
use crate::mnist::File;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;
use ureq::Agent;
use ureq::http::StatusCode;

/// No file that we fetch is larger, so a server that never ends is cut off here.
const LIMIT: u64 = 64 << 20;

/// How long a server may be silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// Downloads `file` from `mirror` (an address that ends in `/`) into `folder`.
///
/// What arrives is kept in a `.part` file until its checksum is right.
pub fn fetch(file: &File, mirror: &str, folder: &Path) -> Result<()> {
    let url = format!("{mirror}{}", file.gz());
    let part = part(file, folder);
    let resumed = receive(&url, &part)?;
    let outcome = accept(file, &part, &url, folder);
    if outcome.is_err() && resumed {
        // The bytes from before may be the wrong ones: once more, from the first byte.
        receive(&url, &part)?;
        return accept(file, &part, &url, folder);
    }
    outcome
}

/// Copies `file` from `path` into `folder`, if its checksum is right.
pub fn copy(file: &File, path: &Path, folder: &Path) -> Result<()> {
    let part = part(file, folder);
    let mut from = fs::File::open(path).cannot(format!("read {}", path.display()))?;
    let mut to = fs::File::create(&part).cannot(format!("write {}", part.display()))?;
    io::copy(&mut from, &mut to).cannot(format!("copy {}", path.display()))?;
    let name = path.file_name().unwrap_or_default();
    accept_as(file, &part, path.display(), &folder.join(name))
}

/// Where the bytes of `file` wait for the rest.
fn part(file: &File, folder: &Path) -> PathBuf {
    folder.join(format!("{}.part", file.gz()))
}

fn accept(file: &File, part: &Path, url: &str, folder: &Path) -> Result<()> {
    accept_as(file, part, url, &folder.join(file.gz()))
}

/// Gives a right `part` its name, and removes a wrong one.
fn accept_as(file: &File, part: &Path, source: impl std::fmt::Display, to: &Path) -> Result<()> {
    if let Err(wrong) = file.check(part, source) {
        fs::remove_file(part).cannot(format!("remove {}", part.display()))?;
        return Err(wrong);
    }
    fs::rename(part, to).cannot(format!("write {}", to.display()))
}

/// Receives what `part` still lacks of `url`; true when bytes from before are in it.
fn receive(url: &str, part: &Path) -> Result<bool> {
    let have = fs::metadata(part).map_or(0, |metadata| metadata.len());
    let mut request = agent().get(url);
    if have > 0 {
        request = request.header("range", format!("bytes={have}-"));
    }
    let mut response = request.call().cannot(format!("download {url}"))?;

    let continues = match response.status() {
        StatusCode::OK => false,
        StatusCode::PARTIAL_CONTENT => {
            let range =
                response.headers().get("content-range").and_then(|range| range.to_str().ok());
            let asked = format!("bytes {have}-");
            if !range.is_some_and(|range| range.starts_with(&asked)) {
                return Err(Error::failed(format!(
                    "{url} answered with the range `{}` instead of `{asked}`.",
                    range.unwrap_or_default()
                )));
            }
            true
        }
        // Nothing is left to send: the part is whole, or wrong, and the checksum will tell.
        StatusCode::RANGE_NOT_SATISFIABLE if have > 0 => return Ok(true),
        status => return Err(Error::failed(format!("{url} answered {status}."))),
    };

    let start = if continues { have } else { 0 };
    let length = response.body().content_length();
    let progress = progress(url, start, length);
    let mut file = fs::OpenOptions::new()
        .create(true)
        .write(true)
        .append(continues)
        .truncate(!continues)
        .open(part)
        .cannot(format!("write {}", part.display()))?;
    let body = response.body_mut().as_reader().take(LIMIT.saturating_sub(start));
    let copied = io::copy(&mut progress.wrap_read(body), &mut file);
    progress.finish_and_clear();
    copied.cannot(format!("download {url}"))?;
    Ok(continues)
}

fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE))
        .build()
        .into()
}

/// A bar on a terminal, nothing elsewhere.
fn progress(url: &str, start: u64, length: Option<u64>) -> ProgressBar {
    let name = url.rsplit('/').next().unwrap_or(url).to_string();
    let bar = ProgressBar::new(length.map_or(0, |length| start + length)).with_message(name);
    if let Ok(style) = ProgressStyle::with_template(
        "{msg} [{wide_bar}] {bytes}/{total_bytes} {bytes_per_sec} {eta}",
    ) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.with_position(start)
}

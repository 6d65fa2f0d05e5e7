//! A headless browser under our control: chromedriver started, and one session in it.

use crate::browser::Browser;
use crate::error::{Context, Error, Result};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Flags for a browser that shows nothing and asks nobody anything.
pub const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Containers give /dev/shm 64 MB, too little for a browser.
    "--disable-dev-shm-usage",
];

/// How long chromedriver has to leave once it is told to.
const PATIENCE: Duration = Duration::from_secs(5);

/// A chromedriver that runs until this value is dropped, and the browsers it has opened with it.
#[derive(Debug)]
pub struct Driver {
    /// Its address.
    pub url: String,
    process: Child,
}

impl Driver {
    /// Starts the browser's driver on a free port.
    pub fn start(browser: &Browser) -> Result<Self> {
        let program = browser.driver.display();
        let mut process = Command::new(&browser.driver)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .cannot(format!("start {program}"))?;
        let mut lines = process.stdout.take().map(|out| BufReader::new(out).lines());
        let port =
            lines.iter_mut().flatten().map_while(|line| line.ok()).find_map(|line| port(&line));
        let Some(port) = port else {
            let _ = process.kill();
            let _ = process.wait();
            return Err(Error::failed(format!(
                "{program} does not say which port it listens on: \
                 name a newer one in CHROMEDRIVER (115 or later)."
            )));
        };
        // Read on, so that the driver never waits for room in the pipe.
        thread::spawn(move || lines.into_iter().flatten().for_each(drop));
        Ok(Self { url: format!("http://127.0.0.1:{port}"), process })
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Asked to shut down it closes its browsers; killed it would leave them running.
        let agent: ureq::Agent =
            ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build().into();
        let _ = agent.get(format!("{}/shutdown", self.url)).call();
        let deadline = Instant::now() + PATIENCE;
        while matches!(self.process.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One headless browser with a profile of its own; both go when this value is dropped.
#[derive(Debug)]
pub struct Session {
    /// What to say to the browser.
    pub client: Client,
    // In the order of their dropping: the browser must be gone before its profile goes.
    _driver: Driver,
    _profile: TempDir,
}

impl Session {
    /// Opens `browser` with a fresh profile.
    pub async fn open(browser: &Browser) -> Result<Self> {
        let profile = tempfile::tempdir().cannot("make a folder for the browser's profile")?;
        let driver = Driver::start(browser)?;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(browser, profile.path()))
            .connect(&driver.url)
            .await
            .cannot(format!("open {}", browser.chrome.display()))?;
        Ok(Self { client, _driver: driver, _profile: profile })
    }

    /// Calls `method` of the browser's own protocol (Chrome DevTools) with `parameters`.
    pub async fn devtools(&self, method: &'static str, parameters: Value) -> Result<Value> {
        let command = Extension {
            path: "goog/cdp/execute",
            body: json!({ "cmd": method, "params": parameters }),
        };
        self.client.issue_cmd(command).await.cannot(format!("call {method}"))
    }

    /// What the browser's console has said since it was asked last: `{level, message, …}` each.
    pub async fn console(&self) -> Result<Vec<Value>> {
        let command = Extension { path: "se/log", body: json!({ "type": "browser" }) };
        let answer = self.client.issue_cmd(command).await.cannot("read the console")?;
        Ok(answer.as_array().cloned().unwrap_or_default())
    }
}

/// A command that Chrome's driver knows beyond WebDriver's own.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> std::result::Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

/// What a WebDriver session is asked for: this browser, our flags, a fresh `profile`, and
/// scripts that may take ten minutes.
pub fn capabilities(browser: &Browser, profile: &Path) -> Map<String, Value> {
    let mut arguments = FLAGS.iter().map(|flag| flag.to_string()).collect::<Vec<_>>();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    Map::from_iter([
        ("goog:chromeOptions".into(), json!({ "binary": browser.chrome, "args": arguments })),
        ("timeouts".into(), json!({ "script": 600_000 })),
        ("goog:loggingPrefs".into(), json!({ "browser": "ALL" })),
    ])
}

/// The port in chromedriver's greeting.
fn port(line: &str) -> Option<u16> {
    let (_, port) = line.split_once("started successfully on port ")?;
    port.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_the_greeting() {
        assert_eq!(port("Starting ChromeDriver 156.0 (abc) on port 0"), None);
        assert_eq!(port("ChromeDriver was started successfully on port 37629."), Some(37629));
    }
}

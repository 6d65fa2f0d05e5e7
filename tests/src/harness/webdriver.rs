//! WebDriver as far as these tests speak it: one browser with a fresh profile.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use std::time::Duration;
use tempfile::TempDir;
use ureq::Agent;
use xtask::browser::Browser;
use xtask::webdriver::{Driver, capabilities};

/// How long the driver may take over one command; a script that waits gives up before.
const PATIENCE: Duration = Duration::from_secs(180);

/// A browser of our own; it and its profile go when this value is dropped.
pub struct WebDriver {
    agent: Agent,
    /// The address of the session.
    session: String,
    // In the order of their dropping: the browser must be gone before its profile goes.
    _driver: Driver,
    _profile: TempDir,
}

impl WebDriver {
    /// Opens `browser` with a fresh profile; if `traced`, it notes every task of its threads.
    pub fn open(browser: &Browser, traced: bool) -> Self {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let driver = Driver::start(browser).unwrap_or_else(|why| panic!("{why}"));
        let mut wanted = capabilities(browser, profile.path());
        let logs = if traced {
            json!({ "browser": "ALL", "performance": "ALL" })
        } else {
            json!({ "browser": "ALL" })
        };
        wanted.insert("goog:loggingPrefs".into(), logs);
        if traced {
            let categories = json!({ "traceCategories": "toplevel,devtools.timeline,__metadata", "enableNetwork": false, "enablePage": false });
            wanted["goog:chromeOptions"]["perfLoggingPrefs"] = categories;
        }
        let config = Agent::config_builder().http_status_as_error(false);
        let agent = config.timeout_global(Some(PATIENCE)).build().into();
        let session = format!("{}/session", driver.url);
        let mut opened = Self { agent, session, _driver: driver, _profile: profile };
        let answer = opened.post("", json!({ "capabilities": { "alwaysMatch": wanted } }));
        let id = answer["sessionId"].as_str().expect("a session has an id");
        opened.session = format!("{}/{id}", opened.session);
        opened
    }

    /// Sends a command; its answer, or a panic with what the browser said.
    pub fn post(&self, command: &str, body: Value) -> Value {
        let address = format!("{}{command}", self.session);
        let request = self.agent.post(&address).header("content-type", "application/json");
        let mut response = request.send(body.to_string()).expect("the driver answers");
        let body = response.body_mut().with_config().limit(1 << 28);
        let answer = body.read_to_string().expect("the driver's answer is text");
        let mut answer: Value = serde_json::from_str(&answer).expect("the driver's answer is JSON");
        let value = answer["value"].take();
        if !response.status().is_success() {
            panic!("{command}: {}", value["message"].as_str().unwrap_or("no message"));
        }
        value
    }

    /// A command of Chrome's own protocol.
    pub fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.post("/goog/cdp/execute", json!({ "cmd": command, "params": parameters }))
    }

    /// Opens an address.
    pub fn go(&self, url: &str) {
        self.post("/url", json!({ "url": url }));
    }

    /// Runs a function body in the page; its value.
    pub fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", json!({ "script": script, "args": [] }))
    }

    /// Runs a function body in the page until it calls its last argument, whose argument is
    /// the value.
    pub fn run_until_called(&self, script: &str) -> Value {
        self.post("/execute/async", json!({ "script": script, "args": [] }))
    }

    /// The address of an element found by a CSS selector, for commands.
    pub fn element(&self, selector: &str) -> String {
        let found = self.post("/element", json!({ "using": "css selector", "value": selector }));
        let id = found.as_object().and_then(|object| object.values().next()?.as_str());
        format!("/element/{}", id.expect("an element has an id"))
    }

    /// What the console has said since it was asked last: (level, message).
    pub fn console(&self) -> Vec<(String, String)> {
        let entries = self.post("/se/log", json!({ "type": "browser" }));
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries.iter().map(|entry| (text(entry, "level"), text(entry, "message"))).collect()
    }

    /// Milliseconds of processor time that the tasks of the pages' main threads took, as far as
    /// they were noted.
    pub fn tasks(&self) -> Vec<f64> {
        let entries = self.post("/se/log", json!({ "type": "performance" }));
        let entries = entries.as_array().cloned().unwrap_or_default();
        let events: Vec<Value> = entries
            .iter()
            .filter_map(|entry| serde_json::from_str::<Value>(entry["message"].as_str()?).ok())
            .filter(|event| event["message"]["method"] == "Tracing.dataCollected")
            .map(|mut event| event["message"]["params"].take())
            .collect();
        // The browser's own pages have processes of their own.
        let shows_ours = |event: &&Value| {
            let url = event["args"]["beginData"]["url"].as_str();
            url.is_some_and(|url| url.starts_with("http://"))
        };
        let pages: Vec<_> = events.iter().filter(shows_ours).map(|event| &event["pid"]).collect();
        let main = |event: &&Value| {
            event["name"] == "thread_name" && event["args"]["name"] == "CrRendererMain"
        };
        let threads: Vec<_> = events.iter().filter(main).map(|e| (&e["pid"], &e["tid"])).collect();
        let ours = |event: &&Value| {
            pages.contains(&&event["pid"]) && threads.contains(&(&event["pid"], &event["tid"]))
        };
        let tasks = events.iter().filter(ours).filter(|event| event["ph"] == "X");
        tasks.filter_map(|event| event["tdur"].as_f64()).map(|micros| micros / 1000.0).collect()
    }

    /// A picture of the window, as PNG; of the whole page if `whole`.
    pub fn picture(&self, whole: bool) -> Vec<u8> {
        // A scroll bar would take its width from the picture.
        self.devtools("Emulation.setScrollbarsHidden", json!({ "hidden": true }));
        let parameters = json!({ "format": "png", "captureBeyondViewport": whole });
        let picture = self.devtools("Page.captureScreenshot", parameters);
        self.devtools("Emulation.setScrollbarsHidden", json!({ "hidden": false }));
        let picture = picture["data"].as_str().expect("a picture is text");
        BASE64_STANDARD.decode(picture).expect("a picture is base64")
    }
}

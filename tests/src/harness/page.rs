//! The page as a visitor has it: looked at, waited for, pressed, and clean when it is left.

use super::product::{self, Turn};
use super::webdriver::WebDriver;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

/// How long a test waits while no new epoch arrives, in milliseconds: several times the slowest
/// thing, which is reading MNIST.
const PATIENCE: u32 = 20_000;

/// How long it waits for a run that goes on: several times the default run.
const ENDURANCE: u32 = 90_000;

/// Screens narrower than this are phones, whose scroll bars take no room.
const PHONE: u32 = 500;

/// Keys as WebDriver names them.
pub mod keys {
    pub const TAB: &str = "\u{e004}";
    pub const ENTER: &str = "\u{e007}";
    pub const DELETE: &str = "\u{e017}";
    pub const SHIFT: &str = "\u{e008}";
    pub const PAGE_UP: &str = "\u{e00e}";
    pub const PAGE_DOWN: &str = "\u{e00f}";
    pub const END: &str = "\u{e010}";
    pub const HOME: &str = "\u{e011}";
    pub const LEFT: &str = "\u{e012}";
    pub const UP: &str = "\u{e013}";
    pub const RIGHT: &str = "\u{e014}";
    pub const DOWN: &str = "\u{e015}";
}

/// A browser with our page in it.
pub struct Page {
    driver: WebDriver,
    /// Messages of the console that were read already.
    console: RefCell<Vec<(String, String)>>,
}

/// Everything a visitor sees at one moment, read at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// `live`, `paused`, `replay`, `done` …
    pub state: String,
    /// The epoch that the numbers are of.
    pub epoch: u32,
    /// Where the scrubber stands, and its end.
    pub scrubber: u32,
    pub trained: u32,
    /// The words beside the scrubber.
    pub text: String,
    pub fingerprint: String,
    pub kept: u64,
    pub total: u64,
    /// The bare number, as text since it may be infinite; and as it is written.
    pub compression: String,
    pub compression_text: String,
    /// Percent.
    pub accuracy: f64,
    pub layers: Vec<Layer>,
}

/// One heatmap.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Pixels in the colour that is reserved for pruned weights.
    pub white: u64,
    /// A hash of all pixels.
    pub hash: i64,
    pub kept: u64,
    pub total: u64,
    pub width: u64,
    pub height: u64,
}

/// Visits the page with a query string; afterwards the console and the network must be clean.
pub fn visit(query: &str, test: impl FnOnce(&Page)) {
    browse(|page| {
        page.open(query);
        test(page);
    });
}

/// Opens a browser for a test that goes to the page by itself.
pub fn browse(test: impl FnOnce(&Page)) {
    browse_in_turn(Turn::among_others(), false, test);
}

/// Opens a browser while no other test has one.
pub fn browse_alone(test: impl FnOnce(&Page)) {
    browse_in_turn(Turn::alone(), false, test);
}

/// Opens a browser that notes how much of the processor its tasks take, see [`Page::tasks`].
pub fn browse_traced(test: impl FnOnce(&Page)) {
    browse_in_turn(Turn::alone(), true, test);
}

fn browse_in_turn(_turn: Turn, traced: bool, test: impl FnOnce(&Page)) {
    let page = Page {
        driver: WebDriver::open(product::browser(), traced),
        console: RefCell::new(Vec::new()),
    };
    page.resize(1440, 900, 1.0);
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| test(&page)));
    if let Err(reason) = outcome {
        // The page may be past speaking; the test's own failure matters more.
        let last = panic::catch_unwind(AssertUnwindSafe(|| page.describe()));
        eprintln!("The page at the end: {}", last.unwrap_or_else(|_| "no answer".to_owned()));
        panic::resume_unwind(reason);
    }
    page.assert_kept_to_itself();
    let console = page.console();
    assert!(console.is_empty(), "the console has: {console:#?}");
}

impl Page {
    /// Opens the page of the common site.
    pub fn open(&self, query: &str) {
        self.open_at(&product::site(), query);
    }

    /// Opens the page of a site.
    pub fn open_at(&self, site: &str, query: &str) {
        self.driver.go(&format!("{site}{query}"));
    }

    /// Loads the present address again.
    pub fn reload(&self) {
        let address = self.address();
        self.assert_kept_to_itself();
        self.driver.go(&address);
    }

    /// The value of a script that may use what `page.js` defines.
    pub fn js(&self, script: &str) -> Value {
        self.driver.run(&format!("{}\n{script}", include_str!("page.js")))
    }

    /// The value of an expression, as text.
    pub fn text(&self, expression: &str) -> String {
        match self.js(&format!("return {expression}")) {
            Value::String(text) => text,
            other => other.to_string(),
        }
    }

    /// The value of an expression, as a number.
    pub fn number(&self, expression: &str) -> f64 {
        let value = self.js(&format!("return {expression}"));
        value.as_f64().unwrap_or_else(|| panic!("{expression} is {value}"))
    }

    /// Whether a condition holds now.
    pub fn holds(&self, condition: &str) -> bool {
        self.js(&format!("return !!({condition})")) == true
    }

    /// Waits until a condition holds.
    pub fn wait(&self, condition: &str) {
        let outcome = self.driver.run_until_called(&format!(
            "const call = arguments[arguments.length - 1];
            {}
            const start = performance.now();
            let [moved, last] = [start, ''];
            const ask = () => {{
              let holds;
              try {{ holds = {condition}; }} catch (error) {{ return call(String(error)); }}
              const now = performance.now();
              if ($('epoch-scrubber').max !== last) [moved, last] = [now, $('epoch-scrubber').max];
              if (holds) call(true);
              else if (now > Math.min(moved + {PATIENCE}, start + {ENDURANCE})) call('it never did');
              else setTimeout(ask, 5);
            }};
            ask();",
            include_str!("page.js")
        ));
        assert_eq!(outcome, true, "waited until {condition}");
    }

    /// Waits until the run has come to rest at the end of an epoch, and looks.
    pub fn rest(&self, epoch: u32) -> Look {
        self.wait(&format!("rests({epoch})"));
        self.look()
    }

    /// Waits until the screen shows the end of an epoch, and looks.
    pub fn shown(&self, epoch: u32) -> Look {
        self.wait(&format!("shows({epoch})"));
        self.look()
    }

    /// What there is to see at this moment.
    pub fn look(&self) -> Look {
        let seen = self.js("return look()");
        let text = |key: &str| seen[key].as_str().unwrap_or_default().to_owned();
        let whole = |value: &Value| value.as_u64().unwrap_or(u64::MAX);
        let layer = |layer: &Value| Layer {
            white: whole(&layer["white"]),
            hash: layer["hash"].as_i64().unwrap_or_default(),
            kept: whole(&layer["kept"]),
            total: whole(&layer["total"]),
            width: whole(&layer["width"]),
            height: whole(&layer["height"]),
        };
        Look {
            state: text("state"),
            epoch: whole(&seen["epoch"]) as u32,
            scrubber: whole(&seen["scrubber"]) as u32,
            trained: whole(&seen["trained"]) as u32,
            text: text("text"),
            fingerprint: text("fingerprint"),
            kept: whole(&seen["kept"]),
            total: whole(&seen["total"]),
            compression: text("compression"),
            compression_text: text("compressionText"),
            accuracy: seen["accuracy"].as_f64().unwrap_or(f64::NAN),
            layers: seen["layers"]
                .as_array()
                .map(|all| all.iter().map(layer).collect())
                .unwrap_or_default(),
        }
    }

    /// The fingerprint on the screen.
    pub fn fingerprint(&self) -> String {
        self.text("fingerprint()")
    }

    /// The address in the address bar.
    pub fn address(&self) -> String {
        self.text("location.href")
    }

    /// Clicks an element as a visitor does.
    pub fn click(&self, id: &str) {
        self.click_on(&format!("[id='{id}']"));
    }

    /// Clicks the element that a CSS selector finds.
    pub fn click_on(&self, selector: &str) {
        self.driver.post(&format!("{}/click", self.driver.element(selector)), json!({}));
    }

    /// Chooses an option of a menu.
    pub fn choose(&self, id: &str, value: &str) {
        self.js(&format!(
            "const menu = $('{id}');
            if (![...menu.options].some((option) => option.value === '{value}')) throw new Error('no option {value}');
            menu.value = '{value}';
            menu.dispatchEvent(new Event('change', {{ bubbles: true }}));"
        ));
    }

    /// Replaces what a field holds by typing, and leaves it.
    pub fn write(&self, id: &str, text: &str) {
        self.type_into(id, &format!("{text}{}", keys::TAB));
    }

    /// Types where a field's text is selected.
    pub fn type_into(&self, id: &str, text: &str) {
        self.js(&format!(
            "for (let node = $('{id}'); node; node = node.parentElement) if (node.localName === 'details') node.open = true;
            $('{id}').focus();
            $('{id}').select();"
        ));
        let field = self.driver.element(&format!("#{id}"));
        self.driver.post(&format!("{field}/value"), json!({ "text": text }));
    }

    /// Presses keys together, the last of them on top.
    pub fn press(&self, keys: &[&str]) {
        let stroke = |kind: &str, key: &&str| json!({ "type": kind, "value": key });
        let down = keys.iter().map(|key| stroke("keyDown", key));
        let up = keys.iter().rev().map(|key| stroke("keyUp", key));
        let strokes: Vec<Value> = down.chain(up).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.driver.post("/actions", json!({ "actions": [keyboard] }));
    }

    /// Moves the mouse over places of the window, pressed from the first to the last if `pressed`.
    pub fn mouse(&self, places: &[(f64, f64)], pressed: bool) {
        let go = |&(x, y): &(f64, f64)| json!({ "type": "pointerMove", "duration": 0, "x": x.round(), "y": y.round() });
        let mut actions: Vec<Value> = places.iter().map(go).collect();
        if pressed {
            actions.insert(1, json!({ "type": "pointerDown", "button": 0 }));
            actions.push(json!({ "type": "pointerUp", "button": 0 }));
        }
        let mouse = json!({ "type": "pointer", "id": "mouse", "actions": actions });
        self.driver.post("/actions", json!({ "actions": [mouse] }));
    }

    /// Drags the scrubber to an epoch.
    pub fn scrub(&self, epoch: u32) {
        self.slide("epoch-scrubber", f64::from(epoch));
    }

    /// Drags a slider to a value.
    pub fn slide(&self, id: &str, value: f64) {
        self.js(&format!(
            "$('{id}').value = {value};
            $('{id}').dispatchEvent(new Event('input', {{ bubbles: true }}));"
        ));
    }

    /// Hands files to the page through its file field.
    pub fn hand_over(&self, files: &[&Path]) {
        let names: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
        let field = self.driver.element("#file");
        self.driver.post(&format!("{field}/value"), json!({ "text": names.join("\n") }));
    }

    /// Lets the browser save what it downloads in `folder`.
    pub fn download_to(&self, folder: &Path) {
        let parameters = json!({ "behavior": "allow", "downloadPath": folder });
        self.driver.devtools("Browser.setDownloadBehavior", parameters);
    }

    /// Makes the browser fail to load what matches a pattern.
    pub fn block(&self, pattern: &str) {
        self.driver.devtools("Network.enable", json!({}));
        self.driver.devtools("Network.setBlockedURLs", json!({ "urls": [pattern] }));
    }

    /// Asks Chrome's own protocol something that takes no parameters.
    pub fn devtools(&self, command: &str) -> Value {
        self.driver.devtools(command, json!({}))
    }

    /// Makes the browser report these preferences to the page, such as
    /// `("prefers-color-scheme", "dark")`.
    pub fn prefer(&self, preferences: &[(&str, &str)]) {
        let features: Vec<_> = preferences
            .iter()
            .map(|(name, value)| json!({ "name": name, "value": value }))
            .collect();
        self.driver.devtools("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// Gives the page a screen of a size, in CSS pixels.
    pub fn resize(&self, width: u32, height: u32, scale: f64) {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < PHONE,
        });
        self.driver.devtools("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// Saves a picture for people to look at, of the whole page if `whole`.
    pub fn photograph(&self, name: &str, whole: bool) {
        let file = product::artifacts().join(format!("{name}.png"));
        std::fs::write(file, self.driver.picture(whole)).expect("a picture is saved");
    }

    /// The window's pixels as they are on the screen: their width, and each as [red, green, blue].
    pub fn screenshot(&self) -> (usize, Vec<[u8; 3]>) {
        let picture = self.driver.picture(false);
        let mut reader = png::Decoder::new(std::io::Cursor::new(picture)).read_info().expect("PNG");
        let mut bytes = vec![0; reader.output_buffer_size().expect("a screen's size")];
        let frame = reader.next_frame(&mut bytes).expect("pixels");
        let channels = frame.color_type.samples();
        let pixels = bytes[..frame.buffer_size()].chunks(channels).map(|p| [p[0], p[1], p[2]]);
        (frame.width as usize, pixels.collect())
    }

    /// Makes every page that is opened from now on run a script before its own.
    pub fn prepare(&self, script: &str) {
        let parameters = json!({ "source": script });
        self.driver.devtools("Page.addScriptToEvaluateOnNewDocument", parameters);
    }

    /// Milliseconds of processor time of every task of the page's main thread since the browser was
    /// opened, which must be traced; to be asked once. Other work on the machine does not count.
    pub fn tasks(&self) -> Vec<f64> {
        self.driver.tasks()
    }

    /// Warnings and errors that the console has shown.
    pub fn console(&self) -> Vec<(String, String)> {
        let bad = |(level, _): &(String, String)| level == "WARNING" || level == "SEVERE";
        self.console.borrow_mut().extend(self.driver.console().into_iter().filter(bad));
        self.console.borrow().clone()
    }

    /// Takes note of messages that a test has provoked; the others still count.
    pub fn forgive(&self, expected: impl Fn(&str) -> bool) {
        self.console();
        self.console.borrow_mut().retain(|(_, message)| !expected(message));
    }

    /// Asserts that every request of the page went to where the page came from.
    fn assert_kept_to_itself(&self) {
        let foreign = self.js(
            "return performance.getEntriesByType('resource').map(({ name }) => name)
              .filter((name) => !/^(data|blob):/.test(name) && new URL(name).origin !== location.origin)",
        );
        assert_eq!(foreign, json!([]), "requests to others");
    }

    /// What the page says, for the report of a failure.
    fn describe(&self) -> String {
        let said = self.js(
            "const words = (selector) => [...document.querySelectorAll(selector)].filter((e) => !e.hidden).map((e) => e.innerText).join(' ');
            return `${location.search} state ${state()}, ${$('epoch-text')?.textContent}, fingerprint ${fingerprint()}, banner '${words('#error-banner')}', notices '${words('#notices')}'`",
        );
        self.photograph("last-failure", false);
        format!("{said} console {:?}", self.console())
    }
}

//! The page that cannot start: every cause has a sentence, and the sentence a way on.

use crate::harness::page::{Page, browse};
use crate::harness::{plain, product};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use xtask::serve::Running;
use xtask::sizes;

/// A copy of the site that may be broken.
fn copy() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    product::copy_to(folder.path());
    folder
}

fn serve(folder: &TempDir) -> Running {
    product::serve_folder(folder.path(), None)
}

/// Waits for the banner; its words, without those of its buttons.
fn sentence(page: &Page) -> String {
    page.wait("!$('error-banner').hidden");
    assert_eq!(page.text("state()"), "error");
    // What is provoked here fills the console, whatever the browser says of it.
    page.forgive(|_| true);
    page.text("$('error-banner').querySelector('p').innerText")
}

/// Asserts that the page says all of `words`, and something to do.
fn says(page: &Page, words: &[&str]) {
    let sentence = sentence(page);
    for word in words {
        assert!(sentence.contains(word), "'{sentence}' does not say '{word}'");
    }
    let advice = ["copy the whole", "reload", "use a current", "cargo xtask serve"];
    assert!(advice.iter().any(|way| sentence.contains(way)), "'{sentence}' gives no way on");
    let quiet = page.text("$('starting').innerText");
    assert!(quiet.contains("could not start"), "{quiet}");
    let empty = page.text("[...document.querySelectorAll('canvas, select')].filter((e) => e.checkVisibility({ visibilityProperty: true })).map((e) => e.id).join(' ')");
    assert_eq!(empty, "", "there is nothing to see in these yet");
}

#[test]
fn opened_from_disk_it_asks_for_a_server() {
    browse(|page| {
        page.open_at(
            &format!("file://{}/", product::dist().canonicalize().unwrap().display()),
            "index.html",
        );
        says(page, &["opened as a file", "cargo xtask serve"]);
        page.open("?network=64-20-10&epochs=1");
        page.rest(1);
    });
}

#[test]
fn scripts_sent_as_plain_text_are_called_that() {
    let site = plain::serve(product::dist());
    browse(|page| {
        page.open_at(&site, "");
        says(page, &["/", ".js as text/plain", "text/javascript"]);
    });
}

/// Every script that a first visit loads: `bench.js` is for the bench alone.
fn scripts(folder: &Path) -> Vec<PathBuf> {
    let files = sizes::files(folder).unwrap().into_iter();
    let scripts = files.filter(|file| file.extension().is_some_and(|extension| extension == "js"));
    scripts
        .filter(|file| !["www/bench.js", "pkg/lab.js"].iter().any(|name| file.ends_with(name)))
        .collect()
}

#[test]
fn any_missing_script_is_named() {
    let folder = copy();
    let site = serve(&folder);
    let scripts = scripts(folder.path());
    assert!(scripts.len() >= 20, "{scripts:?}");
    browse(|page| {
        for script in scripts {
            let name = script.strip_prefix(folder.path()).unwrap().display().to_string();
            let bytes = fs::read(&script).unwrap();
            fs::remove_file(&script).unwrap();
            page.open_at(&site.url(), "?autoplay=0");
            match name.as_str() {
                // It is what speaks; the page starts without it.
                "www/boot.js" => {
                    page.wait("state() === 'paused'");
                    page.forgive(|_| true);
                }
                _ => says(page, &[&name, "missing", "404"]),
            }
            fs::write(&script, bytes).unwrap();
        }
        page.open_at(&site.url(), "?network=64-20-10&epochs=1");
        page.rest(1);
        // What was asked for last is told late.
        page.forgive(|message| message.contains("404"));
    });
}

#[test]
fn without_any_script_the_words_in_the_page_stand() {
    let folder = copy();
    scripts(folder.path()).iter().for_each(|script| fs::remove_file(script).unwrap());
    let site = serve(&folder);
    browse(|page| {
        page.open_at(&site.url(), "");
        let words = page.text("$('starting').innerText");
        assert!(
            words.contains("could not start") && words.contains("cargo xtask serve"),
            "{words}"
        );
        // By the time another page has trained, all is on the console.
        page.open("?network=64-20-10&epochs=1");
        page.rest(1);
        page.forgive(|_| true);
    });
}

#[test]
fn a_module_that_is_torn_foreign_or_of_another_build_is_told() {
    let folder = copy();
    let site = serve(&folder);
    for (name, query) in [("pkg/sparsevd_bg.wasm", ""), ("pkg/lab_bg.wasm", "?data=digits")] {
        tells_of(folder.path(), &site, name, query);
    }
}

/// Breaks the module that a visit of `query` begins with.
fn tells_of(folder: &Path, site: &Running, name: &str, query: &str) {
    let wasm = folder.join(name);
    let whole = fs::read(&wasm).unwrap();
    let mut stale = whole.clone();
    let last = stale.len() - 1;
    stale[last] = if stale[last] == b'0' { b'1' } else { b'0' };
    let cases = [
        (whole[..whole.len() / 2].to_vec(), "not whole"),
        (b"<!doctype html><p>Not found".to_vec(), "something else"),
        (Vec::new(), "not whole"),
        (stale, "two builds"),
    ];
    browse(|page| {
        for (bytes, words) in cases {
            fs::write(&wasm, bytes).unwrap();
            page.open_at(&site.url(), query);
            says(page, &[name, words]);
        }
        fs::remove_file(&wasm).unwrap();
        page.open_at(&site.url(), query);
        says(page, &[name, "missing", "404"]);
    });
}

#[test]
fn digits_that_are_torn_foreign_or_missing_are_told() {
    let folder = copy();
    let site = serve(&folder);
    let digits = folder.path().join("pkg/digits.gz");
    let whole = fs::read(&digits).unwrap();
    let cases = [
        (whole[..whole.len() / 2].to_vec(), "corrupt"),
        (b"<!doctype html><p>Not found".to_vec(), "expected 116,805 bytes"),
        (Vec::new(), "empty"),
    ];
    browse(|page| {
        for (bytes, words) in cases {
            fs::write(&digits, bytes).unwrap();
            page.open_at(&site.url(), "");
            says(page, &["pkg/digits.gz", words]);
        }
        fs::remove_file(&digits).unwrap();
        page.open_at(&site.url(), "");
        says(page, &["pkg/digits.gz", "missing", "404"]);
    });
}

#[test]
fn scripts_of_two_builds_are_told() {
    let folder = copy();
    let site = serve(&folder);
    let dom = folder.path().join("www/dom.js");
    let text = fs::read_to_string(&dom).unwrap();
    browse(|page| {
        for (text, words) in [
            (text.replace("export const isDark", "export const isDim"), "do not fit each other"),
            (text[..text.len() / 2].to_owned(), "do not fit each other"),
        ] {
            fs::write(&dom, text).unwrap();
            page.open_at(&site.url(), "");
            says(page, &[words]);
        }
    });
}

#[test]
fn what_the_browser_lacks_is_named() {
    for (script, words) in [
        ("delete globalThis.WebAssembly;", "no WebAssembly"),
        ("WebAssembly.validate = () => false;", "SIMD"),
        (
            "const Native = Worker; globalThis.Worker = class { constructor(url) { return new Native(url); } };",
            "module workers",
        ),
        ("delete HTMLScriptElement.prototype.noModule;", "too old"),
    ] {
        browse(|page| {
            page.prepare(script);
            page.open("");
            if words == "too old" {
                page.wait("$('error-banner').innerText.includes('too old')");
                page.wait("epoch() >= 1");
            } else {
                says(page, &["could not start", words]);
            }
        });
    }
}

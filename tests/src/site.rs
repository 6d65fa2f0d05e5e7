//! The built site: any folder of any host, small, strict, and sufficient to itself.

use crate::harness::page::browse;
use crate::harness::product;
use std::fs;
use xtask::sizes;

/// What the first visit may weigh, gzipped, and the wasm's share of it.
const BYTES: u64 = 620_000;
const WASM: u64 = 500_000;

/// What the lab may weigh, which comes when it is needed: room for ten more experiments.
const LAB: u64 = 650_000;

#[test]
fn the_site_works_below_any_path() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("courses/bayes");
    product::copy_to(&below);
    fs::write(folder.path().join("index.html"), "not the page").unwrap();
    let server = product::serve_folder(folder.path(), None);
    browse(|page| {
        page.open_at(&server.url(), "courses/bayes/?network=64-20-10&epochs=2");
        page.rest(2);
        page.click("reset");
        page.rest(0);
        assert!(page.address().contains("/courses/bayes/?"), "{}", page.address());
    });
}

#[test]
fn the_first_visit_is_light() {
    let sizes = sizes::of(product::dist()).unwrap();
    println!("{sizes}");
    assert!(sizes.all.gzipped <= BYTES, "{sizes}");
    assert!(sizes.wasm.gzipped <= WASM, "{sizes}");
    assert!(sizes.lab.gzipped <= LAB, "{sizes}");
}

#[test]
fn the_policy_allows_our_scripts_and_nothing_else() {
    let html = fs::read_to_string(product::dist().join("index.html")).unwrap();
    let (_, policy) = html.split_once("Content-Security-Policy\" content=\"").expect("a policy");
    let (policy, _) = policy.split_once('"').unwrap();
    let allows = |name: &str| {
        let rule = policy.split(';').map(str::trim).find(|rule| rule.starts_with(name));
        rule.unwrap_or_default().split(' ').skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(allows("default-src"), ["'none'"]);
    assert_eq!(allows("script-src"), ["'self'", "'wasm-unsafe-eval'"]);
    assert!(!policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"), "{policy}");
    assert!(!policy.contains("http") && !policy.contains('*'), "{policy}");
}

#[test]
fn no_file_names_another_host_to_load_from() {
    for file in sizes::files(product::dist()).unwrap() {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        for (at, _) in text.match_indices("://") {
            let line = text[..at].rfind('\n').map_or(0, |start| start + 1);
            let line = text[line..].lines().next().unwrap_or_default().trim();
            // Namespaces and comments load nothing.
            let harmless =
                line.contains("www.w3.org/") || line.starts_with("//") || line.starts_with('*');
            assert!(harmless, "{}: {line}", file.display());
        }
    }
}

#[test]
fn the_files_tell_nothing_of_the_machine_that_built_them() {
    let root = xtask::project::root().display().to_string();
    let home = std::env::var("HOME").unwrap_or_default();
    for file in sizes::files(product::dist()).unwrap() {
        let bytes = fs::read(&file).unwrap();
        for place in [root.as_str(), home.as_str()].into_iter().filter(|place| place.len() > 6) {
            let found = bytes.windows(place.len()).any(|window| window == place.as_bytes());
            assert!(!found, "{} has the path {place}", file.display());
        }
    }
}

#[test]
fn it_needs_no_isolation_headers() {
    browse(|page| {
        page.open("?network=64-20-10&epochs=1");
        assert!(page.holds("crossOriginIsolated === false"));
        page.rest(1);
    });
}

//! Prior and gradient estimator: switched in the middle of a run, which goes on and can be repeated.

use crate::harness::page::{Page, visit};

const RUN: &str = "?network=64-20-10&epochs=60";

/// Switches a menu while the run is live; the run must go on from where it is.
fn switch(page: &Page, menu: &str, value: &str, mark: &str) {
    let before = page.look();
    page.choose(menu, value);
    page.wait(&format!("$('ticks').querySelector('[title*=\"{mark}\"]')"));
    let after = page.look();
    assert!(after.trained >= before.trained, "the run started over: {before:?} {after:?}");
}

#[test]
fn a_switched_run_goes_on_and_its_address_repeats_it() {
    visit(RUN, |page| {
        page.wait("epoch() >= 5");
        switch(page, "estimator", "rt", "RT");
        page.wait("epoch() >= 15");
        switch(page, "method", "ard", "ARD");
        page.wait("epoch() >= 25");
        switch(page, "estimator", "lrt", "LRT");
        let end = page.rest(60);
        page.wait("location.search.includes('changes=')");
        let changes = page.text("new URLSearchParams(location.search).get('changes')");
        let keys: Vec<_> =
            changes.split(',').filter_map(|change| change.split(':').nth(1)).collect();
        assert_eq!(keys, ["estimator", "method", "estimator"], "{changes}");

        page.reload();
        let again = page.rest(60);
        assert_eq!(again.fingerprint, end.fingerprint);
        assert_eq!((again.kept, again.accuracy), (end.kept, end.accuracy));
        assert_eq!(page.text("$('method').value"), "ard");
    });
}

#[test]
fn switching_changes_what_is_learned() {
    let end = |query: &str| {
        let mut fingerprint = String::new();
        visit(query, |page| fingerprint = page.rest(3).fingerprint);
        fingerprint
    };
    let lrt = end("?network=64-20-10&epochs=3&estimator=lrt&warmup=-1..0");
    let rt = end("?network=64-20-10&epochs=3&estimator=rt&warmup=-1..0");
    let ard = end("?network=64-20-10&epochs=3&method=ard&warmup=-1..0");
    assert!(lrt != rt && lrt != ard && rt != ard, "{lrt} {rt} {ard}");
}

#[test]
fn local_reparametrization_has_the_quieter_gradient() {
    visit("?network=64-50-10&epochs=20", |page| {
        page.rest(20);
        page.click_on("#data-table summary");
        page.wait("document.querySelectorAll('#data-table tbody tr').length === 21");
        let column = |name: &str| -> Vec<f64> {
            let cells = page.js(&format!(
                "const plain = (text) => text.replace('·10', 'e').replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/g, (raised) => '0123456789-'['⁰¹²³⁴⁵⁶⁷⁸⁹⁻'.indexOf(raised)]);
                const at = [...document.querySelectorAll('#data-table th')].findIndex((th) => th.innerText === '{name}');
                return [...document.querySelectorAll('#data-table tbody tr')].map((tr) => Number(plain(tr.children[at].innerText)))"
            ));
            cells
                .as_array()
                .expect("a column")
                .iter()
                .filter_map(serde_json::Value::as_f64)
                .collect()
        };
        let (rt, lrt) = (column("variance_rt"), column("variance_lrt"));
        assert_eq!((rt.len(), lrt.len()), (21, 21));
        let quieter = rt.iter().zip(&lrt).filter(|(rt, lrt)| rt > lrt).count();
        // At epoch 0 the weights have next to no noise and the two are close.
        assert!(quieter >= 20, "{rt:?} {lrt:?}");
    });
}

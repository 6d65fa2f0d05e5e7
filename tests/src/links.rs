//! Links and the history: a link waits for its data, and every run has an entry to go back to.

use crate::harness::files::{table, write};
use crate::harness::page::{Page, browse, visit};
use crate::harness::product;

const RUN: &str = "?network=64-4-10&epochs=2&size=100&kl=0.1";

fn address_has(page: &Page, parts: &[&str]) {
    let address = page.address();
    for part in parts {
        assert!(address.contains(part), "{part} in {address}");
    }
}

#[test]
fn a_link_to_own_data_asks_for_them_and_is_finished_with_everything_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let a = write(folder.path(), "a.csv", table(40));
    let b = write(folder.path(), "b.csv", table(40).replace("0.0", "0.1"));
    let (mut link, mut end) = (String::new(), String::new());
    visit(RUN, |page| {
        page.rest(2);
        page.hand_over(&[&a]);
        page.wait("rests(2) && $('run-name').textContent.includes('a.csv')");
        page.choose("method", "ard");
        page.write("epochs", "3");
        page.click("train");
        end = page.rest(3).fingerprint;
        page.click("share");
        page.wait("$('notices').innerText.includes('bit for bit')");
        assert!(page.holds("$('notices').innerText.includes('pass a.csv on too')"));
        address_has(page, &["file=a.csv", "hash=", "method=ard", "changes="]);
        link = page.text("location.search");
    });
    for (file, told) in [(&a, false), (&b, true)] {
        visit(&link, |page| {
            page.wait("!$('error-banner').hidden && shows(0)");
            let words = page.text("document.querySelector('#error-banner p').textContent");
            assert!(words.starts_with("This link needs a.csv (hash "), "{words}");
            assert!(page.holds("$('run-name').textContent.startsWith('digits')"));
            assert_eq!(page.text("location.search"), link, "the link stays in the address");
            page.hand_over(&[file]);
            page.wait("rests(3)");
            assert_eq!(page.fingerprint() == end, !told);
            assert_eq!(page.holds("$('notices').innerText.includes('made with other data')"), told);
            address_has(page, &["method=ard", "changes=", "epochs=3"]);
            assert!(page.holds("$('error-banner').hidden"));
        });
    }
}

#[test]
fn a_link_without_the_names_of_its_data_takes_what_comes() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "mine.csv", table(40));
    visit("?data=own&method=ard&seed=7&epochs=3&epoch=1", |page| {
        page.wait("!$('error-banner').hidden");
        page.hand_over(&[&file]);
        page.wait("$('run-name').textContent.includes('mine.csv') && shows(1)");
        address_has(page, &["method=ard", "seed=7", "epochs=3", "epoch=1", "file=mine.csv"]);
    });
}

#[test]
fn back_goes_to_the_run_before_and_forward_again() {
    visit(RUN, |page| {
        let first = page.rest(2).fingerprint;
        page.write("seed", "7");
        page.wait("location.search.includes('seed=7')");
        let second = page.rest(2).fingerprint;
        page.choose("experiment", "digits-conv");
        page.wait("location.search.includes('experiment=digits-conv')");
        page.js("history.back()");
        page.wait(&format!("fingerprint() === '{second}' && rests(2)"));
        address_has(page, &["seed=7"]);
        page.js("history.back()");
        page.wait(&format!("fingerprint() === '{first}' && rests(2)"));
        assert_eq!(page.text("$('seed').value"), "1");
        page.js("history.forward()");
        page.wait(&format!("fingerprint() === '{second}' && rests(2)"));
        assert_eq!(page.text("$('seed').value"), "7");
    });
}

#[test]
fn what_was_said_of_one_run_goes_with_it() {
    visit(RUN, |page| {
        page.rest(2);
        page.write("learning-rate", "10");
        page.wait("$('learning-rate-wrong').innerText !== ''");
        page.click("train");
        page.wait("$('notices').innerText.includes('All epochs are trained')");
        page.click("reset");
        page.wait("rests(0) && $('notices').innerText === ''");
        assert_eq!(page.text("$('learning-rate-wrong').innerText"), "");
    });
}

#[test]
fn a_visitor_who_goes_on_while_mnist_loads_is_not_fetched_back() {
    let Some(folder) = product::mnist("a_visitor_who_goes_on_while_mnist_loads") else { return };
    let site = product::serve_folder(product::dist(), Some(folder));
    browse(|page| {
        page.open_at(&site.url(), RUN);
        page.rest(2);
        page.choose("experiment", "lenet-300-100");
        page.write("seed", "7");
        page.wait("location.search.includes('seed=7') && rests(2)");
        // Longer than the four files take.
        std::thread::sleep(std::time::Duration::from_secs(3));
        assert!(page.holds("$('run-name').textContent.startsWith('digits')"));
        assert_eq!(page.text("$('notices').innerText"), "");
    });
}

#[test]
fn a_folder_is_walked_and_hidden_files_are_not_looked_at() {
    visit(RUN, |page| {
        page.rest(2);
        page.js(&format!(
            "const file = (name, text) => ({{ name, isFile: true, file: (done) => done(new File([text], name)) }});
            const folder = (name, entries) => ({{ name, createReader: () => ({{ readEntries: (done) => done(entries.splice(0, 1)) }}) }});
            const entry = folder('data', [file('.DS_Store', 'x'), folder('.git', [file('config', 'x')]), folder('deep', [file('mine.csv', `{}`)])]);
            dispatchEvent.call(document, Object.assign(new Event('drop'), {{ dataTransfer: {{ items: [{{ webkitGetAsEntry: () => entry }}] }} }}));",
            table(40)
        ));
        page.wait("rests(2) && $('run-name').textContent.includes('mine.csv')");
    });
}

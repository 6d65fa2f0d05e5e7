//! Data from outside: MNIST from the server, tables and IDX files from the visitor, right and wrong.

use crate::harness::files::{idx_images, idx_labels, table, write};
use crate::harness::page::{browse, visit};
use crate::harness::product;
use std::path::Path;

#[test]
fn mnist_from_the_server_trains() {
    let Some(folder) = product::mnist("mnist_from_the_server_trains") else { return };
    let site = product::serve_folder(product::dist(), Some(folder));
    browse(|page| {
        page.open_at(
            &site.url(),
            "?experiment=lenet-300-100&data=mnist&size=1000&epochs=2&network=784-30-10",
        );
        let end = page.rest(2);
        let sizes: Vec<_> = end.layers.iter().map(|layer| (layer.width, layer.height)).collect();
        assert_eq!(sizes, [(784, 30), (30, 10)]);
        // Chance is 10 %; two epochs over a thousand images are enough to leave it far behind.
        assert!(end.accuracy > 50.0, "{end:?}");
        assert!(page.text("$('run-name').textContent").contains("60,000 to train, 10,000 to test"));
    });
}

#[test]
fn mnist_that_is_not_served_is_explained_and_the_digits_are_shown() {
    visit("?experiment=lenet-300-100", |page| {
        page.wait("!$('error-banner').hidden && epoch() >= 1");
        let words = page.text("$('error-banner').innerText");
        assert!(words.contains("MNIST is not served here") && words.contains("drop"), "{words}");
        let look = page.look();
        assert_eq!(
            (look.layers[0].width, look.layers[0].height),
            (300, 64),
            "the digits are shown"
        );
        page.forgive(|message| message.contains("/data/mnist/") && message.contains("404"));
    });
}

#[test]
fn mnist_can_be_dropped_on_the_page() {
    let Some(folder) = product::mnist("mnist_can_be_dropped_on_the_page") else { return };
    let names = [
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ];
    let files: Vec<_> = names.iter().map(|name| folder.join(format!("{name}.gz"))).collect();
    if !files.iter().all(|file| file.is_file()) {
        product::say("skipped: the MNIST files here are not the gzipped ones.");
        return;
    }
    visit("?network=64-20-10&epochs=1", |page| {
        page.rest(1);
        page.hand_over(&files.iter().map(|file| file.as_path()).collect::<Vec<_>>());
        page.wait("$('run-name').textContent.includes('60,000') && heatmaps()[0].width === 784 && shows(0)");
        assert_eq!(page.text("$('data').value"), "mnist");
        page.click("train");
        page.wait("state() === 'paused'");
    });
}

#[test]
fn a_table_of_the_visitors_own_trains() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "two-classes.csv", table(400));
    visit("?network=64-20-10&epochs=20&lr=0.01&kl=1", |page| {
        page.rest(20);
        page.hand_over(&[&file]);
        page.wait("$('run-name').textContent.includes('two-classes.csv')");
        let end = page.rest(20);
        assert_eq!(page.text("$('data').value"), "own");
        assert_eq!(page.text("$('network').value"), "3-100-2");
        let told = page.text("$('notices').innerText");
        for words in
            ["The label is column 4 (“label”)", "2 labels occur: 0, 1.", "KL weight of 0.2"]
        {
            assert!(told.contains(words), "{told}");
        }
        // The first column tells the classes apart.
        assert!(end.accuracy > 95.0, "{end:?}");
    });
}

/// Hands over files that are no good: the page must name one of them, keep its run as it is, and
/// go on with it.
fn refuses(name: &str, files: &[(&str, Vec<u8>)]) {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<_> =
        files.iter().map(|(name, bytes)| write(folder.path(), name, bytes)).collect();
    visit("?network=64-20-10&epochs=2", |page| {
        let before = page.rest(2);
        page.hand_over(&paths.iter().map(|path| path.as_path()).collect::<Vec<&Path>>());
        page.wait("!$('error-banner').hidden");
        let words = page.text("$('error-banner').innerText");
        assert!(words.contains(name), "'{words}' does not name {name}");
        assert!(words.split_whitespace().count() >= 5, "'{words}' explains nothing");
        assert_eq!(page.look(), before);
        assert_eq!(page.text("$('notices').innerText"), "", "nothing is still being read");
        page.click_on("#error-banner button:last-child");
        page.wait("$('error-banner').hidden");
        page.write("epochs", "3");
        page.wait("$('epoch-text').textContent.includes('/ 3')");
        page.click("train");
        page.rest(3);
    });
}

#[test]
fn a_truncated_idx_file_is_refused() {
    let mut images = idx_images(20, 8);
    images.truncate(500);
    refuses(
        "train-images-idx3-ubyte",
        &[("train-images-idx3-ubyte", images), ("train-labels-idx1-ubyte", idx_labels(20))],
    );
}

#[test]
fn labels_of_another_number_are_refused() {
    let files = [
        ("train-images-idx3-ubyte", idx_images(20, 8)),
        ("train-labels-idx1-ubyte", idx_labels(19)),
    ];
    refuses("train-labels-idx1-ubyte", &files);
}

#[test]
fn a_text_that_calls_itself_idx_is_refused() {
    refuses("notes.idx", &[("notes.idx", b"Dear diary, today I trained a network.".to_vec())]);
}

#[test]
fn an_empty_file_is_refused() {
    refuses("empty.csv", &[("empty.csv", Vec::new())]);
}

#[test]
fn a_table_with_a_word_in_it_is_refused() {
    let text = table(40).replacen("\n0.000,", "\nzero,", 1);
    refuses("words.csv", &[("words.csv", text.into_bytes())]);
}

#[test]
fn a_saved_run_that_is_torn_is_refused() {
    refuses("torn.safetensors", &[("torn.safetensors", vec![7; 300])]);
}

#[test]
fn a_picture_is_refused() {
    refuses("cat.png", &[("cat.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec())]);
}

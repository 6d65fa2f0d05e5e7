//! MNIST and its kin: IDX files of images and labels, put together in pairs.

use super::idx::{self, Idx, Images, Labels};
use super::{Data, Dataset, Features, File, grouped, hold_out, training_first};
use crate::error::{Error, Result};

/// Data from one pair of IDX files (a fifth is held out) or two (training and test), inflated.
pub(super) fn from_idx_files(files: Vec<File>) -> Result<Data> {
    let mut images = Vec::new();
    let mut labels = Vec::new();
    for file in files {
        match idx::parse(file)? {
            Idx::Images(found) => images.push(found),
            Idx::Labels(found) => labels.push(found),
        }
    }
    training_first(&mut images, |images| &images.name, |images| images.count);
    training_first(&mut labels, |labels| &labels.name, |labels| labels.labels.len());
    check_partners(&images, &labels)?;
    if let [first, second] = &images[..]
        && first.shape != second.shape
    {
        let size = |images: &Images| format!("{}×{}", images.shape.0, images.shape.1);
        return Err(Error::new(format!(
            "{}: expected images of {} pixels as in {}, found {}",
            second.name,
            size(first),
            first.name,
            size(second)
        )));
    }
    let shape = images[0].shape;
    let file_name = images[0].name.clone();
    let mut sets = Vec::new();
    for (images, labels) in images.into_iter().zip(labels) {
        sets.push(pair(images, labels)?);
    }
    let (train, test) = match <[Dataset; 2]>::try_from(sets) {
        Ok([train, test]) => (train, test),
        Err(one) => hold_out(&one[0]),
    };
    let name = if is_mnist(&train, &test) { "MNIST".into() } else { file_name };
    Data::new(name, train, test, Some(shape))
}

/// One or two files of images, and as many of labels.
fn check_partners(images: &[Images], labels: &[Labels]) -> Result<()> {
    let image_names: Vec<_> = images.iter().map(|images| &images.name[..]).collect();
    let label_names: Vec<_> = labels.iter().map(|labels| &labels.name[..]).collect();
    let (more, fewer, names) = if images.len() >= labels.len() {
        ("images", "labels", &image_names)
    } else {
        ("labels", "images", &label_names)
    };
    if images.len() == labels.len() && images.len() <= 2 {
        return Ok(());
    }
    Err(Error::new(if names.len() > 2 {
        format!(
            "{}: expected at most two files of {more} (training and test), found {}",
            names[2],
            names.len()
        )
    } else {
        format!(
            "{}: expected the {fewer} that belong to these {more}, found {} of {fewer}; choose all \
             files together",
            names.join(", "),
            match image_names.len().min(label_names.len()) {
                0 => "no file",
                _ => "only one file",
            }
        )
    }))
}

/// Images with their labels; pixels become 0 … 1.
fn pair(images: Images, labels: Labels) -> Result<Dataset> {
    if images.count != labels.labels.len() {
        return Err(Error::new(format!(
            "{}: expected as many labels as images, found {} images in {} but {} labels",
            labels.name,
            grouped(images.count),
            images.name,
            grouped(labels.labels.len())
        )));
    }
    let features = Features::Bytes { values: images.pixels, scale: 1.0 / 255.0 };
    Ok(Dataset::new(features, images.shape.0 * images.shape.1, labels.labels))
}

/// Its kin have the same sizes; the first labels tell.
fn is_mnist(train: &Dataset, test: &Dataset) -> bool {
    (train.len(), test.len()) == (60_000, 10_000)
        && train.labels().starts_with(&[5, 0, 4, 1, 9, 2, 1, 3])
        && test.labels().starts_with(&[7, 2, 1, 0, 4, 1, 4, 9])
}

/// Reads MNIST's four files, raw or gzipped, from a folder.
///
/// # Errors
/// A file that is missing or cannot be read, and all that [`super::from_files`] refuses.
#[cfg(not(target_arch = "wasm32"))]
pub fn from_folder(folder: &std::path::Path) -> Result<Data> {
    let mut files = Vec::new();
    for (part, kind) in
        [("train", "images"), ("train", "labels"), ("t10k", "images"), ("t10k", "labels")]
    {
        let dimensions = if kind == "images" { 3 } else { 1 };
        let dashed = format!("{part}-{kind}-idx{dimensions}-ubyte");
        let dotted = format!("{part}-{kind}.idx{dimensions}-ubyte");
        let names =
            [dashed.clone(), format!("{dashed}.gz"), dotted.clone(), format!("{dotted}.gz")];
        let Some(name) = names.into_iter().find(|name| folder.join(name).is_file()) else {
            return Err(Error::new(format!(
                "{}: expected {dashed} or {dashed}.gz, found neither",
                folder.display()
            )));
        };
        let bytes = std::fs::read(folder.join(&name)).map_err(|error| {
            Error::new(format!("{name}: expected a readable file, found {error}"))
        })?;
        files.push(File { name, bytes });
    }
    super::from_files(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::from_files;
    use crate::data::idx::{image_file, label_file};
    use crate::data::inflate::deflate;
    use crate::data::tests::{file, refusal};

    fn images(name: &str, count: usize, shape: (usize, usize)) -> File {
        let pixels = (0..count * shape.0 * shape.1).map(|i| (i % 256) as u8).collect();
        image_file(&Images { name: name.into(), count, shape, pixels })
    }

    fn labels(name: &str, count: usize) -> File {
        label_file(name, &(0..count).map(|i| (i % 3) as u8).collect::<Vec<_>>())
    }

    fn zipped(file: File) -> File {
        File { name: file.name + ".gz", bytes: deflate(&file.bytes) }
    }

    #[test]
    fn four_files_in_any_order_make_two_parts() {
        let files = [
            labels("t10k-labels-idx1-ubyte", 40),
            zipped(images("train-images-idx3-ubyte", 30, (3, 2))),
            labels("train-labels-idx1-ubyte", 30),
            zipped(images("t10k-images-idx3-ubyte", 40, (3, 2))),
        ];
        for turn in 0..4 {
            let mut files = files.to_vec();
            files.rotate_left(turn);
            // The same file twice, raw and gzipped, counts once.
            files.push(zipped(labels("train-labels-idx1-ubyte", 30)));
            let data = from_files(files).unwrap();
            assert_eq!((data.train.len(), data.test.len()), (30, 40));
            assert_eq!((data.image, data.classes), (Some((3, 2)), 3));
            assert_eq!(data.train.rows(&[0])[[0, 3]], 3.0 * (1.0 / 255.0));
            assert_eq!(data.test.labels()[39], 0);
        }
    }

    #[test]
    fn nameless_files_are_told_apart_by_size() {
        let data = from_files(vec![
            images("a", 12, (2, 2)),
            labels("b", 20),
            images("c", 20, (2, 2)),
            labels("d", 12),
        ])
        .unwrap();
        assert_eq!((data.train.len(), data.test.len()), (20, 12));
    }

    #[test]
    fn one_pair_is_divided() {
        let data = from_files(vec![images("a", 20, (2, 2)), labels("b", 20)]).unwrap();
        assert_eq!((data.train.len(), data.test.len(), &data.name[..]), (16, 4, "a"));
    }

    #[test]
    fn files_that_do_not_belong_together_are_refused() {
        refusal(
            vec![images("train-images", 60, (2, 2)), labels("train-labels", 59)],
            &["train-labels", "60 images in train-images but 59 labels"],
        );
        refusal(vec![images("pictures", 60, (2, 2))], &["pictures", "labels", "no file"]);
        refusal(vec![labels("answers", 60)], &["answers", "images", "no file"]);
        refusal(
            vec![
                images("train-i", 20, (2, 2)),
                images("test-i", 10, (2, 2)),
                labels("train-l", 20),
            ],
            &["train-i, test-i", "labels", "only one file"],
        );
        refusal(
            vec![
                images("train-i", 20, (2, 2)),
                images("test-i", 10, (2, 3)),
                labels("train-l", 20),
                labels("test-l", 10),
            ],
            &["test-i: expected images of 2×2 pixels as in train-i, found 2×3"],
        );
        refusal(
            ["a", "b", "c"].map(|name| images(name, 20, (2, 2))).into(),
            &["c: expected at most two files of images", "found 3"],
        );
        refusal(vec![images("a", 4, (2, 2)), labels("b", 4)], &["at least 10", "found 3 and 1"]);
        refusal(
            vec![images("a", 20, (2, 2)), label_file("b", &[5; 20])],
            &["two classes", "only label 5"],
        );
        refusal(vec![images("a", 20, (2, 2)), file("b", "")], &["b", "empty file"]);
    }

    #[test]
    fn a_folder_without_mnist_says_which_file_it_lacks() {
        let sentence = from_folder(std::path::Path::new("no-such-folder")).unwrap_err().to_string();
        assert!(
            sentence.contains("no-such-folder: expected train-images-idx3-ubyte"),
            "{sentence}"
        );
    }

    #[test]
    fn the_real_mnist_is_read() {
        let folder = std::path::PathBuf::from("../../shared/data/mnist");
        if !folder.is_dir() {
            eprintln!("skipped: no MNIST in ../shared/data/mnist");
            return;
        }
        let data = from_folder(&folder).unwrap();
        assert_eq!((&data.name[..], data.train.len(), data.test.len()), ("MNIST", 60_000, 10_000));
        assert_eq!((data.image, data.classes, data.features()), (Some((28, 28)), 10, 784));
        assert_eq!(data.train.labels()[..4], [5, 0, 4, 1]);
        assert_eq!(data.test.labels()[..4], [7, 2, 1, 0]);
        let mut row = [0.0; 784];
        data.train.copy_row(0, &mut row);
        assert!(row.iter().all(|&x| (0.0..=1.0).contains(&x)) && row.contains(&1.0));
    }
}

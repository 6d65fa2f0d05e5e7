//! MNIST and its kin: arrays of images (or of features) and of labels, put together in pairs.

use super::{Array, content};
use crate::data::files::training_first;
use crate::data::labels::{Label, Labels};
use crate::data::parts::{Part, assemble};
use crate::data::{Data, grouped};
use crate::error::{Error, Result};

/// Data from one pair of arrays (a fifth is held out) or two (training and test).
pub(super) fn from_arrays(arrays: Vec<Array>) -> Result<Data> {
    let (mut labels, mut objects): (Vec<Array>, Vec<Array>) =
        arrays.into_iter().map(squeezed).partition(|array| array.shape.len() == 1);
    let told = [&mut labels, &mut objects]
        .map(|arrays| training_first(arrays, |array| &array.name, |array| array.shape[0]));
    check_partners(&objects, &labels)?;
    if let [first, second] = &objects[..]
        && first.shape[1..] != second.shape[1..]
    {
        return Err(Error::new(format!(
            "{}: expected images of {} pixels as in {}, found {}",
            second.name,
            size(first),
            first.name,
            size(second)
        )));
    }
    let shape = image(&objects[0])?;
    let width = objects[0].shape[1..].iter().product();
    let name = objects[0].name.clone();
    let mut notices: Vec<String> =
        objects.iter().chain(&labels).flat_map(|array| array.notices.clone()).collect();
    if told.contains(&false) {
        notices.push(format!(
            "{name}, the larger one, is for training; {} for testing.",
            objects[1].name
        ));
    }
    let parts = objects.into_iter().zip(labels).map(|(objects, labels)| pair(objects, labels));
    let mut data = assemble(name, parts.collect::<Result<_>>()?, width, shape, notices)?;
    if is_mnist(&data) {
        data.name = "MNIST".into();
    }
    Ok(data)
}

/// Without what says nothing: the column of labels, the channel of grey images.
fn squeezed(mut array: Array) -> Array {
    array.shape = match array.shape[..] {
        [count, 1] => vec![count],
        [count, height, width, 1] | [count, 1, height, width] => vec![count, height, width],
        _ => return array,
    };
    array
}

/// (height, width) of each object, if it is an image: two dimensions, or a square of pixels.
fn image(objects: &Array) -> Result<Option<(usize, usize)>> {
    match objects.shape[..] {
        [_, width] => Ok(crate::data::table::square(width).filter(|_| objects.cells.pixels())),
        [_, height, width] => Ok(Some((height, width))),
        _ => Err(Error::new(format!(
            "{}: expected grey images, found {}; average the colours: x.mean(axis=-1)",
            objects.name,
            content(&objects.shape)
        ))),
    }
}

/// The size of an array's objects.
fn size(objects: &Array) -> String {
    objects.shape[1..].iter().map(usize::to_string).collect::<Vec<_>>().join("×")
}

/// One or two arrays of objects, and as many of labels.
fn check_partners(objects: &[Array], labels: &[Array]) -> Result<()> {
    let names = |arrays: &[Array]| -> Vec<String> {
        arrays.iter().map(|array| array.name.clone()).collect()
    };
    let (more, fewer, names) = if objects.len() >= labels.len() {
        ("images", "labels", names(objects))
    } else {
        ("labels", "images", names(labels))
    };
    if objects.len() == labels.len() && objects.len() <= 2 {
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
            match objects.len().min(labels.len()) {
                0 => "no file",
                _ => "only one file",
            }
        )
    }))
}

/// Objects with their labels.
fn pair(objects: Array, labels: Array) -> Result<Part> {
    let count = labels.cells.len();
    if objects.shape[0] != count {
        return Err(Error::new(format!(
            "{}: expected as many labels as images, found {} images in {} but {} labels",
            labels.name,
            grouped(objects.shape[0]),
            objects.name,
            grouped(count)
        )));
    }
    let mut found = Labels::default();
    for i in 0..count {
        let value = labels.cells.get(i);
        let label = Label::number(value).ok_or_else(|| {
            Error::new(format!("expected labels that are whole numbers, found {value}"))
        });
        label
            .and_then(|label| found.push(label))
            .map_err(|error| Error::new(format!("{}: {error}", labels.name)))?;
    }
    Ok(Part { name: objects.name, cells: objects.cells, labels: found })
}

/// Its kin have the same sizes; the first labels tell.
fn is_mnist(data: &Data) -> bool {
    (data.train.len(), data.test.len(), data.features()) == (60_000, 10_000, 784)
        && data.train.labels().starts_with(&[5, 0, 4, 1, 9, 2, 1, 3])
        && data.test.labels().starts_with(&[7, 2, 1, 0, 4, 1, 4, 9])
}

#[cfg(test)]
mod tests {
    use crate::data::arrays::idx::idx_file;
    use crate::data::arrays::npy::npy_file;
    use crate::data::tests::{file, refusal};
    use crate::data::unpack::deflate;
    use crate::data::{File, from_files, zip};

    fn images(name: &str, count: usize, shape: (usize, usize)) -> File {
        let pixels: Vec<u8> =
            (0..count * shape.0 * shape.1).map(|i| (255 - i % 256) as u8).collect();
        idx_file(name, &[count, shape.0, shape.1], &pixels)
    }

    fn labels(name: &str, count: usize) -> File {
        idx_file(name, &[count], &(0..count).map(|i| (i % 3) as u8).collect::<Vec<_>>())
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
            assert_eq!(data.train.rows(&[0])[[0, 3]], 252.0 * (1.0 / 255.0));
            assert!(data.notices.is_empty());
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
            vec![images("a", 20, (2, 2)), idx_file("b", &[20], &[5; 20])],
            &["two classes", "only label 5"],
        );
        refusal(vec![images("a", 20, (2, 2)), file("b", "")], &["b", "empty file"]);
    }

    #[test]
    fn labels_that_occur_are_the_classes_and_keep_their_names() {
        let letters: Vec<u8> = (0..520).map(|i| (i % 26) as u8 + 1).collect();
        let files = vec![images("a", 520, (2, 2)), idx_file("b", &[520], &letters)];
        let data = from_files(files).unwrap();
        assert_eq!((data.classes, &data.labels[0][..], &data.labels[25][..]), (26, "1", "26"));
        assert!(data.notices[0].contains("26 labels occur: 1, 2, 3"), "{:?}", data.notices);
        let stranger = vec![
            images("train-i", 20, (2, 2)),
            labels("train-l", 20),
            images("test-i", 10, (2, 2)),
            idx_file("test-l", &[10], &[0, 1, 2, 7, 0, 1, 2, 7, 0, 1]),
        ];
        let data = from_files(stranger).unwrap();
        assert_eq!(data.labels, ["0", "1", "2", "7"]);
        let told = "no training object has the label 7";
        assert!(data.notices.iter().any(|notice| notice.contains(told)), "{:?}", data.notices);
    }

    #[test]
    fn numpys_arrays_and_archives_are_read_as_idx_files_are() {
        let floats: Vec<u8> = (0..80).flat_map(|i| (i as f32 / 80.0).to_le_bytes()).collect();
        let classes: Vec<u8> = (0..20_i64).flat_map(|i| (i % 2).to_le_bytes()).collect();
        let x = npy_file("images.npy", "<f4", "(20, 1, 2, 2)", &floats);
        let y = npy_file("labels.npy", "<i8", "(20, 1)", &classes);
        let data = from_files(vec![x.clone(), y.clone()]).unwrap();
        assert_eq!((data.train.len(), data.image, data.classes), (16, Some((2, 2)), 2));
        let npz = zip::archive(&[
            ("x_test.npy", &x.bytes),
            ("y_test.npy", &y.bytes),
            ("x_train.npy", &x.bytes),
            ("y_train.npy", &y.bytes),
        ]);
        let both = from_files(vec![file("mnist.npz", npz)]).unwrap();
        assert_eq!((both.train.len(), both.test.len(), both.image), (20, 20, Some((2, 2))));
        assert_eq!(both.train.rows(&[19])[[0, 3]], 79.0 / 80.0);
        let flat = npy_file("x.npy", "|u1", "(20, 25)", &[9; 500]);
        assert_eq!(from_files(vec![flat, y.clone()]).unwrap().image, Some((5, 5)));
        let colours = npy_file("x.npy", "|u1", "(20, 2, 2, 3)", &[9; 240]);
        refusal(vec![colours, y], &["x.npy: expected grey images", "2×2×3", "mean"]);
        let decimal = npy_file("y.npy", "<f4", "(20,)", &floats);
        refusal(vec![x, file("y.npy", &decimal.bytes[..decimal.bytes.len() - 240])], &["y.npy"]);
    }

    #[test]
    fn the_real_mnist_is_read() {
        let Ok(folder) = std::fs::read_dir("../../shared/data/mnist") else {
            eprintln!("skipped: no MNIST in ../shared/data/mnist");
            return;
        };
        let files = folder.map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            File { name, bytes: std::fs::read(path).unwrap() }
        });
        let data = from_files(files.collect()).unwrap();
        assert_eq!((&data.name[..], data.train.len(), data.test.len()), ("MNIST", 60_000, 10_000));
        assert_eq!((data.image, data.classes, data.features()), (Some((28, 28)), 10, 784));
        assert_eq!(data.train.labels()[..4], [5, 0, 4, 1]);
        assert_eq!(data.test.labels()[..4], [7, 2, 1, 0]);
        let mut row = [0.0; 784];
        data.train.copy_row(0, &mut row);
        assert!(row.iter().all(|&x| (0.0..=1.0).contains(&x)) && row.contains(&1.0));
    }
}

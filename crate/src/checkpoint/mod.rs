//! Checkpoints: a run as a safetensors file, to be evaluated, opened elsewhere or resumed exactly.
//!
//! Tensors `layers.0.mean`, `layers.0.log_sigma`, `layers.0.bias`, … (fan_in, fan_out), each with
//! `.first_moment` and `.second_moment`; `layers.0.prior.mean` and `layers.0.prior.log_sigma` where
//! an earlier posterior is the prior; everything else is text in the file's metadata. A file
//! comes from anywhere, so nothing in it is believed: `damage` says what cannot be.

mod damage;
mod several;

pub use several::{pack, unpack};

use std::collections::HashMap;
use std::sync::Arc;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::changes::{Change, Course};
use crate::data::{Data, Identity};
use crate::error::{Error, Result};
use crate::evaluation::Record;
use crate::linalg::Matrix;
use crate::optimizer::Parameter;
use crate::settings::{Settings, budget};
use crate::trainer::{Position, Trainer};

/// What the metadata says of the format.
const FORMAT: &str = "sparsevd-2";

/// A run read from a file, not yet joined with its data.
pub struct Checkpoint {
    name: String,
    settings: Settings,
    changes: Vec<Change>,
    position: Position,
    records: Vec<Record>,
    identity: Option<Identity>,
    tensors: HashMap<String, Matrix>,
}

/// The three matrices of a parameter, with what their names end in.
fn matrices(parameter: &Parameter) -> [(&'static str, &Matrix); 3] {
    [
        ("", &parameter.value),
        (".first_moment", &parameter.first_moment),
        (".second_moment", &parameter.second_moment),
    ]
}

/// The run as the bytes of a safetensors file, with the records of its epochs.
pub fn save(trainer: &Trainer, records: &[Record]) -> Vec<u8> {
    save_with(trainer, trainer.course(), records)
}

/// The same of a run that goes on with another `course`.
pub fn save_with(trainer: &Trainer, course: &Course, records: &[Record]) -> Vec<u8> {
    let json = |result: serde_json::Result<String>| result.expect("plain data becomes JSON");
    let metadata = HashMap::from([
        ("format".to_owned(), FORMAT.to_owned()),
        ("settings".to_owned(), course.settings.to_query()),
        ("changes".to_owned(), json(serde_json::to_string(&course.changes))),
        ("position".to_owned(), json(serde_json::to_string(trainer.position()))),
        ("records".to_owned(), json(serde_json::to_string(records))),
        ("data".to_owned(), json(serde_json::to_string(&Identity::of(trainer.data())))),
    ]);
    let mut tensors = Vec::new();
    let mut add = |name: String, matrix: &Matrix| {
        let bytes: Vec<u8> = matrix.iter().flat_map(|value| value.to_le_bytes()).collect();
        tensors.push((name, matrix.shape().to_vec(), bytes));
    };
    for (name, parameter) in trainer.network().parameters() {
        for (suffix, matrix) in matrices(parameter) {
            add(format!("{name}{suffix}"), matrix);
        }
    }
    for (name, earlier) in trainer.network().earlier() {
        add(format!("{name}.mean"), earlier.mean());
        add(format!("{name}.log_sigma"), earlier.log_sigma());
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
        (name.as_str(), view.expect("four bytes for each value"))
    });
    let file = safetensors::serialize(views, Some(metadata)).expect("names and shapes fit");
    ordered(file)
}

/// The file with its header in alphabetical order: equal runs are equal files.
fn ordered(mut file: Vec<u8>) -> Vec<u8> {
    if let Some((length, rest)) = file.split_first_chunk_mut::<8>() {
        let header = &mut rest[..u64::from_le_bytes(*length) as usize];
        let sorted = serde_json::from_slice::<serde_json::Value>(header).map(|all| all.to_string());
        let sorted = sorted.expect("a header is JSON").into_bytes();
        assert!(sorted.len() <= header.len(), "only the order changes");
        header.fill(b' ');
        header[..sorted.len()].copy_from_slice(&sorted);
    }
    file
}

impl Checkpoint {
    /// Reads the bytes of a file that [`save`] made; `name` is the file's, for errors.
    ///
    /// # Errors
    /// What the file is instead, or what in it is damaged.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self> {
        let other = |what: String| Error::new(format!("{name} is not a saved run: {what}."));
        let damaged = |what: &str| damage::error(name, what);
        let foreign = |error| other(damage::instead(bytes, &error));
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(foreign)?;
        let file = SafeTensors::deserialize(bytes).map_err(foreign)?;
        let text = |key: &str| {
            let found = header.metadata().as_ref().and_then(|metadata| metadata.get(key));
            found.ok_or_else(|| other(format!("its metadata have no '{key}'")))
        };
        if text("format")? != FORMAT {
            let found = text("format")?.chars().take(40).collect::<String>();
            return Err(other(format!("expected format {FORMAT}, found {found}")));
        }
        let unreadable = |key: &str| damaged(&format!("its {key} cannot be read"));
        let (settings, notices) = Settings::read(text("settings")?);
        if let Some(notice) = notices.into_iter().next() {
            return Err(damaged(notice.trim_end_matches('.')));
        }
        let mut tensors = HashMap::new();
        for (tensor, view) in file.tensors() {
            let &[rows, columns] = view.shape() else {
                return Err(damaged(&format!("tensor '{tensor}' is not a matrix")));
            };
            if view.dtype() != Dtype::F32 {
                return Err(damaged(&format!("tensor '{tensor}' is not in 32-bit floats")));
            }
            let values = view.data().chunks_exact(4);
            let values = values.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            let matrix = Matrix::from_shape_vec((rows, columns), values);
            tensors.insert(tensor, matrix.map_err(|_| unreadable("tensors"))?);
        }
        fn parse<T: serde::de::DeserializeOwned>(json: &str) -> Option<T> {
            serde_json::from_str(json).ok()
        }
        let identity = match text("data") {
            Ok(json) => Some(parse(json).ok_or_else(|| unreadable("data"))?),
            // Older files do not say which data they need.
            Err(_) => None,
        };
        Ok(Self {
            name: name.to_owned(),
            settings,
            changes: parse(text("changes")?).ok_or_else(|| unreadable("changes"))?,
            position: parse(text("position")?).ok_or_else(|| unreadable("position"))?,
            records: parse(text("records")?).ok_or_else(|| unreadable("records"))?,
            identity,
            tensors,
        })
    }

    /// The run's settings, which say what data it needs.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether nothing has been trained or measured yet.
    pub fn is_untouched(&self) -> bool {
        self.position.step == 0 && self.records.is_empty()
    }

    /// The changes made to the run, oldest first.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The data that the run needs; older files do not say.
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// The run, to go on exactly where it was saved, and the records of its epochs.
    ///
    /// # Errors
    /// Other data than the run's, a run that is too large, or what in the file is damaged.
    pub fn resume(self, data: Arc<Data>) -> Result<(Trainer, Vec<Record>)> {
        if let Some(identity) = &self.identity {
            identity.check(&data)?;
        }
        let name = self.name.clone();
        let mut settings = self.settings.clone();
        if !settings.fit(&data).is_empty() {
            let Settings { network, batch_size, .. } = &self.settings;
            return Err(Error::new(format!(
                "{name} needs other data: its network {network}, trained in batches of \
                 {batch_size}, does not fit {}. Open it with the data that it was trained on.",
                Identity::of(&data)
            )));
        }
        budget::check(&settings, &data)?;
        self.check_history(&settings, &data).map_err(|what| damage::error(&name, what))?;
        let Self { changes, position, records, mut tensors, .. } = self;
        let mut trainer = Trainer::resume(Course { settings, changes }, data, position);
        let network = trainer.network_mut();
        let names: Vec<String> = network.parameters().into_iter().map(|(name, _)| name).collect();
        for (parameter, places) in names.iter().zip(network.parameters_mut()) {
            damage::fill(parameter, places, &mut tensors)
                .map_err(|what| damage::error(&name, &what))?;
        }
        if tensors.keys().any(|tensor| tensor.contains(".prior.")) {
            damage::fill_priors(network, &mut tensors)
                .map_err(|what| damage::error(&name, &what))?;
        }
        if let Some(tensor) = tensors.keys().min() {
            let what = format!("its network has no '{tensor}'");
            return Err(damage::error(&name, &what));
        }
        network.refresh();
        let weights: Vec<usize> = network.weights().iter().map(|layer| layer.total()).collect();
        if !records.iter().all(|record| record.is_of(&weights)) {
            return Err(damage::error(&name, "its records are of another network"));
        }
        Ok((trainer, records))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;
    use crate::evaluation::{Detail, Evaluation};

    fn short() -> Trainer {
        let settings = Settings {
            network: crate::topology::Topology::dense(&[64, 20, 10]),
            epochs: 3,
            ..Settings::default()
        };
        Trainer::new(settings, Arc::new(data::digits()))
    }

    #[test]
    fn a_saved_run_goes_on_exactly() {
        let mut whole = short();
        (0..70).for_each(|_| _ = whole.step());
        whole.set("estimator", "rt").unwrap();
        let record = Evaluation::run(&mut whole, Detail::Everything);
        let file = save(&whole, std::slice::from_ref(&record));
        (0..70).for_each(|_| _ = whole.step());

        let checkpoint = Checkpoint::read("run.safetensors", &file).unwrap();
        let (mut resumed, records) = checkpoint.resume(Arc::new(data::digits())).unwrap();
        assert_eq!(records, [record]);
        (0..70).for_each(|_| _ = resumed.step());
        assert_eq!(resumed.network().fingerprint(), whole.network().fingerprint());
        assert_eq!((resumed.position(), resumed.changes()), (whole.position(), whole.changes()));
    }

    #[test]
    fn what_has_retired_stays_so_in_a_file() {
        let mut settings = short().settings().clone();
        for (key, value) in
            [("retire", "on"), ("clip", "on"), ("warmup", "0..0"), ("kl", "3"), ("lr", "0.01")]
        {
            settings.set(key, value).unwrap();
        }
        let mut whole = Trainer::new(settings, Arc::new(data::digits()));
        (0..200).for_each(|_| _ = whole.step());
        let retired = |trainer: &Trainer| {
            trainer.network().weights()[0].mean.iter().filter(|&&mean| mean == 0.0).count()
        };
        let (before, total) = (retired(&whole), 64 * 20);
        assert!(before > 0 && before < total, "{before} weights have retired");
        let file = save(&whole, &[]);
        let checkpoint = Checkpoint::read("run.safetensors", &file).unwrap();
        let (mut resumed, _) = checkpoint.resume(Arc::new(data::digits())).unwrap();
        for trainer in [&mut whole, &mut resumed] {
            (0..200).for_each(|_| _ = trainer.step());
        }
        assert_eq!(resumed.network().fingerprint(), whole.network().fingerprint());
        assert!(retired(&whole) >= before);
    }

    #[test]
    fn damage_is_named() {
        let file = save(&short(), &[]);
        for bytes in [&b""[..], b"hello", &file[..file.len() / 2]] {
            let error = Checkpoint::read("mine.bin", bytes).err().unwrap().to_string();
            assert!(error.starts_with("mine.bin is not a saved run"), "{error}");
        }
    }

    /// The file with its header's metadata `key` and its numbers changed.
    fn with(file: &[u8], key: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
        let (length, rest) = file.split_first_chunk::<8>().unwrap();
        let (header, body) = rest.split_at(u64::from_le_bytes(*length) as usize);
        let mut header: serde_json::Value = serde_json::from_slice(header).unwrap();
        let text = &mut header["__metadata__"][key];
        *text = change(text.as_str().unwrap_or_default()).into();
        let header = header.to_string().into_bytes();
        [&(header.len() as u64).to_le_bytes()[..], &header, body].concat()
    }

    fn open(file: &[u8]) -> Result<(Trainer, Vec<Record>)> {
        Checkpoint::read("a.file", file)?.resume(Arc::new(data::digits()))
    }

    #[test]
    fn what_no_run_comes_to_is_refused_in_words() {
        let mut trainer = short();
        (0..50).for_each(|_| _ = trainer.step());
        trainer.set("lr", "0.002").unwrap();
        let record = Evaluation::run(&mut trainer, Detail::Scores);
        let file = save(&trainer, &[record]);
        assert!(open(&file).is_ok());
        for (key, from, to) in [
            ("position", "\"step\":50", "\"step\":18446744073709551615"),
            ("position", "\"step\":50", "\"step\":51"),
            ("position", "\"epoch\":1", "\"epoch\":4294967295"),
            ("position", "\"taken\":160", "\"taken\":1437"),
            ("position", "\"taken\":160", "\"taken\":161"),
            ("position", "\"seen\":160", "\"seen\":4294967295"),
            ("position", "\"seen\":1437", "\"seen\":0"),
            ("position", "\"nll\":", "\"nll\":9218868437227405312,\"x\":"),
            ("position", "{", "["),
            ("changes", "\"lr\"", "\"network\""),
            ("changes", "\"lr\"", "\"colour\""),
            ("changes", "0.001", "NaN"),
            ("changes", "50", "51"),
            ("records", "\"epoch\":1", "\"epoch\":7"),
            ("records", "\"kept\":[", "\"kept\":[1,"),
            ("records", "\"total\":[1280", "\"total\":[1"),
            ("settings", "epochs=3", "epochs=0"),
            ("data", "\"hash\":\"", "\"hash\":\"0"),
            ("data", "{", ""),
            ("settings", "batch=32", "batch=33"),
            ("settings", "network=64-20-10", "network=64-21-10"),
            ("settings", "method=sparse-vd", "method=dense"),
        ] {
            let damaged = with(&file, key, |text| {
                assert!(text.contains(from), "{text}");
                text.replacen(from, to, 1)
            });
            let error = open(&damaged).err().unwrap_or_else(|| panic!("{from} → {to}")).to_string();
            let begins = error.starts_with("a.file is damaged: ");
            assert!(begins || error.contains("other data"), "{error}");
            assert!(error.ends_with('.') && !error.contains(".."), "{error}");
        }
    }

    #[test]
    fn numbers_that_no_weight_can_have_are_refused() {
        let places = short().network().parameters().len();
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for place in 0..places {
                for moment in 0..3 {
                    let mut trainer = short();
                    let parameter = trainer.network_mut().parameters_mut().swap_remove(place);
                    let matrix = match moment {
                        0 => &mut parameter.value,
                        1 => &mut parameter.first_moment,
                        _ => &mut parameter.second_moment,
                    };
                    matrix[[0, 1]] = value;
                    let opened = open(&save(&trainer, &[]));
                    // A square that overflowed is what a run may go on from.
                    let fine = moment == 2 && value == f32::INFINITY;
                    assert_eq!(opened.is_ok(), fine, "{value} {place} {moment}");
                }
            }
        }
    }

    #[test]
    fn equal_runs_are_equal_files_and_belong_to_their_data() {
        assert_eq!(save(&short(), &[]), save(&short(), &[]));
        let file = save(&short(), &[]);
        let checkpoint = Checkpoint::read("x", &file).unwrap();
        assert_eq!(checkpoint.identity(), Some(&Identity::of(&data::digits())));
        let mut other = data::digits();
        other.hash ^= 1;
        let error = checkpoint.resume(Arc::new(other)).err().unwrap().to_string();
        assert!(error.contains("other data") && error.contains("hash"), "{error}");
        // Files from before have no such key.
        let at = file.windows(7).position(|bytes| bytes == b"\"data\":").unwrap();
        let mut old = file.clone();
        old[at + 1] = b'D';
        assert!(open(&old).is_ok());
    }

    #[test]
    fn what_is_no_saved_run_is_called_what_it_is() {
        for (bytes, words) in [
            (&b"<!doctype html><title>Sign in</title>"[..], "a web page"),
            (b"\n <html>", "a web page"),
            (b"PK\x03\x04 and so on and on", "a ZIP archive"),
            (&[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0], "gzip"),
            (b"", "empty"),
            (b"hello world, hello world", "it is a text"),
        ] {
            let error = Checkpoint::read("mine.bin", bytes).err().unwrap().to_string();
            assert!(
                error.starts_with("mine.bin is not a saved run") && error.contains(words),
                "{error}"
            );
        }
    }

    #[test]
    fn random_bytes_are_survived() {
        use proptest::prelude::*;
        let file = save(&short(), &[]);
        proptest!(|(bytes in proptest::collection::vec(any::<u8>(), 0..200))| {
            let _ = Checkpoint::read("x", &bytes);
        });
        proptest!(|(at in 0..2000_usize, byte: u8)| {
            let mut file = file.clone();
            file[at] = byte;
            let data = Arc::new(data::digits());
            let _ = Checkpoint::read("x", &file).and_then(|c| c.resume(data).map(|_| ()));
        });
    }
}

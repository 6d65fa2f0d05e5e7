//! Checkpoints: a run as a safetensors file, to be evaluated, opened elsewhere or resumed exactly.
//!
//! Tensors `layers.0.mean`, `layers.0.log_sigma`, `layers.0.bias`, … (fan_in, fan_out), each with
//! `.first_moment` and `.second_moment`; everything else is text in the file's metadata.

use std::collections::HashMap;
use std::sync::Arc;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::changes::Change;
use crate::data::{Data, Identity};
use crate::error::{Error, Result};
use crate::evaluation::Record;
use crate::experiments;
use crate::linalg::Matrix;
use crate::optimizer::Parameter;
use crate::settings::Settings;
use crate::trainer::{Position, Trainer};

/// What the metadata says of the format.
const FORMAT: &str = "sparsevd-2";

/// A run read from a file, not yet joined with its data.
pub struct Checkpoint {
    settings: Settings,
    identity: Option<Identity>,
    changes: Vec<Change>,
    position: Position,
    records: Vec<Record>,
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
    let json = |result: serde_json::Result<String>| result.expect("plain data becomes JSON");
    let metadata = HashMap::from([
        ("format".to_owned(), FORMAT.to_owned()),
        ("settings".to_owned(), trainer.settings().to_query()),
        ("data".to_owned(), json(serde_json::to_string(&Identity::of(trainer.data())))),
        ("changes".to_owned(), json(serde_json::to_string(trainer.changes()))),
        ("position".to_owned(), json(serde_json::to_string(trainer.position()))),
        ("records".to_owned(), json(serde_json::to_string(records))),
    ]);
    let mut tensors = Vec::new();
    for (name, parameter) in trainer.network().parameters() {
        for (suffix, matrix) in matrices(parameter) {
            let bytes: Vec<u8> = matrix.iter().flat_map(|value| value.to_le_bytes()).collect();
            tensors.push((format!("{name}{suffix}"), matrix.shape().to_vec(), bytes));
        }
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
        (name.as_str(), view.expect("four bytes for each value"))
    });
    safetensors::serialize(views, Some(metadata)).expect("names are unique and shapes fit")
}

impl Checkpoint {
    /// Reads the bytes of a file that [`save`] made; `name` is the file's, for errors.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self> {
        let broken = |what: String| Error::new(format!("{name} is not a saved run: {what}."));
        let (_, header) = SafeTensors::read_metadata(bytes)
            .map_err(|e| broken(format!("expected a safetensors file, but {e}")))?;
        let file = SafeTensors::deserialize(bytes)
            .map_err(|e| broken(format!("expected a safetensors file, but {e}")))?;
        let text = |key: &str| {
            let found = header.metadata().as_ref().and_then(|metadata| metadata.get(key));
            found.ok_or_else(|| broken(format!("its metadata have no '{key}'")))
        };
        if text("format")? != FORMAT {
            return Err(broken(format!("expected format {FORMAT}, found {}", text("format")?)));
        }
        fn parse<T: serde::de::DeserializeOwned>(json: &str) -> std::result::Result<T, String> {
            serde_json::from_str(json).map_err(|e| e.to_string())
        }
        let (settings, notices) = experiments::from_query(text("settings")?);
        if let Some(notice) = notices.into_iter().next() {
            return Err(broken(notice.trim_end_matches('.').to_owned()));
        }
        let mut tensors = HashMap::new();
        for (tensor, view) in file.tensors() {
            let &[rows, columns] = view.shape() else {
                return Err(broken(format!("tensor '{tensor}' is not a matrix")));
            };
            if view.dtype() != Dtype::F32 {
                return Err(broken(format!("tensor '{tensor}' is not in 32-bit floats")));
            }
            let values = view.data().chunks_exact(4);
            let values = values.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            let matrix = Matrix::from_shape_vec((rows, columns), values);
            tensors.insert(tensor, matrix.map_err(|e| broken(e.to_string()))?);
        }
        Ok(Self {
            settings,
            identity: text("data").ok().and_then(|json| serde_json::from_str(json).ok()),
            changes: parse(text("changes")?).map_err(broken)?,
            position: parse(text("position")?).map_err(broken)?,
            records: parse(text("records")?).map_err(broken)?,
            tensors,
        })
    }

    /// The run's settings, which say what data it needs.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The data that the run belongs to; files of earlier builds do not say.
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// The run, to go on exactly where it was saved, and the records of its epochs.
    pub fn resume(self, data: Arc<Data>) -> Result<(Trainer, Vec<Record>)> {
        let Self { mut settings, identity, changes, position, records, mut tensors } = self;
        if let Some(identity) = identity {
            identity.check(&data)?;
        }
        let notices = settings.fit(&data);
        if let Some(notice) = notices.into_iter().next() {
            return Err(Error::new(format!("The saved run needs other data. {notice}")));
        }
        let mut trainer = Trainer::resume(settings, data, changes, position);
        if trainer.position().taken >= trainer.train_size() {
            return Err(Error::new("The saved run is damaged: its position is past its data."));
        }
        let network = trainer.network_mut();
        let names: Vec<String> = network.parameters().into_iter().map(|(name, _)| name).collect();
        for (name, parameter) in names.into_iter().zip(network.parameters_mut()) {
            let places = [
                ("", &mut parameter.value),
                (".first_moment", &mut parameter.first_moment),
                (".second_moment", &mut parameter.second_moment),
            ];
            for (suffix, place) in places {
                let tensor = format!("{name}{suffix}");
                match tensors.remove(&tensor) {
                    Some(matrix) if matrix.dim() == place.dim() => *place = matrix,
                    Some(matrix) => {
                        return Err(Error::new(format!(
                            "The saved run is damaged: '{tensor}' should be {:?}, it is {:?}.",
                            place.dim(),
                            matrix.dim()
                        )));
                    }
                    None => {
                        let missing = format!("The saved run is damaged: it has no '{tensor}'.");
                        return Err(Error::new(missing));
                    }
                }
            }
        }
        network.refresh();
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

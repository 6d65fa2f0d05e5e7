//! Knobs: settings that one experiment has besides those of every run.

use super::field::Field;

/// The knobs of an experiment and where they stand.
#[derive(Clone, Default)]
pub struct Knobs {
    fields: &'static [Field],
    values: Vec<(&'static str, String)>,
}

impl Knobs {
    /// Knobs at these values, one for each field in its order.
    pub fn new(fields: &'static [Field], values: &[&str]) -> Self {
        assert_eq!(fields.len(), values.len(), "one value for each knob");
        let values =
            fields.iter().zip(values).map(|(field, value)| (field.key, (*value).to_owned()));
        Self { fields, values: values.collect() }
    }

    /// What the knobs are.
    pub fn fields(&self) -> &'static [Field] {
        self.fields
    }

    /// Where the knob `key` stands; empty if there is none.
    pub fn get(&self, key: &str) -> String {
        let found = self.values.iter().find(|(known, _)| *known == key);
        found.map_or_else(String::new, |(_, value)| value.clone())
    }

    /// The same as a number; 0 if it is none.
    pub fn number(&self, key: &str) -> f64 {
        self.get(key).parse().unwrap_or(0.0)
    }

    /// Moves a knob to a checked value.
    pub fn put(&mut self, key: &'static str, value: &str) {
        match self.values.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => value.clone_into(old),
            None => self.values.push((key, value.to_owned())),
        }
    }
}

impl std::fmt::Debug for Knobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.values.fmt(f)
    }
}

impl PartialEq for Knobs {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

/// A knob as a [`Field`]: key, name, sentence, kind and effect.
#[macro_export]
macro_rules! knob {
    ($key:literal, $label:literal, $about:literal, $kind:expr, $effect:expr) => {
        $crate::settings::Field {
            key: $key,
            id: concat!("knob-", $key),
            flag: $key,
            label: $label,
            about: $about,
            kind: $kind,
            effect: $effect,
            offered: |_| true,
            get: |settings| settings.knobs.get($key),
            set: |settings, value| {
                settings.knobs.put($key, value);
                Ok(())
            },
        }
    };
}

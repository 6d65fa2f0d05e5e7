//! Addresses: the query string that a run and what is seen of it are written in.

use serde::Serialize;

use crate::link::Link;
use crate::number;
use crate::settings::pairs;

/// All that an address says.
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    /// The run.
    pub link: Link,
    /// What is to be seen.
    pub view: View,
    /// A sentence for each correction.
    pub notices: Vec<String>,
}

/// What an address says of the page besides the run. (What the page calls its panels and controls,
/// only the page knows.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct View {
    /// The epoch to look at.
    pub epoch: Option<u32>,
    /// The number of the layer to look at.
    pub layer: Option<u32>,
    /// Whether the run begins by itself.
    pub autoplay: Option<bool>,
}

impl Address {
    /// Reads a query string, with or without `?`. Keys that it does not know are ignored.
    pub fn read(query: &str) -> Self {
        let (link, mut notices) = Link::read(query);
        let value = |wanted: &str| pairs(query).find(|(key, _)| key == wanted).map(|(_, v)| v);
        let mut whole = |key: &str, what: &str, most: u32| {
            let text = value(key)?;
            match number::whole(&text) {
                Ok(number) if number > f64::from(most) => {
                    notices.push(format!("{what} {text} is out of range: using {most}."));
                    Some(most)
                }
                Ok(number) if number >= 0.0 => Some(number as u32),
                _ => {
                    notices.push(format!(
                        "{what} '{text}' is not a whole number from 0 on: it was left out."
                    ));
                    None
                }
            }
        };
        let mut view = View {
            epoch: whole("epoch", "Epoch", link.settings.epochs),
            layer: whole("layer", "Layer", u32::MAX),
            autoplay: None,
        };
        if let Some(text) = value("autoplay") {
            view.autoplay = match text.trim() {
                "0" => Some(false),
                "1" => Some(true),
                other => {
                    notices.push(format!("Autoplay '{other}' is not known: write 0 or 1."));
                    None
                }
            };
        }
        Self { link, view, notices }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_value_is_told() {
        let address = Address::read(
            "?lr=x&batch=0&epochs=99999&kl=-1&seed=1.5&method=magic&network=5&warmup=b&epoch=1e9&layer=first&autoplay=maybe&changes=3:seed:7,oops&colour=red",
        );
        assert_eq!(address.notices.len(), 13, "{:#?}", address.notices);
        for word in ["'x'", "Batch size 0", "99999", "-1", "'1.5'", "'magic'", "'5'", "'b'"] {
            assert!(address.notices.iter().any(|notice| notice.contains(word)), "{word}");
        }
        for word in ["Epoch 1e9", "'first'", "'maybe'", "'3:seed:7'", "'oops'"] {
            assert!(address.notices.iter().any(|notice| notice.contains(word)), "{word}");
        }
        assert_eq!(address.view, View { epoch: Some(10_000), ..View::default() });
    }

    #[test]
    fn what_is_right_is_taken() {
        let address = Address::read("epoch=5.0&layer=1&autoplay=0&epochs=1e1&lr=0,002");
        assert_eq!(address.notices, Vec::<String>::new());
        let view = View { epoch: Some(5), layer: Some(1), autoplay: Some(false) };
        assert_eq!((address.view, address.link.settings.epochs), (view, 10));
        assert_eq!(address.link.settings.get("lr").as_deref(), Some("0.002"));
    }
}

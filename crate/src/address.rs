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

/// What an address says of the page besides the run. (Which layers, panels and controls there are,
/// only the page knows.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct View {
    /// The epoch to look at.
    pub epoch: Option<u32>,
    /// Whether the run begins by itself.
    pub autoplay: Option<bool>,
}

impl Address {
    /// Reads a query string, with or without `?`. Keys that it does not know are ignored.
    pub fn read(query: &str) -> Self {
        let (link, mut notices) = Link::read(query);
        let value = |wanted: &str| pairs(query).find(|(key, _)| key == wanted).map(|(_, v)| v);
        let mut view = View::default();
        if let Some(text) = value("epoch") {
            let epochs = link.settings.epochs;
            view.epoch = number::whole_within(&text, 0, epochs);
            if view.epoch.is_none() {
                notices.push(format!(
                    "Epoch '{text}' is not one of the run's, 0 to {epochs}: showing the newest."
                ));
            }
        }
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
            "?lr=x&batch=0&epochs=99999&kl=-1&seed=1.5&method=magic&network=5&warmup=b&epoch=1e9&autoplay=maybe&changes=3:seed:7,oops&colour=red",
        );
        assert_eq!(address.notices.len(), 12, "{:#?}", address.notices);
        for word in ["'x'", "Batch size 0", "99999", "-1", "'1.5'", "'magic'", "'5'", "'b'"] {
            assert!(address.notices.iter().any(|notice| notice.contains(word)), "{word}");
        }
        for word in ["Epoch '1e9'", "'maybe'", "'3:seed:7'", "'oops'"] {
            assert!(address.notices.iter().any(|notice| notice.contains(word)), "{word}");
        }
        assert_eq!(address.view, View::default());
    }

    #[test]
    fn what_is_right_is_taken() {
        let address = Address::read("epoch=5.0&autoplay=0&epochs=1e1&lr=0,002");
        assert_eq!(address.notices, Vec::<String>::new());
        let view = View { epoch: Some(5), autoplay: Some(false) };
        assert_eq!((address.view, address.link.settings.epochs), (view, 10));
        assert_eq!(address.link.settings.get("lr").as_deref(), Some("0.002"));
    }

    #[test]
    fn whatever_is_in_an_address_what_is_said_of_it_is_one_line() {
        let query = "lr=%0A1x&method=a%0Db&changes=5:lr%0AN,%00&epoch=%0A&decay=%1Bc";
        let notices = Address::read(query).notices;
        assert_eq!(notices.len(), 5, "{notices:?}");
        assert!(!notices.concat().contains(char::is_control), "{notices:?}");
    }
}

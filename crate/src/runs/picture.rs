//! Pictures: what can be seen of runs, observed in slices where the runs are.

use std::sync::Arc;

use super::Runs;
use crate::plots::plot::Plot;

/// What somebody looks at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// The past epoch; `None` for the runs as they are now.
    pub epoch: Option<u32>,
    /// The pruning threshold on log α to look through.
    pub threshold: f32,
}

/// When a picture is observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Whenever it is looked at: in one slice, from what is there anyway.
    Live,
    /// At the end of every epoch, and remembered with it: whatever takes longer and changes.
    EachEpoch,
    /// When the runs rest at an epoch and somebody looks, and at their end.
    AtRest,
}

/// How much room a picture wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// A third of the page.
    Third,
    /// A half.
    Half,
    /// All of it.
    Whole,
}

/// An observation under way: every call does a slice of a few milliseconds; the last gives the plot.
pub type Observing = Box<dyn FnMut(&Runs) -> Option<Plot>>;

/// An observation that is done at once.
pub fn at_once(plot: Plot) -> Observing {
    let mut plot = Some(plot);
    Box::new(move |_| plot.take())
}

/// What moving something in a picture means: handle number (or `None` for an empty place) and where
/// to, in the axes' units, to a knob's key and its new value.
pub type Moved = fn(&Runs, Option<usize>, (f64, f64)) -> Option<(&'static str, String)>;

/// A kind of picture.
pub struct Picture {
    /// The name in addresses, files and `data-picture`.
    pub name: &'static str,
    /// The title.
    pub title: &'static str,
    /// What there is to learn from it, in a sentence or two.
    pub lesson: &'static str,
    /// Its formula in MathML, if it has one.
    pub formula: &'static str,
    /// How much room it wants.
    pub width: Width,
    /// When it is observed.
    pub when: When,
    /// Whether knobs change nothing of it: what was seen stays when one is moved.
    pub blind: bool,
    /// Begins to observe. What is seen must not depend on anything but the runs, their settings
    /// and the look.
    pub observe: fn(&Runs, &Look) -> Observing,
    /// What moving its handles means.
    pub moved: Option<Moved>,
}

impl Picture {
    /// A small picture of what is there anyway, of nothing yet: what other pictures differ from.
    pub const PLAIN: Self = Self {
        name: "",
        title: "",
        lesson: "",
        formula: "",
        width: Width::Third,
        when: When::Live,
        blind: false,
        observe: |_, _| at_once(Plot::default()),
        moved: None,
    };
}

/// What was seen of one picture.
#[derive(Clone)]
pub(super) struct Seen {
    pub look: Look,
    /// The knobs that it heeds at that moment, as text.
    pub knobs: String,
    pub plot: Arc<Plot>,
}

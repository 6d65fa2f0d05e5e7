//! Looking at runs: pictures observed in slices, what was seen remembered with its epoch.

use std::sync::Arc;

use super::picture::Seen;
use super::{Look, Picture, Runs, When};
use crate::error::{Error, Result};
use crate::plots::plot::Plot;
use crate::session::Progress;

impl Runs {
    /// The first picture of every epoch that has not been seen at this one.
    pub(super) fn next_of_epoch(&self) -> Option<usize> {
        let epoch = self.epoch?;
        let unseen = |i: &usize| {
            let seen = self.seen[*i].last().and_then(|seen| seen.look.epoch);
            self.pictures[*i].when == When::EachEpoch && seen != Some(epoch)
        };
        (0..self.pictures.len()).find(unseen)
    }

    /// Does a slice of the pictures of the epoch that has just been completed.
    pub(super) fn observe_epoch(&mut self) -> Option<Progress> {
        let i = self.next_of_epoch()?;
        let look = Look { epoch: self.epoch, threshold: self.settings.threshold };
        let seen = self.observe(i, look).is_some();
        let complete = seen && self.next_of_epoch().is_none();
        Some(if complete { Progress::Epoch } else { Progress::Evaluated })
    }

    /// Does a slice of a picture; the plot when it is done. To look at it otherwise begins again.
    fn observe(&mut self, i: usize, look: Look) -> Option<Arc<Plot>> {
        let knobs = self.knobs(i);
        let (look, knobs, mut observing) = match self.observing[i].take() {
            Some(it) if it.0 == look && it.1 == knobs => it,
            _ => {
                let observing = (self.pictures[i].observe)(self, &look);
                (look, knobs, observing)
            }
        };
        let Some(plot) = observing(self) else {
            self.observing[i] = Some((look, knobs, observing));
            return None;
        };
        let plot = Arc::new(plot);
        if self.pictures[i].when != When::Live {
            self.seen[i].push(Seen { look, knobs, plot: plot.clone() });
        }
        Some(plot)
    }

    /// Looks at the picture called `name`; nothing if it needs another slice: ask again. Of an epoch
    /// that has passed, what was seen then is remembered.
    ///
    /// # Errors
    /// There is no such picture.
    pub fn look(&mut self, name: &str, look: &Look) -> Result<Option<Arc<Plot>>> {
        let found = self.pictures.iter().position(|picture| picture.name == name);
        let i = found.ok_or_else(|| Error::new(format!("There is no picture '{name}'.")))?;
        let picture = self.pictures[i];
        let look = match picture.when {
            When::Live => look.clone(),
            When::EachEpoch | When::AtRest => {
                let epoch = look.epoch.unwrap_or(self.epoch()).min(self.epoch());
                Look { epoch: Some(epoch), ..look.clone() }
            }
        };
        let knobs = self.knobs(i);
        let known = match picture.when {
            When::Live => None,
            When::EachEpoch => self.seen[i].iter().rfind(|seen| seen.look.epoch == look.epoch),
            When::AtRest => {
                self.seen[i].iter().rfind(|seen| seen.look == look && seen.knobs == knobs)
            }
        };
        if let Some(seen) = known {
            return Ok(Some(seen.plot.clone()));
        }
        if picture.when == When::EachEpoch {
            let waits = Plot::saying(picture.title, "Waiting for the first epoch.");
            return Ok(Some(Arc::new(waits)));
        }
        Ok(self.observe(i, look))
    }

    /// Does a slice of looking at everything once the runs have finished; whether all is seen.
    pub fn conclude(&mut self) -> bool {
        let look = Look { epoch: None, threshold: self.settings.threshold };
        for picture in self.pictures.iter().filter(|picture| picture.when == When::AtRest) {
            if matches!(self.look(picture.name, &look), Ok(None)) {
                return false;
            }
        }
        true
    }

    /// Where the knobs that picture `i` heeds stand, as text.
    fn knobs(&self, i: usize) -> String {
        if self.pictures[i].blind { String::new() } else { format!("{:?}", self.settings.knobs) }
    }

    /// The number called `name` that was measured for a picture, as it was seen last; no number if
    /// it was not.
    pub fn figure(&self, name: &str) -> f64 {
        let last = self.seen.iter().enumerate().filter_map(|(i, seen)| {
            let knobs = self.knobs(i);
            let now = |seen: &&Seen| seen.look.epoch == self.epoch && seen.knobs == knobs;
            seen.iter().rfind(now)
        });
        let mut figures = last.flat_map(|seen| &seen.plot.figures);
        figures.find(|(known, _)| known == name).map_or(f64::NAN, |(_, value)| *value)
    }

    /// What moving handle `handle` of a picture (`None`: choosing an empty place) to `at` changes:
    /// a knob's key and its new value.
    pub fn moved(
        &self,
        name: &str,
        handle: Option<usize>,
        at: (f64, f64),
    ) -> Option<(&'static str, String)> {
        let picture = self.pictures.iter().find(|picture| picture.name == name)?;
        picture.moved?(self, handle, at)
    }

    /// The pictures there are.
    pub fn pictures(&self) -> &'static [&'static Picture] {
        self.pictures
    }
}

//! Tasks one after the other: how a run's epochs and objects are divided among them.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::number;

/// What a task begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carry {
    /// The weights that the task before has left: fine-tuning.
    Weights,
    /// New weights, whose prior is the posterior of the task before (Nguyen, Li, Bui and Turner,
    /// 2018); biases stay. Only a Gaussian prior can be a posterior; under another the weights go on.
    Posterior,
}

impl Carry {
    const ALL: [(Self, &'static str); 2] =
        [(Self::Weights, "weights"), (Self::Posterior, "posterior")];
}

/// The training objects in so many parts, in their order; each part is a task, and each has as many
/// epochs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// Tasks; 1 is no sequence.
    pub tasks: u32,
    /// What the next task begins with.
    pub carry: Carry,
}

/// The most tasks.
const MOST: u32 = 100;

impl Sequence {
    /// All objects at once.
    pub const ONE: Self = Self { tasks: 1, carry: Carry::Weights };

    /// The task after `epoch` epochs of `epochs`, from 0, and the epochs of it that are done. The
    /// last task has what is left over.
    pub fn place(self, epoch: u32, epochs: u32) -> (u32, u32) {
        let each = (epochs / self.tasks).max(1);
        let task = (epoch / each).min(self.tasks - 1);
        (task, epoch - task * each)
    }

    /// How many of `all` objects a task has.
    pub fn size(self, all: usize) -> usize {
        all / self.tasks as usize
    }

    /// Those of task number `task`, from 0.
    pub fn objects(self, task: u32, all: usize) -> Range<usize> {
        let first = task as usize * self.size(all);
        first..first + self.size(all)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Carry::ALL.iter().find(|(carry, _)| *carry == self.carry && self.tasks > 1) {
            Some((_, name)) => write!(f, "{}:{name}", self.tasks),
            None => f.write_str("1"),
        }
    }
}

impl FromStr for Sequence {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (tasks, carry) = text.split_once(':').unwrap_or((text, Carry::ALL[0].1));
        let carry = Carry::ALL.iter().find(|(_, name)| *name == carry.trim());
        let tasks = number::whole_within(tasks, 1, MOST);
        match tasks.zip(carry) {
            Some((1, _)) => Ok(Self::ONE),
            Some((tasks, &(carry, _))) => Ok(Self { tasks, carry }),
            None => Err(Error::new(format!(
                "'{text}' are no tasks: write 1, or up to {MOST} with what goes on from one to the \
                 next, 5:weights or 5:posterior."
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_and_objects_are_divided() {
        let five: Sequence = "5:posterior".parse().unwrap();
        let places: Vec<_> = [0, 1, 2, 9, 10, 13].map(|epoch| five.place(epoch, 11)).into();
        assert_eq!(places, [(0, 0), (0, 1), (1, 0), (4, 1), (4, 2), (4, 5)]);
        assert_eq!((five.size(52), five.objects(4, 52)), (10, 40..50));
        assert_eq!((Sequence::ONE.place(7, 9), Sequence::ONE.objects(0, 52)), ((0, 7), 0..52));
        assert_eq!(five.place(3, 2), (3, 0), "fewer epochs than tasks");
    }

    #[test]
    fn texts_round_trip_and_what_is_none_is_named() {
        for text in ["1", "5:weights", "100:posterior"] {
            assert_eq!(text.parse::<Sequence>().unwrap().to_string(), text);
        }
        assert_eq!("1:posterior".parse::<Sequence>().unwrap(), Sequence::ONE);
        for text in ["", "0", "-2", "2.5", "101", "5:", "5:prior", "x:weights", "5:weights:1"] {
            let error = text.parse::<Sequence>().unwrap_err().to_string();
            assert!(error.contains(&format!("'{text}'")), "{error}");
        }
    }
}

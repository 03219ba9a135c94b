//! Failures on purpose, which a seed decides.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// How many of a hundred attempts fail, and which.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance {
    pub(crate) seed: u64,
    pub(crate) percent: u32,
}

impl Chance {
    /// Whether this attempt at an event fails: the same answer in every process.
    pub(crate) fn fails(self, event: &str, attempt: u32) -> bool {
        // Its keys are fixed.
        let mut hasher = DefaultHasher::new();
        (self.seed, event, attempt).hash(&mut hasher);
        fastrand::Rng::with_seed(hasher.finish()).u32(..100) < self.percent
    }
}

//! The names that were fetched without success.

use std::collections::HashMap;

use crate::error::RejectionKind;
use crate::keys::age::{DOWN, QUIET, since};
use crate::time::UnixTime;

/// How many names there are at most. Each costs a fetch, so they come slowly and expire long before
/// they are displaced.
const MOST_MISSED: usize = 1024;

/// Names of keys that do not exist, and of documents that the source failed to return.
#[derive(Default)]
pub(super) struct MissedNames(HashMap<Box<str>, Missed>);

struct Missed {
    when: UnixTime,
    why: RejectionKind,
}

impl MissedNames {
    /// Whether this name was recently fetched without success, for this reason.
    pub(super) fn has(&self, name: &str, why: RejectionKind, now: UnixTime) -> bool {
        let wait = match why {
            RejectionKind::UnknownKey => QUIET,
            _ => DOWN,
        };
        let missed = self.0.get(name);
        missed.is_some_and(|missed| missed.why == why && since(missed.when, now) < wait)
    }

    /// Whether this name was ever fetched without success.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }

    pub(super) fn miss(&mut self, name: &str, why: RejectionKind, when: UnixTime) {
        if self.0.len() >= MOST_MISSED && !self.knows(name) {
            let oldest = self.0.iter();
            let oldest = oldest.min_by_key(|(_, missed)| missed.when.as_millis());
            let oldest = oldest.map(|(name, _)| name.clone());
            oldest.and_then(|name| self.0.remove(&name));
        }
        self.0.insert(name.into(), Missed { when, why });
    }
}

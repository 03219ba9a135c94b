//! How often a source is asked for names that never verified anything.
//!
//! The name of a key is the sender's to choose, and there is no end of names. So fetches have a
//! budget, and a name that finds it spent is answered 503: nothing is known of it. A flood of
//! invented names can therefore delay a genuine name that is new. Three rules keep that delay
//! short:
//!
//! * **A key that has verified a delivery is outside the budget.** Only its sender can bring that
//!   about. It is fetched again whenever its hour is over, and no flood delays that.
//! * **Half of the budget is for names that come back.** A genuine sender repeats its delivery
//!   after a 503, and other deliveries name the same key. An invented name comes once. So a new
//!   name that finds the first half spent has the second half to itself when it comes back.
//! * **A name that was asked for in vain is no new name.** It draws on the first half afterwards.
//!   So a fixed list of invented names, sent again and again, is worked off, and the genuine name
//!   among them gets its turn.
//!
//! A sender of a flood can send each invented name twice. Its names then compete with the genuine
//! one, name for name: before a delivery is verified nothing tells them apart. What remains is a
//! 503 for a key that is new, and never a 401. Where one document has all keys of a provider (JSON
//! Web Key Sets), one fetch answers for all names, and there is nothing to compete for.

use std::hash::{BuildHasher, RandomState};

use crate::time::UnixTime;

/// Fetches of one half that may come at once: what a start needs that finds no key kept.
const BURST: u64 = 8;

/// Each half regains one fetch after this many seconds, which is what `Retry-After` says.
const SECS_EACH: u64 = 10;

/// What is left of the budget, and the names that found it spent.
#[derive(Default)]
pub(super) struct Budget {
    first: Half,
    returning: Half,
    deferred: DeferredNames,
}

impl Budget {
    /// Whether this name may be asked for now. `is_new` says that it was not asked for before.
    pub(super) fn admits(&mut self, name: &str, is_new: bool, now: UnixTime) -> bool {
        let returns = is_new && self.deferred.contains(name);
        let admitted = (returns && self.returning.take(now)) || self.first.take(now);
        if !admitted {
            self.deferred.insert(name);
        }
        admitted
    }
}

/// A half of the budget: a bucket of tokens that fills with time.
struct Half {
    left: u64,
    /// Up to when it was filled, in seconds.
    filled: u64,
}

impl Default for Half {
    fn default() -> Self {
        Self {
            left: BURST,
            filled: 0,
        }
    }
}

impl Half {
    fn take(&mut self, now: UnixTime) -> bool {
        self.fill(now.as_secs());
        let left = self.left.checked_sub(1);
        self.left = left.unwrap_or_default();
        left.is_some()
    }

    /// A clock that was put back fills nothing.
    fn fill(&mut self, now: u64) {
        let passed = now.saturating_sub(self.filled);
        self.left = self.left.saturating_add(passed / SECS_EACH).min(BURST);
        // What is left over of the time counts for the next.
        self.filled = match self.left {
            BURST => now,
            _ => now.saturating_sub(passed % SECS_EACH),
        };
    }
}

/// Sets of deferred names, and names of a set. Together they remember 65 536 names in 256 KiB: a
/// minute of a thousand names a second.
const SETS: usize = 8192;
const NAMES_OF_A_SET: usize = 8;

/// The latest names that found the budget spent.
///
/// A name displaces the oldest of its set, and which set that is depends on a random key: a sender
/// cannot aim at the name of another. Two names are taken for the same in one of some 2³¹ cases,
/// which costs nothing but a fetch.
#[derive(Default)]
struct DeferredNames {
    hasher: RandomState,
    /// Empty until the budget is spent for the first time.
    sets: Vec<[u32; NAMES_OF_A_SET]>,
}

impl DeferredNames {
    fn contains(&self, name: &str) -> bool {
        let (set, tag) = self.place(name);
        self.sets.get(set).is_some_and(|set| set.contains(&tag))
    }

    fn insert(&mut self, name: &str) {
        if self.sets.is_empty() {
            self.sets = vec![[0; NAMES_OF_A_SET]; SETS];
        }
        let (set, tag) = self.place(name);
        if let Some(set) = self.sets.get_mut(set)
            && !set.contains(&tag)
        {
            set.rotate_right(1);
            set[0] = tag;
        }
    }

    /// The set of a name, and what it is known by in it, which is never zero.
    fn place(&self, name: &str) -> (usize, u32) {
        let [set0, set1, _, _, tag @ ..] = self.hasher.hash_one(name).to_le_bytes();
        let set = usize::from(u16::from_le_bytes([set0, set1])) % SETS;
        (set, u32::from_le_bytes(tag) | 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> UnixTime {
        UnixTime::from_secs(1_700_000_000 + secs)
    }

    #[test]
    fn a_burst_is_admitted_and_then_one_name_in_ten_seconds() {
        let mut budget = Budget::default();
        let mut admitted = |secs: u64, names: u64| {
            let names = (0..names).map(|i| format!("{secs}-{i}"));
            names
                .filter(|name| budget.admits(name, true, at(secs)))
                .count()
        };
        assert_eq!(admitted(0, 100), 8);
        assert_eq!(admitted(9, 100), 0);
        assert_eq!(admitted(10, 100), 1);
        assert_eq!(admitted(19, 100), 0);
        assert_eq!(admitted(35, 100), 2);
        assert_eq!(admitted(40, 100), 1);
        assert_eq!(admitted(10_000, 100), 8);
    }

    #[test]
    fn a_name_that_comes_back_has_a_half_of_its_own() {
        let mut budget = Budget::default();
        for i in 0..1_000 {
            budget.admits(&format!("invented-{i}"), true, at(0));
        }
        assert!(!budget.admits("genuine", true, at(0)));
        for i in 1_000..2_000 {
            budget.admits(&format!("invented-{i}"), true, at(1));
        }
        assert!(budget.admits("genuine", true, at(1)));
        // Not so one that was asked for in vain.
        assert!(!budget.admits("invented-999", false, at(1)));
        assert!(budget.admits("invented-999", true, at(1)));
    }

    #[test]
    fn a_clock_that_is_put_back_gives_nothing_and_takes_nothing() {
        let mut half = Half::default();
        assert!((0..8).all(|_| half.take(at(100))));
        assert!(!half.take(at(0)) && !half.take(at(9)));
        assert!(half.take(at(10)) && !half.take(at(10)));
    }

    #[test]
    fn names_are_remembered_in_bounded_memory_and_displaced_by_none_but_later_ones() {
        let mut deferred = DeferredNames::default();
        deferred.insert("genuine");
        for i in 0..2_000 {
            deferred.insert(&format!("invented-{i}"));
        }
        assert!(deferred.contains("genuine"));
        assert!(!deferred.contains("another"));
        assert_eq!(
            deferred.sets.len() * size_of_val(&deferred.sets[0]),
            256 << 10
        );
    }
}

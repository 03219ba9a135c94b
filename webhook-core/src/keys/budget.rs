//! The budget for fetching names that have not verified a delivery.
//!
//! A sender chooses the name of a key, and the number of names is unlimited. So fetches have a
//! budget. A name that finds it spent is answered 503, because nothing is known about it. A flood
//! of invented names can therefore delay a genuine new name. Three rules keep that delay short:
//!
//! * **A key that has verified a delivery is outside the budget.** Only its sender can achieve
//!   this. It is fetched again whenever its hour is over, and no flood delays that.
//! * **Half of the budget is for names that come again.** A genuine sender retries its delivery
//!   after a 503, and other deliveries name the same key. An invented name comes once. So if a new
//!   name finds the first half spent, it can use the second half when it comes again.
//! * **A name that was fetched without success is not new.** It then uses the first half. So a
//!   fixed list of invented names that is sent repeatedly is worked off, and the genuine name among
//!   them gets its turn.
//!
//! An attacker can send each invented name twice. These names then compete with the genuine one:
//! before a delivery is verified, nothing distinguishes them. A new key is answered 503, never 401.
//! If one document has all keys of a provider (JSON Web Key Sets), one fetch answers for all names,
//! and nothing competes.

use std::hash::{BuildHasher, RandomState};

use crate::time::UnixTime;

/// Fetches that one half allows at once, for a start with an empty cache.
const BURST: u64 = 8;

/// Seconds after which each half regains one fetch. `Retry-After` has the same value.
const SECS_EACH: u64 = 10;

/// The remaining budget, and the names that found it spent.
#[derive(Default)]
pub(super) struct Budget {
    first: Half,
    returning: Half,
    deferred: DeferredNames,
}

impl Budget {
    /// Whether this name may be fetched now. `is_new` means that it was not fetched before.
    pub(super) fn admits(&mut self, name: &str, is_new: bool, now: UnixTime) -> bool {
        let returns = is_new && self.deferred.contains(name);
        let admitted = (returns && self.returning.take(now)) || self.first.take(now);
        if !admitted {
            self.deferred.insert(name);
        }
        admitted
    }
}

/// A half of the budget: a token bucket that refills over time.
struct Half {
    left: u64,
    /// The time of the last refill, in seconds.
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

    /// Refills the bucket. A clock that was set back refills nothing.
    fn fill(&mut self, now: u64) {
        let passed = now.saturating_sub(self.filled);
        self.left = self.left.saturating_add(passed / SECS_EACH).min(BURST);
        // The remainder of the time counts towards the next token.
        self.filled = match self.left {
            BURST => now,
            _ => now.saturating_sub(passed % SECS_EACH),
        };
    }
}

/// The number of sets of deferred names, and the names per set. Together they remember 65 536 names
/// in 256 KiB: a minute of a thousand names a second.
const SETS: usize = 8192;
const NAMES_OF_A_SET: usize = 8;

/// The latest names that found the budget spent.
///
/// A name displaces the oldest of its set. The set depends on a random key, so a sender cannot
/// target the name of another sender. Two names collide in about one of 2³¹ cases, which only costs
/// a fetch.
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

    /// The set of a name, and its non-zero tag in that set.
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
        // Not so for a name that was fetched without success.
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

//! Dead records. There are few of them, and people read them, so they are not packed.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::clock::{Millis, Seconds};
use super::record::Claimed;
use super::sync::AtomicUsize;
use crate::replay::{DeadRecord, ReplayKey};
use crate::time::UnixTime;

/// A buried delivery.
pub(super) struct Dead {
    /// The whole key, for the list.
    key: ReplayKey,
    epoch: NonZeroU64,
    attempts: u32,
    died_at: UnixTime,
    /// In milliseconds.
    retain: u64,
    expires: Seconds,
    note: Note,
}

impl Dead {
    pub(super) fn new(
        key: &ReplayKey,
        claimed: &Claimed,
        note: Note,
        now: Millis,
        died_at: UnixTime,
    ) -> Self {
        Self {
            key: *key,
            epoch: claimed.epoch(),
            attempts: claimed.attempt(),
            died_at,
            retain: claimed.retain(),
            expires: now.after(claimed.retain()).second_up(),
            note,
        }
    }

    pub(super) fn key(&self) -> &ReplayKey {
        &self.key
    }

    pub(super) fn epoch(&self) -> NonZeroU64 {
        self.epoch
    }

    pub(super) fn attempts(&self) -> u32 {
        self.attempts
    }

    pub(super) fn retain(&self) -> u64 {
        self.retain
    }

    pub(super) fn is_unexpired(&self, now: Seconds) -> bool {
        self.expires > now
    }

    pub(super) fn listed(&self) -> DeadRecord {
        let note = self.note.text.to_string();
        DeadRecord::new(self.key, self.attempts, self.died_at, note)
    }
}

/// The bytes that the notes of a store take together.
pub(super) struct NoteBudget {
    taken: Arc<AtomicUsize>,
    limit: usize,
}

/// A note. It gives its bytes back to the budget when it is dropped.
pub(super) struct Note {
    text: Box<str>,
    taken: Arc<AtomicUsize>,
}

impl NoteBudget {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            taken: Arc::new(AtomicUsize::new(0)),
            limit,
        }
    }

    /// A note as it is kept, or an empty one if the budget is spent.
    pub(super) fn note(&self, text: &str) -> Note {
        let text = DeadRecord::note_to_keep(text);
        let more = |taken: usize| {
            let taken = taken.saturating_add(text.len());
            (taken <= self.limit).then_some(taken)
        };
        let fits = self.taken.fetch_update(Relaxed, Relaxed, more).is_ok();
        Note {
            text: if fits { text.into() } else { Box::default() },
            taken: Arc::clone(&self.taken),
        }
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        self.taken.fetch_sub(self.text.len(), Relaxed);
    }
}

//! The settings of a memory store.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::clock::Clock;
use super::table::Table;
use crate::replay::MemoryStore;

const DEFAULT_CAPACITY: usize = 1_000_000;
/// About as much as a million records take.
const DEFAULT_SIDE_MEMORY: usize = 64 * 1024 * 1024;

/// Builds a [`MemoryStore`].
#[derive(Clone)]
#[must_use]
pub struct MemoryStoreBuilder {
    capacity: usize,
    refuses_when_full: bool,
    side_memory: usize,
    clock: Clock,
}

impl MemoryStoreBuilder {
    pub(super) fn new() -> Self {
        Self {
            capacity: DEFAULT_CAPACITY,
            refuses_when_full: false,
            side_memory: DEFAULT_SIDE_MEMORY,
            clock: Clock::start(),
        }
    }

    /// Sets how many records the store holds at most. The smallest store has 64 shards, and each
    /// shard holds at least one record.
    pub fn capacity(mut self, records: usize) -> Self {
        self.capacity = records;
        self
    }

    /// Keeps every done record for its whole retention. A full store refuses new deliveries (503)
    /// instead of forgetting one early. Use it if a second run costs more than a lost event.
    pub fn refuse_when_full(mut self) -> Self {
        self.refuses_when_full = true;
        self
    }

    /// Sets how many bytes remembered answers and the notes of dead records may take together. The
    /// default is 64 MiB, about as much as a million records take: room for 750 answers of 64 KiB,
    /// or for 98 000 of 256 bytes.
    ///
    /// Three quarters are for answers, and each counts 256 bytes more than its length. Beyond that
    /// the oldest answers are dropped. A quarter is for notes, and a note beyond it is left empty.
    /// Below 86 KiB an answer of 64 KiB does not fit. With zero, no answer and no note is kept.
    pub fn side_memory(mut self, bytes: usize) -> Self {
        self.side_memory = bytes;
        self
    }

    /// Sets the clock of leases and retention: the time since a fixed moment. For tests.
    pub fn clock(mut self, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        self.clock = Clock::Given(Arc::new(clock));
        self
    }

    /// Builds the store.
    #[must_use]
    pub fn build(self) -> MemoryStore {
        let table = Table::new(
            self.capacity,
            self.refuses_when_full,
            self.side_memory,
            self.clock,
        );
        MemoryStore {
            table: Arc::new(table),
        }
    }
}

impl fmt::Debug for MemoryStoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStoreBuilder")
            .field("capacity", &self.capacity)
            .field("side_memory", &self.side_memory)
            .finish_non_exhaustive()
    }
}

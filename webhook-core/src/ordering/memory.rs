use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::StoreError;
use crate::observe::log_limit::LogLimit;
use crate::ordering::{EntityKey, Order, OrderingStore, Version};

/// About 10 MB.
const CAPACITY: usize = 100_000;

/// Keeps versions in memory, for a single process that may forget them: after a restart, the first
/// event of each object is fresh. Clones share the versions.
///
/// It holds 100 000 objects unless [`with_capacity`](Self::with_capacity) says otherwise. If it is
/// full, expired ones make room, and then the quarter that would expire first, with a warning in
/// the log.
#[derive(Clone)]
pub struct MemoryOrdering(Arc<State>);

struct State {
    capacity: usize,
    clock: Box<dyn Fn() -> Duration + Send + Sync>,
    records: Mutex<HashMap<EntityKey, Record>>,
    line: LogLimit,
}

#[derive(Clone, Copy)]
struct Record {
    version: Version,
    expires: Duration,
}

impl MemoryOrdering {
    /// A store for 100 000 objects.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    /// A store for this many objects, at least one.
    #[must_use]
    pub fn with_capacity(objects: usize) -> Self {
        let start = Instant::now();
        Self::made(objects, Box::new(move || start.elapsed()))
    }

    /// A store whose clock is given, for tests: the time since any fixed moment.
    #[must_use]
    pub fn with_clock(
        objects: usize,
        clock: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        Self::made(objects, Box::new(clock))
    }

    fn made(objects: usize, clock: Box<dyn Fn() -> Duration + Send + Sync>) -> Self {
        Self(Arc::new(State {
            capacity: objects.max(1),
            clock,
            records: Mutex::default(),
            line: LogLimit::new(),
        }))
    }

    fn records(&self) -> MutexGuard<'_, HashMap<EntityKey, Record>> {
        let records = self.0.records.lock();
        records.unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes room for one more.
    fn make_room(&self, records: &mut HashMap<EntityKey, Record>, now: Duration) {
        if records.len() < self.0.capacity {
            return;
        }
        records.retain(|_, record| record.expires > now);
        if records.len() < self.0.capacity {
            return;
        }
        let mut ends: Vec<Duration> = records.values().map(|record| record.expires).collect();
        let middle = ends.len() / 4;
        let (_, end, _) = ends.select_nth_unstable(middle);
        let end = *end;
        let before = records.len();
        records.retain(|_, record| record.expires > end);
        if let Some(suppressed) = self.0.line.pass() {
            tracing::warn!(
                target: "webhook",
                forgotten = before.saturating_sub(records.len()),
                suppressed,
                "too many objects: the versions of the oldest are forgotten, and their next \
                 events are fresh; raise the capacity, or use a database"
            );
        }
    }
}

impl Default for MemoryOrdering {
    fn default() -> Self {
        Self::new()
    }
}

impl OrderingStore for MemoryOrdering {
    async fn advance(
        &self,
        entity: &EntityKey,
        version: Version,
        retain: Duration,
    ) -> Result<Order, StoreError> {
        let now = (self.0.clock)();
        let mut records = self.records();
        let known = records.get(entity).filter(|record| record.expires > now);
        match known.map(|record| record.version) {
            Some(latest) if latest > version => return Ok(Order::Stale { latest }),
            Some(latest) if latest == version => return Ok(Order::Same),
            Some(_) => {}
            None => self.make_room(&mut records, now),
        }
        let expires = now.saturating_add(retain);
        records.insert(*entity, Record { version, expires });
        Ok(Order::Fresh)
    }

    async fn forget(&self, entity: &EntityKey) -> Result<bool, StoreError> {
        let now = (self.0.clock)();
        let forgotten = self.records().remove(entity);
        Ok(forgotten.is_some_and(|record| record.expires > now))
    }
}

impl fmt::Debug for MemoryOrdering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryOrdering")
            .field("objects", &self.records().len())
            .field("capacity", &self.0.capacity)
            .finish()
    }
}

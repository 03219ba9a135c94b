//! The settings of a store.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::SqliteStore;
use crate::open::{Database, OpenError, OpenErrorKind};
use crate::time::Clock;
use crate::writer::{Settings, Writer};

/// Enough for a fifth of a second at full load. More would be answered too late.
const DEFAULT_QUEUE: usize = 4096;
const DEFAULT_PURGE: Duration = Duration::from_secs(10);
/// Without a pause, an idle writer would do nothing else.
const SHORTEST_PURGE: Duration = Duration::from_millis(1);

/// Builds a [`SqliteStore`].
#[derive(Clone, Debug)]
#[must_use]
pub struct SqliteStoreBuilder {
    path: PathBuf,
    must_exist: bool,
    settings: Settings,
}

impl SqliteStoreBuilder {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            must_exist: false,
            settings: Settings {
                clock: Clock::System,
                queue: DEFAULT_QUEUE,
                purge_every: Some(DEFAULT_PURGE),
            },
        }
    }

    /// Refuses to create the file. Use it where a missing file means that a disk is not mounted or
    /// that somebody removed the records.
    pub fn must_exist(mut self) -> Self {
        self.must_exist = true;
        self
    }

    /// Sets how many operations may wait for the writer. Default: 4096. Further claims fail at once
    /// with [`Unavailable`](webhook_core::StoreErrorKind::Unavailable), so their deliveries are
    /// answered 503. Commits and releases may wait up to twice as many. The smallest queue is 1.
    pub fn queue(mut self, operations: usize) -> Self {
        self.settings.queue = operations.max(1);
        self
    }

    /// Sets how often the store looks for expired records. Default: 10 s. It removes 100 at a time
    /// between two batches, until none is left. The shortest time is a millisecond.
    pub fn purge_every(mut self, time: Duration) -> Self {
        self.settings.purge_every = Some(time.max(SHORTEST_PURGE));
        self
    }

    /// Removes expired records only when [`sweep`](webhook_core::ReplayStore::sweep) is called.
    pub fn without_purge(mut self) -> Self {
        self.settings.purge_every = None;
        self
    }

    /// Sets the clock of leases, retention and epochs: the time since 1970-01-01T00:00:00Z. For
    /// tests. The default is the system's clock, which all processes of a machine share.
    pub fn clock(mut self, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        self.settings.clock = Clock::Given(Arc::new(clock));
        self
    }

    /// Opens the store. See [`SqliteStore::open`].
    ///
    /// # Errors
    ///
    /// If the file cannot be used. It is never replaced.
    pub fn open(self) -> Result<SqliteStore, OpenError> {
        let database = Database::open(&self.path, self.must_exist)?;
        let path = database.path().to_owned();
        let second = database.second_connection()?;
        let writer = Writer::start(database, second, self.settings)
            .map_err(|error| OpenError::with_source(&path, OpenErrorKind::Io, error))?;
        Ok(SqliteStore::new(writer, path))
    }
}

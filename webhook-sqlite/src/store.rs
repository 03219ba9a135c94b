//! The store.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use webhook_core::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, Finding, Lease, LeaseState, Swept,
};
use webhook_core::{ReplayKey, ReplayStore, StoreError};

use crate::builder::SqliteStoreBuilder;
use crate::check;
use crate::ledger::Ledger;
use crate::open::OpenError;
use crate::writer::{PURGE, TIME_LIMIT, Urgency, Writer};

/// The longest list of dead records that one operation reads.
const LONGEST_LIST: usize = 1000;

/// Remembers deliveries in a file of SQLite. Clones are handles of the same store.
///
/// See the [crate's page](crate) for what it promises.
#[derive(Clone)]
pub struct SqliteStore {
    pub(crate) writer: Arc<Writer>,
    path: Arc<PathBuf>,
}

impl SqliteStore {
    /// Opens the store in the file at `path`, or creates it.
    ///
    /// This reads the store's tables once, to find damage: about a second for a million records.
    /// It blocks, so call it before the server starts.
    ///
    /// # Errors
    ///
    /// If the file is damaged, empty, not a database, not writable, or of a later version. A file
    /// that cannot be used is never replaced.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::builder(path).open()
    }

    /// Sets more than the path.
    pub fn builder(path: impl AsRef<Path>) -> SqliteStoreBuilder {
        SqliteStoreBuilder::new(path.as_ref())
    }

    #[cfg(any(feature = "inbox", feature = "secret-store"))]
    pub(crate) fn writer(&self) -> Arc<Writer> {
        Arc::clone(&self.writer)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn new(writer: Writer, path: PathBuf) -> Self {
        Self {
            writer: Arc::new(writer),
            path: Arc::new(path),
        }
    }
}

impl ReplayStore for SqliteStore {
    async fn claim(&self, key: &ReplayKey, request: &ClaimRequest) -> Result<Claim, StoreError> {
        let (key, request) = (*key, request.clone());
        let work = move |ledger: &mut Ledger<'_>| ledger.claim(&key, &request);
        self.writer.ask(Urgency::Begins, work).await
    }

    async fn renew(&self, lease: &Lease, by: Duration) -> Result<LeaseState, StoreError> {
        let lease = copy(lease);
        let work = move |ledger: &mut Ledger<'_>| ledger.renew(&lease, by);
        self.writer.ask(Urgency::Ends, work).await
    }

    async fn commit(&self, lease: &Lease, answer: Option<&[u8]>) -> Result<Commit, StoreError> {
        let (lease, answer) = (copy(lease), answer.map(Box::<[u8]>::from));
        let work = move |ledger: &mut Ledger<'_>| ledger.commit(&lease, answer.as_deref());
        self.writer.ask(Urgency::Ends, work).await
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        let lease = copy(lease);
        let work = move |ledger: &mut Ledger<'_>| ledger.release(&lease);
        self.writer.ask(Urgency::Ends, work).await
    }

    async fn bury(&self, lease: &Lease, note: &str) -> Result<LeaseState, StoreError> {
        let (lease, note) = (copy(lease), DeadRecord::note_to_keep(note).into_owned());
        let work = move |ledger: &mut Ledger<'_>| ledger.bury(&lease, &note);
        self.writer.ask(Urgency::Ends, work).await
    }

    async fn revive(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        let key = *key;
        let work = move |ledger: &mut Ledger<'_>| ledger.revive(&key);
        self.writer.ask(Urgency::Begins, work).await
    }

    async fn dead(
        &self,
        after: Option<&ReplayKey>,
        at_most: usize,
    ) -> Result<Vec<DeadRecord>, StoreError> {
        let (after, at_most) = (after.copied(), at_most.min(LONGEST_LIST));
        let work = move |ledger: &mut Ledger<'_>| ledger.dead(after.as_ref(), at_most);
        self.writer.ask(Urgency::Begins, work).await
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        let key = *key;
        let work = move |ledger: &mut Ledger<'_>| ledger.forget(&key);
        self.writer.ask(Urgency::Begins, work).await
    }

    async fn sweep(&self, at_most: usize) -> Result<Swept, StoreError> {
        let until = Instant::now() + TIME_LIMIT / 2;
        let mut swept = Swept::default();
        loop {
            let step = PURGE.min(at_most.saturating_sub(swept.removed));
            let work = move |ledger: &mut Ledger<'_>| {
                let removed = ledger.purge(step)?;
                Ok((removed, ledger.any_expired()?))
            };
            let (removed, more) = self.writer.ask(Urgency::Begins, work).await?;
            swept.removed = swept.removed.saturating_add(removed);
            swept.more = more;
            if !more || swept.removed >= at_most || Instant::now() >= until {
                return Ok(swept);
            }
        }
    }

    async fn check(&self) -> Result<Vec<Finding>, StoreError> {
        let path = self.path.clone();
        let work = move |ledger: &mut Ledger<'_>| check::findings(ledger, &path);
        let findings = self.writer.ask(Urgency::Begins, work).await;
        findings.or_else(check::misconfigured)
    }
}

/// A lease for the writer. The caller keeps the one that counts.
pub(crate) fn copy(lease: &Lease) -> Lease {
    Lease::new(*lease.key(), lease.owner(), lease.epoch(), lease.attempt())
}

/// Shows the path.
impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

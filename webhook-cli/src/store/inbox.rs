//! The inbox in the store that was chosen at run time.

use std::time::Duration;

use webhook_axum::StoreError;
use webhook_axum::inbox::{
    Acceptance, Accepted, Action, Change, Ending, InboxTable, JobFilter, JobId, JobLease, Lane,
    LaneStats, Listed, MemoryInbox, Pruned, Retention, Stats, Step, StoredJob, TakeRequest, Taken,
};
use webhook_axum::replay::LeaseState;

use super::Store;

/// The tables of an inbox in one of the stores of this build that has them.
#[derive(Clone, Debug)]
pub(crate) enum AnyInbox {
    /// An empty one, where a configuration is only checked.
    Memory(MemoryInbox),
    #[cfg(feature = "sqlite")]
    Sqlite(webhook_sqlite::SqliteInbox),
    #[cfg(feature = "postgres")]
    Postgres(webhook_postgres::PostgresInbox),
}

impl Store {
    /// The tables of the inbox. `None`: this store keeps no deliveries.
    pub(crate) fn inbox(&self) -> Option<AnyInbox> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => Some(AnyInbox::Sqlite(store.inbox())),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => Some(AnyInbox::Postgres(store.inbox())),
            Self::Memory(_) => None,
            #[cfg(feature = "redis")]
            Self::Redis(_) => None,
        }
    }
}

/// Evaluates one expression for whatever table it is: their types differ.
macro_rules! with_table {
    ($choice:expr, $table:ident => $value:expr) => {
        match $choice {
            AnyInbox::Memory($table) => $value,
            #[cfg(feature = "sqlite")]
            AnyInbox::Sqlite($table) => $value,
            #[cfg(feature = "postgres")]
            AnyInbox::Postgres($table) => $value,
        }
    };
}

/// Without transactions: nothing that the command runs can use them, and one would be open for as
/// long as a receiver takes to answer.
impl InboxTable for AnyInbox {
    async fn accept(&self, acceptance: &Acceptance) -> Result<Accepted, StoreError> {
        with_table!(self, table => table.accept(acceptance).await)
    }

    async fn take(&self, request: &TakeRequest) -> Result<Taken, StoreError> {
        with_table!(self, table => table.take(request).await)
    }

    async fn renew(&self, lease: &JobLease, by: Duration) -> Result<LeaseState, StoreError> {
        with_table!(self, table => table.renew(lease, by).await)
    }

    async fn settle(&self, lease: &JobLease, ending: &Ending) -> Result<LeaseState, StoreError> {
        with_table!(self, table => table.settle(lease, ending).await)
    }

    async fn change(&self, ids: &[JobId], change: Change, by: &Action) -> Result<u64, StoreError> {
        with_table!(self, table => table.change(ids, change, by).await)
    }

    async fn steps(&self, id: JobId) -> Result<Vec<Step>, StoreError> {
        with_table!(self, table => table.steps(id).await)
    }

    async fn put_step(&self, lease: &JobLease, step: &Step) -> Result<LeaseState, StoreError> {
        with_table!(self, table => table.put_step(lease, step).await)
    }

    async fn find(&self, id: JobId) -> Result<Option<StoredJob>, StoreError> {
        with_table!(self, table => table.find(id).await)
    }

    async fn list(
        &self,
        filter: &JobFilter,
        after: Option<JobId>,
        at_most: usize,
    ) -> Result<Listed, StoreError> {
        with_table!(self, table => table.list(filter, after, at_most).await)
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        with_table!(self, table => table.stats().await)
    }

    async fn lanes(
        &self,
        after: Option<&Lane>,
        at_most: usize,
    ) -> Result<Vec<LaneStats>, StoreError> {
        with_table!(self, table => table.lanes(after, at_most).await)
    }

    async fn prune(&self, retention: &Retention, at_most: usize) -> Result<Pruned, StoreError> {
        with_table!(self, table => table.prune(retention, at_most).await)
    }

    async fn stored(&self) {
        with_table!(self, table => table.stored().await);
    }
}

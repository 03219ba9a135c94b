//! Deliveries that are stored before they are acknowledged, in the database of the store.

mod accept;
mod change;
mod done;
mod fronts;
mod lanes;
mod list;
mod notices;
mod prune;
mod queue;
mod settle;
mod steps;
mod take;
mod transaction;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::{PgPool, SqlStr};
use webhook_core::replay::{LeaseState, TransactionSlot};
use webhook_core::{StoreError, UnixTime};
use webhook_inbox::{
    Acceptance, Accepted, Action, Change, Ending, InboxTable, JobFilter, JobId, JobLease, Lane,
    LaneStats, Listed, Pruned, Retention, Stats, Step, StoredJob, TakeRequest, Taken,
};

use crate::PostgresStore;
use crate::database::{Database, Operation, Protocol, Repeat};
use crate::error::corrupt;
use crate::sql::InboxStatements;
use crate::store::Shared;
use crate::value::Value;
use accept::AcceptOp;
use done::DoneOp;
use fronts::LaneFronts;
use notices::Notices;
use prune::PruneFronts;
use queue::Queue;

/// How many jobs one statement changes at most.
const AT_ONCE: usize = 1000;

/// The planner never sees how many rows are asked for. A plan that was made while a table was empty
/// would read all of it later.
pub(crate) const SESSION: [(&str, &str); 1] = [("enable_seqscan", "off")];

/// The connections of the inbox. They are opened when they are needed.
#[derive(Debug)]
pub(crate) struct Databases {
    /// Only for groups of acceptances, so that they never wait for what workers do.
    pub(crate) accepts: Database,
    pub(crate) others: Database,
}

/// The tables of stored deliveries in the database of a [`PostgresStore`]: see
/// [`PostgresStore::inbox`]. Clones share its connections and its groups.
#[derive(Clone)]
pub struct PostgresInbox {
    inner: Arc<Inner>,
    /// The application's, for transactions of handlers.
    pool: Option<PgPool>,
    notices: Option<Arc<Notices>>,
}

pub(crate) struct Inner {
    store: Arc<Shared>,
    sql: InboxStatements,
    lane_fronts: LaneFronts,
    prune_fronts: PruneFronts,
    /// Started when they are first used, which is in a runtime.
    accepts: OnceLock<Queue<AcceptOp>>,
    done: OnceLock<Queue<DoneOp>>,
}

impl PostgresStore {
    /// The tables of stored deliveries in this database, for [`Inbox`](webhook_inbox::Inbox).
    ///
    /// [`migrate`](Self::migrate) makes them. Deliveries that arrive while a statement runs are
    /// stored together by the next one, and so are jobs that are done: nothing waits for others to
    /// come. Their keys are those of the store: what an endpoint with this store has handled is not
    /// stored again.
    ///
    /// Call it once, and clone the result: each call has groups and connections of its own.
    ///
    /// ```no_run
    /// use webhook_core::SealKeys;
    /// use webhook_core::secret_store::KeyRing;
    /// use webhook_inbox::Inbox;
    /// use webhook_postgres::PostgresStore;
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresStore::new("postgres://shop@db.example.com/shop?sslmode=require")?;
    /// store.migrate().await?;
    /// let keys = SealKeys::new(&KeyRing::from_env("WEBHOOK_SECRET_KEYS")?);
    /// let inbox = Inbox::new(store.inbox(), keys);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn inbox(&self) -> PostgresInbox {
        PostgresInbox {
            inner: Arc::new(Inner {
                sql: InboxStatements::new(&self.shared.names),
                store: Arc::clone(&self.shared),
                lane_fronts: LaneFronts::default(),
                prune_fronts: PruneFronts::default(),
                accepts: OnceLock::new(),
                done: OnceLock::new(),
            }),
            pool: None,
            notices: None,
        }
    }
}

impl PostgresInbox {
    /// Tells the workers of other processes at once when something is stored or requeued, with
    /// `NOTIFY`, and lets [`stored`](InboxTable::stored) listen. Default: workers find it when they
    /// look.
    ///
    /// Acceptance pays nothing: the notification is another statement after the COMMIT, and a
    /// process sends at most twenty a second.
    ///
    /// Both the processes that store and those that work need it, with the same
    /// [prefix](crate::PostgresStoreBuilder::table_prefix). It listens, over one more connection,
    /// only with [`direct`](crate::PostgresStoreBuilder::direct): through a pooler in transaction
    /// mode nobody can listen, and `stored` never resolves.
    #[must_use]
    pub fn notifying(mut self) -> Self {
        self.notices = Some(Arc::new(Notices::new(Arc::clone(&self.inner.store))));
        self
    }

    /// For tests that change the times of rows: claims and prunes then look for all of them.
    #[doc(hidden)]
    pub fn forget_fronts(&self) {
        self.inner.lane_fronts.forget();
        self.inner.prune_fronts.forget();
    }

    fn notify(&self) {
        if let Some(notices) = &self.notices {
            notices.send();
        }
    }
}

impl Inner {
    fn others(&self) -> &Database {
        &self.store.inbox.others
    }

    /// Runs one statement.
    async fn run(
        &self,
        statement: &SqlStr,
        values: &[Value<'_>],
        repeat: Repeat,
    ) -> Result<Vec<PgRow>, StoreError> {
        let database = self.others();
        let mut operation = database.operation();
        run(database, &mut operation, statement, values, repeat).await
    }
}

/// Runs one statement with the settings of this module.
async fn run(
    database: &Database,
    operation: &mut Operation<'_>,
    statement: &SqlStr,
    values: &[Value<'_>],
    repeat: Repeat,
) -> Result<Vec<PgRow>, StoreError> {
    match database.protocol() {
        Protocol::Prepared => operation.run(statement, values, repeat).await,
        Protocol::OneMessage => {
            let script = [(statement, values)];
            operation.run_script(&local(), &script, repeat).await
        }
    }
}

/// The settings, for one message.
fn local() -> String {
    let local = SESSION.map(|(name, value)| format!("set local {name} = {value}; "));
    local.concat()
}

impl InboxTable for PostgresInbox {
    async fn accept(&self, acceptance: &Acceptance) -> Result<Accepted, StoreError> {
        let accepted = accept::accept(&self.inner, acceptance).await?;
        if accepted == Accepted::New {
            self.notify();
        }
        Ok(accepted)
    }

    async fn take(&self, request: &TakeRequest) -> Result<Taken, StoreError> {
        take::take(&self.inner, request).await
    }

    async fn renew(&self, lease: &JobLease, by: Duration) -> Result<LeaseState, StoreError> {
        settle::renew(&self.inner, lease, by).await
    }

    async fn settle(&self, lease: &JobLease, ending: &Ending) -> Result<LeaseState, StoreError> {
        settle::settle(&self.inner, lease, ending).await
    }

    async fn change(&self, ids: &[JobId], change: Change, by: &Action) -> Result<u64, StoreError> {
        let changed = change::change(&self.inner, ids, change, by).await?;
        if change == Change::Requeue && changed > 0 {
            self.notify();
        }
        Ok(changed)
    }

    async fn steps(&self, id: JobId) -> Result<Vec<Step>, StoreError> {
        steps::steps(&self.inner, id).await
    }

    async fn put_step(&self, lease: &JobLease, step: &Step) -> Result<LeaseState, StoreError> {
        steps::put(&self.inner, lease, step).await
    }

    async fn find(&self, id: JobId) -> Result<Option<StoredJob>, StoreError> {
        list::find(&self.inner, id).await
    }

    async fn list(
        &self,
        filter: &JobFilter,
        after: Option<JobId>,
        at_most: usize,
    ) -> Result<Listed, StoreError> {
        list::list(&self.inner, filter, after, at_most).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        list::stats(&self.inner).await
    }

    async fn lanes(
        &self,
        after: Option<&Lane>,
        at_most: usize,
    ) -> Result<Vec<LaneStats>, StoreError> {
        lanes::lanes(&self.inner, after, at_most.min(AT_ONCE)).await
    }

    async fn prune(&self, retention: &Retention, at_most: usize) -> Result<Pruned, StoreError> {
        prune::prune(&self.inner, retention, at_most).await
    }

    /// Begins a transaction of the pool of [`transactional`](PostgresInbox::transactional), if
    /// there is one.
    async fn begin(&self, _: &JobLease) -> Result<Option<TransactionSlot>, StoreError> {
        transaction::begin(&self.inner, self.pool.as_ref()).await
    }

    async fn commit(
        &self,
        lease: &JobLease,
        slot: &TransactionSlot,
    ) -> Result<LeaseState, StoreError> {
        transaction::commit(&self.inner, lease, slot).await
    }

    /// Listens, if [`notifying`](PostgresInbox::notifying) and without a pooler.
    async fn stored(&self) {
        match &self.notices {
            Some(notices) => notices.heard().await,
            None => std::future::pending().await,
        }
    }
}

impl fmt::Debug for PostgresInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresInbox").finish_non_exhaustive()
    }
}

/// The id of a job as a parameter. No job has one that does not fit.
fn number(id: JobId) -> i64 {
    i64::try_from(id.number()).unwrap_or(i64::MAX)
}

fn job_id(number: i64) -> Result<JobId, StoreError> {
    let number = u64::try_from(number).map_err(|_| corrupt("an id is negative"))?;
    Ok(JobId::from_number(number))
}

/// A stored time. Below zero it is none.
fn time(micros: i64) -> UnixTime {
    UnixTime::from_millis(u64::try_from(micros / 1000).unwrap_or_default())
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn text(text: &str) -> Value<'_> {
    Value::from(text.as_bytes())
}

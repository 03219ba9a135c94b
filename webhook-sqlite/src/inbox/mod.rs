//! Deliveries that are stored before they are acknowledged, in the file of the store.

mod accept;
mod change;
mod damaged;
mod lanes;
mod list;
mod prune;
mod settle;
mod sql;
mod steps;
mod take;
mod write;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use webhook_core::replay::LeaseState;
use webhook_core::{StoreError, StoreErrorKind, UnixTime};
use webhook_inbox::{
    Acceptance, Accepted, Action, Change, Ending, InboxTable, JobFilter, JobId, JobLease, Lane,
    LaneStats, Listed, Pruned, Retention, Stats, Step, StoredJob, TakeRequest, Taken,
};

use crate::SqliteStore;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::writer::{PURGE, TIME_LIMIT, Urgency, Writer};
use damaged::Damage;
#[cfg(feature = "sqlx")]
pub(crate) use settle::parts;
pub(crate) use settle::settle as settle_job;
pub(crate) use sql::ALL;
#[cfg(feature = "sqlx")]
pub(crate) use sql::{PUT_STEP, SETTLE, SETTLED};
pub(crate) use steps::put_in;

/// How many jobs one transaction changes at most.
const AT_ONCE: usize = 1000;

/// The tables of stored deliveries in the file of a [`SqliteStore`]: see [`SqliteStore::inbox`].
/// Clones share its writer.
///
/// It opens no transaction for a handler ([`begin`](InboxTable::begin)): SQLite has one writer, so
/// deliveries would be answered 503 while a handler runs. A handler that writes into the same file
/// ends its job with [`done_with`](Self::done_with) and runs steps with
/// [`step_with`](Self::step_with), in a transaction of the writer; or, over a connection of its own,
/// with `done_in` and `put_step_in` of [`transaction`](crate::transaction).
#[derive(Clone)]
pub struct SqliteInbox {
    writer: Arc<Writer>,
    damage: Damage,
}

impl SqliteStore {
    /// The tables of stored deliveries in this file, for [`Inbox`](webhook_inbox::Inbox).
    ///
    /// Deliveries that arrive while a COMMIT is on its way to the disk share the next one. Their
    /// keys are those of the store: what an endpoint with this store has handled is not stored
    /// again.
    ///
    /// ```
    /// use webhook_core::SealKeys;
    /// use webhook_core::secret_store::KeyRing;
    /// use webhook_inbox::{Inbox, InboxTable};
    /// use webhook_sqlite::SqliteStore;
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = std::env::temp_dir().join(format!("webhook-inbox-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let path = folder.join("hooks.db");
    /// // In production: `KeyRing::from_env("WEBHOOK_SECRET_KEYS")?`.
    /// let keys = KeyRing::parse(&KeyRing::fresh_entry("2027-01")?)?;
    /// let table = SqliteStore::open(&path)?.inbox();
    /// let inbox = Inbox::new(table, SealKeys::new(&keys));
    /// assert_eq!(inbox.table().stats().await?.due, 0);
    /// # drop(inbox);
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok(())
    /// # }
    /// #
    /// tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(example()).unwrap();
    /// ```
    #[must_use]
    pub fn inbox(&self) -> SqliteInbox {
        SqliteInbox {
            writer: self.writer(),
            damage: Damage::default(),
        }
    }
}

impl SqliteInbox {
    async fn ask<T: Send + 'static>(
        &self,
        urgency: Urgency,
        work: impl FnMut(&mut Ledger<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.ask(urgency, work).await
    }
}

impl InboxTable for SqliteInbox {
    async fn accept(&self, acceptance: &Acceptance) -> Result<Accepted, StoreError> {
        let acceptance = acceptance.clone();
        let work = move |ledger: &mut Ledger<'_>| accept::accept(ledger, &acceptance);
        self.ask(Urgency::Begins, work).await
    }

    /// A job that is on a damaged page is parked, with the error `damaged`, or passed over if its
    /// row cannot be written. Others are taken.
    async fn take(&self, request: &TakeRequest) -> Result<Taken, StoreError> {
        let mut request = request.clone();
        request.at_most = request.at_most.min(AT_ONCE);
        if self.damage.is_unknown() {
            let request = request.clone();
            let work = move |ledger: &mut Ledger<'_>| take::take(ledger, &request);
            match self.ask(Urgency::Begins, work).await {
                Err(error) if error.kind() == StoreErrorKind::Corrupt => {}
                taken => return taken,
            }
        }
        self.take_around_damage(&request).await
    }

    async fn renew(&self, lease: &JobLease, by: Duration) -> Result<LeaseState, StoreError> {
        let lease = *lease;
        let work = move |ledger: &mut Ledger<'_>| settle::renew(ledger, &lease, by);
        self.ask(Urgency::Ends, work).await
    }

    async fn settle(&self, lease: &JobLease, ending: &Ending) -> Result<LeaseState, StoreError> {
        let (lease, ending) = (*lease, ending.clone());
        let work = move |ledger: &mut Ledger<'_>| settle::settle(ledger, &lease, &ending);
        self.ask(Urgency::Ends, work).await
    }

    async fn change(&self, ids: &[JobId], change: Change, by: &Action) -> Result<u64, StoreError> {
        let mut changed = 0_u64;
        for ids in ids.chunks(AT_ONCE) {
            let (ids, by) = (ids.to_vec(), by.clone());
            let work = move |ledger: &mut Ledger<'_>| change::change(ledger, &ids, change, &by);
            changed = changed.saturating_add(self.ask(Urgency::Begins, work).await?);
        }
        Ok(changed)
    }

    async fn steps(&self, id: JobId) -> Result<Vec<Step>, StoreError> {
        let work = move |ledger: &mut Ledger<'_>| steps::steps(ledger.connection(), id);
        self.ask(Urgency::Begins, work).await
    }

    async fn put_step(&self, lease: &JobLease, step: &Step) -> Result<LeaseState, StoreError> {
        step.check()?;
        let (lease, step) = (*lease, step.clone());
        let work = move |ledger: &mut Ledger<'_>| steps::put(ledger.connection(), &lease, &step);
        self.ask(Urgency::Ends, work).await
    }

    async fn find(&self, id: JobId) -> Result<Option<StoredJob>, StoreError> {
        let work = move |ledger: &mut Ledger<'_>| list::find(ledger, id);
        self.ask(Urgency::Begins, work).await
    }

    async fn list(
        &self,
        filter: &JobFilter,
        after: Option<JobId>,
        at_most: usize,
    ) -> Result<Listed, StoreError> {
        let filter = filter.clone();
        let work = move |ledger: &mut Ledger<'_>| list::list(ledger, &filter, after, at_most);
        self.ask(Urgency::Begins, work).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.ask(Urgency::Begins, |ledger| list::stats(ledger))
            .await
    }

    async fn lanes(
        &self,
        after: Option<&Lane>,
        at_most: usize,
    ) -> Result<Vec<LaneStats>, StoreError> {
        let (after, at_most) = (after.cloned(), at_most.min(AT_ONCE));
        let work = move |ledger: &mut Ledger<'_>| lanes::lanes(ledger, after.clone(), at_most);
        self.ask(Urgency::Begins, work).await
    }

    /// Removes 100 at a time, so that others need not wait, for at most a second.
    async fn prune(&self, retention: &Retention, at_most: usize) -> Result<Pruned, StoreError> {
        let until = Instant::now() + TIME_LIMIT / 2;
        let mut pruned = Pruned::default();
        loop {
            let step = |done: usize| PURGE.min(at_most.saturating_sub(done));
            let (bodies, records) = (step(pruned.bodies), step(pruned.records));
            let retention = *retention;
            let work =
                move |ledger: &mut Ledger<'_>| prune::prune(ledger, &retention, bodies, records);
            let removed = self.ask(Urgency::Begins, work).await?;
            pruned.bodies = pruned.bodies.saturating_add(removed.bodies);
            pruned.records = pruned.records.saturating_add(removed.records);
            let is_full = removed.bodies == PURGE || removed.records == PURGE;
            if !is_full || Instant::now() >= until {
                return Ok(pruned);
            }
        }
    }
}

impl fmt::Debug for SqliteInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteInbox").finish_non_exhaustive()
    }
}

/// The id of a job as a parameter. No job has one that does not fit.
fn number(id: JobId) -> i64 {
    i64::try_from(id.number()).unwrap_or(i64::MAX)
}

fn job_id(number: i64) -> JobId {
    JobId::from_number(number.unsigned_abs())
}

/// A stored time. Below zero it is none.
fn time(micros: i64) -> UnixTime {
    UnixTime::from_millis(u64::try_from(micros / 1000).unwrap_or_default())
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

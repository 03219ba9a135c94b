//! The contract of a table of stored deliveries.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use webhook_core::replay::{LeaseState, TransactionSlot};
use webhook_core::{StoreError, StoreErrorKind};

use crate::{
    Acceptance, Accepted, Action, Change, Ending, JobFilter, JobId, JobLease, Lane, LaneStats,
    Listed, Pruned, Retention, Stats, Step, StoredJob, TakeRequest, Taken,
};

/// Keeps deliveries in a database, from their acknowledgement until they are handled.
///
/// A table compares bytes and tells the time. It knows no key and no provider: what it stores is
/// sealed. It does nothing by itself.
///
/// # The states
///
/// | from | verb | to |
/// |---|---|---|
/// | – | [`accept`](Self::accept) | due |
/// | due, when its time has come; running, when its lease has ended | [`take`](Self::take) | running |
/// | running | [`renew`](Self::renew) | running, for longer |
/// | running | [`settle`](Self::settle): [`Done`](Ending::Done) | done |
/// | running | [`settle`](Self::settle): [`Retry`](Ending::Retry), [`GivenBack`](Ending::GivenBack) | due |
/// | running | [`settle`](Self::settle): [`Dead`](Ending::Dead) | dead |
/// | running | [`settle`](Self::settle): [`Parked`](Ending::Parked) | parked |
/// | due | [`change`](Self::change): [`Park`](Change::Park) | parked |
/// | dead, parked | [`change`](Self::change): [`Requeue`](Change::Requeue) | due |
/// | due, dead, parked | [`change`](Self::change): [`Drop`](Change::Drop) | dropped |
/// | done, dropped | [`prune`](Self::prune) | – |
///
/// # Rules
///
/// * All times are of one clock, that of the database.
/// * Every operation is one transaction, and its answer comes after the COMMIT.
/// * An operation of a lease counts only while the job is running and has the owner and the epoch of
///   the lease. A lease whose time has passed is held until another worker takes the job.
/// * Jobs are found by their state, never by "an id above the last one": transactions become
///   visible in another order than that of their ids, and such a reader loses jobs.
/// * Texts are compared by their bytes.
/// * A failure is an error, never an empty answer. After
///   [`Timeout`](webhook_core::StoreErrorKind::Timeout) it is unknown whether the operation took
///   place: repeat it. A repeated acceptance has the owner of the first one.
pub trait InboxTable: fmt::Debug + Send + Sync + 'static {
    /// Stores a delivery: its replay key, and for each of its
    /// [lanes](Acceptance::lanes) a job with a record and a body, all in one transaction.
    ///
    /// The key is that of a replay store in the same database, and this is a claim that is committed
    /// at once. If another owner has the key, the answer says what became of that one, and nothing
    /// is stored: a copy that is claimed is [`BeingStored`](Accepted::BeingStored), a done one
    /// [`Stored`](Accepted::Stored), a dead one [`Dead`](Accepted::Dead). If the acceptance's own
    /// owner has it, because an answer was lost, the answer is [`New`](Accepted::New) again.
    ///
    /// A wrong `New` loses an event, since its sender is answered 200. A wrong `Stored` does too.
    fn accept(
        &self,
        acceptance: &Acceptance,
    ) -> impl Future<Output = Result<Accepted, StoreError>> + Send;

    /// Claims jobs that are due, and running ones whose lease has ended.
    ///
    /// Lanes are visited in ascending order, and as many as the table likes, but at least one if
    /// there is one. Each of the `n` visited lanes that have a job whose time has come gives at
    /// most `at_most / n` jobs, rounded up, and at most [`per_lane`](TakeRequest::per_lane), the
    /// earliest ones first. So a lane with many jobs never keeps others waiting.
    ///
    /// Lanes of other [consumers](TakeRequest::consumers), and those to
    /// [skip](TakeRequest::skip), give nothing. Passing one costs a look at the index, whatever is
    /// in it. A call that passed many of them may take nothing and still say where to go on.
    ///
    /// Two calls at the same time never take the same job, and do not wait for each other.
    ///
    /// # Order
    ///
    /// Of the jobs of one lane with one [order key](Acceptance::order_by), at most one is running.
    /// While one is running, no other is taken; one whose lease has ended is taken over first.
    /// Otherwise a job is taken only if no job that was stored earlier, which is one of a lower id,
    /// is due, however late its time is: a job to be retried holds back those behind it. Jobs that
    /// are dead, parked or dropped hold back none. Requeued, they hold back later ones again.
    ///
    /// A call looks at a limited number of the jobs of a lane, at least a thousand: if more than
    /// that wait for others, those behind them wait with them. Other lanes are not affected.
    fn take(&self, request: &TakeRequest)
    -> impl Future<Output = Result<Taken, StoreError>> + Send;

    /// Makes a lease last this long, from now on.
    fn renew(
        &self,
        lease: &JobLease,
        by: Duration,
    ) -> impl Future<Output = Result<LeaseState, StoreError>> + Send;

    /// Ends a claim.
    ///
    /// [`Held`](LeaseState::Held) also if this lease has ended the claim before in this way, and no
    /// other has begun, so that it can be repeated. The attempts that failed are kept, but of more
    /// than ten only the first one and the last [nine](crate::LAST_ATTEMPTS).
    fn settle(
        &self,
        lease: &JobLease,
        ending: &Ending,
    ) -> impl Future<Output = Result<LeaseState, StoreError>> + Send;

    /// Changes the states of jobs. Those whose state does not allow it stay as they are. Returns how
    /// many were changed. More than a thousand ids may take several transactions.
    ///
    /// Who did it, why and when is kept with each job that is changed, in the same transaction:
    /// [`find`](Self::find) has the last [twenty](crate::LAST_CHANGES) changes. They go with the
    /// record.
    fn change(
        &self,
        ids: &[JobId],
        change: Change,
        by: &Action,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// The steps of a job, in the order in which they were first put. An unknown job has none.
    fn steps(&self, id: JobId) -> impl Future<Output = Result<Vec<Step>, StoreError>> + Send;

    /// Keeps what became of a step, while the lease holds the job.
    ///
    /// A step that failed or was skipped is replaced by a later one of its name. One that is done
    /// is never replaced: the first value stays, and the answer is [`Held`](LeaseState::Held) as
    /// well. So a call can be repeated. Steps stay when a job is retried, parked or requeued, and
    /// go with its record.
    ///
    /// A step outside of its [limits](Step::check) is an error of the kind
    /// [`Misconfigured`](StoreErrorKind::Misconfigured), and nothing is stored.
    fn put_step(
        &self,
        lease: &JobLease,
        step: &Step,
    ) -> impl Future<Output = Result<LeaseState, StoreError>> + Send;

    /// Everything about a job. `None`: there is none of this id.
    fn find(&self, id: JobId)
    -> impl Future<Output = Result<Option<StoredJob>, StoreError>> + Send;

    /// Lists jobs above `after`, at most `at_most`, in ascending order of their ids.
    ///
    /// A call looks at a limited number of rows. The list goes on as long as
    /// [`Listed::after`] says where.
    fn list(
        &self,
        filter: &JobFilter,
        after: Option<JobId>,
        at_most: usize,
    ) -> impl Future<Output = Result<Listed, StoreError>> + Send;

    /// Counts jobs.
    fn stats(&self) -> impl Future<Output = Result<Stats, StoreError>> + Send;

    /// The lanes above `after` that have due or running jobs, in ascending order, at most
    /// `at_most`, with numbers of each. To go on, pass the last lane.
    fn lanes(
        &self,
        after: Option<&Lane>,
        at_most: usize,
    ) -> impl Future<Output = Result<Vec<LaneStats>, StoreError>> + Send;

    /// Removes at most `at_most` bodies and `at_most` records of jobs that were done or dropped long
    /// enough ago. A record goes after its body.
    fn prune(
        &self,
        retention: &Retention,
        at_most: usize,
    ) -> impl Future<Output = Result<Pruned, StoreError>> + Send;

    /// Opens the transaction that a handler runs in. `None`, the default: this table has none.
    ///
    /// The handler borrows it, and [`commit`](Self::commit) ends it together with the job. To give
    /// up, drop every clone of the slot, or [clear](TransactionSlot::clear) it: the database rolls
    /// back, and the job is settled as ever.
    ///
    /// After an error, a worker gives the job back, which is no attempt, and waits before it takes
    /// others.
    fn begin(
        &self,
        lease: &JobLease,
    ) -> impl Future<Output = Result<Option<TransactionSlot>, StoreError>> + Send {
        let _ = lease;
        async { Ok(None) }
    }

    /// Settles a job as [`Done`](Ending::Done) within the transaction of its handler, and commits:
    /// the effects are there if and only if the job is done.
    ///
    /// [`Lost`](LeaseState::Lost): another worker has the job, and nothing of the handler's
    /// remains. After an error it may be unknown whether the COMMIT took place. Then do not settle
    /// the job otherwise: if it is not done, it runs again when its lease ends.
    ///
    /// It is an error of the kind [`Misconfigured`](StoreErrorKind::Misconfigured) if the
    /// transaction is not in the slot, because the handler has kept it, or if the table has none.
    fn commit(
        &self,
        lease: &JobLease,
        slot: &TransactionSlot,
    ) -> impl Future<Output = Result<LeaseState, StoreError>> + Send {
        let _ = (lease, slot);
        let why = "the table has no transactions";
        async move { Err(StoreError::with_source(StoreErrorKind::Misconfigured, why)) }
    }

    /// Resolves when another process may have stored or requeued something since the last call
    /// resolved. The default never resolves.
    ///
    /// It is a hint. Nothing may depend on it: look for jobs from time to time as well.
    fn stored(&self) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }
}

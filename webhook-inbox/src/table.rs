//! The contract of a table of stored deliveries.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use webhook_core::StoreError;
use webhook_core::replay::LeaseState;

use crate::{
    Acceptance, Accepted, Change, Ending, JobFilter, JobId, JobLease, Listed, Pruned, Retention,
    Stats, StoredJob, TakeRequest, Taken,
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
    /// Stores a delivery: its replay key, its record and its body in one transaction.
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
    /// there is one. Each of the `n` visited lanes that have a job to take gives at most
    /// `at_most / n` jobs, rounded up, the earliest ones first. So a lane with many jobs never keeps
    /// others waiting.
    ///
    /// Two calls at the same time never take the same job, and do not wait for each other.
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
    fn change(
        &self,
        ids: &[JobId],
        change: Change,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

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

    /// Removes at most `at_most` bodies and `at_most` records of jobs that were done or dropped long
    /// enough ago. A record goes after its body.
    fn prune(
        &self,
        retention: &Retention,
        at_most: usize,
    ) -> impl Future<Output = Result<Pruned, StoreError>> + Send;
}

//! The contract of a store.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use crate::error::StoreError;
use crate::replay::{Claim, ClaimRequest, Commit, Lease, LeaseState, ReplayKey};

/// Remembers deliveries, so that copies of a handled event do not run.
///
/// This page is the contract of a store. The `conformance` module (feature `conformance`) tests it.
///
/// # The record
///
/// A store keeps one record for each [`ReplayKey`]. At least the first 16 bytes of the key count.
///
/// | field | set by | meaning |
/// |---|---|---|
/// | state | claim, commit, release | claimed, done, or released |
/// | owner | claim | the owner of the last claim |
/// | epoch | claim | higher than that of every earlier claim of this key |
/// | attempt | claim | how many claims were acquired since the record exists, from 1 |
/// | lease end | claim, renew | no other owner can claim before this time |
/// | retain | claim | the retention that the last claim asked for |
/// | expires | every write | the record counts as absent from this time on |
/// | fingerprint | claim | a hash of the body; 32 bits of it suffice |
///
/// Every operation is atomic for its key. A store that reads a record, decides, and then writes
/// must hold a lock on the record meanwhile, or repeat the condition in the write. All times are
/// the store's own, so receivers whose clocks differ share one truth.
///
/// # Retention
///
/// * Every write sets `expires` to now + `retain`. The writes are: a claim that acquires, a
///   renewal, a commit, a release. A commit and a release end the lease. If a claim or a renewal
///   sets a later lease end, `expires` is the lease end: no record expires under a live lease.
/// * A commit uses the `retain` of the claim it commits. [`commit`](Self::commit) does not repeat
///   that value, so a database has to persist it in the record.
/// * An answer that acquires nothing writes nothing. A duplicate never extends the retention:
///   otherwise a sender that repeats a delivery keeps its record for ever.
/// * An expired record counts as absent for every operation, whether it was purged or not.
/// * The store purges expired records by itself, in bounded batches. No caller asks for it, and
///   no operation waits until everything that has expired is gone.
/// * A store that evicts under pressure may drop a record before it expires. It evicts released
///   records first, then done ones whose [`protect`](ClaimRequest::protect) has passed, and never
///   a claim. Without such records it answers [`Full`](crate::StoreErrorKind::Full).
///
/// # Epochs
///
/// An epoch never goes back: not after a release, a take-over, [`forget`](Self::forget), or the
/// end of the retention. Handlers use it in their own conditional writes, and those outlive
/// the record. A counter in the record alone is not enough, because it begins again with the next
/// record. Begin a new record with the store's time in microseconds, or take all epochs from one
/// sequence of the store.
///
/// # What a wrong answer costs
///
/// * [`claim`](Self::claim) answers `Acquired` during another lease, or after a commit: the
///   handler runs twice. Money depends on this promise.
/// * It answers `Done` without a commit: the event is lost, because the sender gets a 200. That is
///   worse than a second run.
/// * It answers `InFlight` for ever: the sender gives up after its retries, and the event is lost.
///   So every lease ends.
/// * It counts too few keys of a group: an attacker runs a captured delivery under more invented
///   labels. It counts too many: events are lost.
/// * A commit of a lost lease is accepted: two runs both believe that theirs is the recorded one.
/// * A renewal revives a lost lease: two handlers run at the same time.
/// * A record ends before its time: a late retry or a replayed delivery runs again.
/// * A record ends after its time: the store grows, and a redelivery by hand does not run.
/// * An epoch goes back: in a handler's conditional writes, an older run overwrites a newer one.
/// * An error costs a retry: the answer is 503, and nothing runs. In doubt, return an error.
///
/// # Time and cancellation
///
/// Every operation ends within the store's own time limit, with an error if necessary. Two seconds
/// are a good limit. Callers never cancel an operation halfway, because that may leave a pooled
/// connection in the middle of a transaction.
///
/// There are no default methods: each one is a promise.
pub trait ReplayStore: fmt::Debug + Send + Sync + 'static {
    /// Claims `key` for `request.owner`.
    ///
    /// | record | answer | afterwards |
    /// |---|---|---|
    /// | absent or expired | `Acquired`, attempt 1 | claimed |
    /// | released | `Acquired`, one attempt more | claimed |
    /// | claimed, lease ended | `Acquired`, one attempt more | claimed (a take-over) |
    /// | claimed by this owner, lease alive | `Acquired`, same epoch and attempt | unchanged |
    /// | claimed by another owner, lease alive | `InFlight` | unchanged |
    /// | done | `Done` | unchanged |
    ///
    /// The fourth row is for a caller that lost the first answer and asks again.
    ///
    /// # Bounds
    ///
    /// If the request has a [bound](crate::replay::LabelBound) and the record is absent, the same
    /// atomic step counts the key in its group. A group whose count has reached `at_most` answers
    /// [`OverBound`](Claim::OverBound), and nothing is recorded. A record that exists is not
    /// counted again, and its answer ignores the bound.
    ///
    /// The count begins with the first key of the group and ends `request.retain` later. Later
    /// keys do not extend it, and a release never lowers it.
    fn claim(
        &self,
        key: &ReplayKey,
        request: &ClaimRequest,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send;

    /// Moves the end of the lease to now + `by`, and sets `expires`.
    ///
    /// A lease that has ended still holds its record until a take-over, and can be renewed. A
    /// renewal never revives a lost lease: one that was taken over, released, committed, forgotten
    /// or has expired. The answer is then [`Lost`](LeaseState::Lost), and nothing changes.
    fn renew(
        &self,
        lease: &Lease,
        by: Duration,
    ) -> impl Future<Output = Result<LeaseState, StoreError>> + Send;

    /// Records the delivery as done, and sets `expires` to now + the `retain` of the claim.
    ///
    /// Owner and epoch of the lease must be those of the record. A lease that has ended still
    /// commits until a take-over, because the handler's effects have happened. A second commit of
    /// the same lease answers [`AlreadyCommitted`](Commit::AlreadyCommitted). A lost lease answers
    /// [`LeaseLost`](Commit::LeaseLost), and nothing changes.
    fn commit(&self, lease: &Lease) -> impl Future<Output = Result<Commit, StoreError>> + Send;

    /// Gives the claim back, so that the next copy runs at once, and sets `expires`.
    ///
    /// Owner and epoch of the lease must be those of the record, and the record must be claimed: a
    /// done record is never released. The record stays, with its epoch and its attempts. A lost
    /// lease answers [`Lost`](LeaseState::Lost), and nothing changes.
    fn release(&self, lease: &Lease)
    -> impl Future<Output = Result<LeaseState, StoreError>> + Send;

    /// Removes the record of `key` in any state, so that an operator can run a delivery again.
    /// Returns whether there was a record.
    fn forget(&self, key: &ReplayKey) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

//! The contract of a store.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use crate::error::StoreError;
use crate::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, Finding, Lease, LeaseState, ReplayKey, Swept,
};

/// Remembers deliveries, so that copies of a handled event do not run.
///
/// This page is the contract of a store. The `conformance` module (feature `conformance`) tests it.
///
/// # The record
///
/// A store keeps one record for each [`ReplayKey`]. It distinguishes keys by at least their first
/// 16 bytes.
///
/// | field | set by | meaning |
/// |---|---|---|
/// | state | claim, commit, release, bury, revive | claimed, done, released, or dead |
/// | owner | claim | the owner of the last claim |
/// | epoch | claim | higher than that of every earlier claim of this key |
/// | attempt | claim, revive | how many claims were acquired since the record exists, from 1 |
/// | lease end | claim, renew | no other owner can claim before this time |
/// | retain | claim | the retention that the last claim asked for |
/// | expires | every write | the record counts as absent from this time on |
/// | fingerprint | claim | a hash of the body; 32 bits of it suffice |
/// | answer | commit | what copies of a done delivery are answered; often none |
/// | note, time of death, whole key | bury | what people see of a dead delivery |
///
/// Every operation is atomic for its key. A store that reads a record, decides, and then writes
/// must hold a lock on the record meanwhile, or repeat the condition in the write. All times are
/// the store's own, so receivers whose clocks differ share one truth.
///
/// # The states
///
/// A record is absent, claimed (with a lease that is alive or has ended), released, done or dead.
/// An expired record is absent.
///
/// | | absent | lease alive | lease ended | released | done | dead |
/// |---|---|---|---|---|---|---|
/// | claim | Acquired | InFlight (1) | Acquired | Acquired | Done | Dead |
/// | renew (2) | Lost | Held | Held | Lost | Lost | Lost |
/// | commit (2) | LeaseLost | Committed | Committed | LeaseLost | AlreadyCommitted | LeaseLost |
/// | release (2) | Lost | Held | Held | Lost | Lost | Lost |
/// | bury (2) | Lost | Held | Held | Lost | Lost | Lost |
/// | revive | false | false | false | false | false | true |
/// | forget | false | true | true | true | true | true |
///
/// 1. The owner of the lease gets `Acquired` again, with the same epoch and attempt.
/// 2. The lease has the owner and the epoch of the record. Any other lease gets `Lost`, or
///    `LeaseLost` from a commit.
///
/// | operation | answer | new state |
/// |---|---|---|
/// | claim | Acquired | claimed |
/// | renew | Held | claimed, with a later lease end |
/// | commit | Committed | done |
/// | release | Held | released |
/// | bury | Held | dead |
/// | revive | true | released |
/// | forget | true | absent |
///
/// Every other answer changes nothing.
///
/// # Retention
///
/// * Every write sets `expires` to now + `retain`. The writes are: a claim that acquires, a
///   renewal, a commit, a release, a burial, a revival. All but the first two end the lease. If a
///   claim or a renewal sets a later lease end, `expires` is the lease end: no record expires under
///   a live lease.
/// * Every later write uses the `retain` of the last claim. Only [`claim`](Self::claim) is told
///   that value, so a database has to persist it in the record.
/// * A dead record is kept like a released one: `retain` from its burial on. After that the event
///   runs again if a copy arrives.
/// * An answer that acquires nothing writes nothing. A duplicate never extends the retention, that
///   of a dead record included: otherwise a sender that repeats a delivery keeps its record for
///   ever.
/// * An expired record counts as absent for every operation, whether it was purged or not.
/// * The store purges expired records by itself, in bounded batches, unless its application
///   switches that off and calls [`sweep`](Self::sweep). No operation waits until everything that
///   has expired is gone.
/// * A store that evicts under pressure may drop a record before it expires. It evicts released
///   records first, then done ones whose [`protect`](ClaimRequest::protect) has passed, and never
///   a claim or a dead record. Without such records it answers
///   [`Full`](crate::StoreErrorKind::Full).
///
/// # Remembered answers
///
/// * A commit may bring an answer: opaque bytes, at most [`MAX_ANSWER`](super::MAX_ANSWER) of them.
///   Every claim that meets the done record gets the same bytes back. An empty answer is an answer.
/// * An answer belongs to one commit. It ends with its record, and a later commit of the same key
///   without an answer has none.
/// * A longer answer is not remembered, but the commit takes place: the handler's effects have
///   happened.
/// * A store that keeps answers in memory may drop them before their records. The record stays
///   done, without an answer.
///
/// # Dead records
///
/// * A dead record stops the retries of a delivery that never succeeds, and keeps it for people.
///   [`revive`](Self::revive) lets it run again, [`forget`](Self::forget) removes it.
/// * Its note has at most [`MAX_NOTE`](super::MAX_NOTE) bytes. A longer one is cut, and control
///   characters become spaces: [`DeadRecord::note_to_keep`](super::DeadRecord::note_to_keep) does
///   both. A burial never fails because of its note.
/// * [`dead`](Self::dead) lists them in the order of their keys and pages by key. A list in the
///   order of death would need a sequence, and a record that commits late is missed by a reader
///   that has passed its number.
///
/// # Epochs
///
/// An epoch never goes back: not after a release, a take-over, [`revive`](Self::revive),
/// [`forget`](Self::forget), or the end of the retention. Handlers use it in their own conditional
/// writes, and those outlive the record. A counter in the record alone is not enough, because it
/// begins again with the next record. Begin a new record with the store's time in microseconds, or
/// take all epochs from one sequence of the store.
///
/// # What a wrong answer costs
///
/// * [`claim`](Self::claim) answers `Acquired` during another lease, or after a commit: the
///   handler runs twice. Money depends on this promise.
/// * It answers `Done` without a commit: the event is lost, because the sender gets a 200. That is
///   worse than a second run.
/// * It answers `Done` with the answer of another commit: the sender acts on a wrong answer.
/// * It answers `Done` without the answer it was given: a sender that asked a question gets no
///   answer to it, or the handler runs again for it.
/// * It answers `InFlight` for ever: the sender gives up after its retries, and the event is lost.
///   So every lease ends.
/// * It answers `Dead` for a delivery that was not buried: the event is lost, unless a person reads
///   the list of dead records. It answers `Acquired` for a dead one: a delivery that fails every
///   time is tried for ever.
/// * It counts too few keys of a group: an attacker runs a captured delivery under more invented
///   labels. It counts too many: events are lost.
/// * A commit of a lost lease is accepted: two runs both believe that theirs is the recorded one.
/// * A burial of a lost lease is accepted: a delivery is dead although another run of it succeeds.
/// * A renewal revives a lost lease: two handlers run at the same time.
/// * A revival changes a record that is not dead: a done event runs twice, or two handlers run at
///   the same time.
/// * A dead record is missing from the list: the event is lost, and no person learns of it.
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
    /// | done | `Done`, with the answer of the commit | unchanged |
    /// | dead | `Dead`, with the attempts before its burial | unchanged |
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
    /// renewal never revives a lost lease: one that was taken over, released, committed, buried,
    /// forgotten or has expired. The answer is then [`Lost`](LeaseState::Lost), and nothing
    /// changes.
    fn renew(
        &self,
        lease: &Lease,
        by: Duration,
    ) -> impl Future<Output = Result<LeaseState, StoreError>> + Send;

    /// Records the delivery as done, with `answer` for its copies, and sets `expires`.
    ///
    /// Owner and epoch of the lease must be those of the record. A lease that has ended still
    /// commits until a take-over, because the handler's effects have happened. A second commit of
    /// the same lease answers [`AlreadyCommitted`](Commit::AlreadyCommitted) and keeps the first
    /// answer. A lost lease answers [`LeaseLost`](Commit::LeaseLost). Neither changes anything.
    fn commit(
        &self,
        lease: &Lease,
        answer: Option<&[u8]>,
    ) -> impl Future<Output = Result<Commit, StoreError>> + Send;

    /// Gives the claim back, so that the next copy runs at once, and sets `expires`.
    ///
    /// Owner and epoch of the lease must be those of the record, and the record must be claimed: a
    /// done or dead record is never released. The record stays, with its epoch and its attempts. A
    /// lost lease answers [`Lost`](LeaseState::Lost), and nothing changes.
    fn release(&self, lease: &Lease)
    -> impl Future<Output = Result<LeaseState, StoreError>> + Send;

    /// Makes the delivery dead, so that no copy runs, and sets `expires`.
    ///
    /// Like [`release`](Self::release), but later claims answer [`Dead`](Claim::Dead) until
    /// [`revive`](Self::revive) or [`forget`](Self::forget), or until the record expires. The
    /// record keeps its epoch, its attempts, and `note`. The note is for people: the provider, the
    /// type and the id of the event.
    fn bury(
        &self,
        lease: &Lease,
        note: &str,
    ) -> impl Future<Output = Result<LeaseState, StoreError>> + Send;

    /// Makes a dead record released, so that the next copy runs as attempt 1, and sets `expires`.
    /// Returns whether the record was dead. Every other record stays as it is.
    ///
    /// The epoch stays, so the next claim has a higher one. A revived key is known to its group,
    /// and is not counted again.
    fn revive(&self, key: &ReplayKey) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Lists dead records in ascending order of their keys, as bytes.
    ///
    /// The list begins with the first key above `after`, or with the first of all, and has at most
    /// `at_most` records. To read on, pass the last key of the list. Only an empty list is the end:
    /// a store may answer fewer records than it was asked for, but then at least one. Expired
    /// records are not listed. `at_most` of zero is an empty list.
    fn dead(
        &self,
        after: Option<&ReplayKey>,
        at_most: usize,
    ) -> impl Future<Output = Result<Vec<DeadRecord>, StoreError>> + Send;

    /// Removes the record of `key` in any state, so that an operator can run a delivery again.
    /// Returns whether there was a record.
    fn forget(&self, key: &ReplayKey) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Removes at most `at_most` expired records and counts of groups.
    ///
    /// It finds them by an index of their ends, so that it costs what it removes. It touches
    /// nothing that has not expired. A database whose records end by themselves answers that it
    /// removed none.
    fn sweep(&self, at_most: usize) -> impl Future<Output = Result<Swept, StoreError>> + Send;

    /// Says what is wrong with the set-up of the store: what may evict, lose or falsify records.
    /// A sound store has no findings.
    ///
    /// It is called at startup, and does not change the store.
    fn check(&self) -> impl Future<Output = Result<Vec<Finding>, StoreError>> + Send;
}

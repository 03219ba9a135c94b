use std::fmt::Debug;
use std::time::Duration;

use crate::error::StoreError;
use crate::ordering::{EntityKey, Version};

/// How an event compares with those of the same object that were handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a stale event has to be left alone"]
#[non_exhaustive]
pub enum Order {
    /// It is newer than all before: handle it.
    Fresh,
    /// It has the version of the newest one: a retry, or another event with the same version.
    /// Handle it: a lost event is worse than one that is handled twice.
    Same,
    /// It is older: leave it, and answer 200.
    Stale {
        /// The newest version.
        latest: Version,
    },
}

impl Order {
    /// Whether the event is older than one that was handled.
    #[must_use]
    pub const fn is_stale(self) -> bool {
        matches!(self, Self::Stale { .. })
    }
}

/// Keeps the highest version of each object.
///
/// The record of an object is a version and the time when it expires. Its key is 32 bytes.
///
/// # What a wrong answer costs
///
/// * `Fresh` or `Same` for an older version: an old state replaces a new one.
/// * `Stale` for the newest version: the event is lost, because the sender gets a 200. That is
///   worse.
/// * `Same` in place of `Fresh`, for example after an answer of the database got lost: nothing.
pub trait OrderingStore: Debug + Send + Sync + 'static {
    /// Raises the version of an object if `version` is higher, and says how the two compare. The
    /// comparison and the write are one atomic step.
    ///
    /// A raised record expires `retain` from now on the store's clock. One that is not raised keeps
    /// its time. A record that has expired counts as absent.
    ///
    /// # Errors
    ///
    /// If the store fails. Whether the version was raised is then unknown: the retry is
    /// [`Order::Same`], and runs.
    fn advance(
        &self,
        entity: &EntityKey,
        version: Version,
        retain: Duration,
    ) -> impl Future<Output = Result<Order, StoreError>> + Send;

    /// Forgets an object, so that its next event is fresh. Returns whether it was there.
    ///
    /// # Errors
    ///
    /// If the store fails.
    fn forget(&self, entity: &EntityKey) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// Keeps versions in transactions of the application, over a connection `C`.
pub trait TransactionalOrdering<C: ?Sized>: OrderingStore {
    /// Like [`advance`](OrderingStore::advance), in an open transaction of the caller. A rollback
    /// undoes it. Another transaction that advances the same object waits for this one.
    ///
    /// # Errors
    ///
    /// If the store fails. Roll back then: the transaction may be unusable.
    fn advance_in(
        &self,
        connection: &mut C,
        entity: &EntityKey,
        version: Version,
        retain: Duration,
    ) -> impl Future<Output = Result<Order, StoreError>> + Send;
}

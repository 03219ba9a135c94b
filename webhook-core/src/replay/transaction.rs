//! The transaction of a store that records a delivery together with the handler's own writes.

use std::any::Any;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::replay::ClaimRequest;

/// An open transaction on its way from a claim to the handler, and back to the commit.
///
/// A store that claims within a transaction puts it here, and into the [`Lease`](super::Lease) with
/// [`Lease::with_transaction`](super::Lease::with_transaction). The handler borrows it through
/// [`Delivery::transaction`](crate::Delivery::transaction). The store takes it back when it commits
/// or releases the lease: the record of the delivery and the handler's writes commit together, or
/// neither does.
///
/// Clones share one place. If the last of them is dropped with the transaction, the transaction is
/// dropped: databases roll back then.
///
/// A rollback leaves nothing of a claim that was made in the transaction. The slot keeps what was
/// asked for, so that the store can record the failed attempt afterwards.
#[derive(Clone)]
pub struct TransactionSlot(Arc<Slot>);

struct Slot {
    transaction: Mutex<Option<Box<dyn Any + Send>>>,
    request: Option<ClaimRequest>,
}

impl TransactionSlot {
    /// A slot with an open transaction in it.
    pub fn new<X: Send + 'static>(transaction: X) -> Self {
        Self::with(transaction, None)
    }

    /// A slot with an open transaction in it, in which this was claimed.
    pub fn claimed<X: Send + 'static>(transaction: X, request: &ClaimRequest) -> Self {
        Self::with(transaction, Some(request.clone()))
    }

    fn with<X: Send + 'static>(transaction: X, request: Option<ClaimRequest>) -> Self {
        Self(Arc::new(Slot {
            transaction: Mutex::new(Some(Box::new(transaction))),
            request,
        }))
    }

    /// What was claimed in the transaction. `None`: it began without a claim.
    #[must_use]
    pub fn request(&self) -> Option<&ClaimRequest> {
        self.0.request.as_ref()
    }

    /// Takes the transaction out. `None` if a handler has it, or if it is not an `X`.
    #[must_use]
    pub fn take<X: 'static>(&self) -> Option<X> {
        let mut place = self.place();
        if !place.as_ref()?.is::<X>() {
            return None;
        }
        place
            .take()?
            .downcast()
            .ok()
            .map(|transaction| *transaction)
    }

    /// Drops the transaction, if it is here: databases roll back then. One that a handler has
    /// borrowed is dropped with the last clone of the slot.
    pub fn clear(&self) {
        let transaction = self.place().take();
        drop(transaction);
    }

    /// Borrows the transaction. `None` if it is borrowed already, or if it is not an `X`.
    pub(crate) fn borrow<X: Send + 'static>(&self) -> Option<TransactionGuard<X>> {
        let transaction = self.take()?;
        Some(TransactionGuard {
            transaction: Some(transaction),
            slot: self.clone(),
        })
    }

    fn place(&self) -> MutexGuard<'_, Option<Box<dyn Any + Send>>> {
        let place = self.0.transaction.lock();
        place.unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for TransactionSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransactionSlot").finish_non_exhaustive()
    }
}

/// A transaction that a handler has borrowed. It derefs to the transaction.
///
/// It goes back when this is dropped, and has to be back when the handler answers: a transaction
/// that is still borrowed then is not committed, and the delivery is answered 503.
pub struct TransactionGuard<X: Send + 'static> {
    /// `None` only while it is dropped.
    transaction: Option<X>,
    slot: TransactionSlot,
}

impl<X: Send + 'static> Deref for TransactionGuard<X> {
    type Target = X;

    fn deref(&self) -> &X {
        self.transaction.as_ref().expect(BORROWED)
    }
}

impl<X: Send + 'static> DerefMut for TransactionGuard<X> {
    fn deref_mut(&mut self) -> &mut X {
        self.transaction.as_mut().expect(BORROWED)
    }
}

const BORROWED: &str = "the transaction is here until the guard is dropped";

impl<X: Send + 'static> Drop for TransactionGuard<X> {
    fn drop(&mut self) {
        if let Some(transaction) = self.transaction.take() {
            *self.slot.place() = Some(Box::new(transaction));
        }
    }
}

impl<X: Send + 'static> fmt::Debug for TransactionGuard<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransactionGuard").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::replay::Owner;

    fn request() -> ClaimRequest {
        let minute = Duration::from_secs(60);
        ClaimRequest::new(Owner::from_bits(1), minute, minute)
    }

    #[test]
    fn a_transaction_is_borrowed_by_one_and_comes_back() {
        let slot = TransactionSlot::claimed(vec![1], &request());
        assert_eq!(slot.request().unwrap().owner, Owner::from_bits(1));
        let mut guard = slot.borrow::<Vec<i32>>().unwrap();
        assert!(slot.borrow::<Vec<i32>>().is_none(), "it is borrowed");
        assert!(slot.take::<Vec<i32>>().is_none(), "it is borrowed");
        guard.push(2);
        drop(guard);
        assert_eq!(slot.take::<Vec<i32>>(), Some(vec![1, 2]));
        assert_eq!(slot.take::<Vec<i32>>(), None, "it is taken");
    }

    #[test]
    fn a_transaction_of_another_type_stays() {
        let slot = TransactionSlot::new(7_u8);
        assert!(slot.request().is_none());
        assert!(slot.borrow::<u16>().is_none());
        assert_eq!(slot.take::<u8>(), Some(7));
    }
}

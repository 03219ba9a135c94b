use std::time::Duration;

use crate::delivery::Delivery;
use crate::error::StoreError;
use crate::ordering::{EntityKey, Order, OrderingStore, TransactionalOrdering, Version};

/// As long as content is remembered by default.
const RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Says whether an event is older than one of the same object that was handled.
///
/// The [module](super) has an example, and says what a version is.
#[derive(Clone, Debug)]
#[must_use]
pub struct OrderingGuard<S> {
    store: S,
    retention: Duration,
}

impl<S: OrderingStore> OrderingGuard<S> {
    /// A guard whose versions are in this store.
    pub fn new(store: S) -> Self {
        Self {
            store,
            retention: RETENTION,
        }
    }

    /// How long the version of an object is kept after it was last raised. Default: 30 days.
    ///
    /// An older event that arrives later is fresh. Choose more than the time for which the sender
    /// retries.
    pub fn retention(mut self, retention: Duration) -> Self {
        self.retention = retention;
        self
    }

    /// Compares an event with the newest one of `entity`, and raises the version if it is newer.
    ///
    /// `entity` is the application's name of the object, with its kind: `subscription/sub_1`. It
    /// belongs to the delivery's provider, consumer, tenant and mode, so the same name at another
    /// tenant is another object.
    ///
    /// A stale event is counted as [`ignored`](crate::Counts::ignored) and logged. Answer 200.
    ///
    /// # Errors
    ///
    /// If the store fails. Answer 503, so that the sender retries.
    pub async fn check(
        &self,
        delivery: &Delivery,
        entity: &str,
        version: impl Into<Version> + Send,
    ) -> Result<Order, StoreError> {
        let (entity, version) = (EntityKey::of(delivery, entity), version.into());
        let order = self.store.advance(&entity, version, self.retention).await?;
        Ok(counted(delivery, order))
    }

    /// Like [`check`](Self::check), in the transaction of the handler's effects: a handler that
    /// fails does not raise the version.
    ///
    /// # Errors
    ///
    /// If the store fails. Answer 503, and let the transaction roll back.
    pub async fn check_in<C: ?Sized + Send>(
        &self,
        connection: &mut C,
        delivery: &Delivery,
        entity: &str,
        version: impl Into<Version> + Send,
    ) -> Result<Order, StoreError>
    where
        S: TransactionalOrdering<C>,
    {
        let (entity, version) = (EntityKey::of(delivery, entity), version.into());
        let advanced = self
            .store
            .advance_in(connection, &entity, version, self.retention);
        Ok(counted(delivery, advanced.await?))
    }

    /// Forgets an object, for operators: after a version that was wrong, everything is stale. The
    /// next event of the object is fresh. Returns whether the object was there.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn forget(&self, entity: &EntityKey) -> Result<bool, StoreError> {
        self.store.forget(entity).await
    }
}

fn counted(delivery: &Delivery, order: Order) -> Order {
    if order.is_stale() {
        delivery.shared().observer.stale(delivery);
    }
    order
}

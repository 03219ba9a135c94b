//! The versions of objects whose events arrive out of order.

use std::time::Duration;

use webhook_core::StoreError;
use webhook_core::ordering::{EntityKey, Order, OrderingStore, TransactionalOrdering, Version};

use crate::SqliteStore;
use crate::ledger::Ledger;
use crate::transaction::{SqliteTransaction, advance_in};
use crate::writer::Urgency;

/// Keeps versions in the table `webhook_entity`.
impl OrderingStore for SqliteStore {
    async fn advance(
        &self,
        entity: &EntityKey,
        version: Version,
        retain: Duration,
    ) -> Result<Order, StoreError> {
        let entity = *entity;
        let work = move |ledger: &mut Ledger<'_>| ledger.advance(&entity, version, retain);
        self.writer.ask(Urgency::Begins, work).await
    }

    async fn forget(&self, entity: &EntityKey) -> Result<bool, StoreError> {
        let entity = *entity;
        let work = move |ledger: &mut Ledger<'_>| ledger.forget_entity(&entity);
        self.writer.ask(Urgency::Begins, work).await
    }
}

/// In the transaction of a handler, which has the write lock already. For connections of your own,
/// there is [`advance_in`].
impl TransactionalOrdering<SqliteTransaction> for SqliteStore {
    async fn advance_in(
        &self,
        transaction: &mut SqliteTransaction,
        entity: &EntityKey,
        version: Version,
        retain: Duration,
    ) -> Result<Order, StoreError> {
        advance_in(transaction, entity, version, retain)
    }
}

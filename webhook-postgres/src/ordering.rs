//! The versions of objects whose events arrive out of order.

use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use tokio::time::timeout;
use webhook_core::ordering::{EntityKey, Order, OrderingStore, TransactionalOrdering, Version};
use webhook_core::{StoreError, StoreErrorKind};

use crate::PostgresStore;
use crate::claim::{ROUNDS, always_changing};
use crate::database::Repeat;
use crate::error::store_error;
use crate::value::Value;

/// Keeps versions in the table `webhook_entity`, of about 120 bytes an object.
impl OrderingStore for PostgresStore {
    async fn advance(
        &self,
        entity: &EntityKey,
        version: Version,
        retain: Duration,
    ) -> Result<Order, StoreError> {
        let sql = &self.shared.sql;
        let (raise, find) = values(entity, version, retain);
        let mut operation = self.shared.database.operation();
        for _ in 0..ROUNDS {
            // One that took place although its answer got lost is the same version the next time.
            let raised = operation.run(&sql.advance, &raise, Repeat::Yes).await?;
            if !raised.is_empty() {
                return Ok(Order::Fresh);
            }
            let found = operation.run(&sql.entity, &find, Repeat::Yes).await?;
            if let Some(order) = order(&found, version)? {
                return Ok(order);
            }
        }
        Err(always_changing())
    }

    async fn forget(&self, entity: &EntityKey) -> Result<bool, StoreError> {
        let values = [entity.as_bytes()[..].into()];
        let mut operation = self.shared.database.operation();
        let statement = &self.shared.sql.forget_entity;
        let rows = operation.run(statement, &values, Repeat::No).await?;
        let was_there = rows.first().map(|row| row.try_get(0));
        Ok(was_there.transpose().map_err(store_error)?.unwrap_or(false))
    }
}

/// In a transaction of the application, at the isolation level `read committed`, the default.
impl TransactionalOrdering<PgConnection> for PostgresStore {
    async fn advance_in(
        &self,
        connection: &mut PgConnection,
        entity: &EntityKey,
        version: Version,
        retain: Duration,
    ) -> Result<Order, StoreError> {
        let advance = self.advance_rounds(connection, entity, version, retain);
        match timeout(self.shared.database.limit(), advance).await {
            Ok(order) => order,
            Err(_) => Err(StoreErrorKind::Timeout.into()),
        }
    }
}

impl PostgresStore {
    async fn advance_rounds(
        &self,
        connection: &mut PgConnection,
        entity: &EntityKey,
        version: Version,
        retain: Duration,
    ) -> Result<Order, StoreError> {
        let sql = &self.shared.sql;
        let (raise, find) = values(entity, version, retain);
        for _ in 0..ROUNDS {
            let raised = self.run_in(connection, &sql.advance, &raise).await?;
            if !raised.is_empty() {
                return Ok(Order::Fresh);
            }
            let found = self.run_in(connection, &sql.entity, &find).await?;
            if let Some(order) = order(&found, version)? {
                return Ok(order);
            }
        }
        Err(always_changing())
    }
}

fn values(
    entity: &EntityKey,
    version: Version,
    retain: Duration,
) -> ([Value<'_>; 3], [Value<'_>; 1]) {
    let key = Value::from(&entity.as_bytes()[..]);
    let retain = i64::try_from(retain.as_micros())
        .unwrap_or(LONGEST)
        .min(LONGEST);
    (
        [key, Value::Big(version.to_i64()), Value::Big(retain)],
        [key],
    )
}

/// A thousand years: a time of PostgreSQL has room for it.
const LONGEST: i64 = 1000 * 366 * 86_400 * 1_000_000;

/// `None`: the record expired, or was forgotten, after it was not raised.
fn order(found: &[PgRow], version: Version) -> Result<Option<Order>, StoreError> {
    let Some(row) = found.first() else {
        return Ok(None);
    };
    let latest = Version::from_i64(row.try_get(0).map_err(store_error)?);
    Ok(match latest.cmp(&version) {
        std::cmp::Ordering::Greater => Some(Order::Stale { latest }),
        std::cmp::Ordering::Equal => Some(Order::Same),
        // It was forgotten and written again.
        std::cmp::Ordering::Less => None,
    })
}

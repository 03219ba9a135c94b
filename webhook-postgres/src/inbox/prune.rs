//! Removes what was done long enough ago.

use std::time::Duration;

use sqlx::{Row, SqlStr};
use webhook_core::StoreError;
use webhook_inbox::{Pruned, Retention};

use super::{Inner, count};
use crate::claim::micros;
use crate::database::Repeat;
use crate::error::{corrupt, store_error};
use crate::value::Value;

/// How many rows a statement removes at most.
const BATCH: usize = 500;

pub(super) async fn prune(
    inner: &Inner,
    retention: &Retention,
    at_most: usize,
) -> Result<Pruned, StoreError> {
    let sql = &inner.sql;
    let bodies = all(inner, &sql.prune_bodies, retention.of_bodies(), at_most).await?;
    let records = all(inner, &sql.prune_records, retention.records, at_most).await?;
    Ok(Pruned::new(bodies, records))
}

/// Removes those that ended this long ago.
async fn all(
    inner: &Inner,
    statement: &SqlStr,
    kept: Duration,
    at_most: usize,
) -> Result<usize, StoreError> {
    let mut removed = 0_usize;
    let mut bound = 0;
    while removed < at_most {
        let batch = BATCH.min(at_most - removed);
        let values = [
            Value::Big(micros(kept)),
            Value::Big(count(batch)),
            Value::Big(bound),
        ];
        // A second time removes others.
        let rows = inner.run(statement, &values, Repeat::Yes).await?;
        let row = rows.first().ok_or_else(|| corrupt("a row is missing"))?;
        let gone: i64 = row.try_get(0).map_err(store_error)?;
        let last: Option<i64> = row.try_get(1).map_err(store_error)?;
        let gone = usize::try_from(gone).map_err(|_| corrupt("a count is negative"))?;
        removed = removed.saturating_add(gone);
        bound = last.unwrap_or(bound);
        if gone < batch {
            break;
        }
    }
    Ok(removed)
}

//! Dead records, and what people do with records.

use sqlx::Row;
use sqlx::postgres::PgRow;
use webhook_core::replay::{DeadRecord, ReplayKey};
use webhook_core::{StoreError, UnixTime};

use crate::check;
use crate::database::Repeat;
use crate::error::{corrupt, store_error};
use crate::store::Shared;
use crate::value::Value;

/// So many dead records are listed at a time at most.
const PAGE: i64 = 1000;

pub(crate) async fn list(
    shared: &Shared,
    after: Option<&ReplayKey>,
    at_most: usize,
) -> Result<Vec<DeadRecord>, StoreError> {
    let Shared { database, sql, .. } = shared;
    // The empty text is below all keys.
    let after = after.map_or(&[][..], |key| &key.as_bytes()[..]);
    let at_most = i64::try_from(at_most).map_or(PAGE, |at_most| at_most.min(PAGE));
    let values = [after.into(), Value::Big(at_most)];
    let mut operation = database.operation();
    let rows = operation.run(&sql.dead, &values, Repeat::Yes).await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in &rows {
        if row.try_get("standby").map_err(store_error)? {
            return Err(check::standby());
        }
        records.extend(dead_record(row)?);
    }
    Ok(records)
}

/// Runs a statement that says whether it has changed the record.
pub(crate) async fn change(
    shared: &Shared,
    statement: &sqlx::SqlStr,
    key: &ReplayKey,
) -> Result<bool, StoreError> {
    let values = [key.as_bytes()[..].into()];
    let mut operation = shared.database.operation();
    let rows = operation.run(statement, &values, Repeat::No).await?;
    Ok(!rows.is_empty())
}

/// A row of the list. `None`: the list is empty.
fn dead_record(row: &PgRow) -> Result<Option<DeadRecord>, StoreError> {
    let get = || -> Result<_, sqlx::Error> {
        let key: Option<Vec<u8>> = row.try_get("key")?;
        let Some(key) = key else { return Ok(None) };
        let note: Vec<u8> = row.try_get("note")?;
        let (attempts, died_at): (i32, i64) = (row.try_get("attempts")?, row.try_get("died_at")?);
        Ok(Some((key, attempts, died_at, note)))
    };
    let Some((key, attempts, died_at, note)) = get().map_err(store_error)? else {
        return Ok(None);
    };
    let key = key
        .try_into()
        .map_err(|_| corrupt("a key does not have 32 bytes"))?;
    let attempts = u32::try_from(attempts).map_err(|_| corrupt("the attempts are negative"))?;
    let died_at = u64::try_from(died_at).map_err(|_| corrupt("a record died before 1970"))?;
    Ok(Some(DeadRecord::new(
        ReplayKey::from_bytes(key),
        attempts,
        UnixTime::from_millis(died_at / 1000),
        String::from_utf8_lossy(&note).into_owned(),
    )))
}

//! What people change, and what is kept of it.

use sqlx::Row;
use sqlx::postgres::PgRow;
use webhook_core::StoreError;
use webhook_inbox::{Action, Change, Changed, JobId, LAST_CHANGES};

use super::{AT_ONCE, Inner, number, text, time};
use crate::database::Repeat;
use crate::error::{corrupt, store_error};
use crate::value::Value;

pub(super) async fn change(
    inner: &Inner,
    ids: &[JobId],
    change: Change,
    by: &Action,
) -> Result<u64, StoreError> {
    let statement = match change {
        Change::Requeue => &inner.sql.requeue,
        Change::Park => &inner.sql.park,
        Change::Drop => &inner.sql.drop,
        _ => return Err(corrupt("a change of jobs is of an unknown kind")),
    };
    let mut changed = 0;
    for ids in ids.chunks(AT_ONCE) {
        let ids: Vec<_> = ids.iter().map(|id| number(*id)).collect();
        let values = [
            Value::ManyBig(&ids),
            text(&by.by),
            text(&by.why),
            Value::Big(i64::from(LAST_CHANGES) - 1),
        ];
        // A second time would count nothing.
        let rows = inner.run(statement, &values, Repeat::No).await?;
        let row = rows.first().ok_or_else(|| corrupt("a row is missing"))?;
        let count: i64 = row.try_get(0).map_err(store_error)?;
        changed += count.unsigned_abs();
    }
    Ok(changed)
}

pub(super) async fn changes(inner: &Inner, id: JobId) -> Result<Vec<Changed>, StoreError> {
    let values = [Value::Big(number(id))];
    let rows = inner.run(&inner.sql.actions, &values, Repeat::Yes).await?;
    rows.iter().map(changed).collect()
}

fn changed(row: &PgRow) -> Result<Changed, StoreError> {
    let get = || -> Result<_, sqlx::Error> {
        let (verb, at): (i32, i64) = (row.try_get("verb")?, row.try_get("at")?);
        let (who, why): (String, String) = (row.try_get("who")?, row.try_get("why")?);
        Ok((verb, at, Action::new(&who, &why)))
    };
    let (verb, at, action) = get().map_err(store_error)?;
    let change = u8::try_from(verb).ok().and_then(Change::from_number);
    let change = change.ok_or_else(|| corrupt("the verb of an action is unknown"))?;
    Ok(Changed::new(change, action, time(at)))
}

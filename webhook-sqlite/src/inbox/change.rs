//! What people change, and what is kept of it.

use rusqlite::{Connection, params};
use webhook_inbox::{Action, Change, Changed, JobId, LAST_CHANGES};

use super::{number, sql, time};
use crate::failure::Failure;
use crate::ledger::Ledger;

pub(super) fn change(
    ledger: &Ledger<'_>,
    ids: &[JobId],
    change: Change,
    by: &Action,
) -> Result<u64, Failure> {
    let statement = match change {
        Change::Requeue => sql::REQUEUE,
        Change::Park => sql::PARK,
        Change::Drop => sql::DROP,
        _ => return Err(Failure::corrupt("a change of jobs is of an unknown kind")),
    };
    let (connection, now) = (ledger.connection(), ledger.now());
    let mut statement = connection.prepare_cached(statement)?;
    let mut act = connection.prepare_cached(sql::ACT)?;
    let mut trim = connection.prepare_cached(sql::TRIM_ACTIONS)?;
    let mut changed = 0_u64;
    for id in ids {
        let id = number(*id);
        let rows = match change {
            Change::Park => statement.execute([id])?,
            _ => statement.execute([id, now])?,
        };
        if rows > 0 {
            act.execute(params![id, change.number(), now, &*by.by, &*by.why])?;
            trim.execute(params![id, LAST_CHANGES])?;
        }
        changed = changed.saturating_add(rows as u64);
    }
    Ok(changed)
}

pub(super) fn changes(connection: &Connection, id: JobId) -> Result<Vec<Changed>, Failure> {
    let mut statement = connection.prepare_cached(sql::ACTIONS)?;
    let mut rows = statement.query([number(id)])?;
    let mut changes = Vec::new();
    while let Some(row) = rows.next()? {
        let change = Change::from_number(row.get(0)?);
        let change = change.ok_or_else(|| Failure::corrupt("an action has an unknown verb"))?;
        let (who, why): (String, String) = (row.get(2)?, row.get(3)?);
        let at = time(row.get(1)?);
        changes.push(Changed::new(change, Action::new(&who, &why), at));
    }
    Ok(changes)
}

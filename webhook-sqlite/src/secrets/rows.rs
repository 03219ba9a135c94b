//! The operations on the table of secrets, within a transaction that holds the write lock.

use rusqlite::{Row, params};
use webhook_core::UnixTime;
use webhook_core::secret_store::{Change, Replaced, SealedSecret, SecretRow, Slot, TenantRows};

use super::sql;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::time::micros;

pub(super) fn read(
    ledger: &Ledger<'_>,
    provider: &str,
    tenant: &str,
) -> Result<TenantRows, Failure> {
    let mut statement = ledger.connection().prepare_cached(sql::READ)?;
    let rows = statement.query_map(params![provider, tenant, ledger.now()], row)?;
    let rows = rows.collect::<Result<_, _>>()?;
    Ok(TenantRows::new(last(ledger, provider, tenant)?, rows))
}

pub(super) fn write(ledger: &Ledger<'_>, change: &Change) -> Result<bool, Failure> {
    let (provider, tenant) = (&*change.provider, &*change.tenant);
    if last(ledger, provider, tenant)? != change.last {
        return match change.rows.first() {
            Some((slot, sealed)) => has(ledger, slot, sealed),
            None => Ok(false),
        };
    }
    let connection = ledger.connection();
    match change.replaced {
        Replaced::Removed => {
            remove(ledger, sql::REMOVE, provider, tenant)?;
        }
        Replaced::EndAfter(time) => {
            let now = ledger.now();
            let mut statement = connection.prepare_cached(sql::REMOVE_ENDED)?;
            statement.execute(params![provider, tenant, now])?;
            let end = now.saturating_add(micros(time));
            let mut statement = connection.prepare_cached(sql::END)?;
            statement.execute(params![provider, tenant, end])?;
        }
        _ => {
            return Err(Failure::corrupt(
                "a change of secrets is of an unknown kind",
            ));
        }
    }
    let mut insert = connection.prepare_cached(sql::INSERT)?;
    for (slot, sealed) in &change.rows {
        insert.execute(params![
            slot.provider(),
            slot.tenant(),
            slot.setting_name(),
            number(slot),
            sealed.as_bytes(),
            sealed.key_id().unwrap_or_default(),
            ledger.now(),
        ])?;
    }
    Ok(true)
}

/// Runs a statement that removes rows of a tenant. Returns how many of them had not ended.
pub(super) fn remove(
    ledger: &Ledger<'_>,
    statement: &'static str,
    provider: &str,
    tenant: &str,
) -> Result<u64, Failure> {
    let mut statement = ledger.connection().prepare_cached(statement)?;
    let values = params![provider, tenant, ledger.now()];
    let removed = statement.query_map(values, |row| row.get::<_, bool>(0))?;
    let mut live = 0_u64;
    for was_live in removed {
        live = live.saturating_add(was_live?.into());
    }
    Ok(live)
}

pub(super) fn page(
    ledger: &Ledger<'_>,
    after: &Slot,
    at_most: usize,
    except_key: Option<&str>,
) -> Result<Vec<SecretRow>, Failure> {
    let mut statement = ledger.connection().prepare_cached(sql::PAGE)?;
    let rows = statement.query_map(
        params![
            after.provider(),
            after.tenant(),
            after.setting_name(),
            number(after),
            ledger.now(),
            limit(at_most),
            except_key,
        ],
        row,
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn reseal(
    ledger: &Ledger<'_>,
    slot: &Slot,
    old: &SealedSecret,
    new: &SealedSecret,
) -> Result<bool, Failure> {
    let mut statement = ledger.connection().prepare_cached(sql::RESEAL)?;
    statement.execute(params![
        slot.provider(),
        slot.tenant(),
        slot.setting_name(),
        number(slot),
        ledger.now(),
        old.as_bytes(),
        new.as_bytes(),
        new.key_id().unwrap_or_default(),
    ])?;
    has(ledger, slot, new)
}

pub(super) fn sweep(ledger: &Ledger<'_>, at_most: usize) -> Result<u64, Failure> {
    let mut statement = ledger.connection().prepare_cached(sql::SWEEP)?;
    Ok(statement.execute(params![ledger.now(), limit(at_most)])? as u64)
}

fn last(ledger: &Ledger<'_>, provider: &str, tenant: &str) -> Result<u64, Failure> {
    let mut statement = ledger.connection().prepare_cached(sql::LAST)?;
    let last: i64 = statement.query_row(params![provider, tenant], |row| row.get(0))?;
    u64::try_from(last).map_err(|_| Failure::corrupt("a secret has a negative number"))
}

fn has(ledger: &Ledger<'_>, slot: &Slot, sealed: &SealedSecret) -> Result<bool, Failure> {
    let mut statement = ledger.connection().prepare_cached(sql::HAS)?;
    let values = params![
        slot.provider(),
        slot.tenant(),
        slot.setting_name(),
        number(slot),
        sealed.as_bytes(),
    ];
    Ok(statement.query_row(values, |row| row.get(0))?)
}

/// The number as the table has it. No row has one that does not fit.
fn number(slot: &Slot) -> i64 {
    i64::try_from(slot.number()).unwrap_or(i64::MAX)
}

fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// A row of [`sql::READ`] or [`sql::PAGE`].
fn row(row: &Row<'_>) -> rusqlite::Result<SecretRow> {
    let text = |column| row.get::<_, String>(column);
    let number: i64 = row.get(3)?;
    let number = u64::try_from(number).unwrap_or_default();
    let slot = Slot::setting(&text(0)?, &text(1)?, &text(2)?, number);
    let sealed = SealedSecret::from_bytes(row.get::<_, Vec<u8>>(4)?);
    let ends_at: Option<i64> = row.get(6)?;
    Ok(SecretRow::new(
        slot,
        sealed,
        time(row.get(5)?),
        ends_at.map(time),
    ))
}

fn time(micros: i64) -> UnixTime {
    UnixTime::from_millis(u64::try_from(micros).unwrap_or_default() / 1000)
}

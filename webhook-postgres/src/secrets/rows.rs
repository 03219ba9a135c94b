//! Reads the rows of the table of secrets.

use sqlx::Row;
use sqlx::postgres::PgRow;
use webhook_core::secret_store::{SealedSecret, SecretRow, Slot};
use webhook_core::{StoreError, UnixTime};

use crate::check;
use crate::error::{corrupt, store_error};

/// The rows of an answer. One of them may stand for none.
pub(super) fn all(rows: &[PgRow]) -> Result<Vec<SecretRow>, StoreError> {
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        if row.try_get("standby").map_err(store_error)? {
            return Err(check::standby());
        }
        found.extend(secret_row(row)?);
    }
    Ok(found)
}

/// `None`: the row stands for none.
fn secret_row(row: &PgRow) -> Result<Option<SecretRow>, StoreError> {
    let get = || -> Result<_, sqlx::Error> {
        let provider: Option<String> = row.try_get("provider")?;
        let Some(provider) = provider else {
            return Ok(None);
        };
        let (tenant, setting): (String, String) = (row.try_get("tenant")?, row.try_get("setting")?);
        let (number, sealed): (i64, Vec<u8>) = (row.try_get("number")?, row.try_get("sealed")?);
        let times: (i64, Option<i64>) = (row.try_get("created_at")?, row.try_get("ends_at")?);
        Ok(Some((provider, tenant, setting, number, sealed, times)))
    };
    let Some((provider, tenant, setting, taken, sealed, times)) = get().map_err(store_error)?
    else {
        return Ok(None);
    };
    let slot = Slot::setting(&provider, &tenant, &setting, number(taken)?);
    let (created_at, ends_at) = times;
    Ok(Some(SecretRow::new(
        slot,
        SealedSecret::from_bytes(sealed),
        time(created_at),
        ends_at.map(time),
    )))
}

pub(super) fn number(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| corrupt("a number of a secret is negative"))
}

fn time(micros: i64) -> UnixTime {
    UnixTime::from_millis(u64::try_from(micros).unwrap_or_default() / 1000)
}

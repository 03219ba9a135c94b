//! Creates the tables.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Row, SqlSafeStr};
use webhook_core::{StoreError, StoreErrorKind};

use crate::database::Repeat;
use crate::error::store_error;
use crate::store::Shared;
use crate::{SCHEMA_SQL, SCHEMA_VERSION};

/// How long a migration may take. It waits for statements that use the tables.
const LIMIT: Duration = Duration::from_secs(60);

/// Lets one migration of a database run at a time: `whk1` as a number.
const LOCK: &str = "select from pg_advisory_xact_lock(2003331889); ";

pub(crate) async fn run(shared: &Shared) -> Result<(), StoreError> {
    match version(shared).await? {
        None => {}
        Some(SCHEMA_VERSION) => return Ok(()),
        Some(found) => return Err(unknown(found)),
    }
    // Each statement can be repeated, so it does not matter who was first.
    let script = AssertSqlSafe(shared.names.script(SCHEMA_SQL)).into_sql_str();
    let database = shared.database.with_limit(LIMIT);
    let script = [(&script, &[][..])];
    let mut operation = database.operation();
    operation.run_script(LOCK, &script, Repeat::Yes).await?;
    match version(shared).await? {
        Some(SCHEMA_VERSION) => Ok(()),
        found => Err(unknown(found.unwrap_or_default())),
    }
}

/// The version of the tables. `None`: there are none.
pub(crate) async fn version(shared: &Shared) -> Result<Option<i32>, StoreError> {
    let Shared { database, sql, .. } = shared;
    let mut operation = database.operation();
    let rows = operation.run(&sql.has_version, &[], Repeat::Yes).await?;
    let has_version = match rows.first() {
        Some(row) => row.try_get(0).map_err(store_error)?,
        None => false,
    };
    if !has_version {
        return Ok(None);
    }
    let rows = operation.run(&sql.version, &[], Repeat::Yes).await?;
    let version = rows.first().map(|row| row.try_get(0));
    version.transpose().map_err(store_error)
}

fn unknown(found: i32) -> StoreError {
    StoreError::with_source(
        StoreErrorKind::Misconfigured,
        format!(
            "the tables are of version {found}, and this build knows version {SCHEMA_VERSION}; \
             update webhook-postgres in every process that uses them"
        ),
    )
}

//! Removes expired rows, by index and in bounded batches.

use sqlx::{Row, SqlStr};
use tokio::time::Instant;
use webhook_core::StoreError;
use webhook_core::replay::Swept;

use crate::database::{Database, Repeat};
use crate::error::store_error;
use crate::sql::Statements;
use crate::value::Value;

/// How many rows are removed by one statement. More lock other statements out for longer.
const BATCH: usize = 2000;

/// The statistics of a table that has just been filled are those of an empty one, and a plan made
/// from them reads all of it.
const BY_INDEX: &str = "set local enable_seqscan = off; set local enable_bitmapscan = off; \
                        set local enable_sort = off; ";

/// A sweep of one table. Each batch begins where the last one ended: the entries of removed rows
/// are still in the index until a vacuum.
#[derive(Debug)]
pub(crate) struct Sweep<'a> {
    database: &'a Database,
    statement: &'a SqlStr,
    low: i64,
}

impl<'a> Sweep<'a> {
    /// Sweeps of all tables that have rows that expire.
    pub(crate) fn all(database: &'a Database, sql: &'a Statements) -> [Self; 3] {
        let statements = [&sql.sweep_keys, &sql.sweep_groups, &sql.sweep_entities];
        statements.map(|statement| Self::of(database, statement))
    }

    fn of(database: &'a Database, statement: &'a SqlStr) -> Self {
        Self {
            database,
            statement,
            low: 0,
        }
    }

    /// Removes at most this many rows. Returns how many there were: if fewer, it has seen them all.
    pub(crate) async fn batch(&mut self, at_most: usize) -> Result<usize, StoreError> {
        let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
        let values = [Value::Big(self.low), Value::Big(at_most)];
        let script = [(self.statement, &values[..])];
        // A batch that is repeated removes others.
        let mut operation = self.database.operation();
        let rows = operation.run_script(BY_INDEX, &script, Repeat::Yes).await?;
        let Some(row) = rows.first() else {
            return Ok(0);
        };
        let removed: i64 = row.try_get(0).map_err(store_error)?;
        let last: Option<i64> = row.try_get(1).map_err(store_error)?;
        self.low = last.unwrap_or(self.low);
        Ok(usize::try_from(removed).unwrap_or_default())
    }
}

/// Removes at most this many rows. It begins no batch after half the time of an operation.
pub(crate) async fn sweep(
    database: &Database,
    sql: &Statements,
    at_most: usize,
) -> Result<Swept, StoreError> {
    let mut swept = Swept::default();
    let until = Instant::now() + database.limit() / 2;
    for mut sweep in Sweep::all(database, sql) {
        loop {
            let left = at_most.saturating_sub(swept.removed);
            if left == 0 || (swept.removed > 0 && Instant::now() >= until) {
                swept.more = true;
                return Ok(swept);
            }
            let asked = left.min(BATCH);
            let removed = sweep.batch(asked).await?;
            swept.removed += removed;
            if removed < asked {
                break;
            }
        }
    }
    Ok(swept)
}

//! Effects that are rows of the store's own database, written in the transaction of the claim.

use std::collections::BTreeMap;

use rusqlite::Connection;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use webhook_core::Delivery;
use webhook_postgres::PgTransaction;
use webhook_sqlite::SqliteTransaction;

use crate::Failure;
use crate::store::Kind;
use crate::verdict::Verdict;

/// No key forbids a second row of an event: only the transaction does.
const TABLE: &str = "create table if not exists effect (event text not null)";
const COUNT: &str = "select event, count(*) from effect group by event";

/// Makes the table, once and before the receivers.
///
/// # Errors
///
/// If the database cannot be reached, or if the address is that of a store without transactions.
pub async fn prepare(address: &str) -> Result<(), Failure> {
    match Kind::of(address)? {
        Kind::Postgres(url) => {
            let mut connection = PgConnection::connect(url).await?;
            sqlx::raw_sql(TABLE).execute(&mut connection).await?;
        }
        Kind::Sqlite(path) => Connection::open(path)?.execute_batch(TABLE)?,
        Kind::Memory | Kind::Redis(_) => return Err("this store has no transactions".into()),
    }
    Ok(())
}

/// Writes the effect of a handler into the transaction of its delivery.
///
/// # Errors
///
/// If the database cannot be reached, or if the delivery has no transaction.
pub async fn record(delivery: &Delivery, event: &str) -> Result<(), Failure> {
    if let Some(transaction) = delivery.transaction::<SqliteTransaction>() {
        transaction.execute("insert into effect values (?1)", [event])?;
        return Ok(());
    }
    let transaction = delivery.transaction::<PgTransaction>();
    let mut transaction = transaction.ok_or("the delivery has no transaction")?;
    let insert = sqlx::query("insert into effect values ($1)").bind(event);
    insert.execute(&mut **transaction).await?;
    Ok(())
}

/// How many effects each event has.
///
/// # Errors
///
/// If the database cannot be reached.
pub async fn read(address: &str) -> Result<BTreeMap<String, u64>, Failure> {
    let rows: Vec<(String, i64)> = match Kind::of(address)? {
        Kind::Postgres(url) => {
            let mut connection = PgConnection::connect(url).await?;
            sqlx::query_as(COUNT).fetch_all(&mut connection).await?
        }
        Kind::Sqlite(path) => {
            let connection = Connection::open(path)?;
            let mut select = connection.prepare(COUNT)?;
            let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        }
        Kind::Memory | Kind::Redis(_) => Vec::new(),
    };
    let effect = |(event, count)| Ok((event, u64::try_from(count)?));
    rows.into_iter().map(effect).collect()
}

/// How many effects each event has: rows of the database, or lines of the journal.
pub(crate) async fn counted(
    address: &str,
    is_transactional: bool,
    verdict: &Verdict,
) -> Result<BTreeMap<String, u64>, Failure> {
    match is_transactional {
        true => read(address).await,
        false => Ok(verdict.effects()),
    }
}

//! The same rows, written by hand: what the database itself takes.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::Connection;
use sqlx::{AssertSqlSafe, PgPool};

use crate::load::{body, key, repeat, report};

const TABLES: &str = "create table webhook_key (key blob primary key, owner blob, at integer) \
     without rowid; \
     create table webhook_delivery (id integer primary key, key blob, at integer, type text, \
     sealed blob); \
     create table webhook_body (id integer primary key, bytes blob)";

/// One transaction of three rows for each delivery, over one connection.
pub(crate) async fn sqlite(file: &Path, clients: usize, time: Duration) {
    let connection = Connection::open(file).unwrap();
    connection
        .pragma_update(None, "journal_mode", "wal")
        .unwrap();
    connection
        .pragma_update(None, "synchronous", "full")
        .unwrap();
    connection.execute_batch(TABLES).unwrap();
    let (connection, next) = (
        Arc::new(Mutex::new(connection)),
        Arc::new(AtomicU64::new(1)),
    );
    let writes = (0..clients).map(|_| {
        let (connection, next) = (connection.clone(), next.clone());
        tokio::spawn(repeat(time, move || {
            let (connection, n) = (connection.clone(), next.fetch_add(1, Relaxed));
            async move {
                tokio::task::block_in_place(|| insert(&mut connection.lock().unwrap(), n)).unwrap();
                1
            }
        }))
    });
    report(
        &format!("SQLite: bare transaction, {clients} clients"),
        writes.collect(),
    )
    .await;
}

fn insert(connection: &mut Connection, n: u64) -> rusqlite::Result<()> {
    let (key, at) = (key(n), n.cast_signed());
    let transaction = connection.transaction()?;
    let mut statement =
        transaction.prepare_cached("insert into webhook_key (key, owner, at) values (?, ?, ?)")?;
    statement.execute((key, [1_u8; 16], at))?;
    drop(statement);
    let mut statement = transaction.prepare_cached(
        "insert into webhook_delivery (key, at, type, sealed) values (?, ?, 'invoice.paid', ?)",
    )?;
    let id = statement.insert((key, at, [7_u8; 350].as_slice()))?;
    drop(statement);
    let mut statement =
        transaction.prepare_cached("insert into webhook_body (id, bytes) values (?, ?)")?;
    statement.execute((id, body(n)))?;
    drop(statement);
    transaction.commit()
}

/// One statement of three rows for each delivery, into tables like those of the store.
pub(crate) async fn postgres(pool: &PgPool, schema: &str, clients: usize, time: Duration) {
    let tables = format!(
        "create table {schema}.bare_key (key bytea primary key, owner bytea, at timestamptz); \
         create table {schema}.bare_delivery (id bigint generated always as identity primary key, \
         key bytea, at timestamptz, type text, sealed bytea); \
         create table {schema}.bare_body (id bigint primary key, bytes bytea)"
    );
    sqlx::raw_sql(AssertSqlSafe(tables))
        .execute(pool)
        .await
        .unwrap();
    let insert: Arc<str> = format!(
        "with k as (insert into {schema}.bare_key values ($1, $2, now())), \
         d as (insert into {schema}.bare_delivery (key, at, type, sealed) \
         values ($1, now(), 'invoice.paid', $3) returning id) \
         insert into {schema}.bare_body select id, $4 from d"
    )
    .into();
    let next = Arc::new(AtomicU64::new(1));
    let writes = (0..clients).map(|_| {
        let (pool, next, insert) = (pool.clone(), next.clone(), insert.clone());
        tokio::spawn(repeat(time, move || {
            let (pool, n) = (pool.clone(), next.fetch_add(1, Relaxed));
            let insert = AssertSqlSafe(insert.to_string());
            async move {
                let insert = sqlx::query(insert).bind(key(n)).bind([1_u8; 16]);
                let insert = insert.bind([7_u8; 350]).bind(body(n));
                insert.execute(&pool).await.unwrap();
                1
            }
        }))
    });
    report(
        &format!("PostgreSQL: bare transaction, {clients} clients"),
        writes.collect(),
    )
    .await;
}

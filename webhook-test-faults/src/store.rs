//! The store of a receiver, by its address.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use webhook_axum::{EndpointBuilder, MemoryStore};
use webhook_core::ReplayStore;
use webhook_postgres::PostgresStore;
use webhook_redis::RedisStore;
use webhook_sqlite::SqliteStore;

use crate::failpoint::FailPoints;
use crate::journal::Journal;
use crate::watched_store::WatchedStore;
use crate::{Failure, effects};

/// Connections for handlers that hold one while they run.
pub(crate) const POOL: u32 = 16;
/// How long a pool waits for a connection that is silent. Meanwhile it lends that one to nobody,
/// and deliveries are refused: with the default of sqlx, for 30 s after an outage.
const ACQUIRE: Duration = Duration::from_secs(2);
/// After this many milliseconds the server ends a transaction whose client is silent. Until then
/// its event is in flight.
const IDLE: &str = "3000";

/// What an address names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    Memory,
    Sqlite(&'a str),
    Postgres(&'a str),
    Redis(&'a str),
}

impl<'a> Kind<'a> {
    /// Reads `memory`, `sqlite:PATH`, `postgres://…` or `redis://…`.
    pub(crate) fn of(address: &'a str) -> Result<Self, Failure> {
        Ok(match address.split_once(':') {
            None if address == "memory" => Self::Memory,
            Some(("sqlite", path)) => Self::Sqlite(path),
            Some(("postgres" | "postgresql", _)) => Self::Postgres(address),
            Some(("redis" | "rediss", _)) => Self::Redis(address),
            _ => return Err("a store is memory, sqlite:PATH, postgres://… or redis://…".into()),
        })
    }
}

/// Makes the tables of a database, once and before the receivers.
pub(crate) async fn prepare(address: &str, is_transactional: bool) -> Result<(), Failure> {
    match Kind::of(address)? {
        Kind::Postgres(url) => postgres(url)?.migrate().await?,
        Kind::Sqlite(path) => drop(SqliteStore::open(path)?),
        Kind::Memory | Kind::Redis(_) => {}
    }
    match is_transactional {
        true => effects::prepare(address).await,
        false => Ok(()),
    }
}

/// What every store of a receiver is wrapped with.
pub(crate) struct Watch {
    pub(crate) journal: Arc<Journal>,
    pub(crate) points: FailPoints,
}

impl Watch {
    fn put(self, builder: EndpointBuilder, store: impl ReplayStore) -> EndpointBuilder {
        builder.store(WatchedStore::new(store, self.journal, self.points))
    }
}

/// Puts the store with this address into an endpoint.
pub(crate) fn watched(
    builder: EndpointBuilder,
    address: &str,
    is_transactional: bool,
    watch: Watch,
) -> Result<EndpointBuilder, Failure> {
    Ok(match Kind::of(address)? {
        Kind::Postgres(url) if is_transactional => {
            watch.put(builder, postgres(url)?.transactional(pool(url)?))
        }
        Kind::Sqlite(path) if is_transactional => {
            watch.put(builder, SqliteStore::open(path)?.transactional()?)
        }
        _ if is_transactional => return Err("this store has no transactions".into()),
        Kind::Memory => watch.put(builder, MemoryStore::new()),
        Kind::Sqlite(path) => watch.put(builder, SqliteStore::open(path)?),
        Kind::Postgres(url) => watch.put(builder, postgres(url)?),
        Kind::Redis(url) => watch.put(builder, RedisStore::new(url)?),
    })
}

pub(crate) fn postgres(url: &str) -> Result<PostgresStore, Failure> {
    Ok(PostgresStore::builder(url)?.direct().grouped().build()?)
}

/// The pool of the application.
pub(crate) fn pool(url: &str) -> Result<PgPool, Failure> {
    let options = PgConnectOptions::from_str(url)?;
    let options = options.options([("idle_in_transaction_session_timeout", IDLE)]);
    let pool = PgPoolOptions::new().max_connections(POOL);
    Ok(pool.acquire_timeout(ACQUIRE).connect_lazy_with(options))
}

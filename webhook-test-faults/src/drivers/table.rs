//! The table of an inbox, as any other program sees it.

use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use crate::Failure;
use crate::store::Kind;

const BUSY: Duration = Duration::from_secs(10);

/// A place of rows, which are only read. A connection lasts for a question: SQLite has to recover
/// its log as after a crash when a server starts again, and does not while another program has it
/// open.
#[derive(Clone, Debug)]
pub(in crate::drivers) struct Table(String);

/// The epoch of each job that a worker has, by the replay key of its delivery.
pub(in crate::drivers) type Running = BTreeMap<String, i64>;

impl Table {
    pub(in crate::drivers) fn at(address: &str) -> Result<Self, Failure> {
        match Kind::of(address)? {
            Kind::Sqlite(_) | Kind::Postgres(_) => Ok(Self(address.to_owned())),
            Kind::Memory | Kind::Redis(_) => Err("an inbox is sqlite:PATH or postgres://…".into()),
        }
    }

    /// The jobs that a worker has, or that one had when it was killed.
    pub(in crate::drivers) async fn running(&self) -> Result<Running, Failure> {
        let [sqlite, postgres] = ["lower(hex(key))", "encode(key, 'hex')"]
            .map(|key| format!("select {key}, epoch from webhook_delivery where state = 1"));
        Ok(self.ask(&sqlite, &postgres).await?.into_iter().collect())
    }

    /// How many jobs wait or run.
    pub(in crate::drivers) async fn open_jobs(&self) -> Result<i64, Failure> {
        const OPEN: &str = "select '', count(*) from webhook_delivery where state < 2";
        let counts = self.ask(OPEN, OPEN).await?;
        Ok(counts.first().map_or(0, |(_, count)| *count))
    }

    /// How many jobs there are, by their state.
    pub(in crate::drivers) async fn states(&self) -> Result<BTreeMap<&'static str, i64>, Failure> {
        const STATES: &str = "select cast(state as text), count(*) from webhook_delivery \
                              group by state";
        let states = self.ask(STATES, STATES).await?.into_iter();
        Ok(states.map(|(state, n)| (name(&state), n)).collect())
    }

    /// How many deliveries were stored more than once.
    pub(in crate::drivers) async fn copies(&self) -> Result<i64, Failure> {
        const COPIES: &str = "select '', count(*) - count(distinct key) from webhook_delivery";
        let counts = self.ask(COPIES, COPIES).await?;
        Ok(counts.first().map_or(0, |(_, count)| *count))
    }

    /// Asks for rows of a text and a number.
    async fn ask(&self, sqlite: &str, postgres: &str) -> Result<Vec<(String, i64)>, Failure> {
        match Kind::of(&self.0)? {
            Kind::Sqlite(path) => {
                let connection =
                    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
                connection.busy_timeout(BUSY)?;
                let mut select = connection.prepare(sqlite)?;
                let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
                Ok(rows.collect::<Result<_, _>>()?)
            }
            Kind::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await?;
                let select = sqlx::query_as(sqlx::AssertSqlSafe(postgres.to_owned()));
                let rows = select.fetch_all(&mut connection).await?;
                connection.close().await?;
                Ok(rows)
            }
            Kind::Memory | Kind::Redis(_) => Ok(Vec::new()),
        }
    }
}

fn name(state: &str) -> &'static str {
    match state {
        "0" => "due",
        "1" => "running",
        "2" => "done",
        "3" => "dead",
        "4" => "parked",
        _ => "dropped",
    }
}

//! The store's connections: how a statement gets one, how long it may take, and when it is
//! repeated.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgRow;
use sqlx::{Connection as _, PgPool, Postgres, SqlStr};
use tokio::time::{Instant, sleep, timeout_at};
use webhook_core::{StoreError, StoreErrorKind};

use crate::error::{Failure, failure, store_error};
use crate::value::{Value, bound, written};

/// How often a statement is sent at most.
const TRIES: u32 = 4;
/// The pause before the server is asked again about rows that another statement had.
const PAUSE: Duration = Duration::from_millis(5);

/// How statements reach the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// As one message with its values in the text. A pooler hands every message to any server
    /// connection, so nothing may be prepared by one message and used by the next.
    OneMessage,
    /// Prepared once for each connection.
    Prepared,
}

/// A pool of connections.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pool: PgPool,
    protocol: Protocol,
    limit: Duration,
    /// Sets time limits for one message.
    limits: String,
}

/// Whether a statement whose connection was lost is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Yes: the second time has the effect and the answer of the first.
    Yes,
    /// No: if the first time had an effect, the second has another answer.
    No,
}

/// What a statement returned.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) rows: Vec<PgRow>,
    /// An earlier try lost its connection, and may have taken place.
    pub(crate) is_repeated: bool,
}

impl Database {
    pub(crate) fn new(pool: PgPool, protocol: Protocol, limit: Duration) -> Self {
        let limits = TimeLimits::of(limit);
        Self {
            pool,
            protocol,
            limit,
            limits: format!(
                "set local statement_timeout = {}; set local lock_timeout = {}; ",
                limits.statement.as_millis(),
                limits.lock.as_millis()
            ),
        }
    }

    /// The same connections, for operations that may take this long.
    pub(crate) fn with_limit(&self, limit: Duration) -> Self {
        Self::new(self.pool.clone(), self.protocol, limit)
    }

    pub(crate) fn protocol(&self) -> Protocol {
        self.protocol
    }

    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    /// Runs one statement, which is a transaction.
    pub(crate) async fn run(
        &self,
        statement: &SqlStr,
        values: &[Value<'_>],
        repeat: Repeat,
    ) -> Result<Ran, StoreError> {
        match self.protocol {
            Protocol::OneMessage => self.run_script("", &[(statement, values)], repeat).await,
            Protocol::Prepared => self.tries(Message::Bound(statement, values), repeat).await,
        }
    }

    /// Runs these statements as one message and one transaction, whatever the protocol is.
    pub(crate) async fn run_script(
        &self,
        settings: &str,
        statements: &[(&SqlStr, &[Value<'_>])],
        repeat: Repeat,
    ) -> Result<Ran, StoreError> {
        let script = written(&[&self.limits, settings], statements);
        self.tries(Message::Text(script), repeat).await
    }

    async fn tries(&self, message: Message<'_>, repeat: Repeat) -> Result<Ran, StoreError> {
        let deadline = Instant::now() + self.limit;
        let mut is_repeated = false;
        for tries_left in (0..TRIES).rev() {
            let mut conn = self.connection(deadline, is_repeated).await?;
            let error = match conn.send(&message, deadline).await? {
                Ok(rows) => return Ok(Ran { rows, is_repeated }),
                Err(error) => error,
            };
            let is_tried_again = match failure(&error) {
                Failure::Undone => true,
                Failure::Lost => repeat == Repeat::Yes,
                Failure::Refused => false,
            };
            if tries_left == 0 || !is_tried_again {
                return Err(store_error(error));
            }
            if failure(&error) == Failure::Lost {
                is_repeated = true;
            }
            drop(conn);
            let _ = timeout_at(deadline, sleep(PAUSE)).await;
        }
        unreachable!("the last try returns")
    }

    /// A connection. If an earlier one was lost, the others of the pool may be too: then each is
    /// tested before it is used.
    async fn connection(&self, deadline: Instant, test: bool) -> Result<Connection, StoreError> {
        let acquire = async {
            loop {
                let mut conn = Connection::new(self.pool.acquire().await?);
                if !test || conn.ping().await.is_ok() {
                    return Ok(conn);
                }
                conn.close();
            }
        };
        match timeout_at(deadline, acquire).await {
            Ok(acquired) => acquired.map_err(store_error),
            // Nothing was sent, so nothing can have taken place.
            Err(_) => Err(store_error(sqlx::Error::PoolTimedOut)),
        }
    }
}

/// What is sent to the server.
enum Message<'a> {
    Text(SqlStr),
    Bound(&'a SqlStr, &'a [Value<'a>]),
}

/// A connection that goes back to the pool only if the server has answered.
///
/// If a future is dropped while it waits for the server, sqlx puts the connection back into the
/// pool, and waits there for the answer. That takes for ever if the server is gone, and if the
/// statement was `BEGIN`, the next user of the connection is in that transaction.
struct Connection {
    inner: PoolConnection<Postgres>,
    is_answered: bool,
}

impl Connection {
    fn new(inner: PoolConnection<Postgres>) -> Self {
        Self {
            inner,
            is_answered: true,
        }
    }

    /// Sends the message. The outer error is that of a server that does not answer in time.
    async fn send(
        &mut self,
        message: &Message<'_>,
        deadline: Instant,
    ) -> Result<Result<Vec<PgRow>, sqlx::Error>, StoreError> {
        self.is_answered = false;
        let answer = match message {
            Message::Text(text) => {
                timeout_at(
                    deadline,
                    sqlx::raw_sql(text.clone()).fetch_all(&mut *self.inner),
                )
                .await
            }
            Message::Bound(statement, values) => {
                let query = bound(statement, values);
                timeout_at(deadline, query.fetch_all(&mut *self.inner)).await
            }
        };
        let answer = answer.map_err(|_| StoreError::new(StoreErrorKind::Timeout))?;
        self.is_answered = match &answer {
            Ok(_) => true,
            Err(error) => failure(error) != Failure::Lost,
        };
        Ok(answer)
    }

    async fn ping(&mut self) -> Result<(), sqlx::Error> {
        self.is_answered = false;
        self.inner.ping().await?;
        self.is_answered = true;
        Ok(())
    }

    fn close(mut self) {
        self.is_answered = false;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !self.is_answered {
            self.inner.close_on_drop();
        }
    }
}

/// How long the server may work on a statement, and wait for a lock.
struct TimeLimits {
    statement: Duration,
    lock: Duration,
}

impl TimeLimits {
    fn of(limit: Duration) -> Self {
        Self {
            statement: limit,
            lock: limit / 4,
        }
    }
}

/// The settings of a session that is this process's own.
pub(crate) fn session_limits(limit: Duration) -> [(&'static str, String); 2] {
    let limits = TimeLimits::of(limit);
    [
        (
            "statement_timeout",
            limits.statement.as_millis().to_string(),
        ),
        ("lock_timeout", limits.lock.as_millis().to_string()),
    ]
}

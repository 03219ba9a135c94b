//! How a statement is sent, how long it may take, and when it is repeated.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, SqlStr};
use tokio::time::{Instant, sleep, timeout_at};
use webhook_core::{StoreError, StoreErrorKind};

use crate::connections::{Connection, Connections};
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

/// The connections, and how statements are sent over them.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    connections: Arc<Connections>,
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

impl Database {
    pub(crate) fn new(connections: Arc<Connections>, protocol: Protocol, limit: Duration) -> Self {
        let limits = TimeLimits::of(limit);
        Self {
            connections,
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
        Self::new(Arc::clone(&self.connections), self.protocol, limit)
    }

    /// How its connections are opened.
    #[cfg(feature = "inbox")]
    pub(crate) fn connect_options(&self) -> sqlx::postgres::PgConnectOptions {
        self.connections.options().clone()
    }

    pub(crate) fn protocol(&self) -> Protocol {
        self.protocol
    }

    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    /// An operation, whose time begins now.
    pub(crate) fn operation(&self) -> Operation<'_> {
        Operation {
            database: self,
            deadline: Instant::now() + self.limit,
            has_lost: false,
        }
    }
}

/// The statements of one operation. All of them together have the time limit.
#[derive(Debug)]
pub(crate) struct Operation<'a> {
    database: &'a Database,
    deadline: Instant,
    has_lost: bool,
}

impl Operation<'_> {
    /// Whether a connection was lost. Its statement may have taken place before it was repeated.
    pub(crate) fn has_lost(&self) -> bool {
        self.has_lost
    }

    /// Runs one statement, which is a transaction.
    pub(crate) async fn run(
        &mut self,
        statement: &SqlStr,
        values: &[Value<'_>],
        repeat: Repeat,
    ) -> Result<Vec<PgRow>, StoreError> {
        match self.database.protocol {
            Protocol::OneMessage => self.run_script("", &[(statement, values)], repeat).await,
            Protocol::Prepared => self.tries(Message::Bound(statement, values), repeat).await,
        }
    }

    /// Runs these statements as one message and one transaction, whatever the protocol is.
    pub(crate) async fn run_script(
        &mut self,
        settings: &str,
        statements: &[(&SqlStr, &[Value<'_>])],
        repeat: Repeat,
    ) -> Result<Vec<PgRow>, StoreError> {
        let script = written(&[&self.database.limits, settings], statements);
        self.tries(Message::Text(script), repeat).await
    }

    async fn tries(
        &mut self,
        message: Message<'_>,
        repeat: Repeat,
    ) -> Result<Vec<PgRow>, StoreError> {
        for tries_left in (0..TRIES).rev() {
            let mut conn = self.connection().await?;
            let answer = timeout_at(self.deadline, conn.ask(&message)).await;
            let error = match answer.map_err(|_| StoreError::new(StoreErrorKind::Timeout))? {
                Ok(rows) => return Ok(rows),
                Err(error) => error,
            };
            let failure = failure(&error);
            let is_tried_again = match failure {
                Failure::Undone => true,
                Failure::Lost => repeat == Repeat::Yes,
                Failure::Refused => false,
            };
            if tries_left == 0 || !is_tried_again {
                return Err(store_error(error));
            }
            self.has_lost |= failure == Failure::Lost;
            drop(conn);
            let _ = timeout_at(self.deadline, sleep(PAUSE)).await;
        }
        unreachable!("the last try returns")
    }

    /// A connection. If an earlier one was lost, those that are idle may be too.
    async fn connection(&self) -> Result<Connection, StoreError> {
        let acquire = self.database.connections.acquire(self.has_lost);
        match timeout_at(self.deadline, acquire).await {
            Ok(acquired) => acquired.map_err(store_error),
            // Nothing was sent, so nothing can have taken place.
            Err(_) => Err(store_error(sqlx::Error::PoolTimedOut)),
        }
    }
}

/// What is sent to the server.
pub(crate) enum Message<'a> {
    Text(SqlStr),
    Bound(&'a SqlStr, &'a [Value<'a>]),
}

impl Message<'_> {
    pub(crate) async fn send(&self, conn: &mut PgConnection) -> Result<Vec<PgRow>, sqlx::Error> {
        match self {
            Message::Text(text) => sqlx::raw_sql(text.clone()).fetch_all(conn).await,
            Message::Bound(statement, values) => bound(statement, values).fetch_all(conn).await,
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

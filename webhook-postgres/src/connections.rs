//! A pool of connections, each of which is either sound or closed.
//!
//! The pool of sqlx sends a message after every statement to learn whether a connection is sound.
//! Here the user of a connection knows: the server has answered its statement, or it has not.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{Connection as _, Error, PgConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};

use crate::database::Message;
use crate::error::{Failure, failure};

/// A connection that was not used for so long is closed: a firewall may have forgotten it.
const IDLE: Duration = Duration::from_secs(10 * 60);
/// A connection that is older is closed, so that the server frees what it has collected.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// The pause before a server that accepts no connection is asked again.
const PAUSE: Duration = Duration::from_millis(50);

/// Connections that are opened when they are needed.
pub(crate) struct Connections {
    options: PgConnectOptions,
    permits: Arc<Semaphore>,
    /// The last one was used last.
    idle: Mutex<Vec<Idle>>,
}

#[derive(Debug)]
struct Idle {
    conn: PgConnection,
    opened: Instant,
    since: Instant,
}

impl Connections {
    pub(crate) fn new(options: PgConnectOptions, at_most: u32) -> Self {
        let permits = usize::try_from(at_most).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            options,
            permits: Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS))),
            idle: Mutex::default(),
        }
    }

    #[cfg(feature = "inbox")]
    pub(crate) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// A connection, as soon as there is one. With `test`, one that was idle is asked first whether
    /// it is still sound.
    pub(crate) async fn acquire(self: &Arc<Self>, test: bool) -> Result<Connection, Error> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|_| Error::PoolClosed)?;
        while let Some(mut idle) = self.pop() {
            if !test || idle.conn.ping().await.is_ok() {
                return Ok(self.connection(idle.conn, idle.opened, permit));
            }
        }
        let conn = loop {
            match PgConnection::connect_with(&self.options).await {
                Err(error) if is_temporary(&error) => sleep(PAUSE).await,
                connected => break connected?,
            }
        };
        Ok(self.connection(conn, Instant::now(), permit))
    }

    fn connection(
        self: &Arc<Self>,
        conn: PgConnection,
        opened: Instant,
        permit: OwnedSemaphorePermit,
    ) -> Connection {
        Connection {
            pool: Arc::clone(self),
            conn: Some(conn),
            opened,
            is_answered: true,
            _permit: permit,
        }
    }

    fn pop(&self) -> Option<Idle> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(Idle::is_fresh);
        idle.pop()
    }

    fn push(&self, conn: PgConnection, opened: Instant) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(Idle::is_fresh);
        let since = Instant::now();
        idle.push(Idle {
            conn,
            opened,
            since,
        });
    }
}

/// Shows no connection settings: those of sqlx show the password.
impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").finish_non_exhaustive()
    }
}

impl Idle {
    fn is_fresh(&self) -> bool {
        self.since.elapsed() < IDLE && self.opened.elapsed() < LIFETIME
    }
}

/// The server starts, or has no room for another connection.
fn is_temporary(error: &Error) -> bool {
    use std::io::ErrorKind::{
        ConnectionAborted, ConnectionRefused, ConnectionReset, UnexpectedEof,
    };
    match error {
        Error::Io(error) => matches!(
            error.kind(),
            ConnectionRefused | ConnectionAborted | ConnectionReset | UnexpectedEof
        ),
        Error::Database(error) => {
            let code = error.code();
            matches!(code.as_deref(), Some("57P03" | "57P01" | "57P02" | "53300"))
        }
        _ => false,
    }
}

/// A connection that goes back to the pool only if the server has answered.
///
/// If a future is dropped while it waits for the server, the connection is closed. It would deliver
/// the answer to the next statement, and if the statement was `BEGIN`, the next user would be in
/// that transaction.
#[derive(Debug)]
pub(crate) struct Connection {
    pool: Arc<Connections>,
    conn: Option<PgConnection>,
    opened: Instant,
    is_answered: bool,
    /// It is given back after the connection: fields are dropped after `drop`.
    _permit: OwnedSemaphorePermit,
}

impl Connection {
    /// Sends a message, and waits for the rows.
    pub(crate) async fn ask(&mut self, message: &Message<'_>) -> Result<Vec<PgRow>, Error> {
        let Some(conn) = &mut self.conn else {
            unreachable!("the connection is taken when this value is dropped");
        };
        self.is_answered = false;
        let answer = message.send(conn).await;
        self.is_answered = match &answer {
            Ok(_) => true,
            Err(error) => failure(error) != Failure::Lost,
        };
        answer
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take()
            && self.is_answered
        {
            self.pool.push(conn, self.opened);
        }
    }
}

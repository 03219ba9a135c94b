//! The settings of a store.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

use crate::PostgresStore;
use crate::connections::Connections;
use crate::database::{Database, Protocol, session_limits};
use crate::error::SetupError;
use crate::grouped::{self, Writer};
use crate::purge::Purge;
use crate::sql::{Names, Statements};
use crate::store::Shared;

/// The settings of a [`PostgresStore`].
#[must_use]
pub struct PostgresStoreBuilder {
    options: PgConnectOptions,
    names: Result<Names, SetupError>,
    connections: u32,
    timeout: Duration,
    protocol: Protocol,
    is_grouped: bool,
    purge_every: Option<Duration>,
}

impl PostgresStoreBuilder {
    pub(crate) fn new(options: PgConnectOptions) -> Self {
        Self {
            options,
            names: Ok(Names::default()),
            connections: 8,
            timeout: Duration::from_secs(2),
            protocol: Protocol::OneMessage,
            is_grouped: false,
            purge_every: Some(Duration::from_secs(60)),
        }
    }

    /// Uses the tables in this schema, which has to exist. Default: the first schema of the user's
    /// search path that has them.
    ///
    /// A name has at most 40 lower-case letters, digits and `_`.
    pub fn schema(mut self, name: &str) -> Self {
        self.names = self.names.and_then(|mut names| {
            names.set_schema(name)?;
            Ok(names)
        });
        self
    }

    /// Uses tables whose names begin with this prefix. Default: `webhook_`, as in `webhook_key`.
    ///
    /// A prefix has at most 40 lower-case letters, digits and `_`.
    pub fn table_prefix(mut self, prefix: &str) -> Self {
        self.names = self.names.and_then(|mut names| {
            names.set_prefix(prefix)?;
            Ok(names)
        });
        self
    }

    /// Opens at most this many connections. Default: 8.
    ///
    /// A connection is busy for the time of one statement, not for that of a handler. More
    /// connections than the server has processors seldom help.
    pub fn connections(mut self, at_most: u32) -> Self {
        self.connections = at_most;
        self
    }

    /// How long an operation may take, with all its tries. Default: 2 seconds. From 100 milliseconds
    /// to a minute.
    ///
    /// The delivery is then answered 503. The server is told the same limit for a statement, and a
    /// quarter of it for a lock.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Says that no pooler in transaction mode stands between this process and the server.
    ///
    /// Statements are then prepared once for each connection, and the server plans them once: it
    /// answers about twice as many duplicates a second, and a third more claims and commits.
    /// Default: every statement is one message that carries its values as text, which works
    /// through every pooler.
    ///
    /// Do not call this in front of PgBouncer in transaction mode: a statement that was prepared on
    /// one connection of the server would be run on another, where its name is unknown or means
    /// another statement.
    pub fn direct(mut self) -> Self {
        self.protocol = Protocol::Prepared;
        self
    }

    /// Sends claims and commits in groups, over one more connection. Default: each on its own.
    ///
    /// What arrives while a statement runs goes out together in the next one. Under load this is
    /// two to three times as many deliveries a second, because the server writes its log once for
    /// a group. A single delivery takes as long as before. A failed statement fails the whole group,
    /// and each of its deliveries is answered 503.
    ///
    /// Claims with a [bound](webhook_core::replay::LabelBound) are sent on their own.
    pub fn grouped(mut self) -> Self {
        self.is_grouped = true;
        self
    }

    /// Removes expired records about this often. Default: every minute. From 10 milliseconds to a
    /// day.
    ///
    /// A task of the runtime does it, until the last clone of the store is dropped. It finds the
    /// records by an index, removes 500 at a time, and rests four times as long in between. Several
    /// processes can purge one table.
    pub fn purge_every(mut self, interval: Duration) -> Self {
        self.purge_every = Some(interval);
        self
    }

    /// Removes no expired records. Call [`sweep`](webhook_core::ReplayStore::sweep) instead, or the
    /// tables grow for ever.
    pub fn without_purge(mut self) -> Self {
        self.purge_every = None;
        self
    }

    /// Builds the store. It connects when it is first used.
    ///
    /// # Errors
    ///
    /// If a setting is not valid, or outside of a tokio runtime.
    pub fn build(self) -> Result<PostgresStore, SetupError> {
        let names = self.names.clone()?;
        if self.connections == 0 {
            return Err(SetupError::NoConnections);
        }
        let valid = Duration::from_millis(100)..=Duration::from_secs(60);
        if !valid.contains(&self.timeout) {
            return Err(SetupError::InvalidTimeout);
        }
        let valid = Duration::from_millis(10)..=Duration::from_secs(24 * 60 * 60);
        if self
            .purge_every
            .is_some_and(|every| !valid.contains(&every))
        {
            return Err(SetupError::InvalidPurgeInterval);
        }
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(SetupError::NoRuntime);
        }
        let sql = Arc::new(Statements::new(&names));
        let database = self.database(self.connections, &[]);
        let writer = self.is_grouped.then(|| {
            let database = self.database(1, &grouped::SESSION);
            Writer::start(database, Arc::clone(&sql), self.timeout)
        });
        let purge = self
            .purge_every
            .map(|every| Purge::start(database.clone(), Arc::clone(&sql), every));
        Ok(PostgresStore {
            shared: Arc::new(Shared {
                database,
                sql,
                names,
                writer,
                #[cfg(feature = "inbox")]
                inbox: crate::inbox::Databases {
                    accepts: self.database(1, &crate::inbox::SESSION),
                    others: self.database(self.connections, &crate::inbox::SESSION),
                },
                _purge: purge,
            }),
        })
    }

    fn database(&self, connections: u32, session: &[(&str, &str)]) -> Database {
        // What is logged is decided by this crate: the text of a statement may have an answer in it.
        let options = self.options.clone().disable_statement_logging();
        let options = match self.protocol {
            // PgBouncer refuses parameters that it does not know.
            Protocol::OneMessage => options.extra_float_digits(None).statement_cache_capacity(0),
            Protocol::Prepared => options
                .options(session_limits(self.timeout))
                .options(session.iter().copied()),
        };
        let connections = Arc::new(Connections::new(options, connections));
        Database::new(connections, self.protocol, self.timeout)
    }
}

/// Shows no connection settings: `PgConnectOptions` shows the password.
impl fmt::Debug for PostgresStoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStoreBuilder")
            .field("names", &self.names)
            .field("connections", &self.connections)
            .field("timeout", &self.timeout)
            .field("protocol", &self.protocol)
            .field("is_grouped", &self.is_grouped)
            .field("purge_every", &self.purge_every)
            .finish_non_exhaustive()
    }
}

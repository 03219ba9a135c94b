//! The store, and its verbs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use webhook_core::StoreError;
use webhook_core::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, Finding, Lease, LeaseState, MAX_ANSWER, ReplayKey,
    ReplayStore, Swept,
};

use crate::builder::PostgresStoreBuilder;
use crate::claim::Asked;
use crate::database::Database;
use crate::error::SetupError;
use crate::grouped::Writer;
use crate::purge::Purge;
use crate::settle::State;
use crate::sql::{Names, Statements};
use crate::{check, claim, dead, migrate, settle, sweep};

/// Remembers deliveries in PostgreSQL, for all processes that share the database.
///
/// Clones share one pool of connections. See the [crate's documentation](crate) for an example.
#[derive(Clone)]
pub struct PostgresStore {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) database: Database,
    pub(crate) sql: Arc<Statements>,
    pub(crate) names: Names,
    pub(crate) writer: Option<Writer>,
    #[cfg(feature = "inbox")]
    pub(crate) inbox: crate::inbox::Databases,
    /// It ends when the last clone of the store is dropped.
    pub(crate) _purge: Option<Purge>,
}

impl PostgresStore {
    /// A store in the database of this URL, with the default settings.
    ///
    /// It connects when it is first used. The tables have to be there: see [`migrate`](Self::migrate).
    ///
    /// # Errors
    ///
    /// If the URL is not one of a PostgreSQL database, or outside of a tokio runtime.
    pub fn new(url: &str) -> Result<Self, SetupError> {
        Self::builder(url)?.build()
    }

    /// A builder for other settings.
    ///
    /// The URL is `postgres://user:password@host:port/database?sslmode=require`. The environment
    /// variables of libpq, such as `PGPASSWORD`, supply what it leaves out.
    ///
    /// # Errors
    ///
    /// If the URL is not one of a PostgreSQL database.
    pub fn builder(url: &str) -> Result<PostgresStoreBuilder, SetupError> {
        let has_scheme = ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| url.starts_with(scheme));
        if !has_scheme {
            return Err(SetupError::InvalidUrl);
        }
        let options = url.parse().map_err(|_| SetupError::InvalidUrl)?;
        Ok(PostgresStoreBuilder::new(options))
    }

    /// A builder that takes the connection settings from a pool.
    ///
    /// The store opens connections of its own: an application whose handlers use all connections of
    /// its pool still has deliveries claimed and committed.
    pub fn builder_like(pool: &PgPool) -> PostgresStoreBuilder {
        PostgresStoreBuilder::new((*pool.connect_options()).clone())
    }

    /// Creates the tables, or brings them to the version of this build.
    ///
    /// Several processes may call it at the same time, and calling it again changes nothing. The
    /// user needs the right to create tables. The schema has to be there.
    ///
    /// To run the SQL with other tools, take [`SCHEMA_SQL`](crate::SCHEMA_SQL) or
    /// [`schema_sql`](Self::schema_sql).
    ///
    /// # Errors
    ///
    /// If the database refuses it, or does not answer within a minute. If the tables are of a later
    /// version, with the kind [`Misconfigured`](webhook_core::StoreErrorKind::Misconfigured).
    pub async fn migrate(&self) -> Result<(), StoreError> {
        migrate::run(&self.shared).await
    }

    /// [`SCHEMA_SQL`](crate::SCHEMA_SQL) with the names of this store. It is one transaction.
    #[must_use]
    pub fn schema_sql(&self) -> String {
        self.shared.names.script(crate::SCHEMA_SQL)
    }
}

impl ReplayStore for PostgresStore {
    async fn claim(&self, key: &ReplayKey, request: &ClaimRequest) -> Result<Claim, StoreError> {
        let asked = Asked::new(key, request);
        match &self.shared.writer {
            // Keys of a group are counted one by one.
            Some(writer) if request.bound.is_none() => writer.claim(asked).await,
            _ => claim::claim(&self.shared, &asked, request).await,
        }
    }

    async fn renew(&self, lease: &Lease, by: Duration) -> Result<LeaseState, StoreError> {
        settle::renew(&self.shared, lease, by).await
    }

    async fn commit(&self, lease: &Lease, answer: Option<&[u8]>) -> Result<Commit, StoreError> {
        let answer = answer.filter(|answer| answer.len() <= MAX_ANSWER);
        if let Some(writer) = &self.shared.writer
            && writer.commit(lease, answer).await?
        {
            return Ok(Commit::Committed);
        }
        let settled = settle::settle(&self.shared, lease, State::Done, answer, None);
        Ok(settled.await?.commit())
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        let settled = settle::settle(&self.shared, lease, State::Released, None, None);
        Ok(settled.await?.lease_state())
    }

    async fn bury(&self, lease: &Lease, note: &str) -> Result<LeaseState, StoreError> {
        let note = DeadRecord::note_to_keep(note);
        let note = Some(note.as_bytes());
        let settled = settle::settle(&self.shared, lease, State::Dead, None, note);
        Ok(settled.await?.lease_state())
    }

    async fn revive(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        dead::change(&self.shared, &self.shared.sql.revive, key).await
    }

    async fn dead(
        &self,
        after: Option<&ReplayKey>,
        at_most: usize,
    ) -> Result<Vec<DeadRecord>, StoreError> {
        dead::list(&self.shared, after, at_most).await
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        dead::change(&self.shared, &self.shared.sql.forget, key).await
    }

    async fn sweep(&self, at_most: usize) -> Result<Swept, StoreError> {
        sweep::sweep(&self.shared.database, &self.shared.sql, at_most).await
    }

    async fn check(&self) -> Result<Vec<Finding>, StoreError> {
        check::check(&self.shared).await
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("names", &self.shared.names)
            .field("protocol", &self.shared.database.protocol())
            .field("is_grouped", &self.shared.writer.is_some())
            .finish_non_exhaustive()
    }
}

//! The store, and its verbs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgPool, Row};
use webhook_core::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, Finding, Lease, LeaseState, MAX_ANSWER, ReplayKey,
    ReplayStore, Swept,
};
use webhook_core::{StoreError, StoreErrorKind, UnixTime};

use crate::builder::PostgresStoreBuilder;
use crate::claim::{Asked, ROUNDS, epoch, lock_name, micros, owner_bytes};
use crate::database::{Database, Repeat};
use crate::error::{SetupError, corrupt, store_error};
use crate::grouped::Writer;
use crate::purge::Purge;
use crate::sql::{Names, Statements};
use crate::value::Value;
use crate::{check, migrate, sweep};

/// So many dead records are listed at a time at most.
const DEAD_PAGE: i64 = 1000;

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
    /// version, with the kind [`Misconfigured`](StoreErrorKind::Misconfigured).
    pub async fn migrate(&self) -> Result<(), StoreError> {
        migrate::run(&self.shared).await
    }

    /// [`SCHEMA_SQL`](crate::SCHEMA_SQL) with the names of this store. It is one transaction.
    #[must_use]
    pub fn schema_sql(&self) -> String {
        self.shared.names.script(crate::SCHEMA_SQL)
    }

    async fn claim_alone(
        &self,
        asked: &Asked,
        request: &ClaimRequest,
    ) -> Result<Claim, StoreError> {
        let Shared { database, sql, .. } = &*self.shared;
        let group = request.bound.map(|bound| *bound.group.as_bytes());
        let values = [
            asked.key.as_bytes()[..].into(),
            asked.owner[..].into(),
            Value::Big(asked.lease),
            Value::Big(asked.retain),
            Value::Int(asked.fingerprint),
            Value::Bytes(group.as_ref().map(|group| &group[..])),
            Value::Int(request.bound.map_or(0, |bound| bound.at_most.get().into())),
        ];
        let mut operation = database.operation();
        for _ in 0..ROUNDS {
            let rows = match &request.bound {
                None => operation.run(&sql.claim, &values[..5], Repeat::Yes).await?,
                Some(bound) => {
                    let lock = [Value::Big(lock_name(&bound.group))];
                    let script = [(&sql.lock_group, &lock[..]), (&sql.claim_bounded, &values)];
                    operation.run_script("", &script, Repeat::Yes).await?
                }
            };
            // The lock's row has no columns.
            if let Some(row) = rows.iter().find(|row| !row.is_empty()) {
                return asked.answer(row);
            }
        }
        Err(always_changing())
    }

    /// Commits, releases or buries.
    async fn settle(
        &self,
        lease: &Lease,
        state: State,
        answer: Option<&[u8]>,
        note: Option<&[u8]>,
    ) -> Result<SettledAs, StoreError> {
        let Shared { database, sql, .. } = &*self.shared;
        let (owner, key) = (owner_bytes(lease.owner()), lease.key().as_bytes());
        let values = [
            key[..].into(),
            owner[..].into(),
            Value::Big(epoch(lease)),
            Value::Int(state as i32),
            Value::Bytes(answer),
            Value::Bytes(note),
        ];
        let mut operation = database.operation();
        let rows = operation.run(&sql.settle, &values, Repeat::Yes).await?;
        if !rows.is_empty() {
            return Ok(SettledAs::Asked);
        }
        let is_repeated = operation.has_lost();
        let rows = operation.run(&sql.settled, &values[..3], Repeat::Yes);
        let before: Option<i32> = match rows.await?.first() {
            Some(row) => Some(row.try_get(0).map_err(store_error)?),
            None => None,
        };
        Ok(match before {
            // The try whose answer was lost has done it.
            Some(before) if before == state as i32 && is_repeated => SettledAs::Asked,
            Some(before) if before == state as i32 => SettledAs::Before,
            _ => SettledAs::Lost,
        })
    }

    async fn is_changed(
        &self,
        statement: &sqlx::SqlStr,
        key: &ReplayKey,
    ) -> Result<bool, StoreError> {
        let values = [key.as_bytes()[..].into()];
        let mut operation = self.shared.database.operation();
        let rows = operation.run(statement, &values, Repeat::No).await?;
        Ok(!rows.is_empty())
    }
}

/// The states of a record, as the table has them.
#[derive(Clone, Copy)]
pub(crate) enum State {
    Done = 1,
    Released = 2,
    Dead = 3,
}

/// What became of a claim.
enum SettledAs {
    /// It is settled now, in the way that was asked for.
    Asked,
    /// It was settled before, in the way that was asked for.
    Before,
    /// The lease is lost.
    Lost,
}

impl SettledAs {
    fn lease_state(self) -> LeaseState {
        match self {
            Self::Asked => LeaseState::Held,
            Self::Before | Self::Lost => LeaseState::Lost,
        }
    }
}

impl ReplayStore for PostgresStore {
    async fn claim(&self, key: &ReplayKey, request: &ClaimRequest) -> Result<Claim, StoreError> {
        let asked = Asked::new(key, request);
        match &self.shared.writer {
            // Keys of a group are counted one by one.
            Some(writer) if request.bound.is_none() => writer.claim(asked).await,
            _ => self.claim_alone(&asked, request).await,
        }
    }

    async fn renew(&self, lease: &Lease, by: Duration) -> Result<LeaseState, StoreError> {
        let Shared { database, sql, .. } = &*self.shared;
        let owner = owner_bytes(lease.owner());
        let values = [
            lease.key().as_bytes()[..].into(),
            owner[..].into(),
            Value::Big(epoch(lease)),
            Value::Big(micros(by)),
        ];
        let mut operation = database.operation();
        let rows = operation.run(&sql.renew, &values, Repeat::Yes).await?;
        Ok(match rows.is_empty() {
            true => LeaseState::Lost,
            false => LeaseState::Held,
        })
    }

    async fn commit(&self, lease: &Lease, answer: Option<&[u8]>) -> Result<Commit, StoreError> {
        let answer = answer.filter(|answer| answer.len() <= MAX_ANSWER);
        if let Some(writer) = &self.shared.writer
            && writer.commit(lease, answer).await?
        {
            return Ok(Commit::Committed);
        }
        Ok(match self.settle(lease, State::Done, answer, None).await? {
            SettledAs::Asked => Commit::Committed,
            SettledAs::Before => Commit::AlreadyCommitted,
            SettledAs::Lost => Commit::LeaseLost,
        })
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        let settled = self.settle(lease, State::Released, None, None).await?;
        Ok(settled.lease_state())
    }

    async fn bury(&self, lease: &Lease, note: &str) -> Result<LeaseState, StoreError> {
        let note = DeadRecord::note_to_keep(note);
        let settled = self.settle(lease, State::Dead, None, Some(note.as_bytes()));
        Ok(settled.await?.lease_state())
    }

    async fn revive(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.is_changed(&self.shared.sql.revive, key).await
    }

    async fn dead(
        &self,
        after: Option<&ReplayKey>,
        at_most: usize,
    ) -> Result<Vec<DeadRecord>, StoreError> {
        let Shared { database, sql, .. } = &*self.shared;
        // The empty text is below all keys.
        let after = after.map_or(&[][..], |key| &key.as_bytes()[..]);
        let at_most = i64::try_from(at_most).map_or(DEAD_PAGE, |at_most| at_most.min(DEAD_PAGE));
        let values = [after.into(), Value::Big(at_most)];
        let mut operation = database.operation();
        let rows = operation.run(&sql.dead, &values, Repeat::Yes).await?;
        let mut records = Vec::with_capacity(rows.len());
        for row in &rows {
            if row.try_get("standby").map_err(store_error)? {
                return Err(check::standby());
            }
            records.extend(dead_record(row)?);
        }
        Ok(records)
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.is_changed(&self.shared.sql.forget, key).await
    }

    async fn sweep(&self, at_most: usize) -> Result<Swept, StoreError> {
        let Shared { database, sql, .. } = &*self.shared;
        sweep::sweep(database, sql, at_most).await
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

/// A row of the list. `None`: the list is empty.
fn dead_record(row: &sqlx::postgres::PgRow) -> Result<Option<DeadRecord>, StoreError> {
    let get = || -> Result<_, sqlx::Error> {
        let key: Option<Vec<u8>> = row.try_get("key")?;
        let Some(key) = key else { return Ok(None) };
        let note: Vec<u8> = row.try_get("note")?;
        let (attempts, died_at): (i32, i64) = (row.try_get("attempts")?, row.try_get("died_at")?);
        Ok(Some((key, attempts, died_at, note)))
    };
    let Some((key, attempts, died_at, note)) = get().map_err(store_error)? else {
        return Ok(None);
    };
    let key = key
        .try_into()
        .map_err(|_| corrupt("a key does not have 32 bytes"))?;
    let attempts = u32::try_from(attempts).map_err(|_| corrupt("the attempts are negative"))?;
    let died_at = u64::try_from(died_at).map_err(|_| corrupt("a record died before 1970"))?;
    Ok(Some(DeadRecord::new(
        ReplayKey::from_bytes(key),
        attempts,
        UnixTime::from_millis(died_at / 1000),
        String::from_utf8_lossy(&note).into_owned(),
    )))
}

/// Other owners have changed the row each time between the reading and the writing.
pub(crate) fn always_changing() -> StoreError {
    StoreError::with_source(
        StoreErrorKind::Unavailable,
        "the record changes all the time",
    )
}

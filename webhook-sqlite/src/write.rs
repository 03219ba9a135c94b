//! Writes of the application in the transactions of the store's writer.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use rusqlite::Connection;
use webhook_core::{StoreError, StoreErrorKind};

use crate::SqliteStore;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::savepoint::Savepoint;
use crate::writer::Urgency;

pub(crate) type Cause = Box<dyn Error + Send + Sync>;

impl SqliteStore {
    /// Runs writes of the application, to tables of its own in this file, in a transaction of the
    /// store's writer.
    ///
    /// So they never wait for the lock of the file, and share the COMMIT of whatever else is
    /// written at that moment. `SqliteInbox::done_with` does the same and ends a stored delivery
    /// with it (feature `inbox`).
    ///
    /// ```
    /// use webhook_sqlite::SqliteStore;
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = std::env::temp_dir().join(format!("webhook-write-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let path = folder.join("shop.db");
    /// let store = SqliteStore::open(&path)?;
    /// store.write(|db| db.execute_batch("create table orders (id text primary key) strict")).await?;
    /// let order = "o-1".to_owned();
    /// store.write(move |db| db.execute("insert into orders values (?1)", [&order])).await?;
    ///
    /// let again = store.write(|db| db.execute("insert into orders values ('o-1')", [])).await;
    /// assert!(again.is_err(), "and nothing of it is written");
    /// # drop(store);
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok(())
    /// # }
    /// #
    /// tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(example()).unwrap();
    /// ```
    ///
    /// # What `write` may do
    ///
    /// * Read and write, and nothing else: it runs again if something else of its batch fails, and
    ///   only the last run counts.
    /// * Little: everything that uses the file waits for it, deliveries included. What is not
    ///   answered within two seconds is an error.
    /// * It does not end the transaction. A `commit` in it is an error, and writes nothing.
    ///
    /// If it fails or panics, nothing of it is written. A panic goes on in the caller. A future that
    /// is dropped does not stop it.
    ///
    /// # Errors
    ///
    /// If `write` fails, or the store.
    pub async fn write<T, E>(
        &self,
        mut write: impl FnMut(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, WriteError>
    where
        T: Send + 'static,
        E: Into<Cause>,
    {
        let work = move |ledger: &mut Ledger<'_>| run(ledger.connection(), &mut write);
        self.writer.ask(Urgency::Begins, work).await?.into_result()
    }
}

/// Why a write of the application did not take place.
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteError {
    /// The lease does not hold the job: another worker has it, or it has ended. Nothing was
    /// written.
    LeaseLost,
    /// The application's part failed. Nothing was written.
    Failed(Cause),
    /// The store failed. Of the kind [`Timeout`](StoreErrorKind::Timeout): nobody knows whether it
    /// was written. Otherwise nothing was.
    Store(StoreError),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LeaseLost => "the lease does not hold the job: nothing was written",
            Self::Failed(_) => "the write failed: nothing was written",
            Self::Store(_) => "the store failed",
        })
    }
}

impl Error for WriteError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::LeaseLost => None,
            Self::Failed(cause) => Some(&**cause),
            Self::Store(error) => Some(error),
        }
    }
}

impl From<StoreError> for WriteError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What became of a write, on its way from the writer to the caller.
pub(crate) enum Written<T> {
    Value(T),
    #[cfg(feature = "inbox")]
    NotHeld,
    Failed(Cause),
    Panicked(Box<dyn Any + Send>),
}

impl<T> Written<T> {
    /// Writes what commits together with it, unless it failed.
    #[cfg(feature = "inbox")]
    pub(crate) fn and<U>(
        self,
        then: impl FnOnce(T) -> Result<U, Failure>,
    ) -> Result<Written<U>, Failure> {
        Ok(match self {
            Self::Value(value) => Written::Value(then(value)?),
            Self::NotHeld => Written::NotHeld,
            Self::Failed(cause) => Written::Failed(cause),
            Self::Panicked(payload) => Written::Panicked(payload),
        })
    }

    /// A panic goes on in the caller, as if the write had run there.
    pub(crate) fn into_result(self) -> Result<T, WriteError> {
        match self {
            Self::Value(value) => Ok(value),
            #[cfg(feature = "inbox")]
            Self::NotHeld => Err(WriteError::LeaseLost),
            Self::Failed(cause) => Err(WriteError::Failed(cause)),
            Self::Panicked(payload) => resume_unwind(payload),
        }
    }
}

/// Runs `write` within the transaction of a batch. What it wrote before it failed is undone, and
/// the batch goes on.
pub(crate) fn run<T, E: Into<Cause>>(
    connection: &Connection,
    write: &mut impl FnMut(&Connection) -> Result<T, E>,
) -> Result<Written<T>, Failure> {
    let part = Savepoint::begin(connection)?;
    // The operations of others are in this transaction: a COMMIT rolls back instead.
    connection.commit_hook(Some(|| true))?;
    let written = catch_unwind(AssertUnwindSafe(|| write(connection).map_err(Into::into)));
    connection.commit_hook(None::<fn() -> bool>)?;
    if connection.is_autocommit() {
        let why = "the application's write has ended the transaction";
        return Err(Failure::new(StoreErrorKind::Misconfigured, why));
    }
    let written = match written {
        Ok(Ok(value)) => Written::Value(value),
        Ok(Err(cause)) => Written::Failed(cause),
        Err(payload) => Written::Panicked(payload),
    };
    match written {
        Written::Value(_) => part.keep()?,
        _ => part.undo()?,
    }
    Ok(written)
}

//! Writes of the application that commit together with the end of a job or with a step.

use bytes::Bytes;
use rusqlite::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;
use webhook_core::StoreErrorKind;
use webhook_core::replay::LeaseState;
use webhook_inbox::{Ending, JobLease, Step, StepState};

use super::{SqliteInbox, settle, steps};
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::write::{Cause, WriteError, Written, run};
use crate::writer::Urgency;

impl SqliteInbox {
    /// Runs writes of the application, and records the job as done in the same transaction of the
    /// store's writer: the effects are there if and only if the job is done.
    ///
    /// A worker that lost its lease writes nothing. What `write` may do is said at
    /// [`SqliteStore::write`](crate::SqliteStore::write). Settling the job as done afterwards, which
    /// the worker does, changes nothing.
    ///
    /// ```
    /// # use webhook_core::replay::Owner;
    /// # use webhook_core::{Claimed, Endpoint, Head, SealKeys, Signer, UnixTime, providers};
    /// # use webhook_core::secret_store::KeyRing;
    /// # use webhook_inbox::{Inbox, InboxTable, TakeRequest};
    /// use webhook_sqlite::{SqliteStore, WriteError};
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = std::env::temp_dir().join(format!("webhook-done-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let path = folder.join("shop.db");
    /// let store = SqliteStore::open(&path)?;
    /// let inbox = store.inbox();
    /// store.write(|db| db.execute_batch("create table paid (invoice text) strict")).await?;
    /// # let keys = SealKeys::new(&KeyRing::parse(&KeyRing::fresh_entry("2027-01")?)?);
    /// # let secret = "whsec_0123456789abcdef";
    /// # let acceptor = Inbox::new(inbox.clone(), keys);
    /// # let endpoint = Endpoint::stripe(secret).durable(acceptor).build()?;
    /// # let signed = Signer::new(providers::STRIPE, secret)?.sign(UnixTime::now(), r#"{"id":"evt_1"}"#);
    /// # let head = Head::new("POST", "/hooks", &signed.headers);
    /// # let webhook_core::Begun::Read(mut intake) = endpoint.begin(&head) else { unreachable!() };
    /// # intake.push(signed.body.clone())?;
    /// # let webhook_core::Finished::Event(checked) = intake.finish()? else { unreachable!() };
    /// # assert!(matches!(checked.claim().await?, Claimed::Stored(_)));
    /// # let minute = std::time::Duration::from_secs(60);
    /// # let taken = inbox.take(&TakeRequest::new(Owner::from_bits(1), 1, minute)).await?;
    /// # let lease = taken.jobs[0].lease;
    /// // In a handler: `steps.lease()` of `EventSteps`.
    /// let pay = |db: &rusqlite::Connection| db.execute("insert into paid values ('in_1')", []);
    /// inbox.done_with(&lease, pay).await?;
    ///
    /// let again = inbox.done_with(&lease, pay).await;
    /// assert!(matches!(again, Err(WriteError::LeaseLost)), "the job has ended");
    /// # drop((inbox, store));
    /// # drop(endpoint);
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok(())
    /// # }
    /// #
    /// tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(example()).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// If the lease does not hold the job, if `write` fails, or the store.
    pub async fn done_with<T, E>(
        &self,
        lease: &JobLease,
        mut write: impl FnMut(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, WriteError>
    where
        T: Send + 'static,
        E: Into<Cause>,
    {
        let lease = *lease;
        let work = move |ledger: &mut Ledger<'_>| {
            if !steps::is_held(ledger.connection(), &lease)? {
                return Ok(Written::NotHeld);
            }
            run(ledger.connection(), &mut write)?.and(|value| {
                expect_held(settle::settle(ledger, &lease, &Ending::Done)?)?;
                Ok(value)
            })
        };
        self.ask(Urgency::Ends, work).await?.into_result()
    }

    /// Runs a step of a handler whose effects are in this file, unless it is done: then returns what
    /// it returned before. The effects and what is kept of the step are in the same transaction of
    /// the store's writer, so it takes place once, also if the process is killed.
    ///
    /// It is `Steps::run` of a worker for such a step, and keeps what it returned as JSON, too. Run
    /// it before the first step of another kind: the `Steps` of an attempt do not see it after they
    /// have read. What `write` may do is said at [`SqliteStore::write`](crate::SqliteStore::write).
    ///
    /// ```
    /// # use webhook_inbox::JobLease;
    /// use webhook_sqlite::{SqliteInbox, WriteError};
    ///
    /// async fn order(inbox: &SqliteInbox, lease: &JobLease) -> Result<i64, WriteError> {
    ///     let number = |db: &rusqlite::Connection| {
    ///         db.execute("insert into orders (state) values ('paid')", [])?;
    ///         Ok::<_, rusqlite::Error>(db.last_insert_rowid())
    ///     };
    ///     inbox.step_with(lease, "order", number).await
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// If the lease does not hold the job, if `write` fails, if what it returned is not JSON, or too
    /// long (64 KiB), or was of another type when the step ran, or if the store fails.
    pub async fn step_with<T, E>(
        &self,
        lease: &JobLease,
        name: &str,
        mut write: impl FnMut(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, WriteError>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        E: Into<Cause>,
    {
        Step::done(name, Bytes::new()).check()?;
        let (lease, name) = (*lease, Box::<str>::from(name));
        let work = move |ledger: &mut Ledger<'_>| {
            let connection = ledger.connection();
            if !steps::is_held(connection, &lease)? {
                return Ok(Written::NotHeld);
            }
            if let Some(kept) = done(connection, &lease, &name)? {
                return Ok(match serde_json::from_slice(&kept.value) {
                    Ok(value) => Written::Value(value),
                    Err(error) => Written::Failed(error.into()),
                });
            }
            let mut in_json = |connection: &Connection| -> Result<_, Cause> {
                let value = write(connection).map_err(Into::<Cause>::into)?;
                let step = Step::done(&*name, serde_json::to_vec(&value)?);
                step.check()?;
                Ok((value, step))
            };
            run(connection, &mut in_json)?.and(|(value, step)| {
                expect_held(steps::put_in(connection, &lease, &step)?)?;
                Ok(value)
            })
        };
        self.ask(Urgency::Ends, work).await?.into_result()
    }
}

/// The step of this name, if it is done.
fn done(connection: &Connection, lease: &JobLease, name: &str) -> Result<Option<Step>, Failure> {
    let steps = steps::steps(connection, lease.id)?;
    let is_it = |step: &Step| &*step.name == name && step.state == StepState::Done;
    Ok(steps.into_iter().find(is_it))
}

/// The lease was held before the write of the application, in the same transaction.
fn expect_held(state: LeaseState) -> Result<(), Failure> {
    match state {
        LeaseState::Held => Ok(()),
        _ => {
            let why = "the application's write has changed the job that it is for";
            Err(Failure::new(StoreErrorKind::Misconfigured, why))
        }
    }
}

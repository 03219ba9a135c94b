//! Handlers in steps, each of which is done once.
//!
//! A handler that issues an invoice, orders a parcel and sends a mail must not issue a second
//! invoice because the mail failed. [`Steps::run`] keeps what a step has returned, in the inbox.
//! When the delivery runs again, also after a crash, done steps return what they returned before:
//!
//! ```
//! use webhook_worker::{StepError, Stored};
//!
//! # #[derive(serde::Deserialize, serde::Serialize)] struct Invoice { number: u64 }
//! # async fn issue(_: &str) -> std::io::Result<Invoice> { Ok(Invoice { number: 1 }) }
//! # async fn ship(_: &Invoice, _: &str) -> std::io::Result<String> { Ok(String::new()) }
//! # async fn notify(_: &str) -> std::io::Result<()> { Ok(()) }
//! async fn paid(stored: &Stored) -> Result<(), StepError> {
//!     let steps = stored.steps();
//!     let key = steps.key("invoice"); // The same for every attempt.
//!     let invoice: Invoice = steps.run("invoice", async || issue(&key).await).await?;
//!     let key = steps.key("ship");
//!     let parcel: String = steps.run("ship", async || ship(&invoice, &key).await).await?;
//!     steps.run("notify", async || notify(&parcel).await).await
//! }
//! ```
//!
//! A [`Pipeline`] runs a list of steps with conditions, retries, and a report.
//!
//! # How often does a step run?
//!
//! Once, unless the process dies between the effect of a step and the moment at which its result is
//! kept: then it runs again. So give whatever it calls the [key](Steps::key) of the step as an
//! idempotency key. A step whose effect is in the database of the inbox can put both into one
//! transaction: see `PostgresInbox::put_step_in` and `SqliteInbox::step_with`.

mod error;
mod pipeline;
mod report;
mod results;
mod slots;

pub use error::StepError;
pub use pipeline::{Pipeline, PipelineStep, StepRetry, step};
pub use report::{PipelineReport, StepReport};
pub use results::StepResults;
pub(crate) use slots::ErasedSlots;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{Mutex, MutexGuard};
use webhook_core::replay::LeaseState;
use webhook_core::{Delivery, StoreError};
use webhook_inbox::{JobLease, Step, StepState};

/// The steps of a delivery that a worker handles. Clones share them.
#[derive(Clone)]
pub struct Steps(Arc<Parts>);

struct Parts {
    delivery: Delivery,
    lease: JobLease,
    slots: Arc<dyn ErasedSlots>,
    /// What is known, once it was read.
    known: Mutex<Option<StepResults>>,
}

type Cause = Box<dyn Error + Send + Sync>;

impl Steps {
    pub(crate) fn new(delivery: &Delivery, lease: JobLease, slots: Arc<dyn ErasedSlots>) -> Self {
        Self(Arc::new(Parts {
            delivery: delivery.clone(),
            lease,
            slots,
            known: Mutex::new(None),
        }))
    }

    /// The claim that the steps belong to.
    #[must_use]
    pub fn lease(&self) -> &JobLease {
        &self.0.lease
    }

    /// An idempotency key for what a step calls: the replay key of the delivery and the name of the
    /// step. It is the same in every attempt, and another one for every other event.
    #[must_use]
    pub fn key(&self, name: &str) -> String {
        let (delivery, job) = (&self.0.delivery, self.0.lease.id);
        let key = delivery.replay_key();
        let key = key.map(|key| const_hex::encode(key.as_bytes()));
        let key = key.unwrap_or_default();
        match delivery.is_remembered() {
            true => format!("{key}-{name}"),
            // Another event may have this key, and never this job.
            false => format!("{key}-{job}-{name}"),
        }
    }

    /// Runs a step, unless it is done: then returns what it has returned before. Its result is kept
    /// as JSON.
    ///
    /// Names are those of the code. One that is changed is another step.
    ///
    /// # Errors
    ///
    /// If the step fails, if what it has returned cannot be kept or is not a `T`, or if the lease is
    /// lost. `?` in a handler makes it an error to retry.
    pub async fn run<T, E, F>(&self, name: &str, run: F) -> Result<T, StepError>
    where
        T: Serialize + DeserializeOwned,
        E: Into<Cause>,
        F: AsyncFnOnce() -> Result<T, E>,
    {
        if let Some(value) = self.results().await?.done(name)? {
            return Ok(value);
        }
        let value = match run().await {
            Ok(value) => value,
            Err(error) => {
                let error = error.into();
                self.put(Step::failed(name, "failed")).await?;
                return Err(StepError::failed(name, error));
            }
        };
        self.keep(name, &value).await?;
        Ok(value)
    }

    /// What the steps have returned so far.
    ///
    /// # Errors
    ///
    /// If the inbox fails.
    pub async fn results(&self) -> Result<StepResults, StepError> {
        let mut known = self.0.known.lock().await;
        Ok(self.read(&mut known).await?.clone())
    }

    async fn read<'a>(
        &self,
        known: &'a mut MutexGuard<'_, Option<StepResults>>,
    ) -> Result<&'a mut StepResults, StoreError> {
        if known.is_none() {
            let steps = self.0.slots.read(self.0.lease.id).await?;
            **known = Some(StepResults::new(steps));
        }
        match &mut **known {
            Some(results) => Ok(results),
            None => unreachable!("it was read above"),
        }
    }

    pub(crate) async fn keep<T: Serialize>(&self, name: &str, value: &T) -> Result<(), StepError> {
        let json = serde_json::to_vec(value).map_err(|error| StepError::not_json(name, error))?;
        self.put(Step::done(name, json)).await
    }

    /// Keeps what became of a step.
    pub(crate) async fn put(&self, step: Step) -> Result<(), StepError> {
        let mut known = self.0.known.lock().await;
        self.read(&mut known).await?;
        match self.0.slots.put(&self.0.lease, &step).await? {
            LeaseState::Held => {}
            _ => return Err(StepError::lease_lost(&step.name)),
        }
        let results = self.read(&mut known).await?;
        if results.state(&step.name) != Some(StepState::Done) {
            results.set(step);
        }
        Ok(())
    }
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Steps")
            .field("lease", &self.0.lease)
            .finish_non_exhaustive()
    }
}

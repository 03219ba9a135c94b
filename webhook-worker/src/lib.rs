//! Runs the handlers of stored webhook deliveries.
//!
//! An [`Inbox`](webhook_inbox::Inbox) stores what arrives, and answers the sender at once. A
//! [`Worker`] takes the stored deliveries, opens each with the endpoint that verified it, and calls
//! its [`Consumer`] until one attempt succeeds or the delivery is dead.
//!
//! ```
//! use std::time::Duration;
//! use webhook_core::Endpoint;
//! use webhook_inbox::{Inbox, KeyRing, MemoryInbox, SealKeys};
//! use webhook_worker::{Consumed, Stored, Worker, consumer_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // In production: `KeyRing::from_env("WEBHOOK_SECRET_KEYS")?`, and a table in a database.
//! let keys = SealKeys::new(&KeyRing::parse(&KeyRing::fresh_entry("2027-01")?)?);
//! let inbox = Inbox::new(MemoryInbox::new(), keys);
//! let endpoint = Endpoint::stripe("whsec_0123456789abcdef").durable(inbox.clone()).build()?;
//!
//! let worker = Worker::new(inbox)
//!     .consumer(consumer_fn(endpoint, |stored: Stored| async move {
//!         match stored.delivery().event_type() {
//!             Some("invoice.paid") => Consumed::Done,
//!             _ => Consumed::Parked { kind: "unknown type".into() },
//!         }
//!     }))
//!     .spawn()?;
//! # tokio::task::yield_now().await;
//!
//! // When the server has stopped:
//! let unfinished = worker.drain(Duration::from_secs(30)).await;
//! assert_eq!(unfinished, 0);
//! # Ok(())
//! # }
//! ```
//!
//! The adapters have consumers that run the handlers of an application: `webhook_axum::inbox`,
//! `webhook_actix::inbox`, `webhook_tower::inbox`.
//!
//! # What becomes of a delivery
//!
//! | an attempt | the delivery |
//! |---|---|
//! | succeeds | is done |
//! | fails, panics or takes too long | is retried, later each time: [`RetryPolicy`] |
//! | fails, and its attempts or its time are spent | is dead |
//! | is given up by its handler | is dead |
//! | finds no handler, or no consumer | is parked |
//! | does not open: its row was changed | is parked |
//! | is interrupted: the worker was killed | runs again when its lease has ended |
//!
//! Dead and parked ones wait for a person, with their bodies. [`Selection`] lists, parks and drops
//! them, and [`Redrive`] lets them run again at a pace that their consumer can bear.
//!
//! # How often does a handler run?
//!
//! At least once. A worker may be killed after the handler's effects and before the delivery is
//! done, so a handler has to be idempotent: by [`Delivery::replay_key`], by
//! [`Delivery::fence`], or by a table in the same transaction. In a table with transactions, effects
//! and "done" are committed together, and the effects take place exactly once.
//!
//! # Features
//!
//! * `metrics`: levels of the inbox and what became of attempts, for the crate `metrics`.
//!
//! [`Delivery::replay_key`]: webhook_core::Delivery::replay_key
//! [`Delivery::fence`]: webhook_core::Delivery::fence

#![cfg_attr(docsrs, feature(doc_cfg))]

mod answered;
mod attempt;
mod backoff;
mod breaker;
mod consumer;
mod consumers;
mod context;
mod error;
mod guard;
mod lanes;
mod leases;
pub mod metrics;
mod pump;
mod redrive;
mod retry;
mod running;
mod selection;
mod settle;
pub mod steps;
mod stored;
mod tidy;
mod worker;

pub use breaker::RestPolicy;
pub use consumer::{Consumed, Consumer, ConsumerFn, consumer_fn};
pub use error::WorkerError;
pub use redrive::{Redrive, Redriven};
pub use retry::RetryPolicy;
pub use running::RunningWorker;
pub use selection::{Pages, Selection};
pub use steps::{
    Pipeline, PipelineReport, PipelineStep, StepError, StepReport, StepResults, StepRetry, Steps,
    step,
};
pub use stored::Stored;
pub use worker::Worker;

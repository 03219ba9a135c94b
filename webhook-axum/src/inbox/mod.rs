//! Acknowledge first, work later: deliveries are stored, and a worker runs the handlers.
//!
//! [`WebhookLayer::durable`] stores what it verifies in an [`Inbox`] and answers. A [`Worker`] takes
//! what is stored, and [`AppConsumer`] sends it through the very same application: routes, state,
//! extractors and [`WebhookRouter`](crate::WebhookRouter) work as without an inbox.
//!
//! ```
//! use std::time::Duration;
//!
//! use axum::Router;
//! use axum::extract::State;
//! use webhook_axum::inbox::{AppConsumer, Inbox, KeyRing, MemoryInbox, SealKeys, Worker};
//! use webhook_axum::{HookResult, VerifiedEvent, WebhookLayer, WebhookRouter};
//! # #[derive(Clone)] struct Db;
//! # impl Db {
//! #     async fn pay(&self, _: &Invoice) -> Result<(), std::io::Error> { Ok(()) }
//! # }
//! # #[derive(serde::Deserialize)] struct Invoice {}
//!
//! async fn paid(State(db): State<Db>, VerifiedEvent(event): VerifiedEvent<Invoice>) -> HookResult {
//!     db.pay(&event.data).await?; // An error: the worker runs it again, later each time.
//!     Ok(())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let db = Db;
//! // In production: `KeyRing::from_env("WEBHOOK_SECRET_KEYS")?`, and the inbox of a
//! // `SqliteStore` or a `PostgresStore`.
//! let keys = SealKeys::new(&KeyRing::parse(&KeyRing::fresh_entry("2027-01")?)?);
//! let inbox = Inbox::new(MemoryInbox::new(), keys);
//!
//! // A 200 now means that the delivery is on the disk.
//! let layer = WebhookLayer::stripe("whsec_0123456789abcdef").durable(inbox.clone());
//! let hooks = WebhookRouter::new(layer.clone()).on("invoice.paid", paid).ignore_unknown();
//! let app = Router::new().route("/webhooks/stripe", hooks.into()).with_state(db);
//!
//! let worker = Worker::new(inbox).consumer(AppConsumer::new(&layer, app.clone())).spawn()?;
//! # let serve = async |_: Router| {};
//! serve(app).await;
//!
//! // At shutdown, after the server:
//! worker.drain(Duration::from_secs(30)).await;
//! # Ok(())
//! # }
//! ```
//!
//! [`Delivery::attempt`](crate::Delivery::attempt) counts the runs. Events without a handler are
//! parked, also with [`ignore_unknown`](crate::WebhookRouter::ignore_unknown): the next version of
//! the application may have one.
//!
//! # What is different in a worker
//!
//! The request has what was [stored](StoredHead) of its head. It has no connection, so
//! `ConnectInfo` is missing, and headers that are not kept are too: a middleware of the application
//! that asks for a cookie refuses it. Put such middleware on other routes, or give the consumer a
//! router that has only the routes of webhooks.
//!
//! The status of the response decides, as without an inbox: 2xx is a success, and other statuses are
//! retried. A `Retry-After` in seconds is honoured. A delivery whose path has no route any more is
//! parked.

mod event_steps;
mod pages;

use axum::Router;
use axum::body::Body;
use webhook_core::Endpoint;
#[doc(inline)]
pub use webhook_tower::inbox::*;

pub use event_steps::{EventSteps, MissingWorker};
pub use pages::pages;

use crate::WebhookLayer;

/// Runs stored deliveries through an application that has their [`WebhookLayer`] in it.
#[derive(Debug)]
pub struct AppConsumer(ServiceConsumer<Router, Body>);

impl AppConsumer {
    /// Runs the stored deliveries of this layer through this application.
    #[must_use]
    pub fn new(layer: &WebhookLayer, app: Router) -> Self {
        Self(ServiceConsumer::with_body(layer.inner(), app))
    }
}

impl Consumer for AppConsumer {
    fn endpoint(&self) -> &Endpoint {
        self.0.endpoint()
    }

    async fn consume(&self, stored: Stored) -> Consumed {
        self.0.consume(stored).await
    }
}

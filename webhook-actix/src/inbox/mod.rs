//! Acknowledge first, work later: deliveries are stored, and a worker runs the handlers.
//!
//! [`Webhook::durable`] stores what it verifies in an [`Inbox`] and answers. A [`Worker`] takes what
//! is stored, and [`AppConsumer`] sends it through the very same application: routes, data,
//! extractors and [`WebhookRouter`](crate::WebhookRouter) work as without an inbox.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use actix_web::{App, HttpServer, web};
//! use webhook_actix::inbox::{AppConsumer, Inbox, KeyRing, MemoryInbox, SealKeys, Worker};
//! use webhook_actix::{HookResult, VerifiedEvent, Webhook, WebhookRouter};
//! # struct Db;
//! # impl Db {
//! #     async fn pay(&self, _: &Invoice) -> Result<(), std::io::Error> { Ok(()) }
//! # }
//! # #[derive(serde::Deserialize)] struct Invoice {}
//!
//! async fn paid(db: web::Data<Db>, VerifiedEvent(event): VerifiedEvent<Invoice>) -> HookResult {
//!     db.pay(&event.data).await?; // An error: the worker runs it again, later each time.
//!     Ok(())
//! }
//!
//! #[actix_web::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // In production, the inbox of a `SqliteStore` or a `PostgresStore`.
//!     let keys = SealKeys::new(&KeyRing::from_env("WEBHOOK_SECRET_KEYS")?);
//!     let inbox = Inbox::new(MemoryInbox::new(), keys);
//!
//!     // A 200 now means that the delivery is on the disk.
//!     let secret = std::env::var("STRIPE_WEBHOOK_SECRET")?;
//!     let webhook = Webhook::stripe(secret).durable(inbox.clone());
//!     let hooks = WebhookRouter::new(webhook.clone()).on("invoice.paid", paid).ignore_unknown();
//!     let (hooks, db) = (hooks.at("/webhooks/stripe"), web::Data::new(Db));
//!     let app = move || App::new().app_data(db.clone()).service(hooks.clone());
//!
//!     let consumer = AppConsumer::new(&webhook, app.clone())?;
//!     let worker = Worker::new(inbox).consumer(consumer).spawn()?;
//!     HttpServer::new(app).bind(("127.0.0.1", 3000))?.run().await?;
//!     worker.drain(Duration::from_secs(30)).await;
//!     Ok(())
//! }
//! ```
//!
//! [`Delivery::attempt`](crate::Delivery::attempt) counts the runs. Events without a handler are
//! parked, also with [`ignore_unknown`](crate::WebhookRouter::ignore_unknown): the next version of
//! the application may have one.
//!
//! # What is different in a worker
//!
//! The request has what was [stored](StoredHead) of its head. It has no connection, so its peer is
//! missing, and headers that are not kept are too: a middleware of the application that asks for a
//! cookie refuses it. Put such middleware on other routes, or give the consumer an application that
//! has only the routes of webhooks.
//!
//! The status of the response decides, as without an inbox: 2xx is a success, and other statuses are
//! retried. A `Retry-After` in seconds is honoured. A delivery whose path has no route any more is
//! parked.

mod event_steps;

use std::fmt;
use std::io;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::thread;

use actix_http::Request;
use actix_service::{IntoServiceFactory, Service, ServiceFactory};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::http::{Method, Uri};
use actix_web::rt::System;
use actix_web::{Error, HttpMessage as _};
use tokio::sync::{mpsc, oneshot};
use webhook_core::{Disposition, Endpoint};
#[doc(inline)]
pub use webhook_inbox::*;
#[doc(inline)]
pub use webhook_worker::*;

pub use event_steps::{EventSteps, MissingWorker};

use crate::Webhook;

/// Runs stored deliveries through an application that has their [`Webhook`] in it.
///
/// The application runs on a thread that this starts, as on a thread of a server. The thread ends
/// when this is dropped.
pub struct AppConsumer {
    endpoint: Endpoint,
    runs: mpsc::UnboundedSender<Run>,
}

/// A delivery on its way to the thread. The worker's slots bound how many there are.
struct Run {
    stored: Stored,
    consumed: oneshot::Sender<Consumed>,
}

impl AppConsumer {
    /// Runs the stored deliveries of this middleware through the application that this function
    /// makes: that of the server.
    ///
    /// # Errors
    ///
    /// If no thread can be started.
    pub fn new<F, I, S, B>(webhook: &Webhook, app: F) -> io::Result<Self>
    where
        F: FnOnce() -> I + Send + 'static,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<
                Request,
                Config = AppConfig,
                Response = ServiceResponse<B>,
                Error = Error,
                InitError: fmt::Debug,
            > + 'static,
        B: MessageBody + 'static,
    {
        let (runs, waiting) = mpsc::unbounded_channel();
        let thread = thread::Builder::new().name("webhook-inbox".to_owned());
        thread.spawn(move || System::new().block_on(serve(app, waiting)))?;
        Ok(Self {
            endpoint: webhook.endpoint().clone(),
            runs,
        })
    }
}

impl Consumer for AppConsumer {
    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    async fn consume(&self, stored: Stored) -> Consumed {
        let (consumed, answered) = oneshot::channel();
        if self.runs.send(Run { stored, consumed }).is_err() {
            return Consumed::failed("no application");
        }
        match answered.await {
            Ok(consumed) => consumed,
            // The task has dropped its end: it panicked, and the hook has said so.
            Err(_) => resume_unwind(Box::new("the handler panicked")),
        }
    }
}

async fn serve<F, I, S, B>(app: F, mut waiting: mpsc::UnboundedReceiver<Run>)
where
    F: FnOnce() -> I,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = ServiceResponse<B>,
            Error = Error,
            InitError: fmt::Debug,
        > + 'static,
    B: MessageBody + 'static,
{
    let service = app().into_factory().new_service(AppConfig::default());
    let service = match service.await {
        Ok(service) => Rc::new(service),
        Err(error) => {
            tracing::error!(target: "webhook", ?error, "the application of the inbox fails");
            return;
        }
    };
    while let Some(Run {
        stored,
        mut consumed,
    }) = waiting.recv().await
    {
        let service = Rc::clone(&service);
        actix_web::rt::spawn(async move {
            tokio::select! {
                biased;
                // The worker does not wait any longer, so the handler ends at its next await.
                () = consumed.closed() => {}
                result = run(&*service, &stored) => {
                    let _ = consumed.send(result);
                }
            }
        });
    }
}

async fn run<S, B>(service: &S, stored: &Stored) -> Consumed
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
{
    let Some(request) = request(stored) else {
        let kind = "request not valid".into();
        return Consumed::Parked { kind };
    };
    if std::future::poll_fn(|cx| service.poll_ready(cx))
        .await
        .is_err()
    {
        return Consumed::failed("service not ready");
    }
    match service.call(request).await {
        Ok(response) => {
            let disposition = response.response().extensions().get().copied();
            let retry_after = response.headers().get(RETRY_AFTER);
            let retry_after = retry_after.map(HeaderValue::as_bytes);
            let status = response.status().as_u16();
            Consumed::of_response(stored, status, disposition, retry_after)
        }
        Err(error) => {
            let status = error.as_response_error().status_code().as_u16();
            Consumed::of_response(stored, status, None::<Disposition>, None)
        }
    }
}

/// The request of a stored delivery. Its middleware adds the payload. `None`: no version of this
/// crate has stored it.
fn request(stored: &Stored) -> Option<Request> {
    let (delivery, head) = (stored.delivery(), stored.head());
    let mut request = Request::new();
    request.head_mut().method = Method::from_bytes(head.method().as_bytes()).ok()?;
    request.head_mut().uri = Uri::try_from(head.path_and_query()).ok()?;
    for (name, value) in head.headers() {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        let value = HeaderValue::from_bytes(value).ok()?;
        request.headers_mut().append(name, value);
    }
    if delivery.proof().is_fetched() {
        // The head is that of the notification, and the body that of the API.
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
    }
    request.extensions_mut().insert(delivery.clone());
    request.extensions_mut().insert(stored.steps());
    Some(request)
}

impl fmt::Debug for AppConsumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppConsumer")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

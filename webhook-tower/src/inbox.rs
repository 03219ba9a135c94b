//! Acknowledge first, work later: deliveries are stored, and a worker calls the service.
//!
//! [`WebhookLayer::durable`] stores what it verifies in an [`Inbox`] and answers. A [`Worker`] takes
//! what is stored, and [`ServiceConsumer`] calls the very same service with it: the request has its
//! method, target, kept headers and body again, its [`Delivery`](crate::Delivery) is in the
//! extensions, and the layer lets it pass.
//!
//! ```
//! use std::time::Duration;
//!
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use tower::{Layer as _, Service as _};
//! use webhook_tower::inbox::{Inbox, KeyRing, MemoryInbox, SealKeys, ServiceConsumer, Worker};
//! use webhook_tower::{Delivery, RequestBody, Signer, WebhookLayer, providers};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // In production: `KeyRing::from_env("WEBHOOK_SECRET_KEYS")?`, and the inbox of a
//! // `SqliteStore` or a `PostgresStore`.
//! let keys = SealKeys::new(&KeyRing::parse(&KeyRing::fresh_entry("2027-01")?)?);
//! let inbox = Inbox::new(MemoryInbox::new(), keys);
//!
//! let (happened, mut events) = tokio::sync::mpsc::unbounded_channel();
//! let secret = "whsec_0123456789abcdef";
//! let layer = WebhookLayer::stripe(secret).durable(inbox.clone());
//! let mut service = layer.layer(tower::service_fn(move |request: Request<RequestBody>| {
//!     let delivery = request.extensions().get::<Delivery>().expect("verified");
//!     let sent = happened.send(delivery.event_type().map(str::to_owned));
//!     let status = if sent.is_ok() { 200 } else { 500 };
//!     async move { Response::builder().status(status).body(Full::<Bytes>::default()) }
//! }));
//! let worker = Worker::new(inbox).consumer(ServiceConsumer::new(&layer, service.clone()));
//! let worker = worker.spawn()?;
//!
//! let signer = Signer::new(providers::STRIPE, secret)?;
//! let delivery = signer.sign_now(r#"{"id":"evt_1","type":"invoice.paid"}"#);
//! let request: Request<Full<Bytes>> = delivery.to_http("/webhooks/stripe");
//! assert_eq!(service.call(request).await?.status(), 200);
//! assert_eq!(events.recv().await.flatten().as_deref(), Some("invoice.paid"));
//! assert_eq!(worker.drain(Duration::from_secs(30)).await, 0);
//! # Ok(())
//! # }
//! ```
//!
//! # What is different in a worker
//!
//! The request has what was [stored](StoredHead) of its head. It has no connection, so the address
//! of the peer is missing, and headers that are not kept are too: a middleware that asks for a
//! cookie refuses it. Put such middleware on other routes, or call a service that has only the
//! routes of webhooks.
//!
//! The status of the response decides, as without an inbox: 2xx is a success, and
//! [`Disposition::GiveUp`] gives up. Other statuses are retried; a `Retry-After` in seconds is
//! honoured. A delivery whose path has no route any more is parked.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri};
use tower_service::Service;
use webhook_core::{Disposition, Endpoint};
#[doc(inline)]
pub use webhook_inbox::*;
#[doc(inline)]
pub use webhook_worker::*;

use crate::{RequestBody, WebhookLayer};

/// Runs stored deliveries through a service that has their layer in it: the layer around a handler,
/// or a whole application.
///
/// Each attempt calls a clone of the service. `B` is the body of its requests.
pub struct ServiceConsumer<S, B = RequestBody> {
    endpoint: Endpoint,
    // Many services are not `Sync`.
    service: Mutex<S>,
    body: PhantomData<fn(B)>,
}

impl<S> ServiceConsumer<S> {
    /// Runs the stored deliveries of this layer through this service.
    pub fn new(layer: &WebhookLayer, service: S) -> Self {
        Self::with_body(layer, service)
    }
}

impl<S, B> ServiceConsumer<S, B> {
    /// Like [`new`](ServiceConsumer::new), for a service of requests with another body.
    pub fn with_body(layer: &WebhookLayer, service: S) -> Self {
        Self {
            endpoint: layer.endpoint().clone(),
            service: Mutex::new(service),
            body: PhantomData,
        }
    }
}

impl<S, B, ResBody> Consumer for ServiceConsumer<S, B>
where
    S: Service<Request<B>, Response = Response<ResBody>> + Clone + Send + 'static,
    S::Future: Send,
    B: From<Bytes> + Send + 'static,
{
    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    async fn consume(&self, stored: Stored) -> Consumed {
        let Some(request) = request(&stored) else {
            let kind = "request not valid".into();
            return Consumed::Parked { kind };
        };
        let service = self.service.lock();
        let mut service = service.unwrap_or_else(PoisonError::into_inner).clone();
        let ready = std::future::poll_fn(|cx| service.poll_ready(cx));
        if ready.await.is_err() {
            return Consumed::failed("service not ready");
        }
        match service.call(request).await {
            Ok(response) => {
                let disposition = response.extensions().get::<Disposition>();
                let retry_after = response.headers().get(RETRY_AFTER);
                let status = response.status().as_u16();
                let retry_after = retry_after.map(HeaderValue::as_bytes);
                Consumed::of_response(&stored, status, disposition.copied(), retry_after)
            }
            Err(_) => Consumed::failed("error"),
        }
    }
}

/// The request of a stored delivery. `None`: no version of this crate has stored it.
fn request<B: From<Bytes>>(stored: &Stored) -> Option<Request<B>> {
    let (delivery, head) = (stored.delivery(), stored.head());
    let mut request = Request::new(B::from(delivery.raw().clone()));
    *request.method_mut() = Method::from_bytes(head.method().as_bytes()).ok()?;
    *request.uri_mut() = Uri::try_from(head.path_and_query()).ok()?;
    for (name, value) in head.headers() {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        let value = HeaderValue::from_maybe_shared(value.clone()).ok()?;
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

impl<S, B> fmt::Debug for ServiceConsumer<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceConsumer")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

//! Receive webhooks in axum.
//!
//! One line puts a route behind verification, freshness and replay protection; the handler takes a typed event that only a
//! verified request can produce.
//!
//! ```
//! use axum::{Router, routing::post};
//! use http::StatusCode;
//! use webhook_axum::{VerifiedEvent, WebhookLayer};
//!
//! #[derive(serde::Deserialize)]
//! struct StripeEvent {
//!     data: Object,
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Object {
//!     object: Invoice,
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Invoice {
//!     amount_paid: u64,
//! }
//!
//! async fn paid(VerifiedEvent(event): VerifiedEvent<StripeEvent>) -> StatusCode {
//!     println!("{:?} paid {}", event.id(), event.data.data.object.amount_paid);
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = "whsec_0123456789abcdef";
//! let app: Router = Router::new()
//!     .route("/webhooks/stripe", post(paid))
//!     .layer(WebhookLayer::stripe(secret));
//! #
//! # use tower::ServiceExt;
//! # use webhook_axum::{Clock, SystemClock, Signer, providers};
//! # let now = SystemClock.now().ok_or("no time")?;
//! # let body = r#"{"id":"evt_1","type":"invoice.paid","data":{"object":{"amount_paid":999}}}"#;
//! # let signed = Signer::new(providers::STRIPE, secret)?.sign(now, body);
//! # let send = |body: &'static str| {
//! #     let (name, value) = &signed.headers[0];
//! #     let request = http::Request::post("/webhooks/stripe").header(name, value);
//! #     app.clone().oneshot(request.body(axum::body::Body::from(body)).unwrap())
//! # };
//!
//! // A genuine delivery runs the handler, a copy of it does not, a forged one gets nowhere.
//! # let not_json = r#"{"id":"evt_1"}"#;
//! assert_eq!(send(body).await?.status(), 200);
//! assert_eq!(send(body).await?.status(), 200);
//! assert_eq!(send(not_json).await?.status(), 401);
//! # Ok(())
//! # }
//! ```
//!
//! # Extractors
//!
//! [`VerifiedEvent<T>`] reads the payload as a `T`; [`VerifiedDelivery`] takes the delivery alone, with its raw bytes. Both
//! leave the body in place, so `Bytes`, `Json<T>`, `Form<T>`, `State` and `Path` work beside them, in any order the
//! extractors themselves allow.
//!
//! # Where the layer goes
//!
//! Inside of `TraceLayer`, `TimeoutLayer` and request ids, outside of the handler and of anything that reads the body. A
//! `RequestDecompressionLayer` further out makes every signature wrong. `DefaultBodyLimit` limits extractors and not layers,
//! so the endpoint has a limit of its own: 1 MiB unless set.
//!
//! `Router::layer` also covers the router's fallback, which then answers 401 instead of 404 to whatever is not signed;
//! `Router::route_layer` covers only its routes. Either way a method without a route is answered by the layer, if the
//! provider does not use it.
//!
//! Within `Router::nest` a request has lost the front of its path, which some providers sign: the
//! layer takes path and query from axum's `OriginalUri`. Middleware that rewrites the URI itself
//! belongs inside of the layer.
//!
//! What the layer answers, what happens when a client goes away, and how shutdown waits for handlers: see
//! [`webhook_tower`] and [`WebhookLayer::drain`].

mod extract;
mod layer;
mod rejection;

pub use extract::{VerifiedDelivery, VerifiedEvent};
pub use layer::WebhookLayer;
pub use rejection::{EventRejection, MissingLayer, NotAnEvent};
pub use webhook_core::{
    Algorithm, Answer, Challenge, Clock, ConfigError, Counts, Coverage, Delivery, Disposition,
    Duplicate, Encoding, Endpoint, EndpointBuilder, Event, Fence, Handshake, KeyFormat,
    MemoryStore, Mode, Part, Proof, Provider, Rejected, Rejection, RejectionKind, ReplayKey,
    ReplayStore, Reply, Scheme, Secret, SecretSet, SignedRequest, Signer, SystemClock, TimeUnit,
    UnixTime, Value, When, providers, replay,
};
#[cfg(feature = "asymmetric")]
pub use webhook_core::{Confirmation, KeyError, KeyQuery, KeySource, StaticKeys};
#[cfg(feature = "keys")]
pub use webhook_keys::HttpsKeys;
pub use webhook_runtime::UnverifiedLimit;

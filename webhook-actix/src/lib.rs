//! Receive webhooks in actix-web.
//!
//! One line puts a route behind verification, freshness and replay protection; the handler takes a typed event that only a
//! verified request can produce.
//!
//! ```
//! use actix_web::{App, HttpResponse, web};
//! use webhook_actix::{VerifiedEvent, Webhook};
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
//! async fn paid(VerifiedEvent(event): VerifiedEvent<StripeEvent>) -> HttpResponse {
//!     println!("{:?} paid {}", event.id(), event.data.data.object.amount_paid);
//!     HttpResponse::Ok().finish()
//! }
//!
//! # #[actix_web::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = "whsec_0123456789abcdef";
//! // Outside of the closure that `HttpServer::new` runs once a worker: all workers share one memory.
//! let webhook = Webhook::stripe(secret);
//! let app = move || {
//!     App::new().service(
//!         web::resource("/webhooks/stripe")
//!             .wrap(webhook.clone())
//!             .route(web::post().to(paid)),
//!     )
//! };
//! #
//! # use actix_web::test;
//! # use webhook_actix::{Clock, SystemClock, Signer, providers};
//! # let app = test::init_service(app()).await;
//! # let now = SystemClock.now().ok_or("no time")?;
//! # let body = r#"{"id":"evt_1","type":"invoice.paid","data":{"object":{"amount_paid":999}}}"#;
//! # let signed = Signer::new(providers::STRIPE, secret)?.sign(now, body);
//! # let send = |body: &'static str| {
//! #     let (name, value) = &signed.headers[0];
//! #     let request = test::TestRequest::post().uri("/webhooks/stripe");
//! #     let request = request.insert_header((name.as_str(), value.as_str())).set_payload(body);
//! #     test::call_service(&app, request.to_request())
//! # };
//!
//! // A genuine delivery runs the handler, a copy of it does not, a forged one gets nowhere.
//! # let forged = r#"{"id":"evt_1"}"#;
//! assert_eq!(send(body).await.status(), 200);
//! assert_eq!(send(body).await.status(), 200);
//! assert_eq!(send(forged).await.status(), 401);
//! # Ok(())
//! # }
//! ```
//!
//! # Extractors
//!
//! [`VerifiedEvent<T>`] reads the payload as a `T`; [`VerifiedDelivery`] takes the delivery alone, with its raw bytes. Both
//! leave the payload in place for one more extractor: `web::Bytes`, `web::Json<T>`, `web::Form<T>` or `String`. (Two of
//! those do not work together: actix-web hands out a payload once.) Their limits are their own: `web::Bytes` refuses more
//! than 256 KiB unless `PayloadConfig` says otherwise, and then the claim is released.
//!
//! # Where the middleware goes
//!
//! `wrap` may be on `App`, `Scope`, `Resource` or `Route`. Of several, the one registered last is the outermost: register
//! `Webhook` first, and `Logger` and the like behind it. On a `Resource` or a `Route` it covers that alone; on `App` it also
//! covers the default service, which then answers 401 instead of 404 to whatever is not signed.
//!
//! * **Body limits.** The endpoint has its own, 1 MiB unless set. `PayloadConfig` and `JsonConfig` only bind extractors.
//! * **Decompression.** The raw payload is what is signed and what is read here, before any extractor would inflate it. A request
//!   whose `Content-Encoding` is not `identity` is answered 415.
//! * **Proxies.** Where a provider signs the URL, it is the configured one, because `Host` and `X-Forwarded-*` are the
//!   sender's to choose. Path and query are taken as received, also within a `Scope`.
//! * **Two endpoints, one after the other,** on one route both have to accept: that is hardly ever meant.
//!
//! # When the client goes away
//!
//! Claim, handler and settlement are one local future that outlives the request: should it be dropped (an HTTP/2 reset, a
//! timeout further out), the rest runs on as a task of the same worker. What is not settled when a worker stops runs out
//! with its lease, so await [`Webhook::drain`] first.
//!
//! A panic in the handler is answered 500 and releases the claim, where actix-web alone would drop the connection.
//!
//! What is answered when is in the table of [`Answer`].

mod answer;
mod call;
mod extract;
mod handle;
mod headers;
mod middleware;
mod receive;
mod rejection;

pub use answer::Refused;
pub use extract::{VerifiedDelivery, VerifiedEvent};
pub use middleware::{Webhook, WebhookService};
pub use rejection::{EventRejection, MissingMiddleware, NotAnEvent};
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

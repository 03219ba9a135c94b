//! Receives webhooks in actix-web. One line protects a route: the middleware verifies a delivery,
//! refuses what is forged or stale, and runs the handler once for each event. The handler gets a
//! typed event that only a verified delivery produces.
//!
//! ```toml
//! [dependencies]
//! actix-web = "4"
//! serde = { version = "1", features = ["derive"] }
//! webhook-actix = "0.1"
//! ```
//!
//! ```no_run
//! use actix_web::{App, HttpResponse, HttpServer, web};
//! use webhook_actix::{VerifiedEvent, Webhook};
//!
//! #[derive(serde::Deserialize)]
//! struct StripeEvent {
//!     data: Data,
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Data {
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
//! #[actix_web::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let secret = std::env::var("STRIPE_WEBHOOK_SECRET")?;
//!     // Made once. `HttpServer::new` calls its closure once a worker: a middleware made in there
//!     // would give each worker a separate memory.
//!     let stripe = Webhook::stripe(secret);
//!     let server = HttpServer::new(move || {
//!         App::new().service(
//!             web::resource("/webhooks/stripe")
//!                 .wrap(stripe.clone())
//!                 .route(web::post().to(paid)),
//!         )
//!     });
//!     server.bind(("127.0.0.1", 3000))?.run().await?;
//!     Ok(())
//! }
//! ```
//!
//! # Test a handler
//!
//! With the feature `testing`, a [`TestSender`](testing::TestSender) makes the deliveries that the
//! provider would send, and those of its attackers, as requests of
//! [`actix_web::test`](mod@actix_web::test).
//!
//! ```
//! use actix_web::{App, HttpResponse, test, web};
//! use serde_json::json;
//! use webhook_actix::{VerifiedDelivery, Webhook, testing::TestSender};
//!
//! async fn paid(_: VerifiedDelivery) -> HttpResponse {
//!     HttpResponse::Ok().finish()
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let (secret, path) = ("whsec_0123456789abcdef", "/webhooks/stripe");
//! let resource = web::resource(path).wrap(Webhook::stripe(secret));
//! let app = App::new().service(resource.route(web::post().to(paid)));
//! let app = test::init_service(app).await;
//!
//! let stripe = TestSender::stripe(secret).path(path);
//! let paid = stripe.event("invoice.paid", json!({"amount_paid": 1999}));
//! let forged = stripe.forged(&paid).to_request();
//! assert_eq!(test::call_service(&app, forged).await.status(), 401);
//! let genuine = stripe.signed(&paid).to_request();
//! assert_eq!(test::call_service(&app, genuine).await.status(), 200);
//! # }
//! ```
//!
//! # Extractors
//!
//! * [`VerifiedEvent<T>`] reads the payload as a `T`. A payload that is not a `T` is answered 422
//!   and logged.
//! * [`VerifiedDelivery`] takes any payload. [`Delivery::json`] reads it in the handler; its error
//!   becomes an [`EventRejection`] with `?`, which gives the same 422 and log.
//!
//! Both leave the payload in place for one more extractor: `web::Bytes`, `web::Json<T>`,
//! `web::Form<T>` or `String`. Two of these do not work together, because actix-web hands out a
//! payload once. Each has its own limit: `web::Bytes` refuses more than 256 KiB unless a
//! `PayloadConfig` allows it, and then the claim is released.
//!
//! # Where the middleware goes
//!
//! On the resource of its provider, as in the example. Then other paths are not concerned, and the
//! middleware sees every method: some providers send a handshake by `GET` or `HEAD`.
//!
//! * On a `Route`, the middleware sees the method of the route alone, so it answers no handshake
//!   by another method.
//! * On a `Scope`, it also covers the default service of the scope. On `App`, it covers the whole
//!   application: an unsigned `POST` to an unknown path is answered 401 instead of 404.
//! * Of several middlewares, the one that is registered last is the outermost: register `Logger`
//!   after `Webhook`.
//! * Two webhook middlewares around one route both have to accept a delivery.
//!
//! # Bodies
//!
//! * The endpoint has its own limit: 1 MiB, unless the provider needs more or
//!   [`body_limit`](EndpointBuilder::body_limit) says otherwise. `PayloadConfig` and `JsonConfig`
//!   limit extractors.
//! * Signatures are over the bytes as sent. The middleware reads the raw payload, before an
//!   extractor decompresses it. A request with a `Content-Encoding` other than `identity` is
//!   answered 415.
//! * Where a provider signs the URL, the middleware takes the configured one, because the sender
//!   chooses `Host` and `X-Forwarded-*`. It takes path and query as received, also within a
//!   `Scope`.
//!
//! # When the client leaves
//!
//! Claim, handler and settlement are one local future that outlives the request. When the request
//! is dropped (an HTTP/2 reset, a timeout further out), the rest continues as a task of the same
//! worker. Await [`Webhook::drain`] before a worker stops: what is not settled by then stays
//! claimed until its lease ends.
//!
//! A panic in the handler is answered 500 and releases the claim. actix-web alone would drop the
//! connection.
//!
//! # In front of a live endpoint
//!
//! [`Webhook::shadow`] observes instead of refusing: it counts and logs what the middleware would
//! do, and every request reaches the handler.
//!
//! # Senders that sign nothing
//!
//! [`Endpoint::notifications`] fetches the object that such a request names: see [`notification`].
//!
//! The table of [`Answer`] lists what the middleware answers. Proxies, public URLs and shutdown:
//! [`webhook_core::manual::deployment`].
//!
//! # Features
//!
//! * `asymmetric`: providers that sign with a private key, such as Discord, or encrypt, such as
//!   Feishu. Builds aws-lc, which needs a C compiler.
//! * `keys`: `HttpsKeys`, which fetches the public keys of providers that publish them, and
//!   `HttpsApi`, which fetches what notifications name. Includes `asymmetric`.
//! * `forward`: the module `forward`, which sends verified deliveries on to another server.
//! * `forward-tls`: the same with `https`. Builds aws-lc, which needs a C compiler.
//! * `inbox`: the module `inbox`. Deliveries are stored before they are acknowledged, and a worker
//!   runs the application later.
//! * `secret-store`: [`secret_store`], the secrets of tenants in a database, sealed under a key
//!   ring.
//! * `metrics`: the [`metrics`] of all deliveries, for the recorder of the crate `metrics`.
//! * `conformance`: the suite that every [`ReplayStore`] has to pass, in
//!   [`replay`].
//! * `testing`: requests for tests, of every provider and of its attackers, in `testing`.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod call;
mod extract;
#[cfg(feature = "forward")]
pub mod forward;
mod handle;
mod headers;
#[cfg(feature = "inbox")]
pub mod inbox;
mod middleware;
mod receive;
mod rejection;
mod remember;
pub mod router;
mod shadow;
#[cfg(feature = "testing")]
pub mod testing;
mod transactional;

pub use answer::Refused;
pub use extract::{VerifiedDelivery, VerifiedEvent};
pub use middleware::{Webhook, WebhookMiddleware};
pub use rejection::{EventRejection, MissingMiddleware, MissingTransaction, NotAnEvent};
pub use router::{HookError, HookResult, HookResultExt, WebhookRouter, WebhookService};
pub use shadow::{MissingShadow, ShadowMiddleware, ShadowWebhook, UnverifiedRequest};
pub use transactional::TransactionalEvent;
#[doc(inline)]
pub use webhook_core::adapter::exports::*;
#[cfg(feature = "keys")]
#[doc(inline)]
pub use webhook_keys::{HttpsApi, HttpsKeys};
#[doc(inline)]
pub use webhook_runtime::UnverifiedLimit;
#[doc(inline)]
pub use webhook_runtime::shadow::{ShadowVerdict, Shadowed};
#[doc(inline)]
pub use webhook_runtime::tenants;

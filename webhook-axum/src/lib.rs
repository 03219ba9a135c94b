//! Receives webhooks in axum. One line protects a route: the layer verifies a delivery, refuses
//! what is forged or stale, and runs the handler once for each event. The handler gets a typed
//! event that only a verified delivery produces.
//!
//! ```
//! use axum::http::StatusCode;
//! use axum::{Router, routing::post};
//! use webhook_axum::{VerifiedEvent, WebhookLayer};
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
//! async fn paid(VerifiedEvent(event): VerifiedEvent<StripeEvent>) -> StatusCode {
//!     println!("{:?} paid {}", event.id(), event.data.data.object.amount_paid);
//!     StatusCode::OK
//! }
//!
//! fn app(secret: &str) -> Router {
//!     Router::new().route("/webhooks/stripe", post(paid).layer(WebhookLayer::stripe(secret)))
//! }
//! # fn main() {}
//! ```
//!
//! # Test a handler
//!
//! With the feature `testing`, a [`TestSender`](testing::TestSender) makes the deliveries that the
//! provider would send, and those of its attackers.
//! [`oneshot`](https://docs.rs/tower/0.5/tower/trait.ServiceExt.html#method.oneshot) comes from the
//! crate `tower` with its feature `util`.
//!
//! ```
//! # use axum::{Router, routing::post};
//! # use webhook_axum::{VerifiedEvent, WebhookLayer};
//! # #[derive(serde::Deserialize)]
//! # struct StripeEvent {}
//! # async fn paid(_: VerifiedEvent<StripeEvent>) {}
//! # fn app(secret: &str) -> Router {
//! #     Router::new().route("/webhooks/stripe", post(paid).layer(WebhookLayer::stripe(secret)))
//! # }
//! use serde_json::json;
//! use tower::ServiceExt;
//! use webhook_axum::testing::TestSender;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = "whsec_0123456789abcdef";
//! let stripe = TestSender::stripe(secret).path("/webhooks/stripe");
//! let app = app(secret);
//!
//! let paid = stripe.event("invoice.paid", json!({"amount_paid": 1999}));
//! assert_eq!(app.clone().oneshot(stripe.forged(&paid)).await?.status(), 401);
//! assert_eq!(app.oneshot(stripe.signed(&paid)).await?.status(), 200);
//! # Ok(())
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
//! Both leave the body in place. `Bytes`, `Json<T>`, `Form<T>`, `State` and `Path` work in the same
//! handler.
//!
//! # Where the layer goes
//!
//! On the route of its provider, as in the example: `post(handler).layer(…)`. Each route then has
//! its own provider, and the rest of the application is not concerned.
//!
//! | what arrives | 1 | 2 | 3 | 4 |
//! |---|---|---|---|---|
//! | a genuine delivery to the route | runs | runs | runs | runs |
//! | an unsigned `POST` to the route | 401 | 401 | 401 | 401 |
//! | another method to the route | 405 | 405 of axum | 405 | 405 |
//! | a handshake by `GET` | answered | **405 of axum** | answered | answered |
//! | a `GET` of another route | runs | runs | **405** | **405** |
//! | an unsigned `POST` to an unknown path | 404 | 404 | 404 | **401** |
//! | a `GET` of an unknown path | 404 | 404 | 404 | **405** |
//! | a genuine delivery to an unknown path | 404 | 404 | 404 | 404, released |
//!
//! 1. `MethodRouter::layer`: `post(handler).layer(…)`
//! 2. `MethodRouter::route_layer`: `post(handler).route_layer(…)`
//! 3. `Router::route_layer`, which covers the routes that were added before
//! 4. `Router::layer`, which also covers the fallback. After a merge, it covers the fallback of the
//!    other application too.
//!
//! *Released* means that the claim is given back, so a retry runs.
//!
//! Two layers around one route both have to accept a delivery, so a layer of a `Router` allows one
//! provider.
//!
//! Meta, Okta, Dropbox and eBay send a handshake by `GET`, and Trello, Intercom and Mandrill by
//! `HEAD`. With `MethodRouter::route_layer`, the route must accept this method itself, or axum
//! answers 405. A route that accepts it works in every placement.
//!
//! ```
//! use axum::routing::{MethodFilter, any, on};
//! use axum::{Router, body::Body};
//! use http::Request;
//! use tower::ServiceExt;
//! use webhook_axum::{ConfigError, Endpoint, WebhookLayer};
//!
//! async fn changed() {}
//!
//! fn layer() -> Result<WebhookLayer, ConfigError> {
//!     let endpoint = Endpoint::meta("0123456789abcdef").verify_token("a-token");
//!     Ok(WebhookLayer::new(endpoint.build()?))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let by_filter = on(MethodFilter::POST.or(MethodFilter::GET), changed);
//! for route in [by_filter.route_layer(layer()?), any(changed).layer(layer()?)] {
//!     let app: Router = Router::new().route("/webhooks/meta", route);
//!     let query = "hub.mode=subscribe&hub.verify_token=a-token&hub.challenge=42";
//!     let handshake = Request::get(format!("/webhooks/meta?{query}")).body(Body::empty())?;
//!     assert_eq!(app.oneshot(handshake).await?.status(), 200);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Order of layers
//!
//! In axum, the layer that is added last is the outermost.
//!
//! * `TraceLayer`, `TimeoutLayer` and request ids go outside. Make the timeout longer than the
//!   limits for body (10 s) and handler (30 s) together.
//! * A `RequestDecompressionLayer` outside makes every signature wrong.
//! * `DefaultBodyLimit` limits extractors and not layers. The endpoint has its own limit: 1 MiB,
//!   unless the provider needs more or
//!   [`body_limit`](EndpointBuilder::body_limit) says otherwise.
//! * An [`AccessLayer`](access::AccessLayer) further out limits who may ask, how often, and how.
//! * Within `Router::nest` a request has lost the front of its path. The layer takes path and query
//!   from axum's `OriginalUri`, so providers that sign the path work. Middleware that rewrites the
//!   URI itself goes inside.
//!
//! # In front of a live endpoint
//!
//! [`WebhookLayer::shadow`] observes instead of refusing: it counts and logs what the layer would
//! do, and every request reaches the handler.
//!
//! # Senders that sign nothing
//!
//! [`Endpoint::notifications`] fetches the object that such a request names: see [`notification`].
//!
//! The table of [`Answer`] lists what the layer answers. What happens when a client leaves:
//! [`webhook_tower`](https://docs.rs/webhook-tower). What to do at shutdown:
//! [`WebhookLayer::drain`]. Proxies and public URLs: [`webhook_core::manual::deployment`].
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
//! * `serve`: a `serve::Server` that ends what has begun when the process is told to stop.
//! * `secret-store`: [`secret_store`], the secrets of tenants in a database, sealed under a key
//!   ring.
//! * `metrics`: the [`metrics`] of all deliveries, for the recorder of the crate `metrics`.
//! * `conformance`: the suite that every [`ReplayStore`] has to pass, in
//!   [`replay`].
//! * `testing`: requests for tests, of every provider and of its attackers, in `testing`.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod extract;
#[cfg(feature = "forward")]
pub mod forward;
#[cfg(feature = "inbox")]
pub mod inbox;
mod layer;
mod rejection;
pub mod router;
#[cfg(feature = "serve")]
pub mod serve;
mod service;
mod shadow;
#[cfg(feature = "testing")]
pub mod testing;
mod transactional;

pub use extract::{VerifiedDelivery, VerifiedEvent};
pub use layer::WebhookLayer;
pub use rejection::{EventRejection, MissingLayer, MissingTransaction, NotAnEvent};
pub use router::{HookError, HookResult, HookResultExt, WebhookRouter};
pub use service::{ResponseFuture, Webhook};
pub use shadow::{MissingShadow, UnverifiedRequest};
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
#[doc(inline)]
pub use webhook_tower::ShadowLayer;
#[doc(inline)]
pub use webhook_tower::access;
#[doc(no_inline)]
pub use webhook_tower::respond;

/// The code blocks of the README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// The code block of the page about the router.
#[cfg(doctest)]
#[doc = include_str!("../../docs/router.md")]
struct RouterPage;

/// The code block of the page about forwarding.
#[cfg(all(doctest, feature = "forward"))]
#[doc = include_str!("../../docs/forwarding.md")]
struct ForwardingPage;

/// The code blocks of the page about notifications.
#[cfg(all(doctest, feature = "keys"))]
#[doc = include_str!("../../docs/notifications.md")]
struct NotificationsPage;

/// The code blocks of the page about the order of events.
#[cfg(doctest)]
#[doc = include_str!("../../docs/ordering.md")]
struct OrderingPage;

/// The code blocks of the page about shadows.
#[cfg(doctest)]
#[doc = include_str!("../../docs/shadow.md")]
struct ShadowPage;

/// The code blocks of the page about tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/testing.md")]
struct TestingPage;

/// The code blocks of the page about tenants.
#[cfg(all(doctest, feature = "secret-store"))]
#[doc = include_str!("../../docs/tenants.md")]
struct TenantsPage;

/// A constructor whose feature is off does not compile.
///
/// ```compile_fail,E0277
/// webhook_axum::WebhookLayer::discord("8d1f3f6a2c7b…");
/// ```
#[cfg(all(doctest, not(feature = "asymmetric")))]
struct ConstructorWithoutItsFeature;

/// The examples of the page about inboxes.
#[cfg(all(doctest, feature = "inbox"))]
#[doc = include_str!("../../docs/inbox.md")]
struct InboxPage;

/// The examples of the page about operating an inbox.
#[cfg(all(doctest, feature = "inbox"))]
#[doc = include_str!("../../docs/inbox-operation.md")]
struct InboxOperationPage;

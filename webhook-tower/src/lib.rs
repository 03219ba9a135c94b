//! A tower [`Layer`](tower_layer::Layer) that receives webhooks. It verifies a delivery, refuses
//! what is forged or stale, runs the inner service once for each event, and remembers the event
//! when the service succeeded.
//!
//! ```
//! use std::convert::Infallible;
//!
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use tower::{Service, ServiceBuilder, service_fn};
//! use webhook_tower::testing::TestSender;
//! use webhook_tower::{Delivery, RequestBody, WebhookLayer};
//!
//! async fn paid(request: Request<RequestBody>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     let delivery = request.extensions().get::<Delivery>().expect("the layer is there");
//!     println!("{:?} happened", delivery.event_type());
//!     Ok(Response::default())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = "whsec_0123456789abcdef";
//! let mut service = ServiceBuilder::new()
//!     .layer(WebhookLayer::stripe(secret))
//!     .service(service_fn(paid));
//!
//! // The test: with the feature `testing`, a sender makes the deliveries that Stripe would send.
//! let stripe: TestSender<Full<Bytes>> = TestSender::stripe(secret);
//! let event = stripe.event("invoice.paid", ());
//! assert_eq!(service.call(stripe.signed(&event)).await?.status(), 200);
//! assert_eq!(service.call(stripe.forged(&event)).await?.status(), 401);
//! # Ok(())
//! # }
//! ```
//!
//! [`Delivery::json`] reads the payload as a type. Its error becomes a [`NotAnEvent`] with `?`,
//! which is answered 422 and logged.
//!
//! # What happens to a request
//!
//! 1. The layer checks the headers. It reads no byte of the body of a request that fails here.
//! 2. It reads the body under a limit and a deadline, and hashes it as it arrives.
//! 3. It compares the signatures and claims the delivery.
//! 4. It waits until the inner service is ready, and calls it with the same bytes as a
//!    [`RequestBody`]. The [`Delivery`] is in the extensions of the request.
//! 5. The status of the response settles the claim. 2xx commits: copies are answered 200 from now
//!    on, without a run. Any other status, an error, a panic or a timeout releases the claim, so
//!    the sender's retry runs.
//!
//! To settle a claim in another way, put a [`Disposition`] into the extensions of the response. The
//! body of the response is sent after the commit: if it fails, the delivery stays done.
//!
//! The table of [`Answer`] lists what the layer answers itself. Such a response has the
//! [`Rejection`] in its extensions, for layers further out.
//!
//! # Order of layers
//!
//! From the outside in: tracing and request ids, timeouts, the webhook layer, limits of
//! concurrency, and what reads or changes the body.
//!
//! * A layer further out must not decompress or rewrite the body: signatures are over the bytes as
//!   sent.
//! * A timeout further out ends the request and not the handler; see below. Make it longer than the
//!   limits for body (10 s) and handler (30 s) together.
//! * `poll_ready` is always ready. Only a verified delivery waits for the inner service, so
//!   forgeries never hold a permit of a limit inside.
//! * Where a service further out rewrites the URI, [`WebhookLayer::original_uri`] says where the
//!   original is: some providers sign the path.
//! * An [`UnverifiedLimit`] bounds the bytes of bodies that a server holds before they are
//!   verified.
//! * An [`AccessLayer`](access::AccessLayer) further out limits who may ask, how often, and how.
//!
//! The layer needs a tokio runtime with time enabled.
//!
//! # When the client leaves
//!
//! hyper drops the future of a request when its client disconnects, and so does a timeout layer.
//! Claim, handler and settlement outlive this future: when the response is dropped, the rest
//! continues as a task. The handler finishes, its success is recorded, and the retry is a
//! duplicate. Task-locals of the request are not available in the task.
//!
//! [`WebhookLayer::drain`] waits for these handlers at shutdown.
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
//!   runs the service later.
//! * `secret-store`: [`secret_store`], the secrets of tenants in a database, sealed under a key
//!   ring.
//! * `metrics`: the [`metrics`] of all deliveries, for the recorder of the crate `metrics`.
//! * `conformance`: the suite that every [`ReplayStore`] has to pass, in
//!   [`replay`].
//! * `testing`: requests for tests, of every provider and of its attackers, in `testing`.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod access;
mod answer;
mod body;
mod call;
#[cfg(feature = "forward")]
pub mod forward;
mod future;
#[cfg(feature = "inbox")]
pub mod inbox;
mod layer;
mod not_an_event;
mod remember;
mod run;
mod service;
mod shadow;
#[cfg(feature = "testing")]
pub mod testing;

pub use answer::respond;
pub use body::{NotInner, RequestBody, ResponseBody};
pub use future::ResponseFuture;
pub use layer::WebhookLayer;
pub use not_an_event::NotAnEvent;
pub use service::Webhook;
pub use shadow::{Shadow, ShadowBody, ShadowFuture, ShadowLayer};
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

/// A constructor whose feature is off does not compile.
///
/// ```compile_fail,E0277
/// webhook_tower::WebhookLayer::discord("8d1f3f6a2c7b…");
/// ```
#[cfg(all(doctest, not(feature = "asymmetric")))]
struct ConstructorWithoutItsFeature;

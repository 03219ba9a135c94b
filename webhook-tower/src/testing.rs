//! Test requests for every provider: genuine, forged, stale, repeated and too large.
//!
//! ```
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use tower::{Service, ServiceBuilder, service_fn};
//! use webhook_tower::testing::TestSender;
//! use webhook_tower::{RequestBody, WebhookLayer};
//!
//! async fn paid(_: Request<RequestBody>) -> Result<Response<Full<Bytes>>, &'static str> {
//!     Ok(Response::default())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = "whsec_0123456789abcdef";
//! let layer = WebhookLayer::stripe(secret);
//! let mut service = ServiceBuilder::new().layer(layer).service(service_fn(paid));
//!
//! let stripe: TestSender<Full<Bytes>> = TestSender::stripe(secret);
//! let event = stripe.event("invoice.paid", ());
//! assert_eq!(service.call(stripe.forged(&event)).await?.status(), 401);
//! assert_eq!(service.call(stripe.signed(&event)).await?.status(), 200);
//! # Ok(())
//! # }
//! ```

#[doc(inline)]
pub use webhook_core::testing::{Framework, Http, MockEvent, PlainSender, TestClock, TestPayload};

/// Sends what a provider and its attackers send, as `http::Request<B>`: see
/// [`webhook_core::testing::TestSender`].
pub type TestSender<B> = webhook_core::testing::TestSender<Http<B>>;

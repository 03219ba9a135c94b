//! Test requests for every provider: genuine, forged, stale, repeated and too large.
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use serde_json::json;
//! use tower::ServiceExt;
//! use webhook_axum::{VerifiedDelivery, WebhookLayer, testing::TestSender};
//!
//! async fn paid(_: VerifiedDelivery) -> StatusCode {
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = "whsec_0123456789abcdef";
//! let route = post(paid).layer(WebhookLayer::stripe(secret));
//! let app: Router = Router::new().route("/webhooks/stripe", route);
//!
//! let stripe = TestSender::stripe(secret).path("/webhooks/stripe");
//! let event = stripe.event("invoice.paid", json!({"amount_paid": 1999}));
//! assert_eq!(app.clone().oneshot(stripe.forged(&event)).await?.status(), 401);
//! assert_eq!(app.clone().oneshot(stripe.signed(&event)).await?.status(), 200);
//! # Ok(())
//! # }
//! ```

#[doc(inline)]
pub use webhook_tower::testing::{Framework, Http, MockEvent, PlainSender, TestClock, TestPayload};

/// Sends what a provider and its attackers send, as `http::Request<axum::body::Body>`: see
/// [`webhook_core::testing::TestSender`].
pub type TestSender = webhook_core::testing::TestSender<Http<axum::body::Body>>;

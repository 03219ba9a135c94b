//! Forwards verified deliveries to another server.
//!
//! [`Forward`] is a service to put inside a [`WebhookLayer`](crate::WebhookLayer):
//!
//! ```
//! use axum::Router;
//! use tower::Layer as _;
//! use webhook_axum::WebhookLayer;
//! use webhook_axum::forward::{Forward, ForwardError, Forwarder};
//!
//! fn app(secret: &str, hop: &str) -> Result<Router, ForwardError> {
//!     let forwarder = Forwarder::to("http://127.0.0.1:3000/hooks").signed_with(hop).build()?;
//!     let stripe = WebhookLayer::stripe(secret).layer(Forward::new(forwarder));
//!     Ok(Router::new().route_service("/webhooks/stripe", stripe))
//! }
//! # app("whsec_0123456789abcdef", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
//! ```
//!
//! The receiver verifies the requests with `WebhookLayer::standard_webhooks(hop)`, in whatever
//! framework it is. [`Forwarder`] has the other credentials and all settings, and
//! [`webhook_forward`](https://docs.rs/webhook-forward) says what is sent.

#[doc(inline)]
pub use webhook_tower::forward::{
    Destination, Forward, ForwardBody, ForwardCounts, ForwardError, ForwardFuture, ForwardOutcome,
    Forwarded, Forwarder, ForwarderBuilder,
};

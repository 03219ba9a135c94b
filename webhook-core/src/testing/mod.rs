//! Test requests for every provider: genuine, forged, stale, repeated and too large.
//!
//! Adapters re-export this module with a [`TestSender`] for the requests of their framework.
//! `docs/testing.md` of the repository shows each kind of request in axum and actix-web.
//!
//! * [`TestSender`] makes the requests.
//! * [`MockEvent`] is an event in the provider's envelope.
//! * [`TestClock`] stands still until a test moves it.
//!
//! For `[dev-dependencies]`: no server needs what signs as its providers do.

mod body;
mod clock;
mod constructors;
mod document;
mod event;
mod framework;
mod handshake;
mod keys;
mod payload;
mod requests;
mod sample;
mod samples;
mod sender;
mod signing;
mod tamper;

pub use clock::TestClock;
pub use event::MockEvent;
#[cfg(feature = "http")]
pub use framework::Http;
pub use framework::{Framework, Plain};
pub use payload::TestPayload;
pub use sender::TestSender;

/// A sender whose requests are [`SignedRequest`](crate::SignedRequest)s: for a real socket, another
/// HTTP client or [`curl`](crate::SignedRequest::curl).
pub type PlainSender = TestSender<Plain>;

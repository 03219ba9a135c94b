//! Shared by the tests of this workspace: requests that can be damaged, a raw client that sends any
//! bytes, a door (an axum server with a [`WebhookLayer`](webhook_axum::WebhookLayer)) that counts
//! what gets through, a store that counts and fails on demand, and a recorder of logs.
//!
//! It also contains the adapter suite: [`case`] is the table, [`servers`] are the adapters that run
//! it, [`app`] is what they serve, and [`suite`] plays the cases and compares the answers.
//! `tests/adapters.rs` runs them all.

#![allow(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "helpers of tests: a panic is how they report"
)]

pub mod app;
pub mod case;
mod corpus;
mod door;
mod gate;
mod logs;
mod program;
mod reply;
mod request;
mod rng;
mod rows;
pub mod servers;
mod socket;
mod stand_in;
mod store;
pub mod suite;
pub mod worst;

pub use corpus::Corpus;
pub use door::{Door, Row};
pub use gate::{Armed, DropSignal, Gate};
pub use logs::Logs;
pub use program::Program;
pub use reply::Reply;
pub use request::Sent;
pub use rng::{Rng, cases};
pub use rows::Rows;
pub use socket::{Client, PATIENCE, Server};
pub use stand_in::{Call, StandIn};
pub use store::{Calls, CountingStore, KeyState};

use webhook_core::{Endpoint, EndpointBuilder, Signer, UnixTime, providers};

/// The code blocks of the page about payments.
#[cfg(doctest)]
#[doc = include_str!("../../docs/payments.md")]
struct PaymentsPage;

/// The time of day in these tests.
pub const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// The secret of the Standard Webhooks rows.
pub const WHSEC: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// The secret of providers whose keys are plain text.
pub const PLAIN: &str = "0123456789abcdef0123456789abcdef";

/// An endpoint for Standard Webhooks at [`NOW`].
pub fn standard() -> EndpointBuilder {
    Endpoint::standard_webhooks(WHSEC).clock(NOW)
}

/// A genuine Standard Webhooks delivery with this id, signed at [`NOW`].
pub fn delivery(id: &str, body: impl Into<bytes::Bytes>) -> Sent {
    delivery_at(id, NOW, body)
}

/// The same, signed at another time.
pub fn delivery_at(id: &str, at: UnixTime, body: impl Into<bytes::Bytes>) -> Sent {
    let signer = Signer::new(providers::STANDARD_WEBHOOKS, WHSEC).expect("a usable secret");
    Sent::from(signer.id(id).sign(at, body))
}

/// A genuine delivery of a provider whose secret is [`PLAIN`], signed at [`NOW`].
pub fn signed(provider: webhook_core::Provider, body: impl Into<bytes::Bytes>) -> Sent {
    let signer = Signer::new(provider, PLAIN).expect("a usable secret");
    Sent::from(signer.sign(NOW, body))
}

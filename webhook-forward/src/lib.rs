//! Forwards verified webhooks to another server over HTTP.
//!
//! Applications use the module `forward` of webhook-tower, webhook-axum or webhook-actix, which
//! puts a [`Forwarder`] inside their layer or middleware.
//!
//! ```
//! use std::time::Duration;
//! use webhook_forward::Forwarder;
//!
//! # fn main() -> Result<(), webhook_forward::ForwardError> {
//! let forwarder = Forwarder::to("http://127.0.0.1:3000/hooks")
//!     .signed_with("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
//!     .timeout(Duration::from_secs(10))
//!     .build()?;
//! # Ok(())
//! # }
//! ```
//!
//! # What is sent
//!
//! A `POST` with the exact bytes of the body, and these headers:
//!
//! | header | value |
//! |---|---|
//! | those of the sender that are [allowed](ForwarderBuilder::allow_header) | as received |
//! | `webhook-id` | the replay key in hexadecimal digits: the same for every copy of an event |
//! | `x-delivery-provider` | the provider |
//! | `x-delivery-tenant`, `x-delivery-route` | the tenant, and the consumer or [route] |
//! | `x-delivery-type`, `x-delivery-event-id` | the provider's type and id, if they are signed |
//! | `x-delivery-unsigned-type`, `x-delivery-unsigned-event-id` | the same, if they are not |
//! | `x-delivery-unsigned-body` | `true`, if the provider's signature does not cover the body |
//! | `x-delivery-attempt` | the number of this attempt to handle the event |
//! | `x-delivery-via` | a list of the forwarders that the delivery has passed |
//! | `idempotency-key` | the value of `webhook-id`, [on request] |
//!
//! No header says that something is verified: only what is not signed has a name that says so. A
//! value that is not visible ASCII is left out. Without replay protection, and where copies of an
//! event run, `webhook-id` is random: two events could otherwise have one id, and a receiver that
//! removes duplicates by it would lose the second one.
//!
//! A delivery by `GET` has its content in its query: this query is appended to the URL, without the
//! token of the sender.
//!
//! # The hop credential
//!
//! The receiver has to know that a request comes from the forwarder. The type asks for one of:
//!
//! * [`signed_with`](Destination::signed_with): Standard Webhooks. The signature covers
//!   `webhook-id`, `webhook-timestamp` and the body, and none of the other headers. This library
//!   verifies it at the other side with `WebhookLayer::standard_webhooks`.
//! * [`with_header`](Destination::with_header): a secret in a header. It covers nothing: use TLS or
//!   a private network.
//! * [`without_hop_credential`](Destination::without_hop_credential).
//!
//! # Headers that are never passed on
//!
//! What the receiver believes must not come from the sender. Whatever is allowed, these headers are
//! removed: those in the table above, every name that begins with `x-verified`,
//! `calculated-signature`, `x-checkout-secret`, the header of the hop credential, `host`,
//! `content-length`, `expect`, and headers of the connection, with those that `connection` names.
//! [`build`](ForwarderBuilder::build) refuses to allow one of them, and every other name that
//! begins with `x-delivery-`. `authorization`, `cookie` and
//! headers that hold a secret of the provider are passed on only if they are allowed by name.
//!
//! # What becomes of an event
//!
//! | the receiver | the answer to the sender | the claim |
//! |---|---|---|
//! | answers 2xx | 200 | committed |
//! | answers a status of [`give_up_on`] | 200 with a warning | given up |
//! | answers anything else, a redirect included | 503 with `Retry-After` | released |
//! | does not answer in time, or cannot be reached | 503 with `Retry-After` | released |
//! | is this forwarder: the delivery is in a loop | 503 with `Retry-After` | released |
//!
//! `Retry-After` is that of the receiver, at most an hour, or ten seconds. The log and the counters
//! say which of them happened; the sender does not learn it. A loop is not answered with 508,
//! because the answers to a sender are those of the table of [`Answer`](webhook_core::Answer).
//!
//! The time for a request has to be shorter than that of the handler:
//! [`Forwarder::check_against`] says whether it is.
//!
//! Delivery is at least once: if this process dies between the receiver's answer and the commit,
//! the sender's retry is forwarded again, with the same `webhook-id`.
//!
//! # Connections
//!
//! HTTP/1.1 with a pool. Nothing is repeated that the receiver may have seen: a request is sent a
//! second time only if the connection could not be made, or if a pooled connection was closed
//! before a byte of the request was sent. The client is hyper's, and not reqwest: it adds no header,
//! follows no redirect and reads no proxy from the environment, and its crates are in the tree of
//! every server that is built on hyper.
//!
//! The destination is configuration, so private addresses are allowed.
//!
//! # Features
//!
//! * `tls`: destinations with `https`, verified with the certificates of the system. Builds aws-lc,
//!   which needs a C compiler.
//!
//! [route]: ForwarderBuilder::route
//! [on request]: ForwarderBuilder::idempotency_key
//! [`give_up_on`]: ForwarderBuilder::give_up_on

#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod client;
mod counts;
mod credential;
mod error;
mod forwarded;
mod forwarder;
mod headers;
mod hops;
mod retry_after;
mod substitute;
mod target;

pub use builder::{Destination, ForwarderBuilder};
pub use counts::ForwardCounts;
pub use error::ForwardError;
pub use forwarded::{ForwardOutcome, Forwarded};
pub use forwarder::Forwarder;
pub use substitute::Substitute;

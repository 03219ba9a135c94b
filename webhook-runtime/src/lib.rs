//! What every adapter of [`webhook_core`] needs of tokio.
//!
//! This crate is for authors of adapters. Applications use `webhook-axum`, `webhook-actix` or
//! `webhook-tower`, which are built on it and re-export [`UnverifiedLimit`].
//!
//! The engine neither waits nor spawns. This crate does both, and it makes the decisions that all
//! adapters share. An adapter translates between a framework and the steps below. It leaves the
//! choice of a status and of a [`RejectionKind`] to the engine and to this crate.
//!
//! 1. [`TrackedEndpoint::begin`] admits a request and checks its head.
//! 2. [`BodyIntake::poll`] reads the body under the limits of size and time, and verifies it. It
//!    counts bytes that are not verified against an [`UnverifiedLimit`].
//! 3. [`BodyResult`] says what the body is. A [`KeyWait`] fetches the key that it names.
//! 4. [`DetachOnDrop`] runs the steps below in the request, and as a task once the request is
//!    dropped. It catches panics.
//! 5. [`TrackedEndpoint::claim`] claims the delivery.
//! 6. [`HandlerRun`] waits until the inner service is ready and calls it, each within its time. It
//!    [holds](HandlerRun::hold) the claim meanwhile.
//! 7. [`TrackedEndpoint::read_answer`] reads a response that is to be remembered for copies.
//! 8. [`TrackedEndpoint::settle`] records how the handler ended, and says what to answer.
//!
//! The module [`shadow`] has the steps of a middleware that only observes.
//!
//! [`TrackedEndpoint::drain`] waits until all that has begun is settled. The bounds that are the
//! same in all adapters are in [`policy`].
//!
//! # Example
//!
//! An adapter for a framework whose requests are [`SignedRequest`](webhook_core::SignedRequest)s
//! and whose responses are statuses:
//!
//! ```
//! use std::convert::Infallible;
//! use std::future::{Ready, poll_fn, ready};
//! use std::pin::pin;
//! use std::task::{Context, Poll};
//!
//! use webhook_core::{Answer, Begun, Checked, Delivery, Head, Rejection, SignedRequest};
//! use webhook_runtime::{
//!     BodyResult, ClaimResult, DetachOnDrop, HandlerRun, InnerCall, SettleResult, TrackedEndpoint,
//! };
//!
//! async fn receive(endpoint: &TrackedEndpoint, request: &SignedRequest) -> u16 {
//!     let head = Head { method: "POST", path_and_query: "/", headers: &request.headers };
//!     let mut body = match endpoint.begin(&head, None, None) {
//!         Begun::Read(body) => body,
//!         Begun::Answer(answer) => return answer.status(),
//!         Begun::Refused(rejection) => return refuse(&rejection),
//!     };
//!     let mut chunks = [Ok::<_, Infallible>(Some(request.body.clone()))].into_iter();
//!     let mut result = poll_fn(|cx| body.poll(cx, |_| Poll::Ready(chunks.next()))).await;
//!     loop {
//!         result = match result {
//!             BodyResult::Event { checked, running } => {
//!                 // A client that leaves drops `receive`. The rest goes on as a task.
//!                 let run = Box::pin(handle(endpoint.clone(), checked));
//!                 let status = DetachOnDrop::new(running, run).await;
//!                 return status.unwrap_or_else(|rejection| refuse(&rejection));
//!             }
//!             BodyResult::Pending(key) => key.await,
//!             BodyResult::Answer(answer) => return answer.status(),
//!             BodyResult::Refused(rejection) => return refuse(&rejection),
//!         };
//!     }
//! }
//!
//! async fn handle(endpoint: TrackedEndpoint, checked: Checked) -> u16 {
//!     let permit = match endpoint.claim(checked).await {
//!         ClaimResult::Run(permit) => permit,
//!         ClaimResult::Duplicate(answer) => return answer.status(),
//!         ClaimResult::Refused(rejection) => return refuse(&rejection),
//!     };
//!     let call = Call(permit.delivery().clone());
//!     let mut run = pin!(HandlerRun::new(call, &endpoint));
//!     run.as_mut().hold(&permit, &endpoint);
//!     let handled = run.await;
//!     match endpoint.settle(permit, handled, |status| (*status, None)).await {
//!         SettleResult::Response(status) => status,
//!         SettleResult::Error(never) => match never {},
//!         SettleResult::Acknowledged { answer, .. } => answer.status(),
//!         SettleResult::Refused { rejection, .. } => refuse(&rejection),
//!     }
//! }
//!
//! fn refuse(rejection: &Rejection) -> u16 {
//!     Answer::from(rejection).status()
//! }
//!
//! /// A call of the application, which is always ready.
//! struct Call(Delivery);
//!
//! impl InnerCall for Call {
//!     type Response = u16;
//!     type Error = Infallible;
//!     type Future = Ready<Result<u16, Infallible>>;
//!
//!     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
//!         Poll::Ready(Ok(()))
//!     }
//!
//!     fn begin(&mut self) -> Self::Future {
//!         println!("{:?} happened", self.0.event_type());
//!         ready(Ok(202))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::time::Duration;
//! # use webhook_core::{Endpoint, MemoryStore, Signer, UnixTime, providers};
//! let (secret, now) = ("whsec_0123456789abcdef", UnixTime::from_secs(1_700_000_000));
//! let endpoint = Endpoint::stripe(secret).clock(now).store(MemoryStore::new()).build()?;
//! let endpoint = TrackedEndpoint::new(endpoint);
//!
//! let signed = Signer::new(providers::STRIPE, secret)?.sign(now, r#"{"id":"evt_1"}"#);
//! assert_eq!(receive(&endpoint, &signed).await, 202);
//! assert_eq!(receive(&endpoint, &signed).await, 200, "a duplicate");
//! assert_eq!(endpoint.drain(Duration::from_secs(1)).await, 0);
//! assert_eq!(receive(&endpoint, &signed).await, 503, "shutting down");
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! * `asymmetric`, `inbox` and `metrics`: those of webhook-core.
//!
//! [`RejectionKind`]: webhook_core::RejectionKind

#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
mod body_result;
mod claim;
mod construct;
mod deadline;
mod detach_on_drop;
mod detached_hook;
mod guard;
mod handler;
mod inner_call;
mod key_wait;
mod lease_keeper;
pub mod policy;
mod remember;
mod settle;
pub mod shadow;
mod store_call;
pub mod tenants;
mod tracked_endpoint;
mod tracker;
mod unverified;

pub use body::BodyIntake;
pub use body_result::BodyResult;
pub use claim::ClaimResult;
pub use construct::build_or_panic;
pub use detach_on_drop::{DetachOnDrop, DetachedRun};
pub use handler::{HandlerFailure, HandlerResult, HandlerRun};
pub use inner_call::{InnerCall, call_unguarded};
pub use key_wait::KeyWait;
pub use remember::AnswerBody;
pub use settle::SettleResult;
pub use store_call::{StoreAnswer, StoreCall};
pub use tracked_endpoint::{RunningDelivery, TrackedEndpoint};
pub use unverified::UnverifiedLimit;

//! Events that arrive out of order: an older state of an object must not replace a newer one.
//!
//! Senders retry, and send in parallel. `subscription.updated` arrives before
//! `subscription.created`, and the state of yesterday after that of today. An [`OrderingGuard`]
//! remembers the highest version of each object that was handled, and says whether an event is
//! older:
//!
//! ```
//! use webhook_core::StoreError;
//! use webhook_core::ordering::{MemoryOrdering, Order, OrderingGuard, Version};
//! # use bytes::Bytes;
//! # use webhook_core::{Endpoint, Event, Head, Signer, UnixTime, providers};
//!
//! #[derive(serde::Deserialize)]
//! struct Product {
//!     id: u64,
//!     updated_at: String,
//! }
//!
//! async fn changed(
//!     guard: &OrderingGuard<MemoryOrdering>,
//!     event: &Event<Product>,
//! ) -> Result<(), Box<dyn std::error::Error>> {
//!     let version = Version::rfc3339(&event.data.updated_at)?;
//!     let entity = format!("product/{}", event.data.id);
//!     if guard.check(event, &entity, version).await?.is_stale() {
//!         return Ok(()); // 200: it is counted and logged, and the sender stops.
//!     }
//!     println!("product {} is new", event.data.id);
//!     Ok(())
//! }
//! # fn block_on<F: Future>(future: F) -> F::Output {
//! #     let mut future = std::pin::pin!(future);
//! #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
//! #     loop {
//! #         if let std::task::Poll::Ready(out) = future.as_mut().poll(&mut cx) { break out }
//! #     }
//! # }
//! # let now = UnixTime::from_secs(1_800_000_000);
//! # let endpoint = Endpoint::shopify("0123456789abcdef").clock(now).build()?;
//! # let signer = Signer::new(providers::SHOPIFY, "0123456789abcdef")?;
//! # let event = |time: &str| {
//! #     let body = format!(r#"{{"id":7,"updated_at":"{time}"}}"#);
//! #     let signed = signer.sign(now, body);
//! #     let head = Head { method: "POST", path_and_query: "/", headers: &signed.headers };
//! #     Event::<Product>::parse(endpoint.verify(&head, signed.body.clone()).unwrap()).unwrap()
//! # };
//! # let guard = OrderingGuard::new(MemoryOrdering::new());
//! # block_on(changed(&guard, &event("2027-01-15T08:00:01Z")))?;
//! # block_on(changed(&guard, &event("2027-01-15T08:00:00Z")))?;
//! # assert_eq!(endpoint.counts().ignored, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What a version is
//!
//! A number or a time of the *object*, which the provider raises with each change, and which the
//! event carries in its signed part: `updated_at` of Shopify and GitHub, `version` or `revision`
//! where there is one.
//!
//! `created` of a Stripe event is **not** a version: it is the time of the event in whole seconds,
//! and several changes of one object share it. Fetch the object, and write what you get. Nor is the
//! time of the delivery, which a retry changes.
//!
//! # Which state is protected
//!
//! [`check`](OrderingGuard::check) raises the version before the handler's effects. If the handler
//! then fails, the sender's retry is [`Order::Same`] and runs; an older event that arrives meanwhile
//! is stale all the same. Two handlers can run at the same time, and the older one can write last.
//!
//! In a transaction there is neither: [`check_in`](OrderingGuard::check_in) raises the version in
//! the handler's own transaction. A failed handler does not move it, and the second of two handlers
//! of one object waits for the first. Use it wherever the effects are in the database of the store.
//!
//! # Terminal states
//!
//! An object that is paid, cancelled or refunded for good leaves that state by no late event. Pass
//! [`Version::TERMINAL`] for an event with such a state: everything that is not terminal is stale
//! from then on.
//!
//! # How long it remembers
//!
//! Each object's version is kept for the guard's [retention](OrderingGuard::retention) after it was
//! last raised: 30 days, which is longer than any provider of this library retries. An older event
//! that arrives later is fresh.

#[cfg(feature = "conformance")]
pub mod conformance;
mod entity;
mod guard;
mod memory;
mod store;
mod version;

pub use entity::EntityKey;
pub use guard::OrderingGuard;
pub use memory::MemoryOrdering;
pub use store::{Order, OrderingStore, TransactionalOrdering};
pub use version::{InvalidVersion, Version};

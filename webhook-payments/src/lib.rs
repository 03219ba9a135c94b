//! One vocabulary of payment events over many providers.
//!
//! A [`PaymentEvent`] says what happened ([`PaymentKind`]), how much money it is about, and which
//! payment, subscription, payout, checkout or order. A handler takes it like any other payload, in
//! a `VerifiedEvent<PaymentEvent>`, and is the same for all providers. `docs/payments.md` of the
//! repository shows it in axum and actix-web, and lists the types of every provider.
//!
//! ```
//! use webhook_payments::{PaymentKind, PaymentSource, Providers};
//!
//! // What a handler gets from a verified delivery of Stripe, and from one of PayPal.
//! let stripe = r#"{
//!     "type": "payment_intent.succeeded",
//!     "data": {"object": {"id": "pi_1", "amount_received": 1999, "currency": "eur"}}
//! }"#;
//! let paypal = r#"{
//!     "event_type": "PAYMENT.CAPTURE.COMPLETED",
//!     "resource": {"id": "7", "amount": {"value": "19.99", "currency_code": "EUR"}}
//! }"#;
//! for source in [PaymentSource::new("stripe", stripe), PaymentSource::new("paypal", paypal)] {
//!     let event = Providers::read(&source)?;
//!     assert_eq!(event.kind, PaymentKind::PaymentSucceeded);
//!     let amount = event.amount.expect("both state it");
//!     assert_eq!((amount.minor(), amount.currency().code()), (1999, "EUR"));
//! }
//!
//! // Nothing is lost, and nothing is rounded.
//! let source = PaymentSource::new("stripe", r#"{"type":"customer.created"}"#);
//! let event = Providers::read(&source)?;
//! assert_eq!(event.kind, PaymentKind::Other);
//! assert_eq!(event.event_type.as_deref(), Some("customer.created"));
//!
//! let rounded = paypal.replace("19.99", "19.999");
//! assert!(Providers::read(&PaymentSource::new("paypal", rounded)).is_err());
//! # Ok::<(), webhook_payments::MappingError>(())
//! ```
//!
//! # What a handler is given
//!
//! | type | for |
//! |---|---|
//! | [`PaymentEvent`] | one event of a delivery, by the mappings of this crate |
//! | [`PaymentEvents`] | all events of a delivery, for Adyen's lists |
//! | [`Mapped<M>`](Mapped) | one event, by a [`PaymentMapping`] of your own |
//! | [`PaymentEvents<M>`](PaymentEvents) | all events, by a mapping of your own |
//!
//! All of them are payloads for `.on_event(handler)` of a router: its handler runs for the events
//! that are mapped, and the fallback for the others. Handlers for single types come before it.
//!
//! # When it is an error
//!
//! A mapped event that is not what its provider documents is a [`MappingError`]: the answer is 422,
//! the claim is released, and the log names the place. So is an amount with more decimals than its
//! currency, and one that does not fit in 64 bits.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod document;
mod error;
mod event;
mod fetch;
mod kind;
pub mod mapping;
mod money;
mod payment_mapping;
pub mod providers;
mod source;

pub use error::{MappingError, MappingProblem};
pub use event::{PaymentEvent, PaymentIds};
pub use fetch::ToFetch;
pub use kind::PaymentKind;
pub use money::{Currency, Money};
pub use payment_mapping::{Mapped, PaymentEvents, PaymentMapping};
pub use providers::Providers;
pub use source::PaymentSource;

//! The engine that receives webhooks: without framework, runtime, socket or clock of its own.
//!
//! Applications use an adapter, such as `webhook-axum` or `webhook-tower`, and meet this crate's types there. Those who
//! write an adapter, a store or a provider of their own use it directly.
//!
//! A delivery goes one way, and every step consumes the one before:
//!
//! 1. [`Endpoint::begin`] checks the [`Head`]: method, signature headers, freshness, encoding, announced length.
//! 2. [`Intake::push`] takes the body, chunk by chunk, under a limit, and hashes it as it comes.
//! 3. [`Intake::finish`] compares signatures and reads the envelope: id, type, mode.
//! 4. [`Checked::claim`] asks the store whether the delivery is new, and gives a [`Permit`] to run it.
//! 5. The handler gets the [`Delivery`]: proof that all this happened, with the bytes it happened to.
//! 6. [`Permit::settle`] remembers the delivery as done if, and only if, the handler succeeded.
//!
//! Each step may end in a [`Rejection`] instead, of which [`Answer`] makes what the sender is told.
//! A challenge of the provider, which its [`Handshake`] describes, is answered by the first or the third step and goes no further.
//!
//! ```
//! use webhook_core::{Answer, Begun, Claimed, Endpoint, Finished, Head, MemoryStore, Outcome, Signer, UnixTime, providers};
//!
//! # fn block_on<F: Future>(f: F) -> F::Output {
//! #     let mut f = std::pin::pin!(f);
//! #     loop {
//! #         if let std::task::Poll::Ready(out) = f.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) { break out }
//! #     }
//! # }
//! let (secret, now) = ("whsec_0123456789abcdef", UnixTime::from_secs(1_700_000_000));
//! let endpoint = Endpoint::stripe(secret).clock(now).store(MemoryStore::new()).build()?;
//!
//! let signed = Signer::new(providers::STRIPE, secret)?.sign(now, r#"{"id":"evt_1","type":"invoice.paid"}"#);
//! let head = Head { method: "POST", path_and_query: "/", headers: &signed.headers };
//!
//! // Genuine: claimed, handled, remembered.
//! let Begun::Read(mut intake) = endpoint.begin(&head) else { unreachable!() };
//! intake.push(signed.body.clone())?;
//! let Finished::Event(checked) = intake.finish()? else { unreachable!() };
//! let Claimed::Run(permit) = block_on(checked.claim())? else { unreachable!() };
//! assert_eq!(permit.delivery().event_type(), Some("invoice.paid"));
//! block_on(permit.settle(Outcome::Status(200)));
//!
//! // The same again: known.
//! let Begun::Read(mut intake) = endpoint.begin(&head) else { unreachable!() };
//! intake.push(signed.body.clone())?;
//! let Finished::Event(checked) = intake.finish()? else { unreachable!() };
//! assert!(matches!(block_on(checked.claim())?, Claimed::Duplicate(_)));
//!
//! // One bit flipped: refused, and the sender does not learn why.
//! let Begun::Read(mut intake) = endpoint.begin(&head) else { unreachable!() };
//! intake.push("{\"id\":\"evt_1\",\"type\":\"invoice.paie\"}".into())?;
//! let rejection = intake.finish().unwrap_err();
//! assert_eq!(Answer::from(&rejection).status(), 401);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What is promised and against whom, why the defaults are what they are, and how replay keys are made: see [`manual`].
//!
//! # Features
//!
//! * `http`: [`Headers`] for `http::HeaderMap` of http 1.
//! * `asymmetric`: signatures with public keys, and the providers that use them; keys that live elsewhere. Needs a C compiler, for `aws-lc-rs`.
//! * `conformance`: the suite that every [`ReplayStore`] has to pass.

#![cfg_attr(
    not(feature = "asymmetric"),
    allow(
        dead_code,
        unreachable_code,
        reason = "what public keys need is compiled, and has no values: see `crypto::absent`"
    )
)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

extern crate self as webhook_core;

#[doc(hidden)]
pub mod adapter;
mod answer;
mod crypto;
mod delivery;
mod endpoint;
mod error;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod jose;
pub mod keys;
pub mod manual;
mod observe;
mod parse;
mod provider;
pub mod providers;
pub mod replay;
mod request;
mod secret;
mod signer;
mod time;
mod verify;

#[cfg(test)]
#[path = "../tests/common/random.rs"]
mod random;

pub use answer::{Answer, Rejection};
pub use crypto::Algorithm;
pub use delivery::{
    Begun, Checked, Claimed, Claiming, Counts, Delivery, Disposition, Duplicate, Event, Fence,
    Finished, IdentityPolicy, Intake, Late, Limits, Outcome, PayloadError, Pending, Permit, Proof,
    Rejected, Settled, Settling, Unclaimed, Unsettled,
};
pub use endpoint::{Endpoint, EndpointBuilder};
pub use error::{
    ConfigError, RejectionClass, RejectionKind, SecretProblem, StoreError, StoreErrorKind,
};
pub use keys::{Confirmation, KeyError, KeyQuery, KeySource, StaticKeys};
pub use observe::EscapedId;
pub use parse::{Encoding, Grammar};
pub use provider::{
    Challenge, Coverage, CustomCheck, CustomInput, CustomRequest, CustomScheme, Handshake,
    Identity, Labels, Location, Locator, Mode, Parameter, ParameterKind, Part, Provider, Questions,
    Reply, Scheme, Success, Value, Verified, When,
};
pub use replay::{MemoryStore, ReplayKey, ReplayStore};
pub use request::{Found, Head, Headers};
pub use secret::{KeyFormat, Secret, SecretSet, Settings};
pub use signer::{SignedRequest, Signer};
pub use time::{Clock, SystemClock, TimeUnit, Tolerance, UnixTime};
/// The cryptographic core alone, for tests and benches: no replay protection, no limits, no events.
#[doc(hidden)]
pub use verify::{Options, Started, Verification, Verifier};

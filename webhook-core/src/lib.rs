//! The engine that receives webhooks. It has no framework, runtime, socket or clock.
//!
//! Applications use an adapter, such as `webhook-axum` or `webhook-tower`, whose API uses this
//! crate's types. Use this crate directly to write an adapter, a store or a provider.
//!
//! A delivery passes through these steps. Each consumes the result of the step before.
//!
//! 1. [`Endpoint::begin`] checks the [`Head`]: method, signature headers, freshness, encoding,
//!    announced length.
//! 2. [`Intake::push`] takes the body, chunk by chunk, up to a limit, and hashes it as it arrives.
//! 3. [`Intake::finish`] compares signatures and reads the envelope: id, type, mode.
//! 4. [`Checked::claim`] asks the store whether the delivery is new, and returns a [`Permit`] to
//!    run it.
//! 5. The handler gets the [`Delivery`]: the proof that all checks passed, and the verified bytes.
//! 6. [`Permit::settle`] records the delivery as done only if the handler succeeded.
//!
//! Each step may return a [`Rejection`] instead, which converts into the [`Answer`] for the sender.
//! A challenge of the provider, described by its [`Handshake`], is answered by the first or the
//! third step and goes no further.
//!
//! ```
//! use webhook_core::{
//!     Answer, Begun, Claimed, Endpoint, Finished, Head, MemoryStore, Outcome, Signer, UnixTime,
//!     providers,
//! };
//!
//! # fn block_on<F: Future>(f: F) -> F::Output {
//! #     use std::task::{Context, Poll, Waker};
//! #     let mut f = std::pin::pin!(f);
//! #     loop {
//! #         if let Poll::Ready(out) = f.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
//! #             break out;
//! #         }
//! #     }
//! # }
//! let (secret, now) = ("whsec_0123456789abcdef", UnixTime::from_secs(1_700_000_000));
//! let endpoint = Endpoint::stripe(secret).clock(now).store(MemoryStore::new()).build()?;
//!
//! let signer = Signer::new(providers::STRIPE, secret)?;
//! let signed = signer.sign(now, r#"{"id":"evt_1","type":"invoice.paid"}"#);
//! let head = Head { method: "POST", path_and_query: "/", headers: &signed.headers };
//!
//! // A genuine delivery is claimed, handled and remembered.
//! let Begun::Read(mut intake) = endpoint.begin(&head) else { unreachable!() };
//! intake.push(signed.body.clone())?;
//! let Finished::Event(checked) = intake.finish()? else { unreachable!() };
//! let Claimed::Run(permit) = block_on(checked.claim())? else { unreachable!() };
//! assert_eq!(permit.delivery().event_type(), Some("invoice.paid"));
//! block_on(permit.settle(Outcome::Status(200)));
//!
//! // A copy is a duplicate.
//! let Begun::Read(mut intake) = endpoint.begin(&head) else { unreachable!() };
//! intake.push(signed.body.clone())?;
//! let Finished::Event(checked) = intake.finish()? else { unreachable!() };
//! assert!(matches!(block_on(checked.claim())?, Claimed::Duplicate(_)));
//!
//! // A changed body is refused, and the sender does not learn why.
//! let Begun::Read(mut intake) = endpoint.begin(&head) else { unreachable!() };
//! intake.push("{\"id\":\"evt_1\",\"type\":\"invoice.paie\"}".into())?;
//! let rejection = intake.finish().unwrap_err();
//! assert_eq!(Answer::from(&rejection).status(), 401);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The [`manual`] describes what is guaranteed and against whom, the reasons for the defaults, and
//! how replay keys are made.
//!
//! # Features
//!
//! * `http`: implements [`Headers`] for `http::HeaderMap` (http 1).
//! * `asymmetric`: public-key signatures and encrypted bodies, the providers that use them, and
//!   fetched keys. Needs a C compiler, for `aws-lc-rs`.
//! * `secret-store`: `secret_store`, the secrets of tenants in a database, sealed under a key ring.
//! * `metrics`: records the metrics of [`metrics`].
//! * `inbox`: [`Delivery`]s are sealed for a store and unsealed later, for `webhook-inbox`. Implies
//!   `secret-store`: both have one key ring.
//! * `conformance`: the test suite that every [`ReplayStore`] has to pass.
//! * `testing`: requests for tests, of every provider and of its attackers.

#![cfg_attr(
    not(feature = "asymmetric"),
    allow(
        dead_code,
        unreachable_code,
        reason = "the types for public keys are compiled but have no values: see `crypto::absent`"
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
pub mod metrics;
pub mod notification;
mod observe;
pub mod ordering;
mod parse;
mod provider;
pub mod providers;
pub mod replay;
mod request;
mod routing;
mod secret;
#[cfg(feature = "secret-store")]
pub mod secret_store;
mod signer;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod verify;

#[cfg(test)]
#[path = "../tests/common/random.rs"]
mod random;

pub use answer::{Answer, Rejection, contracts};
pub use crypto::Algorithm;
#[cfg(feature = "inbox")]
pub use delivery::{
    Accepted, Acceptor, SealKeys, SealedDelivery, StoredHead, UnsealError, Unsealed,
};
pub use delivery::{
    Begun, Checked, Claimed, Claiming, Counts, DeadLetters, Delivery, Disposition, Duplicate,
    Event, Fence, Finished, FromDelivery, Handled, IdentityPolicy, Intake, Late, LeaseLost, Limits,
    LostLease, OnStoreError, Outcome, PayloadError, Pending, Permit, Proof, Rejected, Renewal,
    RunningLease, Settled, Settling, Unclaimed, Unsettled,
};
pub use endpoint::{Endpoint, EndpointBuilder, StoreCheck, StoreCheckError};
pub use error::{
    ConfigError, RejectionClass, RejectionKind, SecretProblem, StoreError, StoreErrorKind,
};
pub use keys::{Confirmation, KeyError, KeyQuery, KeySource, StaticKeys};
pub use observe::EscapedId;
pub use parse::{Encoding, Grammar};
pub use provider::{
    Challenge, Coverage, CustomCheck, CustomInput, CustomRequest, CustomScheme, Handshake,
    Identity, Labels, Location, Locator, MessageSignatures, Mode, Parameter, ParameterKind, Part,
    Provider, Questions, Reply, Scheme, Success, Verified, When,
};
pub use replay::{MemoryStore, ReplayKey, ReplayStore};
pub use request::{Found, Head, Headers};
pub use routing::{EventFamily, EventType, Otherwise, Verdict};
pub use secret::{KeyFormat, Secret, SecretSet, Settings};
pub use signer::{SignedRequest, Signer};
pub use time::{Clock, SystemClock, TimeUnit, Tolerance, UnixTime};
pub use verify::TenantSecrets;
/// The cryptographic core alone, without replay protection, limits or events. For tests and
/// benches.
#[doc(hidden)]
pub use verify::{Options, Started, Verification, Verifier};

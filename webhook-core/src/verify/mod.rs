//! Verification of signatures, tokens and credentials.

mod buffered;
mod candidates;
pub(crate) mod custom;
mod extra;
mod freshness;
mod head;
#[cfg(all(test, feature = "asymmetric"))]
mod jws_tests;
mod key;
mod key_ring;
mod mac;
pub(crate) mod message;
mod nobody;
mod options;
mod prepared;
mod public_key;
mod seam;
mod spec;
mod tail;
mod tenant;
mod token;
mod verification;
mod verifier;

pub(crate) use candidates::Candidates;
pub(crate) use freshness::fresh;
pub(crate) use head::MAX_ID;
pub use options::Options;
pub use tenant::TenantSecrets;
pub use verification::{Started, Verification};
pub use verifier::Verifier;

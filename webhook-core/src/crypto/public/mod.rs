//! Signatures with key pairs: Ed25519, ECDSA on P-256, P-521 and secp256k1, RSA. Requires
//! the feature `asymmetric`.
//!
//! The message is hashed as it arrives, and a key verifies the finished hash. Only Ed25519 needs
//! the whole message.

mod certificate;
mod ed25519;
#[cfg(feature = "testing")]
mod made_up;
mod message;
mod private;
mod public_key;

pub(crate) use certificate::key_of_certificate;
pub(crate) use message::{Message, RunningMessage};
pub(crate) use private::PrivateKey;
pub(crate) use public_key::PublicKey;

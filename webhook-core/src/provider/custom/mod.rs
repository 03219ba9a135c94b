//! Schemes with custom code.

mod check;
mod draft;
mod scheme;

use std::fmt;

use crate::crypto::encryption::DecryptionKey;
use crate::crypto::{Algorithm, Decrypted, RunningMac};
use crate::error::RejectionKind;
use crate::provider::Scheme;
use crate::provider::custom::draft::with_query;
use crate::request::Head;
use crate::secret::{Keys, Settings};
use crate::time::{Tolerance, UnixTime};

pub(crate) use check::Check;
pub use check::Verified;
pub(crate) use draft::Draft;
pub(crate) use scheme::Piece;
pub use scheme::{CustomCheck, CustomInput, CustomRequest, CustomScheme};

/// A scheme with custom code.
pub(crate) trait Custom: fmt::Debug + Sync {
    /// Reads the head and refuses everything that can be refused without the body.
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind>;

    /// The algorithm of the tags, if they are keyed hashes of one algorithm.
    fn algorithm(&self) -> Option<Algorithm> {
        None
    }

    /// The scheme's keyed hash with this secret, if it has one. Called once per secret.
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        self.algorithm().map(|algorithm| algorithm.key(secret))
    }

    /// The algorithm of the scheme's public keys. `None` if secrets are shared.
    fn public(&self) -> Option<Algorithm> {
        None
    }

    /// The other algorithms that a public key of the scheme may be for. The key decides, never the
    /// delivery.
    fn further_algorithms(&self) -> &'static [Algorithm] {
        &[]
    }

    /// The member that every JSON Web Key of a fetched document must have.
    fn key_member(&self) -> Option<&'static str> {
        None
    }

    /// Whether a delivery names the key it is signed with, so that a key can be fetched.
    fn names_keys(&self) -> bool {
        false
    }

    /// The setting with the receiver's private key, if deliveries are encrypted.
    fn decrypts_with(&self) -> Option<&'static str> {
        None
    }

    /// The check for DNS names of the sender, if a fetched certificate is trusted through the
    /// authority that issued it.
    fn certified(&self) -> Option<crate::crypto::chain::IsOwnName> {
        None
    }

    /// The text that answers a challenge with this value. `None` for a value that must not be
    /// answered.
    fn answer(&self, _value: &str, _keys: &Keys, _settings: &Settings) -> Option<String> {
        None
    }

    /// Decrypts a body without a signature, which may be a
    /// [challenge](crate::Challenge::Encrypted). `None` if it cannot have been encrypted.
    fn decrypt(&self, _body: &[u8], _secret: &[u8]) -> Option<Decrypted> {
        None
    }

    /// Signs a request, as the sender does.
    fn sign(&self, draft: &mut Draft<'_>);
}

/// The input of a check.
pub(crate) struct CheckInput<'a> {
    pub(crate) scheme: &'a Scheme,
    /// The name of the provider.
    pub(crate) provider: &'static str,
    pub(crate) head: &'a Head<'a>,
    /// The configured secrets.
    pub(crate) keys: &'a Keys,
    /// Whether keys can be fetched.
    pub(crate) fetches_keys: bool,
    /// The configured decryption key.
    pub(crate) decryption: Option<&'a DecryptionKey>,
    pub(crate) settings: &'a Settings,
    /// The configured public URL, without query. Empty unless the scheme signs it.
    pub(crate) url: &'a str,
    pub(crate) now: UnixTime,
    /// The tolerance of the endpoint or the scheme. `None` if no time is signed.
    pub(crate) tolerance: Option<Tolerance>,
}

impl<'a> CheckInput<'a> {
    /// The header of this name, which must be present exactly once.
    pub(crate) fn header(&self, name: &str) -> Result<&'a [u8], RejectionKind> {
        self.head.header(name)
    }

    /// The configured URL with the query as received.
    pub(crate) fn full_url(&self) -> String {
        with_query(self.url, self.head.path_and_query)
    }
}

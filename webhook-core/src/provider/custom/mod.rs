//! Schemes with code of their own.

mod check;
mod draft;
mod scheme;

use std::fmt;

use crate::crypto::RunningMac;
use crate::crypto::encryption::DecryptionKey;
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

/// A scheme with code of its own.
pub(crate) trait Custom: fmt::Debug + Sync {
    /// Reads the head: whatever can be refused without the body is refused here.
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind>;

    /// Its keyed hash, with this secret; `None` where it has none. Called once for each secret.
    fn mac(&self, _secret: &[u8]) -> Option<RunningMac> {
        None
    }

    /// The algorithm of its public keys; `None` where secrets are shared ones.
    fn public(&self) -> Option<crate::Algorithm> {
        None
    }

    /// Whether a delivery says which key it is signed with, so that a key may be elsewhere.
    fn names_keys(&self) -> bool {
        false
    }

    /// The setting with the private key of ours that its deliveries are encrypted for.
    fn decrypts_with(&self) -> Option<&'static str> {
        None
    }

    /// Whether a DNS name is one of the sender's, where a certificate that was found is believed for the authority behind it.
    fn certified(&self) -> Option<crate::crypto::chain::IsOwnName> {
        None
    }

    /// The proof that whoever has this key gives for the value of a challenge; `None` for a value that it is not to be given for.
    fn prove(&self, _value: &str, _mac: RunningMac, _settings: &Settings) -> Option<String> {
        None
    }

    /// The same the other way round: puts the proof into a request.
    fn sign(&self, draft: &mut Draft<'_>);
}

/// What a check is made from.
pub(crate) struct CheckInput<'a> {
    pub(crate) scheme: &'a Scheme,
    pub(crate) head: &'a Head<'a>,
    /// The configured secrets.
    pub(crate) keys: &'a Keys,
    /// Whether others may be found.
    pub(crate) fetches_keys: bool,
    /// The configured key that decrypts.
    pub(crate) decryption: Option<&'a DecryptionKey>,
    pub(crate) settings: &'a Settings,
    /// The configured public URL, without query; empty unless the scheme signs it.
    pub(crate) url: &'a str,
    pub(crate) now: UnixTime,
    /// Of the endpoint or the scheme; nothing where no time is signed.
    pub(crate) tolerance: Option<Tolerance>,
}

impl<'a> CheckInput<'a> {
    /// The header of this name, which has to be there exactly once.
    pub(crate) fn header(&self, name: &str) -> Result<&'a [u8], RejectionKind> {
        self.head.header(name)
    }

    /// The configured URL and the query as received.
    pub(crate) fn full_url(&self) -> String {
        with_query(self.url, self.head.path_and_query)
    }
}

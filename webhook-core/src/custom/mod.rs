//! Schemes with code of their own, one file each: those that the axes of [`Scheme`](crate::Scheme) cannot say.
//!
//! A scheme reads the head, then takes the body as it comes or is lent it at its end, and says then
//! what it found out. It keeps no copy of the body: what it may use of memory, beside the body that
//! the intake has, is less than 64 KiB, and of time, what hashing the body takes, times a small
//! constant. Values are found by a pass over the body rather than in a tree of it, what is signed
//! is written piece by piece, and what has to be sorted is bounded in number.

mod check;
pub(crate) mod form;
mod json;
pub(crate) mod multipart;

pub(crate) mod adyen;
pub(crate) mod box_com;
pub(crate) mod braintree;
pub(crate) mod contentful;
#[cfg(feature = "asymmetric")]
pub(crate) mod detached;
pub(crate) mod dropbox_sign;
pub(crate) mod fields;
pub(crate) mod form_field;
pub(crate) mod form_token;
pub(crate) mod hook0;
pub(crate) mod jwt;
pub(crate) mod jwt_body;
pub(crate) mod keyed_body;
pub(crate) mod mailgun;
pub(crate) mod microsoft_graph;
#[cfg(feature = "asymmetric")]
pub(crate) mod paypal;
pub(crate) mod plivo;
pub(crate) mod query_and_body;
pub(crate) mod rapyd;
#[cfg(feature = "asymmetric")]
pub(crate) mod rsa_values;
#[cfg(feature = "asymmetric")]
pub(crate) mod signed_body;
#[cfg(feature = "asymmetric")]
pub(crate) mod sns;
#[cfg(feature = "asymmetric")]
pub(crate) mod stone;
pub(crate) mod url_and_form;

use std::fmt;

use bytes::Bytes;
use zeroize::Zeroizing;

pub(crate) use json::Json;

pub(crate) use check::{Check, Finding, MAX_FIELD, digest_of, fresh, whole, whole_opened};

#[cfg(feature = "asymmetric")]
use crate::algorithm::encryption::DecryptionKey;
#[cfg(feature = "asymmetric")]
use crate::algorithm::public::{PrivateKey, PublicKey};
use crate::error::RejectionKind;
use crate::head::Head;
use crate::scheme::Scheme;
use crate::settings::Settings;
use crate::time::{Tolerance, UnixTime};
use crate::verifier::once;

/// A scheme with code of its own.
pub(crate) trait Custom: fmt::Debug + Sync {
    /// Reads the head: whatever can be refused without the body is refused here.
    fn start(&self, asked: &Asked<'_>) -> Result<Box<dyn Check>, RejectionKind>;

    /// The algorithm of its public keys; `None` where secrets are shared ones.
    #[cfg(feature = "asymmetric")]
    fn public(&self) -> Option<crate::Algorithm> {
        None
    }

    /// Whether a delivery says which key it is signed with, so that a key may be elsewhere.
    #[cfg(feature = "asymmetric")]
    fn names_keys(&self) -> bool {
        false
    }

    /// The setting with the private key of ours that its deliveries are encrypted for.
    #[cfg(feature = "asymmetric")]
    fn decrypts_with(&self) -> Option<&'static str> {
        None
    }

    /// Whether a DNS name is one of the sender's, where a certificate that was found is believed for the authority behind it.
    #[cfg(feature = "asymmetric")]
    fn certified(&self) -> Option<crate::algorithm::chain::IsOwnName> {
        None
    }

    /// The proof that whoever has this key gives for the value of a challenge; `None` for a value that it is not to be given for.
    fn prove(&self, _value: &str, _key: &[u8], _settings: &Settings) -> Option<String> {
        None
    }

    /// The same the other way round: puts the proof into a request.
    fn sign(&self, draft: &mut Draft<'_>);
}

/// What a check is made from.
pub(crate) struct Asked<'a> {
    pub(crate) scheme: &'a Scheme,
    pub(crate) head: &'a Head<'a>,
    /// The configured secrets, decoded, in their order.
    pub(crate) keys: &'a Keys,
    /// The configured public keys.
    #[cfg(feature = "asymmetric")]
    pub(crate) public: Vec<PublicKey>,
    /// Whether others may be found.
    #[cfg(feature = "asymmetric")]
    pub(crate) elsewhere: bool,
    /// The configured key that decrypts.
    #[cfg(feature = "asymmetric")]
    pub(crate) decryption: Option<&'a DecryptionKey>,
    pub(crate) settings: &'a Settings,
    /// The configured public URL, without query; empty unless the scheme signs it.
    pub(crate) url: &'a str,
    pub(crate) now: UnixTime,
    /// Of the endpoint or the scheme; nothing where no time is signed.
    pub(crate) tolerance: Option<Tolerance>,
}

/// Keys as bytes, in the order of the secrets they come from.
pub(crate) type Keys = Vec<Zeroizing<Vec<u8>>>;

impl<'a> Asked<'a> {
    /// The header of this name, which has to be there exactly once.
    pub(crate) fn header(&self, name: &str) -> Result<&'a [u8], RejectionKind> {
        once(self.head, name)
    }

    /// The configured URL and the query as received.
    pub(crate) fn full_url(&self) -> String {
        with_query(self.url, self.head.path_and_query)
    }
}

/// A request that is being signed.
pub(crate) struct Draft<'a> {
    pub(crate) scheme: &'a Scheme,
    /// The shared secret.
    pub(crate) key: &'a [u8],
    /// The private key, where receivers have the public one.
    #[cfg(feature = "asymmetric")]
    pub(crate) private: Option<&'a PrivateKey>,
    pub(crate) settings: &'a Settings,
    pub(crate) now: UnixTime,
    pub(crate) url: &'a str,
    pub(crate) method: &'static str,
    /// What the caller has set. It follows the others.
    pub(crate) given: &'a [(String, String)],
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Draft<'_> {
    pub(crate) fn push(&mut self, name: &str, value: impl Into<String>) {
        self.headers.push((name.to_owned(), value.into()));
    }

    pub(crate) fn full_url(&self) -> String {
        with_query(self.url, &self.target)
    }

    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        let mut headers = self.given.iter();
        let found = headers.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

fn with_query(url: &str, target: &str) -> String {
    match target.split_once('?') {
        Some((_, query)) => format!("{url}?{query}"),
        None => url.to_owned(),
    }
}

//! A request that is being signed.

use bytes::Bytes;

use crate::crypto::public::PrivateKey;
use crate::crypto::{RunningMac, Tag};
use crate::provider::Scheme;
use crate::secret::Settings;
use crate::time::UnixTime;

/// A request that is being signed.
pub(crate) struct Draft<'a> {
    pub(crate) scheme: &'a Scheme,
    /// The shared secret.
    pub(crate) key: &'a [u8],
    /// The keyed hash of the scheme, if it has one.
    pub(crate) mac: Option<RunningMac>,
    /// The private key, if receivers verify with the public one.
    pub(crate) private: Option<&'a PrivateKey>,
    pub(crate) settings: &'a Settings,
    pub(crate) now: UnixTime,
    pub(crate) url: &'a str,
    pub(crate) method: &'static str,
    /// The headers that the caller set. They follow the others.
    pub(crate) given: &'a [(String, String)],
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Draft<'_> {
    /// The tag of a message that is given in pieces.
    pub(crate) fn tag(&self, pieces: &[&[u8]]) -> Tag {
        let Some(mut mac) = self.mac.clone() else {
            return Tag::default();
        };
        for piece in pieces {
            mac.update(piece);
        }
        mac.finish()
    }

    /// The signature of a message that is given in pieces.
    pub(crate) fn signature(&self, pieces: &[&[u8]]) -> Vec<u8> {
        let Some(key) = self.private else {
            return Vec::new();
        };
        let mut message = key.message();
        for piece in pieces {
            message.update(piece);
        }
        key.sign(message)
    }

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

pub(super) fn with_query(url: &str, target: &str) -> String {
    match target.split_once('?') {
        Some((_, query)) => format!("{url}?{query}"),
        None => url.to_owned(),
    }
}

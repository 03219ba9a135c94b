//! What a source gives: JSON Web Keys, PEM.

use crate::crypto::Algorithm;
use crate::crypto::chain::{Chain, ChainProblem};
use crate::crypto::public::PublicKey;
use crate::jose::jwk::{is_current, key_of};
use crate::parse::json::Json;
use crate::parse::pem;
use crate::secret::key_text;
use crate::time::UnixTime;

/// Longest document, in bytes, and most keys of a set.
const MAX_DOCUMENT: usize = 64 * 1024;

const MAX_KEYS: usize = 64;

/// A key of a document.
#[derive(Clone)]
pub(crate) struct NamedKey {
    pub(crate) id: Option<String>,
    pub(crate) key: PublicKey,
}

/// What makes a document believed.
pub(crate) struct KeyRequirements {
    pub(crate) algorithm: Algorithm,
    /// Where a key is believed for the authority that certified it.
    pub(crate) chain: Option<Chain>,
}

/// What a document is instead.
pub(crate) enum Unusable {
    /// Nothing that says anything about keys: the source may do better.
    Rubbish(&'static str),
    /// A document of keys, none of which can be used. What was known before does not hold any longer.
    Empty(&'static str),
    /// A certificate that its provider does not have, or the one key of this name, which its
    /// provider has withdrawn.
    Untrusted(&'static str),
}

impl KeyRequirements {
    /// The keys of a document.
    pub(crate) fn read(&self, document: &[u8], now: UnixTime) -> Result<Vec<NamedKey>, Unusable> {
        if document.len() > MAX_DOCUMENT {
            return Err(Unusable::Rubbish("a document that is too long"));
        }
        match &self.chain {
            Some(chain) => {
                let unreadable = || Unusable::Rubbish("no chain of certificates");
                let certificates = pem::certificates(document).map_err(|_| unreadable())?;
                let key = chain.key(&certificates, self.algorithm, now);
                let key = key.map_err(|problem| match problem {
                    ChainProblem::Unreadable => unreadable(),
                    ChainProblem::Untrusted(why) => Unusable::Untrusted(why),
                })?;
                Ok(vec![NamedKey { id: None, key }])
            }
            None => read(document, self.algorithm),
        }
    }
}

/// The keys of this algorithm.
pub(crate) fn read(document: &[u8], algorithm: Algorithm) -> Result<Vec<NamedKey>, Unusable> {
    let text = document.trim_ascii();
    if text.first() != Some(&b'{') {
        // Of a chain, the first certificate is the one whose key signs.
        let first = pem::first_certificate(text).map_or(text, |(first, _)| first);
        return one(public_key(first, algorithm));
    }
    let json = Json::parse(document).ok_or(NO_KEY)?;
    if let Some(text) = key_in_answer(&json) {
        return one(public_key(text.as_bytes(), algorithm));
    }
    let named = |jwk: &Json<'_>| {
        let der = key_of(jwk, Some(algorithm)).ok()?;
        let key = PublicKey::new(algorithm, &der).ok()?;
        let id = jwk.get("kid").and_then(Json::as_text).map(str::to_owned);
        Some(NamedKey { id, key })
    };
    let Some(set) = json.get("keys") else {
        let jwk = json.get("key").unwrap_or(&json);
        return match named(jwk) {
            Some(key) => Ok(vec![key]),
            None if !is_current(jwk) => Err(Unusable::Untrusted("a key that is withdrawn")),
            None => Err(NO_KEY),
        };
    };
    // Those of other algorithms are others' business.
    let keys = set.items().ok_or(NO_KEY)?.iter().take(MAX_KEYS);
    let keys: Vec<_> = keys.filter_map(named).collect();
    match keys.is_empty() {
        true => Err(Unusable::Empty(
            "no key of the provider's algorithm in a set",
        )),
        false => Ok(keys),
    }
}

const NO_KEY: Unusable = Unusable::Rubbish("no key of the provider's algorithm");

/// A key that is a document by itself, and has no id in it.
fn one(key: Option<PublicKey>) -> Result<Vec<NamedKey>, Unusable> {
    key.map(|key| vec![NamedKey { id: None, key }])
        .ok_or(NO_KEY)
}

/// The text of a key in the answer of a provider's API: `key` of eBay's, `publicKey` of Circle's, which wraps it in `data`.
fn key_in_answer<'j>(json: &'j Json<'_>) -> Option<&'j str> {
    let key = json.get("key").or_else(|| {
        let answer = json.get("data").unwrap_or(json);
        answer.get("publicKey")
    });
    key.and_then(Json::as_text)
}

fn public_key(text: &[u8], algorithm: Algorithm) -> Option<PublicKey> {
    let der = key_text::public_key(text).ok()?;
    PublicKey::new(algorithm, &der).ok()
}

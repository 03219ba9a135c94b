//! Parsing the documents of a source: JSON Web Keys and PEM.

use crate::crypto::Algorithm;
use crate::crypto::chain::{Chain, ChainProblem};
use crate::crypto::public::PublicKey;
use crate::jose::jwk::{is_current, key_of};
use crate::parse::json::Json;
use crate::parse::pem;
use crate::secret::key_text;
use crate::time::UnixTime;

/// The maximum length of a document, in bytes.
const MAX_DOCUMENT: usize = 64 * 1024;

const MAX_KEYS: usize = 64;

/// A key of a document.
#[derive(Clone)]
pub(crate) struct NamedKey {
    pub(crate) id: Option<String>,
    pub(crate) key: PublicKey,
}

/// The requirements for trusting a document.
pub(crate) struct KeyRequirements {
    /// The algorithms that a key may be for.
    pub(crate) algorithms: Vec<Algorithm>,
    /// Set if a key is trusted because of the authority that certified it.
    pub(crate) chain: Option<Chain>,
    /// A member that every JSON Web Key must have.
    pub(crate) member: Option<&'static str>,
}

/// Why a document is unusable.
pub(crate) enum Unusable {
    /// It says nothing about keys. A later fetch may succeed.
    Rubbish(&'static str),
    /// It has keys, but none is usable. Earlier keys of this document are no longer valid.
    Empty(&'static str),
    /// It is a certificate that does not belong to the provider, or the only key of this name,
    /// which the provider has withdrawn.
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
                let unreadable = || Unusable::Rubbish("not a chain of certificates");
                let certificates = pem::certificates(document).map_err(|_| unreadable())?;
                let first = self.algorithms.first().ok_or_else(unreadable)?;
                let key = chain.key(&certificates, *first, now);
                let key = key.map_err(|problem| match problem {
                    ChainProblem::Unreadable => unreadable(),
                    ChainProblem::Untrusted(why) => Unusable::Untrusted(why),
                })?;
                Ok(vec![NamedKey { id: None, key }])
            }
            None => read(document, &self.algorithms, self.member),
        }
    }
}

/// The keys of these algorithms in a document. Every JSON Web Key must have the `member`, if any.
pub(crate) fn read(
    document: &[u8],
    algorithms: &[Algorithm],
    member: Option<&str>,
) -> Result<Vec<NamedKey>, Unusable> {
    let text = document.trim_ascii();
    if text.first() != Some(&b'{') {
        // In a chain, the key of the first certificate signs.
        let first = pem::first_certificate(text).map_or(text, |(first, _)| first);
        return one(public_key(first, algorithms));
    }
    let json = Json::parse(document).ok_or(NO_KEY)?;
    if let Some(text) = key_in_answer(&json) {
        return one(public_key(text.as_bytes(), algorithms));
    }
    let named = |jwk: &Json<'_>| {
        let key = Algorithm::first_that_fits(algorithms.iter().copied(), |algorithm| {
            PublicKey::new(algorithm, &key_of(jwk, Some(algorithm))?)
        });
        let is_marked = member.is_none_or(|member| jwk.get(member).is_some());
        let key = key.ok().filter(|_| is_marked)?;
        let id = jwk.get("kid").and_then(Json::as_text).map(str::to_owned);
        Some(NamedKey { id, key })
    };
    // A UCP profile has its keys in `signing_keys`, and may repeat them in `keys`.
    let sets = ["signing_keys", "keys"].map(|name| json.get(name));
    if sets.iter().all(Option::is_none) {
        let jwk = json.get("key").unwrap_or(&json);
        return match named(jwk) {
            Some(key) => Ok(vec![key]),
            None if !is_current(jwk) => Err(Unusable::Untrusted("a withdrawn key")),
            None => Err(NO_KEY),
        };
    }
    // Keys for other algorithms are ignored.
    let mut keys = Vec::new();
    for set in sets.into_iter().flatten() {
        let set = set.items().ok_or(NO_KEY)?.iter().take(MAX_KEYS);
        keys.extend(set.filter_map(named));
    }
    match keys.is_empty() {
        true => Err(Unusable::Empty(
            "a set without a key for the provider's algorithm",
        )),
        false => Ok(keys),
    }
}

const NO_KEY: Unusable = Unusable::Rubbish("not a key for the provider's algorithm");

/// A document that is a single key without an id.
fn one(key: Option<PublicKey>) -> Result<Vec<NamedKey>, Unusable> {
    key.map(|key| vec![NamedKey { id: None, key }])
        .ok_or(NO_KEY)
}

/// The text of a key in the response of a provider's API: `key` for eBay, `publicKey` for Circle,
/// which wraps it in `data`.
fn key_in_answer<'j>(json: &'j Json<'_>) -> Option<&'j str> {
    let key = json.get("key").or_else(|| {
        let answer = json.get("data").unwrap_or(json);
        answer.get("publicKey")
    });
    key.and_then(Json::as_text)
}

fn public_key(text: &[u8], algorithms: &[Algorithm]) -> Option<PublicKey> {
    let der = key_text::public_key(text).ok()?;
    let key = |algorithm| PublicKey::new(algorithm, &der);
    Algorithm::first_that_fits(algorithms.iter().copied(), key).ok()
}

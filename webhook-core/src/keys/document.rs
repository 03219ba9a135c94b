//! What a source gives: JSON Web Keys, PEM.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::algorithm::chain::Chain;
use crate::algorithm::public::PublicKey;
use crate::custom::Json;
use crate::error::SecretProblem;
use crate::key_text;
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
pub(crate) struct Wanted {
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

impl Wanted {
    /// The keys of a document.
    pub(crate) fn read(&self, document: &[u8], now: UnixTime) -> Result<Vec<NamedKey>, Unusable> {
        if document.len() > MAX_DOCUMENT {
            return Err(Unusable::Rubbish("a document that is too long"));
        }
        match &self.chain {
            Some(chain) => {
                let key = chain.key(document, self.algorithm, now)?;
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
        let first = key_text::first_certificate(text).map_or(text, |(first, _)| first);
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

/// Whether a JSON Web Key is not withdrawn, as Plaid says it.
fn is_current(jwk: &Json<'_>) -> bool {
    match jwk.get("expired_at") {
        Some(value) => value.plain() == Some("") && value.as_text().is_none(),
        None => true,
    }
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

/// The key of a JSON Web Key that stands where a public key is configured.
pub(crate) fn jwk_key(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    let json = Json::parse(text).ok_or(SecretProblem::NoKey)?;
    let jwk = match json.get("keys").map(Json::items) {
        Some(Some([only])) => only,
        Some(_) => return Err(SecretProblem::NoKey),
        None => &json,
    };
    key_of(jwk, None)
}

/// A point, a pair of numbers or 32 bytes, as [`PublicKey::new`] takes them bare.
fn key_of(
    jwk: &Json<'_>,
    algorithm: Option<Algorithm>,
) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    let text = |name: &str| jwk.get(name).and_then(Json::as_text);
    if ["d", "p", "q", "k"]
        .iter()
        .any(|name| jwk.get(name).is_some())
    {
        return Err(SecretProblem::PrivateKey);
    }
    // Of a key that signs (RFC 7517 §4.2), for this algorithm if it says for which (§4.4), and not withdrawn.
    let says = |name: &str, expected: &str| match jwk.get(name) {
        Some(value) => value.as_text() == Some(expected),
        None => true,
    };
    let alg = algorithm.and_then(jose_name);
    // What it may be used for, said in the other way (§4.3).
    let verifies = match jwk.get("key_ops") {
        Some(uses) => uses
            .items()
            .is_some_and(|uses| uses.iter().any(|one| one.as_text() == Some("verify"))),
        None => true,
    };
    if !verifies
        || !says("use", "sig")
        || !alg.is_none_or(|alg| says("alg", alg))
        || !is_current(jwk)
    {
        return Err(SecretProblem::WrongKey);
    }
    let bytes = |name: &str| {
        let value = text(name).ok_or(SecretProblem::NoKey)?;
        let decoded = URL_SAFE_NO_PAD.decode(value);
        decoded.map_err(|_| SecretProblem::NoKey)
    };
    let point = |len: usize| {
        let (x, y) = (bytes("x")?, bytes("y")?);
        match x.len() == len && y.len() == len {
            true => Ok(Zeroizing::new([&[4][..], &x, &y].concat())),
            false => Err(SecretProblem::WrongKey),
        }
    };
    match (text("kty"), text("crv")) {
        (Some("EC"), Some("P-256")) => point(32),
        (Some("EC"), Some("P-521")) => point(66),
        (Some("OKP"), Some("Ed25519")) => bytes("x").map(Zeroizing::new),
        (Some("RSA"), None) => rsa(&bytes("n")?, &bytes("e")?),
        _ => Err(SecretProblem::WrongKey),
    }
}

/// The name of an algorithm in a JSON Web Key (RFC 7518 §3.1).
const fn jose_name(algorithm: Algorithm) -> Option<&'static str> {
    match algorithm {
        Algorithm::EcdsaP256Sha256Fixed => Some("ES256"),
        Algorithm::EcdsaP521Sha512Fixed => Some("ES512"),
        Algorithm::RsaSha256 => Some("RS256"),
        Algorithm::RsaSha512 => Some("RS512"),
        Algorithm::Ed25519 => Some("EdDSA"),
        _ => None,
    }
}

/// An RSAPublicKey in DER (RFC 8017 appendix A.1.1), of numbers without zeros in front.
fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    let minimal = |number: &[u8]| number.first().is_some_and(|&first| first != 0);
    if !minimal(modulus) || !minimal(exponent) || modulus.len() > 1024 || exponent.len() > 8 {
        return Err(SecretProblem::WrongKey);
    }
    let numbers = [integer(modulus), integer(exponent)].concat();
    Ok(Zeroizing::new(tagged(0x30, &numbers)))
}

fn integer(number: &[u8]) -> Vec<u8> {
    let positive: &[u8] = match number.first() {
        Some(0x80..) => &[0],
        _ => &[],
    };
    tagged(0x02, &[positive, number].concat())
}

/// Tag, length (X.690 §8.1.3, in its shortest form), content.
fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    let length: &[u8] = match (high, low) {
        (0, ..=0x7f) => &[low],
        (0, _) => &[0x81, low],
        _ => &[0x82, high, low],
    };
    [&[tag], length, content].concat()
}

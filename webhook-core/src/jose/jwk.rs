//! Public JSON Web Keys (RFC 7517).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::crypto::Algorithm;
use crate::error::SecretProblem;
use crate::parse::json::Json;

/// Reads a JSON Web Key that is configured as a public key.
pub(crate) fn jwk_key(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    let json = Json::parse(text).ok_or(SecretProblem::NoKey)?;
    let jwk = match json.get("keys").map(Json::items) {
        Some(Some([only])) => only,
        Some(_) => return Err(SecretProblem::NoKey),
        None => &json,
    };
    key_of(jwk, None)
}

/// Reads a point, a pair of numbers or 32 bytes, in the bare form that [`PublicKey::new`] accepts.
pub(crate) fn key_of(
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
    // The key must be for signatures (RFC 7517 §4.2), for this algorithm if it names one (§4.4),
    // and not withdrawn.
    let says = |name: &str, expected: &str| match jwk.get(name) {
        Some(value) => value.as_text() == Some(expected),
        None => true,
    };
    let alg = algorithm.and_then(jose_name);
    // The permitted operations, an alternative to `use` (§4.3).
    let verifies = match jwk.get("key_ops") {
        Some(uses) => uses
            .items()
            .is_some_and(|uses| uses.iter().any(|one| one.as_text() == Some("verify"))),
        None => true,
    };
    // AdCP's purpose of a key. The tag of a signature separates webhooks from requests.
    let is_for_webhooks = match jwk.get("adcp_use") {
        Some(purpose) => purpose
            .as_text()
            .is_some_and(|name| ADCP_USES.contains(&name)),
        None => true,
    };
    if !verifies
        || !is_for_webhooks
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

/// The values of `adcp_use` for keys that sign webhooks. The second is deprecated.
const ADCP_USES: [&str; 2] = ["request-signing", "webhook-signing"];

/// The name of an algorithm in a JSON Web Key (RFC 7518 §3.1).
const fn jose_name(algorithm: Algorithm) -> Option<&'static str> {
    match algorithm {
        Algorithm::EcdsaP256Sha256Fixed => Some("ES256"),
        Algorithm::EcdsaP521Sha512Fixed => Some("ES512"),
        Algorithm::RsaSha256 => Some("RS256"),
        Algorithm::RsaSha512 => Some("RS512"),
        Algorithm::RsaPssSha512 => Some("PS512"),
        Algorithm::Ed25519 => Some("EdDSA"),
        _ => None,
    }
}

/// An RSAPublicKey in DER (RFC 8017 appendix A.1.1), from numbers without leading zeros.
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

/// Tag, length (X.690 §8.1.3, shortest form) and content.
fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    let length: &[u8] = match (high, low) {
        (0, ..=0x7f) => &[low],
        (0, _) => &[0x81, low],
        _ => &[0x82, high, low],
    };
    [&[tag], length, content].concat()
}

/// Whether a JSON Web Key is not withdrawn, by Plaid's `expired_at`.
pub(crate) fn is_current(jwk: &Json<'_>) -> bool {
    match jwk.get("expired_at") {
        Some(value) => value.plain() == Some("") && value.as_text().is_none(),
        None => true,
    }
}

//! The vectors of Project Wycheproof, each as a delivery that comes in through the door.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use serde_json::Value;
use webhook_core::{
    Algorithm, Encoding, Head, KeyFormat, Options, Part, Provider, Scheme, Signer, UnixTime,
    Verifier,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const TAG: &str = "x-tag";

const fn body(algorithm: Algorithm) -> Scheme {
    Scheme::hmac(algorithm, &[Part::Body])
        .in_header(TAG)
        .encoding(Encoding::Hex)
}

/// A file's groups, and their tests with the message and the tag in hexadecimal digits.
fn groups(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/wycheproof")
        .join(file);
    let text = fs::read_to_string(path).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    file["testGroups"].as_array().unwrap().clone()
}

fn tests(group: &Value) -> &[Value] {
    group["tests"].as_array().unwrap()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

fn bytes(value: &Value, name: &str) -> Vec<u8> {
    const_hex::decode(text(value, name)).unwrap()
}

/// Whether an endpoint with `key` accepts a delivery with this body and tag. If the key is refused,
/// no delivery is accepted.
fn accepts(provider: Provider, key: &str, message: &[u8], tag: &str) -> bool {
    let Ok(verifier) = Verifier::new(provider, key, Options::default()) else {
        return false;
    };
    let head = Head {
        method: "POST",
        path_and_query: "/",
        headers: &[(TAG.to_owned(), tag.to_owned())],
    };
    verifier.verify(&head, message, NOW).is_ok()
}

/// Half of the groups have tags that are cut to 128 bits. The library does not cut tags and would
/// refuse all of them, so this test cuts them.
fn hmac(file: &str, provider: Provider, full: usize) -> [usize; 2] {
    let [mut valid, mut invalid] = [0; 2];
    for group in groups(file) {
        let bits = usize::try_from(group["tagSize"].as_u64().unwrap()).unwrap();
        let cut = bits / 4;
        for test in tests(&group) {
            let (key, message, tag) = (text(test, "key"), bytes(test, "msg"), text(test, "tag"));
            let accepted = if cut == full {
                accepts(provider, key, &message, tag)
            } else {
                assert!(!accepts(provider, key, &message, tag), "{file}: {test}");
                let signed = Signer::new(provider, key).unwrap().sign(NOW, message);
                signed.headers[0].1[..cut] == *tag
            };
            let expected = text(test, "result") == "valid";
            assert_eq!(accepted, expected, "{file}: {test}");
            if expected { valid += 1 } else { invalid += 1 }
        }
    }
    [valid, invalid]
}

#[test]
fn hmac_sha1() {
    const PROVIDER: Provider =
        Provider::new("wycheproof", &[body(Algorithm::HmacSha1)]).with_key_format(KeyFormat::Hex);
    assert_eq!(
        hmac("hmac_sha1_test.json", PROVIDER, 40)
            .iter()
            .sum::<usize>(),
        170
    );
}

#[test]
fn hmac_sha256() {
    const PROVIDER: Provider =
        Provider::new("wycheproof", &[body(Algorithm::HmacSha256)]).with_key_format(KeyFormat::Hex);
    assert_eq!(hmac("hmac_sha256_test.json", PROVIDER, 64), [66, 108]);
}

#[test]
fn hmac_sha512() {
    const PROVIDER: Provider =
        Provider::new("wycheproof", &[body(Algorithm::HmacSha512)]).with_key_format(KeyFormat::Hex);
    assert_eq!(
        hmac("hmac_sha512_test.json", PROVIDER, 128)
            .iter()
            .sum::<usize>(),
        174
    );
}

#[cfg(feature = "asymmetric")]
mod public {
    use super::*;

    /// How many are valid, invalid and left to taste; and which of the last are taken.
    fn signatures(file: &str, provider: Provider) -> ([usize; 3], Vec<u64>) {
        let ([mut valid, mut invalid, mut acceptable], mut taken) = ([0; 3], Vec::new());
        for group in groups(file) {
            let key = text(&group, "publicKeyPem");
            Verifier::new(provider, key, Options::default())
                .unwrap_or_else(|error| panic!("{file}: {error}: {key}"));
            for test in tests(&group) {
                let accepted = accepts(provider, key, &bytes(test, "msg"), text(test, "sig"));
                match text(test, "result") {
                    "valid" => {
                        assert!(accepted, "{file}: {test}");
                        valid += 1;
                    }
                    "invalid" => {
                        assert!(!accepted, "{file}: {test}");
                        invalid += 1;
                    }
                    _ => {
                        acceptable += 1;
                        taken.extend(accepted.then(|| test["tcId"].as_u64().unwrap()));
                    }
                }
            }
        }
        ([valid, invalid, acceptable], taken)
    }

    const ED25519: Provider = Provider::new("wycheproof", &[body(Algorithm::Ed25519)]);
    const P256: Provider = Provider::new("wycheproof", &[body(Algorithm::EcdsaP256Sha256)]);
    const FIXED: Provider = Provider::new("wycheproof", &[body(Algorithm::EcdsaP256Sha256Fixed)]);
    const RSA: Provider = Provider::new("wycheproof", &[body(Algorithm::RsaSha256)]);

    #[test]
    fn ed25519() {
        let found = signatures("ed25519_test.json", ED25519);
        assert_eq!(found, ([88, 63, 0], vec![]));
    }

    #[test]
    fn p256_in_der() {
        let found = signatures("ecdsa_secp256r1_sha256_test.json", P256);
        assert_eq!(found, ([174, 310, 0], vec![]));
    }

    #[test]
    fn p256_of_a_fixed_length() {
        let found = signatures("ecdsa_secp256r1_sha256_p1363_test.json", FIXED);
        assert_eq!(found, ([173, 89, 0], vec![]));
    }

    /// The signature that implementations may accept or refuse lacks the NULL of its hash's
    /// parameters, which RFC 8017 §9.2 requires. It is refused.
    #[test]
    fn rsa_2048() {
        let found = signatures("rsa_signature_2048_sha256_test.json", RSA);
        assert_eq!(found, ([9, 249, 1], vec![]));
    }
}

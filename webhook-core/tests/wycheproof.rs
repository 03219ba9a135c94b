//! The vectors of Project Wycheproof, each as a delivery that comes in through the door.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../webhook-test/vectors/loader.rs"]
mod loader;

use webhook_core::{
    Algorithm, Encoding, Head, KeyFormat, Options, Part, Provider, Scheme, Signer, UnixTime,
    Verifier,
};

use loader::{TAG, Vector, Verdict, wycheproof};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

const fn body(algorithm: Algorithm) -> Scheme {
    Scheme::hmac(algorithm, &[Part::Body])
        .in_header(TAG)
        .encoding(Encoding::Hex)
}

/// Whether an endpoint accepts this delivery. If its key is refused, no delivery is accepted.
fn accepts(provider: Provider, vector: &Vector) -> bool {
    let Ok(verifier) = Verifier::new(provider, vector.secrets(), Options::default()) else {
        return false;
    };
    let head = Head {
        method: &vector.method,
        path_and_query: &vector.path_and_query,
        headers: &vector.headers,
    };
    verifier.verify(&head, &vector.body(), NOW).is_ok()
}

/// Half of the tags are cut to 128 bits. The library does not cut tags and would refuse all of
/// them, so this test cuts them.
fn hmac(file: &str, provider: Provider, full: usize) -> [usize; 2] {
    let [mut valid, mut invalid] = [0; 2];
    for vector in wycheproof(file) {
        let (tag, name) = (&vector.headers[0].1, &vector.name);
        let accepted = if tag.len() == full {
            accepts(provider, &vector)
        } else {
            assert!(!accepts(provider, &vector), "{file}: {name}");
            let signer = Signer::new(provider, vector.secrets[0].as_str()).unwrap();
            signer.sign(NOW, vector.body()).headers[0].1[..tag.len()] == **tag
        };
        let expected = vector.expect == Verdict::Valid;
        assert_eq!(accepted, expected, "{file}: {name}");
        if expected { valid += 1 } else { invalid += 1 }
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
    fn signatures(file: &str, provider: Provider) -> ([usize; 3], Vec<String>) {
        let ([mut valid, mut invalid, mut acceptable], mut taken) = ([0; 3], Vec::new());
        for vector in wycheproof(file) {
            let name = &vector.name;
            Verifier::new(provider, vector.secrets(), Options::default())
                .unwrap_or_else(|error| panic!("{file}: {name}: {error}"));
            let accepted = accepts(provider, &vector);
            match vector.expect {
                Verdict::Valid => {
                    assert!(accepted, "{file}: {name}");
                    valid += 1;
                }
                Verdict::Invalid => {
                    assert!(!accepted, "{file}: {name}");
                    invalid += 1;
                }
                Verdict::Acceptable => {
                    acceptable += 1;
                    taken.extend(accepted.then(|| name.clone()));
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

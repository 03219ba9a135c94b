//! Secrets that are made up for a test, and the public halves of private keys.

use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::Algorithm;
use crate::crypto::public::PrivateKey;
use crate::provider::Provider;
use crate::secret::{KeyFormat, Secret, key_text};

/// A text that is a secret of every format: it is hexadecimal, base64 and base62.
const TEXT: &str = "0123456789abcdef0123456789abcdef";

/// A secret in the provider's format, or a private key.
pub(super) fn made_up_secret(provider: &Provider) -> Secret {
    match (algorithm(provider), provider.key_format()) {
        (Some(algorithm), _) => made_up_key(algorithm).as_str().into(),
        (None, KeyFormat::Basic) => Secret::basic("test", TEXT),
        (None, _) => TEXT.into(),
    }
}

/// A value of a setting that an endpoint requires.
pub(super) fn made_up_setting(name: &str) -> Secret {
    match name {
        "private_key" => made_up_key(Algorithm::RsaSha256).as_str().into(),
        _ => format!("test-{}", name.replace('_', "-")).into(),
    }
}

/// What a receiver has where the sender has `secret`.
///
/// # Panics
///
/// If the provider signs with a private key, and `secret` is not one. The sender was made with it.
pub(super) fn receiving_secret(provider: &Provider, secret: &Secret) -> Secret {
    let (Some(_), [scheme, ..]) = (algorithm(provider), provider.schemes()) else {
        return secret.clone();
    };
    let key = key_text::private_key(secret.as_bytes());
    let key = key.and_then(|key| {
        let key = |algorithm| PrivateKey::new(algorithm, &key);
        Algorithm::first_that_fits(scheme.key_algorithms(), key)
    });
    let public = key.map(|key| key.public_key()).unwrap_or_default();
    pem("PUBLIC KEY", &public).into()
}

fn algorithm(provider: &Provider) -> Option<Algorithm> {
    provider
        .schemes()
        .first()
        .and_then(|scheme| scheme.key_algorithm())
}

/// A new private key in PEM. One for each algorithm and process: RSA keys take a while to find.
fn made_up_key(algorithm: Algorithm) -> String {
    static KEYS: Mutex<Vec<(Algorithm, String)>> = Mutex::new(Vec::new());
    let mut keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, key)) = keys.iter().find(|(known, _)| *known == algorithm) {
        return key.clone();
    }
    let key = pem("PRIVATE KEY", &PrivateKey::generate(algorithm));
    keys.push((algorithm, key.clone()));
    key
}

fn pem(label: &str, der: &[u8]) -> String {
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        STANDARD.encode(der)
    )
}

//! The secret of an endpoint that only its tenants have secrets for.
//!
//! The deliveries of an unknown tenant are checked with it, so that they cost what those of a known
//! one cost and get the same answer. Nobody has it, and what it verifies is refused all the same.

use std::hash::{BuildHasher as _, RandomState};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::Algorithm;
use crate::crypto::encryption::DecryptionKey;
use crate::provider::{Provider, Scheme};
use crate::secret::{KeyFormat, Secret, SecretSet, Settings};
use crate::verify::key::decryption_setting;

/// Secrets in the provider's format that nobody has.
pub(super) fn secrets(provider: &Provider) -> SecretSet {
    match provider.key_format {
        // Their private keys were thrown away when they were made.
        KeyFormat::PublicKey => match provider.schemes().first().and_then(Scheme::key_algorithm) {
            Some(Algorithm::Ed25519) => ED25519.into(),
            Some(Algorithm::EcdsaP521Sha512Fixed) => P521.into(),
            Some(Algorithm::EcdsaSecp256k1Sha256) => SECP256K1.into(),
            Some(
                Algorithm::RsaSha1
                | Algorithm::RsaSha256
                | Algorithm::RsaSha512
                | Algorithm::RsaPssSha512,
            ) => RSA.into(),
            _ => P256.into(),
        },
        KeyFormat::Basic => Secret::basic("nobody", &random()).into(),
        _ => random().into(),
    }
}

/// Fills in the settings that the provider requires and that each tenant has its own value of, for
/// the checks of deliveries to nobody. Returns their names.
pub(super) fn fill_in(settings: &mut Settings, provider: &Provider) -> Vec<&'static str> {
    let required = provider.required_settings();
    let missing: Vec<_> = required
        .filter(|name| settings.get(name).is_none())
        .collect();
    let decrypts = decryption_setting(provider);
    for name in &missing {
        match decrypts == Some(*name) {
            // It takes a while. Anybody may encrypt for it: the signature within is the proof.
            true => settings.set(*name, base64(&DecryptionKey::generate())),
            false => settings.set(*name, random()),
        }
    }
    missing
}

fn base64(der: &[u8]) -> Secret {
    Secret::from(STANDARD.encode(der))
}

/// 48 random hexadecimal digits: a text that every format of a shared secret accepts.
fn random() -> String {
    let digits = |part: u8| format!("{:016x}", RandomState::new().hash_one(part));
    (0..3).map(digits).collect()
}

const ED25519: &str = "MCowBQYDK2VwAyEAK0A8Z9AsJNc9kuYlU/WARX7JlNBnpWH49/ht1Jc0p+4=";

const P256: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEOhApYthzlLRVEqxr10DmEB48T07f\
    7BCJ2zQ5fHzJ/mZtcDRALJw50Iha3kMB9dqpIxqIOAXmTANQZeT4/S8dZQ==";

const P521: &str = "MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQARbLMWLfAti9ex++ZfnGQ4zPyUvDw\
    yFW2YEE1rX+IwYzYBAeHWDBLqQfuggEM2mgMgW3AB8+ZHyAnId57hen0hBUBu/4YAupj5K1qVUJ3LCgV8eix\
    VMZS2oYOLLuLnlvlY7TB6GsSV/Q4wT3doDezbOSEWpFu4fIQK7xyB1q9Lwo2rE4=";

const SECP256K1: &str = "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEMVgT8qs6oJnUD+Rc4iKs8mOPO5Z7S/Xi\
    Pb4WhLmxi+3W6bxUJ7DrHqmjEwnWXReMLgSoZ3mI6hkldPor0xFORg==";

const RSA: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAkIIIYkLB1kEelByB28to\
    faEd1x5hcjwK7oLPnTT7oJ75phQkqgktoaUNm5WLJYcjg5N+gCguJgOBXsuvyJvmNKk7UNsQFoH6pEIZHOc6\
    p1WKOjlwR2UlNifXi3U62qkuiLY3iiUiAodFjlyU20Cl5HhRgiTJS7LJB0wQGdfjlOPleNcMboIBu+XV3BGf\
    bUc76eBnGYBRtQV6FET69FtPB8b5zoZscMNu4jNsEOZzAOZszT1Jg15I1lj3x35dcjPQzk7tyZCGEPMuYdJl\
    /RkqXFGVXOCByumGK/m1Kn9dGYXtdkwomGtO8bfUoABcJthS6mvZonVDBCaznDWlDzfSgQIDAQAB";

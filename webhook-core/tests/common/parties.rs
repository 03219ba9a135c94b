//! Who sends and who receives in tests: secrets, settings and signed headers that fit any provider.

use webhook_core::{EndpointBuilder, KeyFormat, Part, Provider, UnixTime};

pub(crate) const URL: &str = "https://shop.example/hooks";
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

/// A secret in the provider's format, and another one. Hexadecimal digits are text and base64 too.
pub(crate) fn secrets(provider: &Provider) -> [String; 2] {
    match provider.key_format() {
        #[cfg(feature = "asymmetric")]
        KeyFormat::PublicKey => keys::public(provider),
        KeyFormat::Basic => [
            "user:correct horse battery".into(),
            "user:correct horse batterz".into(),
        ],
        _ => [
            "0123456789abcdef0123456789abcdef".into(),
            "0123456789abcdef0123456789abcdee".into(),
        ],
    }
}

/// What a sender has where a receiver has the first of [`secrets`].
pub(crate) fn signing_secret(provider: &Provider) -> String {
    #[cfg(feature = "asymmetric")]
    if provider.key_format() == KeyFormat::PublicKey {
        return keys::private(provider);
    }
    let [secret, _] = secrets(provider);
    secret
}

/// Public keys, and the private ones of the first.
#[cfg(feature = "asymmetric")]
mod keys {
    use webhook_core::{Algorithm, Provider};

    macro_rules! key {
        ($name:literal) => {
            include_str!(concat!(
                "../../../webhook-test/vectors/keys/",
                $name,
                ".pem"
            ))
            .to_owned()
        };
    }

    pub(super) fn public(provider: &Provider) -> [String; 2] {
        match provider.schemes()[0].key_algorithm() {
            Some(Algorithm::Ed25519) => [key!("ed25519.pub"), key!("ed25519-other.pub")],
            Some(
                Algorithm::EcdsaP256Sha256
                | Algorithm::EcdsaP256Sha256Fixed
                | Algorithm::EcdsaP256Sha1,
            ) => [key!("p256.pub"), key!("p256-other.pub")],
            Some(Algorithm::EcdsaP521Sha512Fixed) => [key!("p521.pub"), key!("p521-other.pub")],
            Some(Algorithm::EcdsaSecp256k1Sha256) => [key!("k256.pub"), key!("k256-other.pub")],
            _ => [key!("rsa.pub"), key!("rsa-other.pub")],
        }
    }

    pub(super) fn private(provider: &Provider) -> String {
        match provider.schemes()[0].key_algorithm() {
            Some(Algorithm::Ed25519) => key!("ed25519"),
            Some(
                Algorithm::EcdsaP256Sha256
                | Algorithm::EcdsaP256Sha256Fixed
                | Algorithm::EcdsaP256Sha1,
            ) => key!("p256"),
            Some(Algorithm::EcdsaP521Sha512Fixed) => key!("p521"),
            Some(Algorithm::EcdsaSecp256k1Sha256) => key!("k256"),
            _ => key!("rsa"),
        }
    }
}

/// A value of a setting.
pub(crate) fn setting(name: &str) -> &'static str {
    match name {
        "private_key" => include_str!("../../../webhook-test/vectors/keys/rsa-other.pem"),
        _ => "setting-1",
    }
}

/// With a value for every setting the provider needs, and the name of the key where deliveries have
/// it: the signer's own.
pub(crate) fn configured(builder: EndpointBuilder, provider: &Provider) -> EndpointBuilder {
    let builder = provider.required_settings().fold(builder, |builder, name| {
        builder.setting(name, setting(name))
    });
    let named = provider.names_keys() && provider.optional_settings().any(|name| name == "kid");
    match named {
        true => builder.setting("kid", "key-1"),
        false => builder,
    }
}

/// The headers that are signed with the message, whatever they say.
pub(crate) fn signed_headers(provider: &Provider) -> Vec<&'static str> {
    // Its code signs one too.
    if provider.name() == "mercadopago" {
        return vec!["x-request-id"];
    }
    let parts = provider.schemes()[0].parts().iter();
    let named = parts.filter_map(|part| match part {
        Part::Header(name) => Some(*name),
        _ => None,
    });
    named.collect()
}

//! Turning the configured secrets into keys.

use std::borrow::Cow;

use zeroize::Zeroizing;

use crate::crypto::Algorithm;
use crate::crypto::encryption::DecryptionKey;
use crate::crypto::public::PublicKey;
use crate::error::ConfigError;
use crate::provider::{Authentication, Part, Provider, Scheme};
use crate::secret::{Key, KeyFormat, Keys, Secret, SecretSet, Settings};
use crate::verify::Options;
use crate::verify::nobody;

/// Secrets that are checked and decoded in the provider's format.
pub(super) struct DecodedSecrets<'a> {
    pub(super) given: Cow<'a, SecretSet>,
    pub(super) keys: Vec<Zeroizing<Vec<u8>>>,
}

impl<'a> DecodedSecrets<'a> {
    pub(super) fn new(
        provider: &Provider,
        options: &Options,
        secrets: &'a SecretSet,
    ) -> Result<Self, ConfigError> {
        let given = match secrets.is_per_tenant() {
            true if options.fetches_keys && provider.names_keys() => {
                Cow::Owned(SecretSet::fetched())
            }
            true => Cow::Owned(nobody::secrets(provider)),
            false => Cow::Borrowed(secrets),
        };
        let keys = match given.as_slice() {
            [] if given.is_fetched() && !provider.names_keys() => {
                return Err(ConfigError::NoKeySource);
            }
            [] if given.is_fetched() && !options.fetches_keys => {
                return Err(ConfigError::MissingKeySource);
            }
            [] if given.is_fetched() => Vec::new(),
            _ => decode_secrets(provider, &given)?,
        };
        check_secret_is_not_public(provider, &keys, &options.settings)?;
        Ok(Self { given, keys })
    }
}

/// Prepares the secrets for a scheme.
pub(super) fn keyed(
    provider: &Provider,
    scheme: &Scheme,
    secrets: &[Zeroizing<Vec<u8>>],
) -> Result<Keys, ConfigError> {
    let keyed = |(slot, secret): (usize, &Zeroizing<Vec<u8>>)| match scheme.key_algorithm() {
        Some(_) => {
            let key = |algorithm| PublicKey::new(algorithm, secret);
            Algorithm::first_that_fits(scheme.key_algorithms(), key)
                .map(Key::Public)
                .map_err(|problem| ConfigError::Secret { slot, problem })
        }
        None => Ok(shared(provider, scheme, secret)),
    };
    secrets.iter().enumerate().map(keyed).collect()
}

/// A shared secret.
fn shared(provider: &Provider, scheme: &Scheme, secret: &Zeroizing<Vec<u8>>) -> Key {
    match scheme.authentication {
        Authentication::Mac { algorithm, parts } => {
            let text = match parts.contains(&Part::Secret) {
                true => secret.clone(),
                false => Zeroizing::default(),
            };
            let mac = algorithm.key(secret);
            match provider.tags_challenges() {
                true => Key::Mac(mac.of_deliveries(), text),
                false => Key::Mac(mac, text),
            }
        }
        Authentication::Custom(code) => match code.mac(secret) {
            Some(mac) => Key::Mac(mac, secret.clone()),
            None => Key::Text(secret.clone()),
        },
        Authentication::Token | Authentication::Basic => Key::Text(secret.clone()),
    }
}

/// The key that a provider's deliveries are encrypted for.
pub(super) fn decryption_key(
    provider: &Provider,
    settings: &Settings,
) -> Result<Option<DecryptionKey>, ConfigError> {
    let key = |name| {
        let der = crate::secret::key_text::private_key(settings.required(name));
        let key = der.and_then(|der| DecryptionKey::new(&der));
        key.map_err(|problem| ConfigError::Setting { name, problem })
    };
    decryption_setting(provider).map(key).transpose()
}

/// The setting that has this key.
pub(super) fn decryption_setting(provider: &Provider) -> Option<&'static str> {
    match provider.schemes().first()?.authentication {
        Authentication::Custom(code) => code.decrypts_with(),
        _ => None,
    }
}

/// Refuses a secret that equals a public identifier, because an identifier must not verify
/// anything.
fn check_secret_is_not_public(
    provider: &Provider,
    keys: &[Zeroizing<Vec<u8>>],
    settings: &Settings,
) -> Result<(), ConfigError> {
    if provider.key_format == KeyFormat::PublicKey {
        return Ok(());
    }
    for known in provider
        .parameters()
        .iter()
        .filter(|known| known.is_public())
    {
        let Some(value) = settings.get(known.name()) else {
            continue;
        };
        let Ok(as_key) = provider.key_format.decode(&Secret::from(value)) else {
            continue;
        };
        if let Some(slot) = keys.iter().position(|key| *key == as_key) {
            let name = known.name();
            return Err(ConfigError::PublicSecret { slot, name });
        }
    }
    Ok(())
}

fn decode_secrets(
    provider: &Provider,
    secrets: &SecretSet,
) -> Result<Vec<Zeroizing<Vec<u8>>>, ConfigError> {
    let given = secrets.as_slice().len();
    if given == 0 {
        return Err(ConfigError::NoSecret);
    }
    if given > SecretSet::MAX {
        return Err(ConfigError::TooManySecrets {
            given,
            at_most: SecretSet::MAX,
        });
    }
    let keys = decode(provider.key_format, secrets)?;
    for (slot, key) in keys.iter().enumerate() {
        if key.len() < provider.key_format.short() {
            crate::observe::short_secret(provider.name(), slot, key.len());
        }
    }
    Ok(keys)
}

/// The keys in the form of one format.
pub(super) fn decode(
    format: KeyFormat,
    secrets: &SecretSet,
) -> Result<Vec<Zeroizing<Vec<u8>>>, ConfigError> {
    let decoded = |(slot, secret): (usize, &Secret)| {
        let key = format.decode(secret);
        key.map_err(|problem| ConfigError::Secret { slot, problem })
    };
    secrets.as_slice().iter().enumerate().map(decoded).collect()
}

//! The configured secrets, as keys.

use zeroize::Zeroizing;

use crate::crypto::RunningMac;
use crate::crypto::encryption::DecryptionKey;
use crate::crypto::public::PublicKey;
use crate::error::ConfigError;
use crate::provider::{Authentication, Provider};
use crate::secret::{KeyFormat, Secret, SecretSet, Settings};

#[allow(clippy::large_enum_variant, reason = "one a secret")]
#[derive(Clone)]
pub(crate) enum Key {
    /// With the secret's own bytes, where they are among what is signed.
    Mac(RunningMac, Zeroizing<Vec<u8>>),
    Text(Zeroizing<Vec<u8>>),
    Public(PublicKey),
}

impl Key {
    pub(super) fn as_mac(&self) -> Option<&RunningMac> {
        match self {
            Self::Mac(mac, _) => Some(mac),
            Self::Text(_) => None,
            Self::Public(_) => None,
        }
    }

    pub(super) fn as_public(&self) -> Option<&PublicKey> {
        match self {
            Self::Public(key) => Some(key),
            Self::Mac(..) | Self::Text(_) => None,
        }
    }

    pub(super) fn own(&self) -> &[u8] {
        match self {
            Self::Mac(_, text) | Self::Text(text) => text,
            Self::Public(_) => &[],
        }
    }
}

/// The key that a provider's deliveries are encrypted for.
pub(super) fn decryption_key(
    provider: &Provider,
    settings: &Settings,
) -> Result<Option<DecryptionKey>, ConfigError> {
    let scheme = provider.schemes().first();
    let Some(Authentication::Custom(code)) = scheme.map(|scheme| scheme.authentication) else {
        return Ok(None);
    };
    let key = |name| {
        let der = crate::secret::key_text::private_key(settings.required(name));
        let key = der.and_then(|der| DecryptionKey::new(&der));
        key.map_err(|problem| ConfigError::Setting { name, problem })
    };
    code.decrypts_with().map(key).transpose()
}

/// An identifier verifies nothing, and so is refused as a secret too.
pub(super) fn check_secret_is_not_public(
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

pub(super) fn decode_secrets(
    provider: &Provider,
    secrets: &SecretSet,
) -> Result<Vec<Zeroizing<Vec<u8>>>, ConfigError> {
    let secrets = secrets.as_slice();
    if secrets.is_empty() {
        return Err(ConfigError::NoSecret);
    }
    if secrets.len() > SecretSet::MAX {
        return Err(ConfigError::TooManySecrets {
            given: secrets.len(),
            at_most: SecretSet::MAX,
        });
    }
    let format: KeyFormat = provider.key_format;
    secrets
        .iter()
        .enumerate()
        .map(|(slot, secret)| {
            let key = format
                .decode(secret)
                .map_err(|problem| ConfigError::Secret { slot, problem })?;
            if key.len() < format.short() {
                crate::observe::short_secret(provider.name(), slot, key.len());
            }
            Ok(key)
        })
        .collect()
}

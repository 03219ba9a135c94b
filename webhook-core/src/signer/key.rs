//! The key that signs.

use zeroize::Zeroizing;

use crate::crypto::public::PrivateKey;
use crate::crypto::{Algorithm, RunningMac};
use crate::error::SecretProblem;
use crate::provider::{Authentication, Provider, Scheme};
use crate::secret::{Secret, key_text};

/// A secret in the form that its scheme signs with.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "one per signer")]
pub(super) enum SigningKey {
    /// A keyed hash, with the secret, which may be part of the signed message.
    Mac(RunningMac, Zeroizing<Vec<u8>>),
    /// A token or credentials.
    Text(Zeroizing<Vec<u8>>),
    Private(PrivateKey),
    /// For a scheme with custom code.
    Custom(Zeroizing<Vec<u8>>),
}

impl SigningKey {
    pub(super) fn new(
        provider: &Provider,
        scheme: &Scheme,
        secret: &Secret,
    ) -> Result<Self, SecretProblem> {
        if scheme.key_algorithm().is_some() {
            let key = key_text::private_key(secret.as_bytes())?;
            let key = |algorithm| PrivateKey::new(algorithm, &key);
            return Algorithm::first_that_fits(scheme.key_algorithms(), key).map(Self::Private);
        }
        let key = provider.key_format().decode(secret)?;
        Ok(match scheme.authentication {
            Authentication::Mac { algorithm, .. } => Self::Mac(algorithm.key(&key), key),
            Authentication::Token | Authentication::Basic => Self::Text(key),
            Authentication::Custom(_) => Self::Custom(key),
        })
    }

    /// A key that no receiver has.
    pub(super) fn wrong(&self, scheme: &Scheme) -> Self {
        let other = |text: &[u8]| Zeroizing::new([text, b"x"].concat());
        match (self, scheme.authentication) {
            (Self::Mac(_, secret), Authentication::Mac { algorithm, .. }) => {
                let secret = other(secret);
                Self::Mac(algorithm.key(&secret), secret)
            }
            (Self::Mac(mac, secret), _) => Self::Mac(mac.clone(), other(secret)),
            (Self::Text(text), _) => Self::Text(other(text)),
            (Self::Private(key), _) => Self::Private(key.spoiled()),
            (Self::Custom(text), _) => Self::Custom(other(text)),
        }
    }

    pub(super) fn secret(&self) -> &[u8] {
        match self {
            Self::Custom(secret) => secret,
            Self::Mac(..) | Self::Text(_) | Self::Private(_) => &[],
        }
    }

    pub(super) fn private(&self) -> Option<&PrivateKey> {
        match self {
            Self::Private(key) => Some(key),
            Self::Mac(..) | Self::Text(_) | Self::Custom(_) => None,
        }
    }
}

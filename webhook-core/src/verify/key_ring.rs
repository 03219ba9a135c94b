//! The keys that a delivery may be signed with.

use crate::crypto::public::{Message, PublicKey};
use crate::crypto::{Algorithm, constant_time_eq};
use crate::error::RejectionKind;
use crate::keys::KeyQuery;
use crate::provider::{CheckInput, KID, Keys, Scheme};
use crate::request::Head;
use crate::secret::Settings;
use crate::verify::custom::first;

/// What a signature is compared with.
#[derive(Clone)]
pub(crate) enum KeyRing {
    Shared(Keys),
    Public(Vec<PublicKey>),
    Wanted(KeyQuery),
}

impl KeyRing {
    pub(crate) fn wanted(&self) -> Option<&KeyQuery> {
        match self {
            Self::Wanted(query) => Some(query),
            Self::Shared(_) | Self::Public(_) => None,
        }
    }

    /// The public keys that are at hand.
    pub(crate) fn public(&self) -> &[PublicKey] {
        match self {
            Self::Public(keys) => keys,
            Self::Shared(_) | Self::Wanted(_) => &[],
        }
    }

    /// The slot of the first key that made this signature of pieces one behind the other.
    pub(crate) fn slot(&self, pieces: &[&[u8]], signature: &[u8]) -> Option<usize> {
        match self {
            Self::Shared(keys) => first(keys.iter().map(|key| {
                let mut mac = Algorithm::HmacSha256.key(key);
                for piece in pieces {
                    mac.update(piece);
                }
                constant_time_eq(mac.finish().as_bytes(), signature)
            })),
            Self::Public(keys) => {
                let algorithm = keys.first()?.algorithm();
                let mut message = algorithm.message();
                for piece in pieces {
                    message.update(piece);
                }
                self.slot_of(&message.finish(algorithm)?, signature)
            }
            Self::Wanted(_) => None,
        }
    }

    /// The slot of the first public key that verifies the signature of a message.
    pub(crate) fn slot_of(&self, message: &Message<'_>, signature: &[u8]) -> Option<usize> {
        let mut keys = self.public().iter();
        keys.position(|key| key.verifies(message, signature))
    }
}

/// The keys a delivery may be signed with: the configured ones, unless they have another name; or those of that name.
pub(crate) fn ring(
    public: &[PublicKey],
    elsewhere: bool,
    own: Option<&[u8]>,
    name: Option<&str>,
    query: impl FnOnce() -> Option<KeyQuery>,
) -> Result<KeyRing, RejectionKind> {
    let meant = own.is_none_or(|own| name.is_some_and(|name| name.as_bytes() == own));
    if meant && !public.is_empty() {
        return Ok(KeyRing::Public(public.to_vec()));
    }
    let query = query().filter(|_| elsewhere);
    query.map(KeyRing::Wanted).ok_or(RejectionKind::UnknownKey)
}

/// [`ring`] of a key that has an id.
pub(crate) fn ring_of(
    asked: &CheckInput<'_>,
    id: Option<&str>,
    query: impl FnOnce() -> Option<KeyQuery>,
) -> Result<KeyRing, RejectionKind> {
    let own = asked.settings.get(KID);
    ring(&asked.public, asked.elsewhere, own, id, query)
}

/// The keys of a scheme a delivery may be signed with.
pub(crate) fn ring_by_name(
    scheme: &Scheme,
    provider: &'static str,
    head: &Head<'_>,
    settings: &Settings,
    elsewhere: bool,
    public: Vec<PublicKey>,
) -> Result<KeyRing, RejectionKind> {
    let Some(name) = scheme.key_name else {
        return Ok(KeyRing::Public(public));
    };
    let id = name.read(scheme, head)?;
    ring(&public, elsewhere, settings.get(KID), Some(&id), || {
        Some(match name.address {
            Some(url) => KeyQuery::by_url(provider, url.to_owned(), Some(id.clone())),
            None => KeyQuery::by_id(provider, id.clone()),
        })
    })
}

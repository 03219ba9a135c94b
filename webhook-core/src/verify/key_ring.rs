//! The keys that a delivery may be signed with.

use crate::crypto::constant_time_eq;
use crate::crypto::public::{Message, PublicKey};
use crate::error::RejectionKind;
use crate::keys::KeyQuery;
use crate::provider::{CheckInput, KID, Scheme};
use crate::request::Head;
use crate::secret::{Keys, Settings};
use crate::verify::custom::first;

/// The keys that a signature is checked against.
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

    /// The public keys that are available.
    pub(crate) fn public(&self) -> &[PublicKey] {
        match self {
            Self::Public(keys) => keys,
            Self::Shared(_) | Self::Wanted(_) => &[],
        }
    }

    /// The slot of the first key that made this signature of the concatenated pieces.
    pub(crate) fn slot(&self, pieces: &[&[u8]], signature: &[u8]) -> Option<usize> {
        match self {
            Self::Shared(keys) => first(keys.macs().map(|mut mac| {
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

/// The keys that a delivery may be signed with: the configured ones, unless they have another name,
/// otherwise the fetched key of that name.
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

/// Like [`ring`], for a key with an id.
pub(crate) fn ring_of(
    asked: &CheckInput<'_>,
    id: Option<&str>,
    query: impl FnOnce() -> Option<KeyQuery>,
) -> Result<KeyRing, RejectionKind> {
    let own = asked.settings.get(KID);
    ring(&asked.keys.public(), asked.fetches_keys, own, id, query)
}

/// The configuration for keys that deliveries name.
pub(super) struct NamedKeys<'a> {
    pub(super) provider: &'static str,
    pub(super) settings: &'a Settings,
    /// Whether keys that are not configured may be fetched.
    pub(super) fetched: bool,
}

/// The keys that a delivery may be signed with, for a scheme without custom code.
pub(super) fn ring_by_name(
    scheme: &Scheme,
    named: &NamedKeys<'_>,
    head: &Head<'_>,
    public: Vec<PublicKey>,
) -> Result<KeyRing, RejectionKind> {
    let Some(name) = scheme.key_name else {
        return Ok(KeyRing::Public(public));
    };
    let id = name.read(scheme, head)?;
    let own = named.settings.get(KID);
    ring(&public, named.fetched, own, Some(&id), || {
        Some(match name.address {
            Some(url) => KeyQuery::by_url(named.provider, url.to_owned(), Some(id.clone())),
            None => KeyQuery::by_id(named.provider, id.clone()),
        })
    })
}

//! Where a delivery names the key it is signed with.
//!
//! Only Pagar.me's deliveries name a key of a fixed address. The address is a value of the key
//! name; custom code would repeat the fetching of keys.

use crate::error::RejectionKind;
use crate::keys::key_id;
use crate::parse::{Grammar, grammar};
use crate::provider::{Authentication, Location, Scheme, assert_header_name};
use crate::request::Head;

/// Where the key id is, and the address of the keys if they have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyName {
    pub(crate) place: KeyIdPlace,
    pub(crate) address: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyIdPlace {
    Header(&'static str),
    /// Next to the signature: a pair in its header, or a field of the JSON in it.
    Beside(&'static str),
}

impl Scheme {
    /// Reads the key id from the (lower-case) header of this name, which must be present.
    ///
    /// A [`KeySource`](crate::KeySource) is asked for the key with that id. A configured key is
    /// used without asking, unless the setting `kid` says that it has another id.
    #[must_use]
    pub const fn key_in_header(self, name: &'static str) -> Self {
        self.named(KeyIdPlace::Header(name))
    }

    /// Like [`key_in_header`](Self::key_in_header), with the key id next to the signature.
    ///
    /// In a header of [pairs](Self::pairs) it is the value of the pair with this key. In a header
    /// of [JSON](Self::json) it is at this JSON pointer.
    #[must_use]
    pub const fn key_beside(self, name: &'static str) -> Self {
        self.named(KeyIdPlace::Beside(name))
    }

    const fn named(mut self, place: KeyIdPlace) -> Self {
        let address = None;
        self.key_name = Some(KeyName { place, address });
        self
    }

    /// Sets the address of the keys, a set of JSON Web Keys (RFC 7517 §5), for a
    /// [`KeySource`](crate::KeySource). Call this after `key_in_header` or `key_beside`.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if deliveries name no key, or the address does not start with
    /// `https://`.
    #[must_use]
    pub const fn keys_at(mut self, address: &'static str) -> Self {
        let Some(mut name) = self.key_name else {
            panic!("deliveries name no key: call `.key_in_header(…)` or `.key_beside(…)` first");
        };
        assert!(
            matches!(
                address.as_bytes(),
                [b'h', b't', b't', b'p', b's', b':', b'/', b'/', _, ..]
            ),
            "the address of keys has to begin with `https://`"
        );
        name.address = Some(address);
        self.key_name = Some(name);
        self
    }

    /// Whether a delivery names the public key it is signed with, so that a key can be fetched.
    pub(crate) fn names_keys(&self) -> bool {
        match self.authentication {
            Authentication::Custom(code) => code.names_keys(),
            _ => self.key_name.is_some(),
        }
    }
}

impl KeyName {
    /// Fails compilation if the scheme has no such place.
    pub(crate) const fn check(self, scheme: &Scheme) {
        assert!(
            scheme.is_public(),
            "only a scheme with public keys can name its key"
        );
        match self.place {
            KeyIdPlace::Header(name) => assert_header_name(name),
            KeyIdPlace::Beside(name) => {
                assert!(!name.is_empty(), "`key_beside` needs a name");
                assert!(
                    matches!(scheme.location(), Location::Header(_)),
                    "`key_beside` needs `.in_header(…)`"
                );
                assert!(
                    matches!(
                        scheme.grammar(),
                        Grammar::Pairs { .. } | Grammar::Json { .. }
                    ),
                    "`key_beside` needs `.pairs(…)` or `.json(…)`"
                );
            }
        }
    }

    pub(crate) fn read(self, scheme: &Scheme, head: &Head<'_>) -> Result<String, RejectionKind> {
        let id = match (self.place, scheme.location()) {
            (KeyIdPlace::Header(name), _) => std::str::from_utf8(head.header(name)?)
                .ok()
                .and_then(key_id),
            (KeyIdPlace::Beside(name), Location::Header(header)) => {
                let id = grammar::beside(head.header(header)?, scheme.grammar(), name)?;
                id.as_deref().and_then(key_id)
            }
            (KeyIdPlace::Beside(_), _) => None,
        };
        id.ok_or(RejectionKind::Malformed)
    }
}

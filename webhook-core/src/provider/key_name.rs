//! Where a delivery says which key it is signed with.

use crate::error::RejectionKind;
use crate::keys::key_id;
use crate::parse::{Grammar, grammar};
use crate::provider::{Authentication, Location, Scheme, assert_header_name};
use crate::request::Head;

/// Where the id of the key is, and where the keys are if they have an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyName {
    pub(crate) place: KeyIdPlace,
    pub(crate) address: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyIdPlace {
    Header(&'static str),
    /// Beside the signature: a pair of its header, or a field of the JSON in it.
    Beside(&'static str),
}

impl Scheme {
    /// The id of the key is in the header of this (lower-case) name, which has to be there. A [`KeySource`](crate::KeySource) is asked for
    /// the key of that id. One that is configured is used without asking, unless the setting `kid` says that it has another.
    #[must_use]
    pub const fn key_in_header(self, name: &'static str) -> Self {
        self.named(KeyIdPlace::Header(name))
    }

    /// As [`key_in_header`](Self::key_in_header), of an id beside the signature: in the pair of this key in a header of
    /// [pairs](Self::pairs), or at this JSON pointer of one that is [JSON](Self::json).
    #[must_use]
    pub const fn key_beside(self, name: &'static str) -> Self {
        self.named(KeyIdPlace::Beside(name))
    }

    const fn named(mut self, place: KeyIdPlace) -> Self {
        let address = None;
        self.key_name = Some(KeyName { place, address });
        self
    }

    /// The keys are a set of JSON Web Keys (RFC 7517 §5) at this address, where a [`KeySource`](crate::KeySource) finds them. Say it behind
    /// where the id is.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if deliveries name no key, or the address is not one of `https`.
    #[must_use]
    pub const fn keys_at(mut self, address: &'static str) -> Self {
        let Some(mut name) = self.key_name else {
            panic!("no delivery names its key");
        };
        assert!(
            matches!(
                address.as_bytes(),
                [b'h', b't', b't', b'p', b's', b':', b'/', b'/', _, ..]
            ),
            "keys are fetched over https"
        );
        name.address = Some(address);
        self.key_name = Some(name);
        self
    }

    /// Whether a delivery says which public key it is signed with, so that one may be found that is not configured.
    pub(crate) fn names_keys(&self) -> bool {
        match self.authentication {
            Authentication::Custom(code) => code.names_keys(),
            _ => self.key_name.is_some(),
        }
    }
}

impl KeyName {
    /// Stops the compiler where the scheme has no such place.
    pub(crate) const fn check(self, scheme: &Scheme) {
        assert!(scheme.is_public(), "only public keys are named");
        match self.place {
            KeyIdPlace::Header(name) => assert_header_name(name),
            KeyIdPlace::Beside(name) => {
                assert!(!name.is_empty(), "the id of a key has no place");
                assert!(
                    matches!(scheme.location(), Location::Header(_)),
                    "an id beside a signature needs one header of it"
                );
                assert!(
                    matches!(
                        scheme.grammar(),
                        Grammar::Pairs { .. } | Grammar::Json { .. }
                    ),
                    "an id beside a signature needs a header of pairs or of JSON"
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

//! Describing providers: a [`Provider`] is a value, and so is each of its [`Scheme`]s.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "const evaluation has no iterators, and a wrong index there is a compile error"
)]

mod accessors;
mod assert;
mod builder;
mod custom;
mod describe;
mod extra;
mod facts;
mod handshake;
mod header_names;
mod identity;
mod key_name;
mod locator;
mod parameter;
mod question;
mod scheme;
mod success;

use crate::error::RejectionKind;
use crate::secret::KeyFormat;

pub(crate) use assert::{
    assert_header_name, assert_pointer, assert_provider_name, assert_top_level, same,
};
pub use custom::Verified;
pub(crate) use custom::{Check, CheckInput, Custom, Draft, Piece};
pub use custom::{CustomCheck, CustomInput, CustomRequest, CustomScheme};
pub(crate) use extra::ExtraCredential;
pub use handshake::{Challenge, Handshake, Reply, When};
pub use identity::{Identity, Labels};
pub(crate) use key_name::{KeyIdPlace, KeyName};
pub(crate) use locator::ModeLocator;
pub use locator::{Locator, Mode};
pub(crate) use parameter::{KEY_ID, KID};
pub use parameter::{Parameter, ParameterKind};
pub use question::Questions;
pub(crate) use scheme::{Authentication, KeySet, TimeLocation, TimeSource};
pub use scheme::{Coverage, Location, MessageSignatures, Part, Scheme};
pub use success::Success;

/// A sender of webhooks: how its deliveries are authenticated, where their id and type are, and how
/// it behaves.
///
/// The constants in the [`providers`](crate::providers) module have this type. Write your own for
/// any other sender: see [`Scheme`] for an example. The same value verifies
/// ([`Endpoint`](crate::Endpoint)) and signs ([`Signer`](crate::Signer)).
#[derive(Clone, Copy, Debug)]
pub struct Provider {
    name: &'static str,
    schemes: Schemes,
    pub(crate) key_format: KeyFormat,
    methods: &'static [&'static str],
    aliases: &'static [&'static str],
    pub(crate) id: Locator,
    pub(crate) identity: Option<Identity>,
    pub(crate) identity_without_id: Identity,
    pub(crate) identity_reason: &'static str,
    pub(crate) questions: Questions,
    pub(crate) kind: Locator,
    /// The pointer of the action.
    pub(crate) action: Option<&'static str>,
    pub(crate) mode: Option<ModeLocator>,
    handshake: Option<Handshake>,
    parameters: &'static [Parameter],
    publishes_keys: bool,
    same_headers: &'static [&'static [&'static str]],
    docs: &'static str,
    retry_horizon_secs: u32,
    retries_keep_time: bool,
    deadline_millis: u32,
    success: Option<Success>,
    body_limit: usize,
    pub(crate) form_field: Option<&'static str>,
    forms: bool,
    hints: &'static [(RejectionKind, &'static str)],
}

#[derive(Clone, Copy, Debug)]
#[allow(clippy::large_enum_variant, reason = "one per provider, and made once")]
enum Schemes {
    Listed(&'static [Scheme]),
    Single([Scheme; 1]),
}

impl Provider {
    /// Creates a provider whose deliveries are authenticated by any of `schemes`. The name is in
    /// kebab case. It is part of every replay key, so it must not change later.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if a scheme contradicts itself. Define providers as `const`.
    #[must_use]
    pub const fn new(name: &'static str, schemes: &'static [Scheme]) -> Self {
        Self::of(name, Schemes::Listed(schemes))
    }

    /// Creates a provider with one scheme that is built at run time, for example with a configured
    /// header name.
    ///
    /// # Panics
    ///
    /// If the scheme contradicts itself, or `name` is not in kebab case.
    #[must_use]
    pub const fn single(name: &'static str, scheme: Scheme) -> Self {
        Self::of(name, Schemes::Single([scheme]))
    }

    const fn of(name: &'static str, schemes: Schemes) -> Self {
        assert_provider_name(name);
        let listed = schemes.as_slice();
        assert!(!listed.is_empty(), "a provider needs a scheme");
        let key_format = check_all(listed);
        let signs_id = listed[0].id.is_some();
        let parameters: &'static [Parameter] = match listed[0].key_name {
            Some(_) => &[KEY_ID],
            None => &[],
        };
        Self {
            name,
            schemes,
            key_format,
            methods: &["POST"],
            id: if signs_id {
                Locator::SignedHeader
            } else {
                Locator::None
            },
            aliases: &[],
            identity: None,
            identity_without_id: Identity::Content,
            identity_reason: "",
            questions: Questions::None,
            kind: Locator::None,
            action: None,
            mode: None,
            handshake: None,
            parameters,
            publishes_keys: false,
            same_headers: &[],
            docs: "",
            retry_horizon_secs: 0,
            retries_keep_time: false,
            deadline_millis: 0,
            success: None,
            body_limit: 1024 * 1024,
            form_field: None,
            forms: false,
            hints: &[],
        }
    }
}

impl Schemes {
    const fn as_slice(&self) -> &[Scheme] {
        match self {
            Self::Listed(schemes) => schemes,
            Self::Single(scheme) => scheme,
        }
    }
}

/// Two providers are equal if they have the same name.
impl PartialEq for Provider {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Provider {}

/// Checks each scheme and that they can be combined. Returns the format of their keys.
const fn check_all(schemes: &[Scheme]) -> KeyFormat {
    let mut key_format = KeyFormat::Utf8;
    let mut i = 0;
    while i < schemes.len() {
        schemes[i].check();
        if matches!(schemes[i].authentication, Authentication::Basic) {
            key_format = KeyFormat::Basic;
        }
        if schemes[i].is_public() {
            key_format = KeyFormat::PublicKey;
            assert!(
                schemes.len() == 1,
                "a scheme with a public key has to be the provider's only scheme"
            );
        }
        assert!(
            schemes.len() == 1 || !schemes[i].needs_full_body(),
            "a scheme that reads the body has to be the provider's only scheme"
        );
        i += 1;
    }
    key_format
}

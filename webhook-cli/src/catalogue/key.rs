//! One key of a route.

/// A key that a route can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Whether a route needs the key. Of the names of the secret or public key, one is enough.
    pub(crate) required: bool,
}

/// What a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The secret, or a list of secrets.
    Secret,
    /// The public key.
    PublicKey,
    /// The user name or the password of HTTP Basic authentication.
    Credentials,
    /// A further secret, which does not replace the first.
    ExtraSecret,
    /// The id of an account, an application or a key. It verifies nothing.
    Identifier,
    /// Any other value that the provider defines.
    Setting,
    /// A setting of the provider that is true or false.
    Flag,
    /// How the endpoint behaves.
    Option,
}

impl Kind {
    /// Every kind, in the order of the listing.
    pub(super) const ALL: &[Self] = &[
        Self::Secret,
        Self::PublicKey,
        Self::Credentials,
        Self::ExtraSecret,
        Self::Identifier,
        Self::Setting,
        Self::Flag,
        Self::Option,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::PublicKey => "public-key",
            Self::Credentials => "credentials",
            Self::ExtraSecret => "extra-secret",
            Self::Identifier => "identifier",
            Self::Setting => "setting",
            Self::Flag => "flag",
            Self::Option => "option",
        }
    }
}

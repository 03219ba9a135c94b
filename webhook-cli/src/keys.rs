//! The keys that a route of a provider may have. What a key is, and what the provider calls it, is
//! what the provider's const says.

use webhook_core::{KeyFormat, Location, ParameterKind, Provider, Scheme};

/// A key of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Whether a route cannot be without it, or, for the names of the secret, without one of them.
    pub(crate) required: bool,
}

/// What a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name of the secret, or of several.
    Secret,
    /// A name of the public key.
    PublicKey,
    /// User name or password of HTTP Basic authentication.
    Credentials,
    /// A secret of its own.
    ExtraSecret,
    /// Names an account, an application or a key, and verifies nothing.
    Identifier,
    /// Another value that the provider needs or may have.
    Setting,
    /// How the endpoint behaves.
    Option,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::PublicKey => "public-key",
            Self::Credentials => "credentials",
            Self::ExtraSecret => "extra-secret",
            Self::Identifier => "identifier",
            Self::Setting => "setting",
            Self::Option => "option",
        }
    }
}

/// All keys of the routes of a provider, but for `provider` itself.
pub(crate) fn keys(provider: &Provider) -> Vec<Key> {
    let required = !is_fetched(provider);
    let (kind, takes_pair) = (proof(provider), takes_credentials(provider));
    let secret = move |name| Key {
        name,
        kind,
        required: required && !takes_pair,
    };
    let names = ["secret", "secrets", "next_secret"].into_iter();
    let public = (kind == Kind::PublicKey).then_some("public_key");
    let pair = (takes_pair || has_extra_pair(provider)).then_some(["username", "password"]);
    let pair = pair.into_iter().flatten().map(|name| Key {
        name,
        kind: Kind::Credentials,
        required: takes_pair,
    });
    let parameters = provider.parameters().iter().map(|parameter| {
        let name = parameter.name();
        let kind = match parameter.kind() {
            ParameterKind::Secret => return secret(name),
            ParameterKind::ExtraSecret => Kind::ExtraSecret,
            ParameterKind::Identifier => Kind::Identifier,
            _ => Kind::Setting,
        };
        let required = parameter.is_required();
        Key {
            name,
            kind,
            required,
        }
    });
    let secrets = public.into_iter().chain(names).map(secret);
    let known = secrets.chain(pair).chain(parameters);
    known.chain(options(provider)).collect()
}

/// Every name that means something for some provider.
pub(crate) fn every_name() -> impl Iterator<Item = &'static str> {
    let parameters = Provider::ALL.iter().flat_map(Provider::parameters);
    let names = parameters.map(|parameter| parameter.name());
    names.chain(GENERAL.iter().copied())
}

/// Whether the keys of a route without any are fetched.
pub(crate) fn is_fetched(provider: &Provider) -> bool {
    cfg!(feature = "keys") && provider.has_published_keys()
}

/// Whether the secret is a user name and a password.
pub(crate) fn takes_credentials(provider: &Provider) -> bool {
    matches!(provider.key_format(), KeyFormat::Basic | KeyFormat::Login)
}

/// Whether what is configured is a public key.
pub(crate) fn is_public(provider: &Provider) -> bool {
    proof(provider) == Kind::PublicKey
}

fn proof(provider: &Provider) -> Kind {
    #[cfg(feature = "asymmetric")]
    if provider.key_format() == KeyFormat::PublicKey {
        return Kind::PublicKey;
    }
    match provider.schemes().iter().any(Scheme::is_public) {
        true => Kind::PublicKey,
        false => Kind::Secret,
    }
}

fn has_extra_pair(provider: &Provider) -> bool {
    provider.parameters().iter().any(|known| known.is_basic())
}

fn options(provider: &Provider) -> impl Iterator<Item = Key> {
    let mut schemes = provider.schemes().iter();
    let in_query = schemes
        .clone()
        .any(|scheme| matches!(scheme.location(), Location::Query(_)));
    let timed = schemes.any(|scheme| scheme.tolerance().is_some());
    let verified = provider
        .handshake()
        .is_some_and(|known| known.needs_token());
    let option = |name, is_there: bool| is_there.then_some(name);
    let names = [
        option("url", true),
        option("variant", true),
        option("algorithm", true),
        option("identity", true),
        option("tolerance_secs", timed),
        option("parameter", in_query),
        option("verify_token", verified),
    ];
    let signs_url = provider.signs_url();
    names.into_iter().flatten().map(move |name| Key {
        name,
        kind: Kind::Option,
        required: name == "url" && signs_url,
    })
}

/// The names that are those of no provider.
const GENERAL: &[&str] = &[
    "algorithm",
    "identity",
    "next_secret",
    "parameter",
    "password",
    "provider",
    "public_key",
    "secret",
    "secrets",
    "tolerance_secs",
    "url",
    "username",
    "variant",
    "verify_token",
];

//! The keys that a route of a provider can have.

use webhook_core::{Handshake, Location, Parameter, ParameterKind, Provider, Reply};

use super::key::{Key, Kind};
use super::proof::{self, is_fetched, takes_credentials};

/// The keys of a provider's routes, without `provider` itself.
pub(crate) fn keys(provider: &Provider) -> Vec<Key> {
    let secret = secret_key(provider);
    let parameters = provider.parameters().iter();
    let parameters = parameters.map(|parameter| match parameter.kind() {
        ParameterKind::Secret => secret(parameter.name()),
        _ => parameter_key(parameter),
    });
    let public = proof::kind(provider) == Kind::PublicKey;
    let names = public.then_some("public_key").into_iter();
    let names = names.chain(["secret", "secrets", "next_secret"]);
    names
        .map(secret)
        .chain(credentials(provider))
        .chain(parameters)
        .chain(options(provider))
        .collect()
}

/// Every name that is a key for at least one provider.
pub(crate) fn every_name() -> impl Iterator<Item = &'static str> {
    let parameters = Provider::ALL.iter().flat_map(Provider::parameters);
    let names = parameters.map(|parameter| parameter.name());
    names.chain(GENERAL.iter().copied())
}

/// Makes the key of a name of the secret or public key.
fn secret_key(provider: &Provider) -> impl Fn(&'static str) -> Key + Copy {
    let kind = proof::kind(provider);
    let required = !is_fetched(provider) && !takes_credentials(provider);
    move |name| Key {
        name,
        kind,
        required,
    }
}

fn parameter_key(parameter: &Parameter) -> Key {
    let kind = match parameter.kind() {
        ParameterKind::ExtraSecret => Kind::ExtraSecret,
        ParameterKind::Identifier => Kind::Identifier,
        ParameterKind::Flag => Kind::Flag,
        _ => Kind::Setting,
    };
    Key {
        name: parameter.name(),
        kind,
        required: parameter.is_required(),
    }
}

/// User name and password, for a provider whose secret or extra secret they are.
fn credentials(provider: &Provider) -> impl Iterator<Item = Key> {
    let required = takes_credentials(provider);
    let extra = provider.parameters().iter().any(|known| known.is_basic());
    let names = (required || extra).then_some(["username", "password"]);
    names.into_iter().flatten().map(move |name| Key {
        name,
        kind: Kind::Credentials,
        required,
    })
}

fn options(provider: &Provider) -> impl Iterator<Item = Key> {
    let mut schemes = provider.schemes().iter();
    let in_query = schemes
        .clone()
        .any(|scheme| matches!(scheme.location(), Location::Query(_)));
    let timed = schemes.any(|scheme| scheme.tolerance().is_some());
    let handshake = provider.handshake();
    let verifies_token = handshake.is_some_and(|known| known.needs_token());
    let offers_secret = handshake.is_some_and(echoes_offer);
    let names = [
        ("url", true),
        ("variant", true),
        ("algorithm", true),
        ("identity", true),
        ("tolerance_secs", timed),
        ("parameter", in_query),
        ("verify_token", verifies_token),
        ("accept_offered_secret", offers_secret),
        ("max_body_bytes", true),
        ("forward", true),
        ("exec", true),
        ("nats", true),
        ("amqp", true),
        ("kafka", true),
        ("consumers", true),
        ("durable", true),
        ("discard", true),
        ("tenants", true),
    ];
    let signs_url = provider.signs_url();
    let known = names.into_iter().filter(|(_, known)| *known);
    known.map(move |(name, _)| Key {
        name,
        kind: Kind::Option,
        required: name == "url" && signs_url,
    })
}

/// Whether a handshake offers a secret that its sender shows to the user as well. Another one would
/// have to be taken from a log, where no secret belongs.
fn echoes_offer(handshake: Handshake) -> bool {
    handshake.offers_secret() && matches!(handshake.reply(), Reply::Header(_))
}

/// The names that do not come from a provider's constant.
const GENERAL: &[&str] = &[
    "accept_offered_secret",
    "algorithm",
    "amqp",
    "consumers",
    "discard",
    "durable",
    "exec",
    "forward",
    "identity",
    "kafka",
    "max_body_bytes",
    "nats",
    "next_secret",
    "parameter",
    "password",
    "provider",
    "public_key",
    "secret",
    "secrets",
    "tenants",
    "tolerance_secs",
    "url",
    "username",
    "variant",
    "verify_token",
];

//! The configuration file, read so that what comes out of it can be served.

use std::error::Error;
use std::path::Path;
use std::time::Duration;
use std::{fmt, fs, io};

use serde_json::error::Category;
use serde_json::value::RawValue;
use webhook_axum::{Answer, Endpoint, EndpointBuilder, Provider, SecretSet};
use webhook_core::providers::unconfirmed;
use webhook_core::{IdentityPolicy, ParameterKind, Scheme};

use crate::entries::{Entries, EntryError};
use crate::keys::{self, is_fetched, is_public, takes_credentials};
use crate::receipt::receipt;
use crate::settings::{MAX_BODY_BYTES, SERVER_KEYS, ServerSettings};
use crate::suggest;

/// All that is configured.
pub(crate) struct Config {
    pub(crate) server: ServerSettings,
    pub(crate) routes: Vec<Route>,
}

/// What is served at `/hooks/<name>`.
pub(crate) struct Route {
    pub(crate) name: String,
    pub(crate) endpoint: Endpoint,
}

/// A configuration that cannot be used. Says where, and never what the value is.
#[derive(Debug)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    File(io::Error),
    /// The file is not JSON.
    Json(serde_json::Error),
    /// The file is JSON, but not an object.
    NotAnObject,
    /// Nothing is configured that could be served.
    NoRoute,
    /// A route cannot be served, whatever its entries.
    Route {
        route: String,
        problem: &'static str,
    },
    /// One entry of a route cannot be used.
    Entry { route: String, error: EntryError },
}

impl Config {
    /// Reads a file.
    pub(crate) fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(&fs::read(path).map_err(ConfigError::File)?)
    }

    fn parse(text: &[u8]) -> Result<Self, ConfigError> {
        let file: Entries = serde_json::from_slice(text).map_err(not_entries)?;
        if let Some(route) = file.repeated() {
            return Err(ConfigError::route(route, "is there twice"));
        }
        let (server, routes): (Vec<_>, Vec<_>) =
            file.into_pairs().partition(|(name, _)| name == SERVER);
        let server = match server.first() {
            Some((name, entries)) => server_settings(&object(name, entries)?)
                .map_err(|error| ConfigError::entry(name, error))?,
            None => ServerSettings::default(),
        };
        if routes.is_empty() {
            return Err(ConfigError::NoRoute);
        }
        let mut given = Vec::new();
        let routes = routes
            .iter()
            .map(|(name, entries)| route(name, entries, &server, &mut given))
            .collect::<Result<_, _>>()?;
        Ok(Self { server, routes })
    }
}

impl ConfigError {
    fn route(route: &str, problem: &'static str) -> Self {
        Self::Route {
            route: route.to_owned(),
            problem,
        }
    }

    fn entry(route: &str, error: EntryError) -> Self {
        Self::Entry {
            route: route.to_owned(),
            error,
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(_) => f.write_str("cannot be read"),
            Self::Json(_) => f.write_str("not JSON"),
            Self::NotAnObject => f.write_str("must be an object of routes"),
            Self::NoRoute => f.write_str(
                r#"has no route: add one, such as {"payments": {"provider": "stripe", "secret": "…"}}"#,
            ),
            Self::Route { route, problem } => write!(f, "route {route:?} {problem}"),
            Self::Entry { route, error } => write!(f, "route {route:?}, {error}"),
        }
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::File(error) => Some(error),
            // Names the place and nothing else: of errors about data, which may quote a value, none gets here.
            Self::Json(error) => Some(error),
            Self::NotAnObject | Self::NoRoute | Self::Route { .. } | Self::Entry { .. } => None,
        }
    }
}

/// A secret, and where it was given.
struct Given {
    route: String,
    key: String,
    secret: String,
}

fn not_entries(error: serde_json::Error) -> ConfigError {
    match error.classify() {
        Category::Data => ConfigError::NotAnObject,
        Category::Syntax | Category::Eof | Category::Io => ConfigError::Json(error),
    }
}

fn object(name: &str, entries: &RawValue) -> Result<Entries, ConfigError> {
    serde_json::from_str(entries.get()).map_err(|_| ConfigError::route(name, "must be an object"))
}

fn server_settings(server: &Entries) -> Result<ServerSettings, EntryError> {
    check_once(server)?;
    if let Some(key) = server.stranger(SERVER_KEYS) {
        let hint = suggest::hint(key, SERVER_KEYS.iter().copied());
        return Err(EntryError::new(key, format!("is not known{hint}")));
    }
    ServerSettings::read(server)
}

fn route(
    name: &str,
    entries: &RawValue,
    server: &ServerSettings,
    given: &mut Vec<Given>,
) -> Result<Route, ConfigError> {
    check_route_name(name)?;
    let entries = object(name, entries)?;
    let endpoint =
        endpoint(name, &entries, server, given).map_err(|error| ConfigError::entry(name, error))?;
    Ok(Route {
        name: name.to_owned(),
        endpoint,
    })
}

/// Names that need no escape in a path, so that there is one way to write each.
fn check_route_name(name: &str) -> Result<(), ConfigError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte);
    let problem = match name.len() {
        _ if name.starts_with('_') => "begins with _, which is reserved",
        1..=64 if name.bytes().all(plain) => return Ok(()),
        _ => "must be named by 1 to 64 letters, digits and . _ ~ -",
    };
    Err(ConfigError::route(name, problem))
}

/// The endpoint of a route.
fn endpoint(
    route: &str,
    entries: &Entries,
    server: &ServerSettings,
    given: &mut Vec<Given>,
) -> Result<Endpoint, EntryError> {
    check_once(entries)?;
    check_known(entries)?;
    let provider = provider(entries)?;
    check_used(entries, provider)?;
    let pair = credentials(entries, provider)?;
    let (own, extra) = match takes_credentials(provider) {
        true => (pair, None),
        false => (None, pair),
    };
    let secrets = secrets(route, entries, provider, own)?;
    let texts: SecretSet = secrets.iter().map(|given| given.secret.as_str()).collect();
    let builder = Endpoint::builder(*provider, texts)
        .consumer(route)
        .store(server.store())
        .answer_duplicates(|delivery| Answer::json(receipt(delivery, true)));
    let builder = settings(builder, entries, provider, extra)?;
    let builder = match secrets.is_empty() && is_fetched(provider) {
        true => fetching(builder)?,
        false => builder,
    };
    let endpoint = options(builder, entries, server.max_body_bytes)?
        .build()
        .map_err(|error| unusable(&error, &secrets))?;
    // A public key is nobody's secret.
    if !is_public(provider) {
        warn_of_shared(given, &secrets);
        given.extend(secrets);
    }
    Ok(endpoint)
}

/// Without a key of its own, a route asks its provider for those that deliveries name.
#[cfg(feature = "keys")]
fn fetching(builder: EndpointBuilder) -> Result<EndpointBuilder, EntryError> {
    let keys = webhook_axum::HttpsKeys::new();
    let keys = keys.map_err(|error| EntryError::new("public_key", error.to_string()))?;
    Ok(builder.keys(keys))
}

/// This build fetches nothing, so that a route without a key is refused.
#[cfg(not(feature = "keys"))]
fn fetching(builder: EndpointBuilder) -> Result<EndpointBuilder, EntryError> {
    Ok(builder)
}

/// The provider, or its variant where one is asked for.
fn provider(entries: &Entries) -> Result<&'static Provider, EntryError> {
    let Some(name) = entries.text("provider")? else {
        return Err(EntryError::new("provider", "is missing"));
    };
    let mut found = Provider::find(&name);
    for key in ["variant", "algorithm"] {
        let Some(variant) = entries.text(key)? else {
            continue;
        };
        // The name as given may be an alias, and is then no part of the variant's.
        let named = |name: &str| Provider::find(&format!("{name}-{variant}"));
        let other = named(&name).or_else(|| named(found?.name()));
        found = match (other, found) {
            (None, Some(plain)) if key == "algorithm" && uses(plain, &variant) => Some(plain),
            (None, Some(plain)) => return Err(EntryError::new(key, not_a_variant(plain))),
            (other, _) => other,
        };
    }
    found.ok_or_else(|| EntryError::new("provider", unknown(&name)))
}

fn not_a_variant(provider: &Provider) -> String {
    let known: Vec<_> = variants(provider).map(|(variant, _)| variant).collect();
    match known.as_slice() {
        [] => "is not a variant of this provider, which has none".to_owned(),
        known => format!(
            "is not a variant of this provider; known: {}",
            known.join(", ")
        ),
    }
}

/// What a provider is refused for that cannot be served.
fn unknown(name: &str) -> String {
    let name = name.replace('_', "-").to_ascii_lowercase();
    let is_it = |provider: &&Provider| provider.name() == name;
    if let Some(missing) = unconfirmed::ALL
        .iter()
        .find(is_it)
        .and_then(unconfirmed::missing)
    {
        return format!(
            "is not served, because its scheme is known from others alone and one thing is not known: {missing}"
        );
    }
    let mut unsigned = unconfirmed::UNSIGNED.iter();
    if let Some((_, instead)) = unsigned.find(|(known, _)| *known == name) {
        return format!("signs nothing, so its deliveries cannot be verified: {instead}");
    }
    let names = Provider::ALL.iter().flat_map(|provider| {
        std::iter::once(provider.name()).chain(provider.aliases().iter().copied())
    });
    let build = match cfg!(feature = "asymmetric") {
        true => "",
        false => " (this build has none that signs with a private key)",
    };
    let hint = suggest::hint(&name, names);
    format!("is not a provider that this build knows{build}{hint}: `webhook providers` lists them")
}

/// Providers that are another form of this one, each with the name that `variant` has for it.
pub(crate) fn variants(
    provider: &Provider,
) -> impl Iterator<Item = (&'static str, &'static Provider)> {
    let names = std::iter::once(provider.name()).chain(provider.aliases().iter().copied());
    let names: Vec<_> = names.collect();
    Provider::ALL.iter().filter_map(move |other| {
        let mut variants = names.iter().filter_map(|name| {
            let variant = other.name().strip_prefix(name)?;
            variant.strip_prefix('-')
        });
        variants.next().map(|variant| (variant, other))
    })
}

/// Whether the provider has an algorithm of this name: `sha256`, `SHA-256`, `HMAC-SHA256`.
fn uses(provider: &Provider, name: &str) -> bool {
    let plain = |text: &str| text.replace(['-', '_'], "").to_ascii_lowercase();
    let hash = |text: String| text.strip_prefix("hmac").map(str::to_owned).unwrap_or(text);
    let mut known = provider.schemes().iter().filter_map(Scheme::algorithm);
    known.any(|known| hash(plain(&format!("{known:?}"))) == hash(plain(name)))
}

fn check_once(entries: &Entries) -> Result<(), EntryError> {
    match entries.repeated() {
        Some(key) => Err(EntryError::new(key, "is given twice")),
        None => Ok(()),
    }
}

/// A key that no provider has is a mistake, whatever else is missing.
fn check_known(entries: &Entries) -> Result<(), EntryError> {
    let every: Vec<_> = keys::every_name().collect();
    match entries.stranger(&every) {
        Some(key) => {
            let hint = suggest::hint(key, every);
            Err(EntryError::new(key, format!("is not known{hint}")))
        }
        None => Ok(()),
    }
}

fn check_used(entries: &Entries, provider: &Provider) -> Result<(), EntryError> {
    let keys = keys::keys(provider).into_iter().map(|key| key.name);
    let used: Vec<_> = keys.chain(["provider"]).collect();
    match entries.stranger(&used) {
        Some(key) => Err(EntryError::unused(key)),
        None => Ok(()),
    }
}

/// All that is a secret by any name, in the order in which they get their slots.
fn secrets(
    route: &str,
    entries: &Entries,
    provider: &Provider,
    credentials: Option<String>,
) -> Result<Vec<Given>, EntryError> {
    let public = is_public(provider).then_some("public_key");
    let own = provider.parameters().iter();
    let own = own.filter(|known| known.kind() == ParameterKind::Secret);
    let names = ["secret", "next_secret"].into_iter().chain(public);
    let mut all = Vec::new();
    for name in names.chain(own.map(|known| known.name())) {
        let secret = entries.text(name)?;
        all.extend(secret.map(|secret| (name.to_owned(), secret)));
        if name == "secret" {
            let more = entries.texts("secrets")?.into_iter().enumerate();
            all.extend(more.map(|(at, secret)| (format!("secrets[{at}]"), secret)));
        }
    }
    all.extend(credentials.map(|pair| ("username".to_owned(), pair)));
    let given = all.into_iter().map(|(key, secret)| Given {
        route: route.to_owned(),
        key,
        secret,
    });
    Ok(given.collect())
}

/// All that is configured besides the secret, with `pair` for credentials that come beside a signature.
fn settings(
    builder: EndpointBuilder,
    entries: &Entries,
    provider: &Provider,
    pair: Option<String>,
) -> Result<EndpointBuilder, EntryError> {
    let mut settings = provider
        .parameters()
        .iter()
        .filter(|known| known.is_setting());
    settings.try_fold(builder, |builder, known| {
        let value = match &pair {
            Some(pair) if known.is_basic() => Some(pair.clone()),
            _ => entries.text(known.name())?,
        };
        Ok(match value {
            Some(value) => builder.setting(known.name(), value),
            None => builder,
        })
    })
}

/// `username` and `password` as the one text that the two are: a secret, or what comes beside the proof.
fn credentials(entries: &Entries, provider: &Provider) -> Result<Option<String>, EntryError> {
    let missing = |key| Err(EntryError::new(key, "is missing"));
    let pair = match (entries.text("username")?, entries.text("password")?) {
        (None, None) => return Ok(None),
        (Some(_), None) => return missing("password"),
        (None, Some(_)) => return missing("username"),
        // RFC 7617 §2: the first colon ends the name, so this one could never be sent.
        (Some(username), Some(_)) if username.contains(':') => {
            return Err(EntryError::new("username", "contains a colon"));
        }
        (Some(username), Some(password)) => format!("{username}:{password}"),
    };
    // The same may be given as one text.
    let mut parameters = provider.parameters().iter();
    match parameters.find(|known| known.is_basic()) {
        Some(whole) if entries.text(whole.name())?.is_some() => {
            Err(EntryError::new(whole.name(), "is given twice"))
        }
        _ => Ok(Some(pair)),
    }
}

fn options(
    mut builder: EndpointBuilder,
    entries: &Entries,
    body_limit: Option<usize>,
) -> Result<EndpointBuilder, EntryError> {
    if let Some(url) = entries.text("url")? {
        builder = builder.public_url(url);
    }
    if let Some(secs) = entries.count("tolerance_secs")? {
        builder = builder.tolerance(Duration::from_secs(secs));
    }
    match entries.text("identity")?.as_deref() {
        None => {}
        Some("signed_only") => builder = builder.identity(IdentityPolicy::SignedOnly),
        Some(_) => {
            let problem =
                "is not known; `signed_only` is, and without the key it is the provider's own";
            return Err(EntryError::new("identity", problem));
        }
    }
    if let Some(name) = entries.text("parameter")? {
        builder = builder.token_parameter(name);
    }
    if let Some(token) = entries.text("verify_token")? {
        builder = builder.verify_token(token);
    }
    if let Some(bytes) = body_limit {
        builder = builder.body_limit(bytes);
    }
    Ok(builder)
}

/// The entry that made an endpoint impossible.
fn unusable(error: &webhook_core::ConfigError, secrets: &[Given]) -> EntryError {
    use webhook_core::ConfigError as Core;
    let key = match error {
        Core::Secret { slot, problem } => {
            let key = secrets.get(*slot).map_or("secret", |given| &given.key);
            return EntryError::new(key, problem.to_string());
        }
        Core::PublicSecret { slot, name } => {
            let key = secrets.get(*slot).map_or("secret", |given| &given.key);
            let problem = format!(
                "is also the value of {name:?}, which is public: configure the secret itself"
            );
            return EntryError::new(key, problem);
        }
        Core::TooManySecrets { .. } => "secrets",
        Core::MissingUrl | Core::InvalidUrl => "url",
        Core::InvalidTolerance | Core::RetentionTooShort { .. } => "tolerance_secs",
        Core::NoTokenParameter | Core::InvalidTokenParameter => "parameter",
        Core::VerifyToken { problem } => {
            return EntryError::new("verify_token", problem.to_string());
        }
        Core::NoVerifyToken => "verify_token",
        Core::InvalidBodyLimit => MAX_BODY_BYTES,
        Core::MissingSetting { name } | Core::Setting { name, .. } => name,
        _ => "secret",
    };
    EntryError::new(key, error.to_string())
}

/// Whoever has the secret of one route can then forge the deliveries of the other.
fn warn_of_shared(given: &[Given], secrets: &[Given]) {
    for earlier in given {
        let shared = secrets.iter().find(|later| later.secret == earlier.secret);
        if let Some(later) = shared {
            let (route, other) = (&later.route, &earlier.route);
            tracing::warn!(route, other, "two routes have the same secret");
        }
    }
}

const SERVER: &str = "_server";

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "sk_live_0123456789abcdef";

    fn parse(config: &str) -> Result<Config, ConfigError> {
        Config::parse(config.replace('$', SECRET).as_bytes())
    }

    /// What is said of a configuration that cannot be used.
    fn refused(config: &str) -> String {
        let Err(error) = parse(config) else {
            panic!("not refused: {config}");
        };
        let said = match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        };
        assert!(!said.contains(SECRET), "{said}");
        said
    }

    #[test]
    fn every_refusal_names_route_and_key_and_no_value() {
        #[rustfmt::skip]
        let rows = [
            // what is wrong, the entries of the route, the key that is named
            ("no provider", r#"{"secret":"$"}"#, "provider"),
            ("provider no text", r#"{"provider":7,"secret":"$"}"#, "provider"),
            ("provider twice", r#"{"provider":"stripe","provider":"$","secret":"$"}"#, "provider"),
            ("no secret", r#"{"provider":"stripe"}"#, "secret"),
            ("empty secret", r#"{"provider":"stripe","secret":""}"#, "secret"),
            ("blank secret", r#"{"provider":"stripe","secret":"  "}"#, "secret"),
            ("padded secret", r#"{"provider":"stripe","secret":" $"}"#, "secret"),
            ("line break behind the secret", r#"{"provider":"stripe","secret":"$\n"}"#, "secret"),
            ("secret no text", r#"{"provider":"stripe","secret":["$"]}"#, "secret"),
            ("secret null", r#"{"provider":"stripe","secret":null}"#, "secret"),
            ("secret twice", r#"{"provider":"stripe","secret":"$","secret":"$"}"#, "secret"),
            ("half a surrogate", r#"{"provider":"stripe","secret":"$\ud800"}"#, "secret"),
            ("secret no base64", r#"{"provider":"standard-webhooks","secret":"whsec_$"}"#, "secret"),
            ("only a prefix", r#"{"provider":"standard-webhooks","secret":"whsec_"}"#, "secret"),
            ("second secret blank", r#"{"provider":"stripe","secrets":["$"," "]}"#, "secrets[1]"),
            ("secrets no list", r#"{"provider":"stripe","secrets":"$"}"#, "secrets"),
            ("secrets no texts", r#"{"provider":"stripe","secrets":["$",1]}"#, "secrets"),
            ("no secrets", r#"{"provider":"stripe","secrets":[]}"#, "secret"),
            ("nine secrets", r#"{"provider":"stripe","secrets":["$","$","$","$","$","$","$","$","$"]}"#, "secrets"),
            ("no URL", r#"{"provider":"square","secret":"$"}"#, "url"),
            ("URL with query", r#"{"provider":"square","secret":"$","url":"https://a.example/?token=$"}"#, "url"),
            ("URL of another kind", r#"{"provider":"square","secret":"$","url":"ftp://$"}"#, "url"),
            ("identity unknown", r#"{"provider":"stripe","secret":"$","identity":"$"}"#, "identity"),
            ("tolerance zero", r#"{"provider":"stripe","secret":"$","tolerance_secs":0}"#, "tolerance_secs"),
            ("tolerance below zero", r#"{"provider":"stripe","secret":"$","tolerance_secs":-1}"#, "tolerance_secs"),
            ("tolerance no number", r#"{"provider":"stripe","secret":"$","tolerance_secs":"$"}"#, "tolerance_secs"),
            ("tolerance of no time", r#"{"provider":"github","secret":"$","tolerance_secs":60}"#, "tolerance_secs"),
            ("number out of range", r#"{"provider":"stripe","secret":"$","tolerance_secs":1e999}"#, "tolerance_secs"),
            ("key of another provider", r#"{"provider":"stripe","secret":"$","public_key":"$"}"#, "public_key"),
            ("unknown key", r#"{"provider":"stripe","secret":"$","sekret":"$"}"#, "sekret"),
            ("credentials of another", r#"{"provider":"stripe","secret":"$","username":"$","password":"$"}"#, "username"),
            ("credentials twice", r#"{"provider":"marqeta","secret":"$","credentials":"a:$","username":"a","password":"$"}"#, "credentials"),
            ("no password", r#"{"provider":"chargebee","username":"$"}"#, "password"),
            ("no user name", r#"{"provider":"chargebee","password":"$"}"#, "username"),
            ("empty user name", r#"{"provider":"chargebee","username":"","password":"$"}"#, "username"),
            ("user name with a colon", r#"{"provider":"chargebee","username":"a:b","password":"$"}"#, "username"),
            ("credentials without a colon", r#"{"provider":"chargebee","secret":"$"}"#, "secret"),
            ("parameter of no query", r#"{"provider":"stripe","secret":"$","parameter":"$"}"#, "parameter"),
            ("empty parameter", r#"{"provider":"ifthenpay","secret":"$","parameter":""}"#, "parameter"),
            ("verify token of no handshake", r#"{"provider":"stripe","secret":"$","verify_token":"$"}"#, "verify_token"),
            ("empty verify token", r#"{"provider":"meta","secret":"$","verify_token":""}"#, "verify_token"),
            ("padded verify token", r#"{"provider":"meta","secret":"$","verify_token":"$ "}"#, "verify_token"),
            ("verify token no text", r#"{"provider":"meta","secret":"$","verify_token":7}"#, "verify_token"),
            ("algorithm of others", r#"{"provider":"stripe","secret":"$","algorithm":"md5"}"#, "algorithm"),
            ("public key of a secret", r#"{"provider":"stripe","public_key":"$"}"#, "public_key"),
            ("key that nobody has", r#"{"provider":"plaid"}"#, "secret"),
            ("merchant of others", r#"{"provider":"stripe","secret":"$","merchant_id":"m"}"#, "merchant_id"),
            ("setting missing", r#"{"provider":"klarna","secret":"$"}"#, "kid"),
            ("setting blank", r#"{"provider":"klarna","secret":"$","kid":" "}"#, "kid"),
            ("setting of others", r#"{"provider":"stripe","secret":"$","kid":"$"}"#, "kid"),
            ("unknown variant", r#"{"provider":"stripe","secret":"$","variant":"$"}"#, "variant"),
        ];
        for (what, entries, key) in rows {
            let said = refused(&format!(r#"{{"shop.1":{entries}}}"#));
            let place = format!(r#"route "shop.1", key "{key}": "#);
            assert!(said.starts_with(&place), "{what}: {said}");
        }
    }

    #[test]
    fn a_limit_that_is_none_names_the_server_and_its_key() {
        for key in SERVER_KEYS {
            for limit in ["0", "-1", "1.5", r#""1""#, "null", "1e30"] {
                let said = refused(&format!(r#"{{"_server":{{"{key}":{limit}}}}}"#));
                let place = format!(r#"route "_server", key "{key}": "#);
                assert!(said.starts_with(&place), "{said}");
            }
        }
        for key in ["max_connections", "idle_timeout_secs"] {
            let said = refused(&format!(r#"{{"_server":{{"{key}":1000001}}}}"#));
            assert!(said.contains(" is more than "), "{said}");
        }
        let said = refused(r#"{"_server":{"max_body_byte":1}}"#);
        assert_eq!(
            said,
            r#"route "_server", key "max_body_byte": is not known; did you mean "max_body_bytes"?"#
        );
    }

    #[test]
    fn what_the_server_is_not_told_has_a_default() {
        let settings = |config: &str| parse(config).unwrap().server;
        let shop = r#""shop":{"provider":"github","secret":"$"}"#;
        let default = settings(&format!("{{{shop}}}"));
        assert_eq!(default.max_connections, 512);
        assert_eq!(default.idle_timeout, Duration::from_secs(75));
        assert_eq!(
            (default.max_body_bytes, default.store_capacity),
            (None, None)
        );
        let told = settings(&format!(
            r#"{{{shop},"_server":{{"max_body_bytes":1,"max_connections":2,"idle_timeout_secs":3,"store_capacity":4,"max_unverified_bytes":5}}}}"#,
        ));
        assert_eq!((told.max_body_bytes, told.max_connections), (Some(1), 2));
        assert_eq!(told.idle_timeout, Duration::from_secs(3));
        assert_eq!(told.store_capacity, Some(4));
        assert_eq!(told.max_unverified_bytes, Some(5));
    }

    #[test]
    fn a_route_that_cannot_be_one_is_named() {
        for (name, entries) in [
            ("_shop", "{}"),
            ("a/b", "{}"),
            ("a b", "{}"),
            ("{shop}", "{}"),
            ("", "{}"),
            ("shop", "[]"),
            ("shop", r#""$""#),
        ] {
            let said = refused(&format!(r#"{{"{name}":{entries}}}"#));
            assert!(said.starts_with(&format!("route {name:?} ")), "{said}");
        }
        let shop = r#""shop":{"provider":"github","secret":"$"}"#;
        let said = refused(&format!("{{{shop},{shop}}}"));
        assert_eq!(said, r#"route "shop" is there twice"#);
    }

    #[test]
    fn what_is_not_json_is_told_by_line_and_column() {
        let said = refused("{\n  \"shop\": {\"secret\": \"$\",}\n}");
        assert!(said.starts_with("not JSON: "), "{said}");
        assert!(said.contains("line 2 column 49"), "{said}");
        assert!(refused("").starts_with("not JSON: "));
        for other in ["[]", r#""$""#, "1", "null"] {
            assert_eq!(refused(other), "must be an object of routes");
        }
    }

    #[test]
    fn a_provider_that_cannot_be_served_is_an_error_that_says_why() {
        #[rustfmt::skip]
        let rows = [
            ("strpe", r#"did you mean "stripe"?"#),
            ("Stripe", r#"did you mean "stripe"?"#),
            ("checkout.com", r#"did you mean "checkout-com"?"#),
            ("merkado-pago", r#"did you mean "mercado-pago"?"#),
            ("carrier-pigeon", "is not a provider that this build knows: "),
            ("", "is not a provider that this build knows"),
            ("mercury", "is not known: whether its secret is a text or base64"),
            ("melhor_envio", "is not known: whether its signature is base64 or hexadecimal"),
            ("zapi", "is not known: whether the token"),
            ("bitpay", "signs nothing"),
        ];
        for (name, why) in rows {
            let said = refused(&format!(
                r#"{{"shop":{{"provider":"{name}","secret":"$"}}}}"#
            ));
            assert!(
                said.starts_with(r#"route "shop", key "provider": "#),
                "{said}"
            );
            assert!(said.contains(why), "{name}: {said}");
        }
        for provider in unconfirmed::ALL {
            let name = provider.name();
            let said = refused(&format!(
                r#"{{"shop":{{"provider":"{name}","secret":"$"}}}}"#
            ));
            assert!(said.contains("known from others alone"), "{name}: {said}");
        }
        let said = refused(r#"{"shop":{"provider":"carrier-pigeon","variant":"homing"}}"#);
        assert!(
            said.contains("carrier-pigeon") || said.contains("knows"),
            "{said}"
        );
        let said = refused(r#"{"shop":{"provider":"codespar","variant":"v9","secret":"$"}}"#);
        assert!(said.contains("known: v1"), "{said}");
    }

    #[test]
    fn an_unknown_key_is_named_even_where_another_is_missing() {
        for (entries, said) in [
            (
                r#"{"provdier":"stripe","secret":"$"}"#,
                r#"key "provdier": is not known; did you mean "provider"?"#,
            ),
            (
                r#"{"sekret":"$"}"#,
                r#"key "sekret": is not known; did you mean "secret"?"#,
            ),
            (
                r#"{"provider":"strpe","tolerance":5}"#,
                r#"key "tolerance": is not known"#,
            ),
        ] {
            let refused = refused(&format!(r#"{{"shop":{entries}}}"#));
            assert_eq!(refused, format!(r#"route "shop", {said}"#));
        }
    }

    #[test]
    fn a_configuration_without_a_route_is_refused() {
        for empty in [
            "{}",
            r#"{"_server":{}}"#,
            r#"{"_server":{"max_body_bytes":1}}"#,
        ] {
            assert!(refused(empty).starts_with("has no route"), "{empty}");
        }
        let said = refused(r#"{"shop":{}}"#);
        assert_eq!(said, r#"route "shop", key "provider": is missing"#);
    }

    #[test]
    fn a_placeholder_is_refused_wherever_a_text_is() {
        #[rustfmt::skip]
        let rows = [
            (r#"{"provider":"stripe","secret":"${STRIPE_SECRET}"}"#, "secret"),
            (r#"{"provider":"stripe","secrets":["abcdefgh01234567","${OLD}"]}"#, "secrets[1]"),
            (r#"{"provider":"stripe","next_secret":"{{ secret }}"}"#, "next_secret"),
            (r#"{"provider":"stripe","signing_secret":"$STRIPE_SECRET"}"#, "signing_secret"),
            (r#"{"provider":"${PROVIDER}","secret":"abcdefgh01234567"}"#, "provider"),
            (r#"{"provider":"codespar","variant":"${V}","secret":"abcdefgh01234567"}"#, "variant"),
            (r#"{"provider":"square","secret":"abcdefgh01234567","url":"https://${HOST}/a"}"#, "url"),
            (r#"{"provider":"chargebee","username":"${USER}","password":"abcdefgh01234567"}"#, "username"),
            (r#"{"provider":"chargebee","username":"user","password":"${PASSWORD}"}"#, "password"),
            (r#"{"provider":"klarna","secret":"abcdefgh01234567","kid":"${KID}"}"#, "kid"),
            (r#"{"provider":"pusher","secret":"abcdefgh01234567","key":"${KEY}"}"#, "key"),
            (r#"{"provider":"meta","secret":"abcdefgh01234567","verify_token":"${TOKEN}"}"#, "verify_token"),
            (r#"{"provider":"ifthenpay","secret":"abcdefgh01234567","parameter":"${NAME}"}"#, "parameter"),
            (r#"{"provider":"box","secret":"abcdefgh01234567","secondary_secret":"${OTHER}"}"#, "secondary_secret"),
        ];
        for (entries, key) in rows {
            let Err(error) = Config::parse(format!(r#"{{"shop":{entries}}}"#).as_bytes()) else {
                panic!("not refused: {entries}");
            };
            let said = error.to_string();
            let place = format!(r#"route "shop", key "{key}": contains "#);
            assert!(said.starts_with(&place), "{said}");
            assert!(said.contains("a placeholder"), "{said}");
        }
    }

    #[cfg(feature = "asymmetric")]
    #[test]
    fn a_public_key_may_be_called_so_or_a_secret() {
        let good = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
        for key in ["public_key", "secret"] {
            let entries = format!(r#"{{"shop":{{"provider":"discord","{key}":"{good}"}}}}"#);
            assert!(parse(&entries).is_ok(), "{key}");
            let said = refused(&format!(
                r#"{{"shop":{{"provider":"discord","{key}":"$"}}}}"#
            ));
            let place = format!(r#"route "shop", key "{key}": is no key"#);
            assert!(said.starts_with(&place), "{said}");
        }
        let two = format!(r#"{{"provider":"discord","secret":"{good}","public_key":""}}"#);
        let said = refused(&format!(r#"{{"shop":{two}}}"#));
        assert_eq!(said, r#"route "shop", key "public_key": is empty"#);
    }

    #[test]
    fn a_provider_is_found_by_name_alias_and_variant() {
        #[rustfmt::skip]
        let rows = [
            (r#"{"provider":"stripe","secret":"$","url":"https://shop.example/hooks"}"#, "stripe"),
            (r#"{"provider":"stripe","secret":"$","secrets":["older-secret-0123"]}"#, "stripe"),
            (r#"{"provider":"github","secret":"$","identity":"signed_only"}"#, "github"),
            (r#"{"provider":"gitlab_token","secret":"$"}"#, "gitlab-token"),
            (r#"{"provider":"gitlab","variant":"token","secret":"$"}"#, "gitlab-token"),
            (r#"{"provider":"mercado-pago","secret":"$"}"#, "mercadopago"),
            (r#"{"provider":"codespar","secret":"$"}"#, "codespar"),
            (r#"{"provider":"codespar","variant":"v1","secret":"$"}"#, "codespar-v1"),
            (r#"{"provider":"chargebee","username":"user","password":"$"}"#, "chargebee"),
            (r#"{"provider":"cloudinary","secret":"$","algorithm":"sha256"}"#, "cloudinary-sha256"),
            (r#"{"provider":"cloudinary","api_secret":"$","api_key":"a","algorithm":"SHA-1"}"#, "cloudinary"),
            (r#"{"provider":"marqeta","secret":"$","algorithm":"sha1"}"#, "marqeta"),
            (r#"{"provider":"stripe","secret":"$","next_secret":"$-2"}"#, "stripe"),
            #[cfg(feature = "keys")]
            (r#"{"provider":"google-pubsub","audience":"a","service_account":"s"}"#, "google-pubsub"),
            (r#"{"provider":"braintree","key":"$","public_key":"p-0123456789abcdef","merchant_id":"m"}"#, "braintree"),
            (r#"{"provider":"chargebee","secret":"user:$"}"#, "chargebee"),
            (r#"{"provider":"whatsapp","secret":"$","verify_token":"$"}"#, "meta"),
            (r#"{"provider":"ifthenpay","secret":"$","parameter":"token"}"#, "ifthenpay"),
            (r#"{"provider":"klarna","secret":"$","kid":"krn:1"}"#, "klarna"),
            (r#"{"provider":"marqeta","secret":"$","credentials":"user:$"}"#, "marqeta"),
            (r#"{"provider":"marqeta","secret":"$","username":"user","password":"$"}"#, "marqeta"),
            (r#"{"provider":"easypay","username":"user","password":"$","code":"$"}"#, "easypay"),
            (r#"{"provider":"checkout-com","secret":"$","authorization":"$"}"#, "checkout-com"),
            (r#"{"provider":"box","secret":"$","secondary_secret":"$"}"#, "box"),
        ];
        for (entries, name) in rows {
            let config = parse(&format!(r#"{{"shop":{entries}}}"#)).unwrap();
            let [Route { endpoint, .. }] = config.routes.as_slice() else {
                panic!("no endpoint: {entries}");
            };
            assert_eq!(endpoint.provider().name(), name);
        }
    }
}

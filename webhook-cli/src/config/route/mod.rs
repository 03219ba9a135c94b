//! The routes: each is a name and an endpoint.

mod check;
mod forward;
mod options;
mod problem;
mod provider;
mod secrets;
mod tenants;

use serde_json::value::RawValue;
use webhook_axum::{Answer, Endpoint, EndpointBuilder, Provider, SecretSet};

use super::entries::Entries;
use super::error::{ConfigError, EntryError};
use super::server::ServerSettings;
use crate::answer::receipt;
use crate::catalogue::{is_fetched, is_public, takes_credentials};
use crate::store::{AnySecretTable, Store};
pub(crate) use forward::{Destination, Forwarding};
use secrets::{ConfiguredSecret, SharedSecrets};
pub(crate) use tenants::{TenantStore, VARIABLE as SECRET_KEYS_VARIABLE};

/// A route, served at `/hooks/<name>`, or at `/hooks/<name>/<tenant>`.
pub(crate) struct Route {
    pub(crate) name: String,
    /// With tenants, their template.
    pub(crate) endpoint: Endpoint,
    /// Where the secrets of the tenants are, if each has its own.
    pub(crate) tenants: Option<TenantStore>,
    pub(crate) destination: Destination,
}

/// What the routes have in common.
struct Common<'a> {
    server: &'a ServerSettings,
    store: &'a Store,
    secret_table: Option<AnySecretTable>,
    /// Whether a route without a destination drops its events.
    discards: bool,
    secrets: SharedSecrets,
}

/// Reads the routes, each from its name and its unparsed entries.
pub(super) fn read_all(
    routes: &[(String, Box<RawValue>)],
    server: &ServerSettings,
    store: &Store,
    secret_table: Option<AnySecretTable>,
    discards: bool,
) -> Result<Vec<Route>, ConfigError> {
    let mut common = Common {
        server,
        store,
        secret_table,
        discards,
        secrets: SharedSecrets::default(),
    };
    let routes = routes.iter();
    routes
        .map(|(name, entries)| read(name, entries, &mut common))
        .collect()
}

fn read(name: &str, entries: &RawValue, common: &mut Common<'_>) -> Result<Route, ConfigError> {
    check::name(name)?;
    let entries = Entries::of(name, entries)?;
    let failed = |error| ConfigError::entry(name, error);
    let tenants = tenants::read(&entries, common.server, common.secret_table.as_ref());
    let tenants = tenants.map_err(failed)?;
    let endpoint = endpoint(name, &entries, tenants.is_some(), common).map_err(failed)?;
    let destination = forward::destination(name, &entries, &endpoint, common.discards);
    Ok(Route {
        name: name.to_owned(),
        destination: destination.map_err(failed)?,
        endpoint,
        tenants,
    })
}

fn endpoint(
    route: &str,
    entries: &Entries,
    per_tenant: bool,
    common: &mut Common<'_>,
) -> Result<Endpoint, EntryError> {
    entries.check_unique()?;
    check::known(entries)?;
    let provider = provider::find(entries)?;
    check::used(entries, provider)?;
    let pair = secrets::credentials(entries, provider)?;
    let (own, extra) = match takes_credentials(provider) {
        true => (pair, None),
        false => (None, pair),
    };
    let secrets = secrets::all(entries, provider, own)?;
    if per_tenant {
        tenants::check_has_no_secret(&secrets)?;
    }
    let builder = builder(route, provider, &secrets, per_tenant, common.store)?;
    let builder = options::settings(builder, entries, provider, extra)?;
    let builder = options::options(builder, route, entries, provider, common.server)?;
    let endpoint = builder.build();
    let endpoint = endpoint.map_err(|error| problem::of_entry(&error, &secrets))?;
    if !is_public(provider) {
        common.secrets.add(route, secrets);
    }
    Ok(endpoint)
}

fn builder(
    route: &str,
    provider: &Provider,
    secrets: &[ConfiguredSecret],
    per_tenant: bool,
    store: &Store,
) -> Result<EndpointBuilder, EntryError> {
    let is_fetched = secrets.is_empty() && is_fetched(provider);
    let texts = match is_fetched {
        _ if per_tenant => SecretSet::per_tenant(),
        true => SecretSet::fetched(),
        false => secrets.iter().map(|given| given.secret.as_str()).collect(),
    };
    // The name of the route is a part of every replay key, so routes that share a store never
    // share a record. It is also what keeps a record known after a reload.
    let builder = Endpoint::builder(*provider, texts).consumer(route);
    let builder = store
        .remember(builder)
        .answer_duplicates(|delivery| Answer::json(receipt(delivery, true)));
    match is_fetched {
        true => fetch_keys(builder),
        false => Ok(builder),
    }
}

/// Fetches the keys that deliveries name, because the route has no key.
#[cfg(feature = "keys")]
fn fetch_keys(builder: EndpointBuilder) -> Result<EndpointBuilder, EntryError> {
    let keys = webhook_axum::HttpsKeys::new();
    let keys = keys.map_err(|error| EntryError::new("public_key", error.to_string()))?;
    Ok(builder.keys(keys))
}

/// Leaves the route without a key, so the endpoint is refused: this build fetches no keys.
#[cfg(not(feature = "keys"))]
fn fetch_keys(builder: EndpointBuilder) -> Result<EndpointBuilder, EntryError> {
    Ok(builder)
}

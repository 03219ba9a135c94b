//! The routes: each is a name and an endpoint.

mod check;
mod destination;
mod exec;
mod forward;
mod options;
mod problem;
mod provider;
mod relay;
mod secrets;
mod tenants;

use serde_json::value::RawValue;
use webhook_axum::{Answer, Endpoint, EndpointBuilder, Provider, Questions, SecretSet};

use super::entries::Entries;
use super::error::{ConfigError, EntryError};
use super::server::ServerSettings;
use crate::answer::receipt;
use crate::catalogue::{is_fetched, is_public, takes_credentials};
use crate::store::{AnySecretTable, Store, StoreInbox};
pub(crate) use destination::{Destination, Sink, StoredFor};
pub(crate) use forward::Forwarding;
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

/// What the routes get from the server.
pub(crate) struct Surroundings<'a> {
    /// Where all of them remember their deliveries.
    pub(crate) store: &'a Store,
    /// Where the secrets of their tenants are.
    pub(crate) secret_table: Option<AnySecretTable>,
    /// Where they store deliveries.
    pub(crate) inbox: Option<StoreInbox>,
    /// Whether a route without a destination drops its events.
    pub(crate) discards: bool,
}

/// What the routes have in common.
struct Common<'a> {
    server: &'a ServerSettings,
    store: &'a Store,
    secret_table: Option<AnySecretTable>,
    inbox: Option<StoreInbox>,
    discards: bool,
    secrets: SharedSecrets,
}

/// Reads the routes, each from its name and its unparsed entries.
pub(super) fn read_all(
    routes: &[(String, Box<RawValue>)],
    server: &ServerSettings,
    around: Surroundings<'_>,
) -> Result<Vec<Route>, ConfigError> {
    let mut common = Common {
        server,
        store: around.store,
        secret_table: around.secret_table,
        inbox: around.inbox,
        discards: around.discards,
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
    entries.check_unique().map_err(failed)?;
    check::known(&entries).map_err(failed)?;
    let provider = provider::find(&entries).map_err(failed)?;
    check::used(&entries, provider).map_err(failed)?;
    let asks = provider.questions() != Questions::None;
    let destination = destination::read(name, &entries, common, asks).map_err(failed)?;
    let part = Part {
        route: name,
        provider,
        per_tenant: tenants.is_some(),
        destination: &destination,
    };
    let endpoint = part.endpoint(&entries, common).map_err(failed)?;
    let checked = destination.check(name, &endpoint, common);
    checked.map_err(failed)?;
    Ok(Route {
        name: name.to_owned(),
        destination,
        endpoint,
        tenants,
    })
}

/// What is known of a route before its endpoint.
struct Part<'a> {
    route: &'a str,
    provider: &'static Provider,
    per_tenant: bool,
    destination: &'a Destination,
}

impl Part<'_> {
    fn endpoint(&self, entries: &Entries, common: &mut Common<'_>) -> Result<Endpoint, EntryError> {
        let provider = self.provider;
        let pair = secrets::credentials(entries, provider)?;
        let (own, extra) = match takes_credentials(provider) {
            true => (pair, None),
            false => (None, pair),
        };
        let secrets = secrets::all(entries, provider, own)?;
        if self.per_tenant {
            tenants::check_has_no_secret(&secrets)?;
        }
        let builder = self.builder(&secrets, common)?;
        let builder = options::settings(builder, entries, provider, extra)?;
        let builder = options::options(builder, self.route, entries, provider, common.server)?;
        let endpoint = builder.build();
        let endpoint = endpoint.map_err(|error| problem::of_entry(&error, &secrets))?;
        if !is_public(provider) {
            common.secrets.add(self.route, secrets);
        }
        Ok(endpoint)
    }

    fn builder(
        &self,
        secrets: &[ConfiguredSecret],
        common: &Common<'_>,
    ) -> Result<EndpointBuilder, EntryError> {
        let is_fetched = secrets.is_empty() && is_fetched(self.provider);
        let texts = match is_fetched {
            _ if self.per_tenant => SecretSet::per_tenant(),
            true => SecretSet::fetched(),
            false => secrets.iter().map(|given| given.secret.as_str()).collect(),
        };
        // The name of the route is a part of every replay key, so routes that share a store never
        // share a record. It is also what keeps a record known after a reload.
        let builder = Endpoint::builder(*self.provider, texts).consumer(self.route);
        let builder = common
            .store
            .remember(builder)
            .answer_duplicates(|delivery| Answer::json(receipt(delivery, true)));
        let builder = self.destination.store(self.route, builder, common)?;
        match is_fetched {
            true => fetch_keys(builder),
            false => Ok(builder),
        }
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

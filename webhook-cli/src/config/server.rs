//! The settings of the server.

use std::time::Duration;

use webhook_axum::UnverifiedLimit;
use webhook_core::secret_store::KeyRing;

use super::entries::Entries;
use super::error::EntryError;
use super::worker::{WORKER, WorkerSettings};
use crate::store::Location;

/// The entries of `_server`, with a default for each missing one.
#[derive(Clone)]
pub(crate) struct ServerSettings {
    /// Bytes of a body. Replaces the provider's own limit.
    pub(crate) max_body_bytes: Option<usize>,
    /// Connections that are open at the same time.
    pub(crate) max_connections: usize,
    /// How long a connection can stay open without a request.
    pub(crate) idle_timeout: Duration,
    /// Bytes of bodies that are read and not verified, over all connections.
    pub(crate) max_unverified_bytes: Option<usize>,
    /// Where deliveries are remembered. `None`: the file does not say.
    pub(crate) store: Option<Location>,
    /// Deliveries that the memory store remembers. Replaces its default.
    pub(crate) store_capacity: Option<usize>,
    /// The keys that the secrets of tenants are sealed with. `None`: the file does not say.
    pub(crate) secret_keys: Option<KeyRing>,
    /// Where deliveries are stored before they are acknowledged. `None`: the file does not say.
    pub(crate) inbox: Option<Location>,
    /// The keys that stored deliveries are sealed with. `None`: the file does not say.
    pub(crate) inbox_keys: Option<KeyRing>,
    pub(crate) worker: WorkerSettings,
    /// Whether the server refuses to start with a store whose set-up can lose records.
    pub(crate) strict_store: bool,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            max_body_bytes: None,
            // Below 1024, the usual limit on file descriptors of a process.
            max_connections: 512,
            // Above 60 s, for which load balancers usually keep an idle connection.
            idle_timeout: Duration::from_secs(75),
            max_unverified_bytes: None,
            store: None,
            store_capacity: None,
            secret_keys: None,
            inbox: None,
            inbox_keys: None,
            worker: WorkerSettings::default(),
            strict_store: false,
        }
    }
}

impl ServerSettings {
    /// Reads the entries of `_server`.
    pub(super) fn read(server: &Entries) -> Result<Self, EntryError> {
        server.check_unique()?;
        server.check_known(SERVER_KEYS)?;
        let default = Self::default();
        let idle_timeout = idle_timeout(server)?.unwrap_or(default.idle_timeout);
        let connections = size(server, MAX_CONNECTIONS)?.unwrap_or(default.max_connections);
        if connections > MOST_CONNECTIONS {
            return Err(at_most(MAX_CONNECTIONS, MOST_CONNECTIONS));
        }
        Ok(Self {
            max_body_bytes: size(server, MAX_BODY_BYTES)?,
            max_connections: connections,
            idle_timeout,
            max_unverified_bytes: size(server, MAX_UNVERIFIED_BYTES)?,
            store: location(server, STORE)?,
            store_capacity: store_capacity(server)?,
            secret_keys: keys(server, SECRET_KEYS)?,
            inbox: inbox(server)?,
            inbox_keys: keys(server, INBOX_KEYS)?,
            worker: worker(server)?,
            strict_store: server.flag(STRICT_STORE)?,
        })
    }

    /// The keys whose values differ and that a running server cannot change, apart from `store`.
    pub(crate) fn fixed_keys_that_differ(&self, other: &Self) -> Vec<&'static str> {
        let differing = [
            (IDLE_TIMEOUT, self.idle_timeout != other.idle_timeout),
            (
                MAX_CONNECTIONS,
                self.max_connections != other.max_connections,
            ),
            (
                MAX_UNVERIFIED_BYTES,
                self.max_unverified_bytes != other.max_unverified_bytes,
            ),
            (STORE_CAPACITY, self.store_capacity != other.store_capacity),
            (STRICT_STORE, self.strict_store != other.strict_store),
        ];
        let differing = differing.into_iter().filter(|(_, differs)| *differs);
        differing.map(|(key, _)| key).collect()
    }

    /// The bound on unverified bytes that all routes share.
    pub(crate) fn unverified_limit(&self) -> UnverifiedLimit {
        self.max_unverified_bytes
            .map_or_else(UnverifiedLimit::default, UnverifiedLimit::new)
    }
}

fn location(server: &Entries, key: &str) -> Result<Option<Location>, EntryError> {
    let location = server.text(key)?.map(|text| Location::parse(&text));
    let location = location.transpose();
    location.map_err(|problem| EntryError::new(key, problem.to_string()))
}

fn inbox(server: &Entries) -> Result<Option<Location>, EntryError> {
    match location(server, INBOX)? {
        Some(location) if !location.keeps_deliveries() => Err(EntryError::new(
            INBOX,
            r#"cannot be in this kind of store; expected "sqlite:PATH" or "postgres://…""#,
        )),
        location => Ok(location),
    }
}

fn worker(server: &Entries) -> Result<WorkerSettings, EntryError> {
    match server.object(WORKER)? {
        Some(entries) => WorkerSettings::read(&entries).map_err(|error| error.within(WORKER)),
        None => Ok(WorkerSettings::default()),
    }
}

fn store_capacity(server: &Entries) -> Result<Option<usize>, EntryError> {
    let capacity = size(server, STORE_CAPACITY)?;
    match (capacity, location(server, STORE)?) {
        (Some(_), Some(location)) if location != Location::Memory => Err(EntryError::new(
            STORE_CAPACITY,
            r#"is a limit of the store "memory" alone: remove it"#,
        )),
        (capacity, _) => Ok(capacity),
    }
}

fn keys(server: &Entries, key: &str) -> Result<Option<KeyRing>, EntryError> {
    let keys = server.text(key)?.map(|text| KeyRing::parse(&text));
    let keys = keys.transpose();
    keys.map_err(|problem| EntryError::new(key, problem.to_string()))
}

fn idle_timeout(server: &Entries) -> Result<Option<Duration>, EntryError> {
    match server.count(IDLE_TIMEOUT)? {
        Some(secs) if secs > LONGEST_IDLE_SECS => Err(at_most(IDLE_TIMEOUT, LONGEST_IDLE_SECS)),
        secs => Ok(secs.map(Duration::from_secs)),
    }
}

fn size(server: &Entries, key: &str) -> Result<Option<usize>, EntryError> {
    let count = server.count(key)?.map(usize::try_from).transpose();
    count.map_err(|_| at_most(key, usize::MAX))
}

fn at_most(key: &str, limit: impl std::fmt::Display) -> EntryError {
    EntryError::new(key, format!("must be at most {limit}"))
}

/// The keys of `_server`.
pub(super) const SERVER_KEYS: &[&str] = &[
    IDLE_TIMEOUT,
    INBOX,
    INBOX_KEYS,
    MAX_BODY_BYTES,
    MAX_CONNECTIONS,
    MAX_UNVERIFIED_BYTES,
    SECRET_KEYS,
    STORE,
    STORE_CAPACITY,
    STRICT_STORE,
    WORKER,
];
pub(super) const MAX_BODY_BYTES: &str = "max_body_bytes";
const IDLE_TIMEOUT: &str = "idle_timeout_secs";
pub(super) const INBOX: &str = "inbox";
pub(crate) const INBOX_KEYS: &str = "inbox_keys";
const MAX_CONNECTIONS: &str = "max_connections";
const MAX_UNVERIFIED_BYTES: &str = "max_unverified_bytes";
pub(super) const SECRET_KEYS: &str = "secret_keys";
const STORE: &str = "store";
const STORE_CAPACITY: &str = "store_capacity";
const STRICT_STORE: &str = "strict_store";
/// Also the age at which a connection takes no further request.
const LONGEST_IDLE_SECS: u64 = 3600;
const MOST_CONNECTIONS: usize = 1_000_000;

//! The settings of the server, as opposed to those of a route.

use std::time::Duration;

use webhook_axum::{MemoryStore, UnverifiedLimit};

use crate::entries::{Entries, EntryError};

/// What `_server` says, with a default for what it does not.
pub(crate) struct ServerSettings {
    /// Bytes of a body, instead of the provider's own limit.
    pub(crate) max_body_bytes: Option<usize>,
    /// Connections that are open at a time.
    pub(crate) max_connections: usize,
    /// How long a connection may stay open without a request.
    pub(crate) idle_timeout: Duration,
    /// Bytes of bodies that are read and not verified yet, over all connections.
    pub(crate) max_unverified_bytes: Option<usize>,
    /// Deliveries that each route remembers, instead of the memory store's own capacity.
    pub(crate) store_capacity: Option<usize>,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            max_body_bytes: None,
            // Below the 1024 file descriptors that a process commonly may have.
            max_connections: 512,
            // Longer than the 60 s for which load balancers commonly keep a connection that they
            // want to use again.
            idle_timeout: Duration::from_secs(75),
            max_unverified_bytes: None,
            store_capacity: None,
        }
    }
}

impl ServerSettings {
    /// Reads the entries of `_server`. That no key is there twice, or unknown, is checked by the caller.
    pub(crate) fn read(server: &Entries) -> Result<Self, EntryError> {
        let default = Self::default();
        let idle = match server.count(IDLE_TIMEOUT)? {
            None => default.idle_timeout,
            Some(secs) if secs <= LONGEST_IDLE.as_secs() => Duration::from_secs(secs),
            Some(_) => return Err(EntryError::new(IDLE_TIMEOUT, "is more than 3600")),
        };
        let connections = size(server, MAX_CONNECTIONS)?.unwrap_or(default.max_connections);
        if connections > MOST_CONNECTIONS {
            return Err(EntryError::new(MAX_CONNECTIONS, "is more than 1000000"));
        }
        Ok(Self {
            max_body_bytes: size(server, MAX_BODY_BYTES)?,
            max_connections: connections,
            idle_timeout: idle,
            max_unverified_bytes: size(server, MAX_UNVERIFIED_BYTES)?,
            store_capacity: size(server, STORE_CAPACITY)?,
        })
    }

    /// The bound on unverified bytes that all routes share.
    pub(crate) fn unverified(&self) -> UnverifiedLimit {
        self.max_unverified_bytes
            .map_or_else(UnverifiedLimit::default, UnverifiedLimit::new)
    }

    /// A store for one route.
    pub(crate) fn store(&self) -> MemoryStore {
        let builder = MemoryStore::builder();
        match self.store_capacity {
            None => builder.build(),
            Some(records) => builder.capacity(records).build(),
        }
    }
}

fn size(server: &Entries, key: &str) -> Result<Option<usize>, EntryError> {
    let too_large = |_| EntryError::new(key, "is more than this machine can address");
    let count = server.count(key)?;
    count.map(usize::try_from).transpose().map_err(too_large)
}

/// The keys of `_server`.
pub(crate) const SERVER_KEYS: &[&str] = &[
    IDLE_TIMEOUT,
    MAX_BODY_BYTES,
    MAX_CONNECTIONS,
    MAX_UNVERIFIED_BYTES,
    STORE_CAPACITY,
];
pub(crate) const MAX_BODY_BYTES: &str = "max_body_bytes";
const IDLE_TIMEOUT: &str = "idle_timeout_secs";
const MAX_CONNECTIONS: &str = "max_connections";
const MAX_UNVERIFIED_BYTES: &str = "max_unverified_bytes";
const STORE_CAPACITY: &str = "store_capacity";
/// Also the age to which a connection may grow.
const LONGEST_IDLE: Duration = Duration::from_secs(3600);
const MOST_CONNECTIONS: usize = 1_000_000;

//! The settings of a store.

use std::time::Duration;

use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{Client, ConnectionInfo, IntoConnectionInfo as _, RedisError};

use crate::RedisStore;
use crate::error::{BuildError, BuildErrorKind};
use crate::link::{AnyClient, Link, Target, Wait};

const DEFAULT_PREFIX: &str = "webhook";
const LONGEST_PREFIX: usize = 64;
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(2);
const LONGEST_TIMEOUT: Duration = Duration::from_secs(60);
/// A server that vanished is noticed before the next delivery waits for it.
const KEEPALIVE: Duration = Duration::from_secs(15);
/// The shortest pause before a server of a cluster is asked again.
#[cfg(feature = "cluster")]
const RETRY_MILLIS: u64 = 25;

/// Builds a [`RedisStore`].
#[derive(Debug)]
#[must_use]
pub struct RedisStoreBuilder {
    place: Place,
    settings: Settings,
}

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) prefix: String,
    pub(crate) timeout: Duration,
    pub(crate) wait: Option<Wait>,
}

#[derive(Debug)]
enum Place {
    Url(Result<ConnectionInfo, RedisError>),
    Client(Client),
    #[cfg(feature = "cluster")]
    Urls(Result<Vec<ConnectionInfo>, RedisError>),
    #[cfg(feature = "cluster")]
    Cluster(Box<redis::cluster::ClusterClient>),
}

impl RedisStoreBuilder {
    pub(crate) fn from_url(url: &str) -> Self {
        Self::new(Place::Url(url.into_connection_info()))
    }

    #[cfg(feature = "cluster")]
    pub(crate) fn from_urls_of_cluster<'a>(urls: impl IntoIterator<Item = &'a str>) -> Self {
        let urls = urls.into_iter().map(|url| url.into_connection_info());
        Self::new(Place::Urls(urls.collect()))
    }

    fn new(place: Place) -> Self {
        Self {
            place,
            settings: Settings {
                prefix: DEFAULT_PREFIX.to_owned(),
                timeout: DEFAULT_TIMEOUT,
                wait: None,
            },
        }
    }

    /// Sets what every name in Redis begins with. Default: `webhook`. Applications that share a
    /// server need different prefixes; processes of one application need the same.
    ///
    /// A prefix has 1 to 64 letters, digits or `.:/_-`. Each record has a copy of it, so a short
    /// one saves memory.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.settings.prefix = prefix.into();
        self
    }

    /// Sets how long an operation may take. Default: 2 s. After that it fails with
    /// [`Timeout`](webhook_core::StoreErrorKind::Timeout), and the delivery is answered 503.
    ///
    /// At most a minute. A connection may take half of it to open.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// Makes each claim and each commit wait until this many replicas have it, for at most `wait`.
    /// Default: it does not wait.
    ///
    /// Without this, a failover may lose the last claims and commits, and their events run again.
    /// With it, a failover to one of these replicas loses none of them. If too few replicas answer
    /// in time, the claim is released and the delivery is answered 503.
    ///
    /// This costs throughput: claims and commits wait for a round trip to the replicas, one after
    /// the other. Redis calls this `WAIT`.
    pub fn wait_for_replicas(mut self, replicas: u8, wait: Duration) -> Self {
        self.settings.wait = Some(Wait {
            replicas: replicas.into(),
            at_most: wait,
        });
        self
    }

    /// Builds the store. It connects when it is used.
    ///
    /// # Errors
    ///
    /// If a setting cannot be used.
    pub fn build(self) -> Result<RedisStore, BuildError> {
        self.settings.check()?;
        let client = self.place.client(&self.settings)?;
        let target = Target::new(client, self.settings.timeout);
        Ok(RedisStore::from_parts(Link::new(target), self.settings))
    }
}

/// A client with settings of its own, such as the certificates of a private authority. The store
/// opens a connection of its own with it.
impl From<Client> for RedisStoreBuilder {
    fn from(client: Client) -> Self {
        Self::new(Place::Client(client))
    }
}

/// A client of a cluster with settings of its own. The store opens connections of its own with it.
///
/// Set its `response_timeout` to the timeout of the store or more, and do not let it read from
/// replicas.
#[cfg(feature = "cluster")]
impl From<redis::cluster::ClusterClient> for RedisStoreBuilder {
    fn from(client: redis::cluster::ClusterClient) -> Self {
        Self::new(Place::Cluster(client.into()))
    }
}

impl Settings {
    fn check(&self) -> Result<(), BuildError> {
        let refuse = |is_wrong, kind| match is_wrong {
            true => Err(BuildError::new(kind)),
            false => Ok(()),
        };
        // A brace would change the hash tag.
        let fits = |c: char| c.is_ascii_alphanumeric() || ".:/_-".contains(c);
        let has_length = (1..=LONGEST_PREFIX).contains(&self.prefix.len());
        let is_wrong = !has_length || !self.prefix.chars().all(fits);
        refuse(is_wrong, BuildErrorKind::Prefix)?;
        let is_wrong = self.timeout.is_zero() || self.timeout > LONGEST_TIMEOUT;
        refuse(is_wrong, BuildErrorKind::Timeout)?;
        let is_wrong = self.wait.is_some_and(|wait| {
            // Redis takes zero milliseconds for "without end".
            let has_time = wait.at_most.as_millis() > 0 && wait.at_most < self.timeout;
            wait.replicas == 0 || !has_time
        });
        refuse(is_wrong, BuildErrorKind::Replicas)
    }
}

impl Place {
    fn client(self, settings: &Settings) -> Result<AnyClient, BuildError> {
        let wrong_url = |error| BuildError::with_source(BuildErrorKind::Url, error);
        Ok(match self {
            Self::Url(info) => {
                let info = info.map_err(wrong_url)?;
                let info = info.set_tcp_settings(tcp(settings.timeout));
                AnyClient::Server(Client::open(info).map_err(wrong_url)?.into())
            }
            Self::Client(client) => AnyClient::Server(client.into()),
            #[cfg(feature = "cluster")]
            Self::Urls(urls) => {
                let limit = settings.timeout;
                let builder = redis::cluster::ClusterClientBuilder::new(urls.map_err(wrong_url)?)
                    // Within the limit, and not long after it.
                    .retries(4)
                    .min_retry_wait(RETRY_MILLIS)
                    .max_retry_wait(8 * RETRY_MILLIS)
                    .connection_timeout(limit / 2)
                    .response_timeout(limit)
                    .tcp_settings(tcp(limit));
                AnyClient::Cluster(builder.build().map_err(wrong_url)?.into())
            }
            #[cfg(feature = "cluster")]
            Self::Cluster(client) => AnyClient::Cluster(client),
        })
    }
}

fn tcp(limit: Duration) -> TcpSettings {
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE);
    let settings = TcpSettings::default()
        .set_nodelay(true)
        .set_keepalive(keepalive);
    #[cfg(target_os = "linux")]
    let settings = settings.set_user_timeout(limit);
    #[cfg(not(target_os = "linux"))]
    let _ = limit;
    settings
}

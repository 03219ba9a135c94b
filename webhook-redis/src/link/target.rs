//! What a store connects to.

use std::fmt;
use std::time::Duration;

use redis::{AsyncConnectionConfig, Client, RedisError};
use tokio::time::timeout;

use super::connection::Connection;

/// How many commands may wait for the connection before their senders do.
const QUEUE: usize = 1024;

/// A server, or the servers of a cluster.
pub(crate) struct Target {
    client: AnyClient,
    /// How long a connection may take to open.
    pub(super) patience: Duration,
}

pub(crate) enum AnyClient {
    Server(Box<Client>),
    #[cfg(feature = "cluster")]
    Cluster(Box<redis::cluster::ClusterClient>),
}

impl Target {
    /// `limit` is that of an operation. A connection has half of it to open, so that an operation
    /// that waits for it can still take place.
    pub(crate) fn new(client: AnyClient, limit: Duration) -> Self {
        Self {
            client,
            patience: limit / 2,
        }
    }

    pub(crate) fn is_cluster(&self) -> bool {
        match self.client {
            AnyClient::Server(_) => false,
            #[cfg(feature = "cluster")]
            AnyClient::Cluster(_) => true,
        }
    }

    pub(super) async fn open(&self) -> Result<Connection, RedisError> {
        match timeout(self.patience, self.connect()).await {
            Ok(connection) => connection,
            Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
        }
    }

    async fn connect(&self) -> Result<Connection, RedisError> {
        match &self.client {
            AnyClient::Server(client) => {
                // Operations have time limits of their own.
                let config = AsyncConnectionConfig::new()
                    .set_response_timeout(None)
                    .set_connection_timeout(None)
                    .set_pipeline_buffer_size(QUEUE);
                let open = client.get_multiplexed_async_connection_with_config(&config);
                Ok(Connection::Server(open.await?))
            }
            #[cfg(feature = "cluster")]
            AnyClient::Cluster(client) => {
                Ok(Connection::Cluster(client.get_async_connection().await?))
            }
        }
    }
}

/// Shows the address, and no password.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.client {
            AnyClient::Server(client) => {
                write!(f, "{}", client.get_connection_info().addr())
            }
            #[cfg(feature = "cluster")]
            AnyClient::Cluster(_) => f.write_str("cluster"),
        }
    }
}

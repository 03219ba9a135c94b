//! A connection to a server or to a cluster.

use redis::aio::{ConnectionLike as _, MultiplexedConnection};
use redis::{Cmd, Pipeline, RedisError, Value};

/// Many operations use it at the same time. An operation that is dropped leaves the answers of the
/// others alone: each answer goes to the command that it belongs to.
#[derive(Clone)]
pub(super) enum Connection {
    Server(MultiplexedConnection),
    #[cfg(feature = "cluster")]
    Cluster(redis::cluster_async::ClusterConnection),
}

impl Connection {
    pub(super) async fn send(&mut self, command: &Cmd) -> Result<Value, RedisError> {
        let answer = match self {
            Self::Server(connection) => connection.send_packed_command(command).await?,
            #[cfg(feature = "cluster")]
            Self::Cluster(connection) => connection.req_packed_command(command).await?,
        };
        answer.extract_error()
    }

    /// Sends commands one after the other. Their answers may be errors.
    pub(super) async fn send_all(&mut self, all: &Pipeline) -> Result<Vec<Value>, RedisError> {
        let count = all.cmd_iter().count();
        match self {
            Self::Server(connection) => connection.req_packed_commands(all, 0, count).await,
            #[cfg(feature = "cluster")]
            Self::Cluster(connection) => connection.req_packed_commands(all, 0, count).await,
        }
    }

    pub(super) async fn send_to_each(
        &mut self,
        command: &Cmd,
    ) -> Result<Vec<(String, Value)>, RedisError> {
        match self {
            Self::Server(_) => Ok(vec![(String::new(), self.send(command).await?)]),
            #[cfg(feature = "cluster")]
            Self::Cluster(connection) => {
                use redis::cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo};
                let each = (MultipleNodeRoutingInfo::AllMasters, None);
                let route = RoutingInfo::MultiNode(each);
                let answers = connection.route_command(command.clone(), route).await?;
                redis::from_redis_value(answers.extract_error()?).map_err(RedisError::from)
            }
        }
    }
}

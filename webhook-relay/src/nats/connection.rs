//! The client, and whether it is connected.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_nats::ConnectError;
use async_nats::connection::State;
use async_nats::jetstream::Context;
use tokio::sync::OnceCell;
use tokio::time::timeout;

/// How long a message waits for the first connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

type Connecting = Pin<Box<dyn Future<Output = Result<Context, ConnectError>> + Send>>;

/// A client that is there, or one that the first message makes.
#[derive(Clone)]
pub(super) struct Connection(Arc<Parts>);

struct Parts {
    context: OnceCell<Context>,
    connect: Option<Box<dyn Fn() -> Connecting + Send + Sync>>,
}

/// Why nothing is sent.
#[derive(Debug)]
pub(super) enum NotConnected {
    /// The client is connecting again.
    Lost,
    TimedOut,
    Refused(ConnectError),
}

impl Connection {
    pub(super) fn of(context: Context) -> Self {
        Self(Arc::new(Parts {
            context: OnceCell::new_with(Some(context)),
            connect: None,
        }))
    }

    pub(super) fn made_by<F>(connect: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Context, ConnectError>> + Send + 'static,
    {
        Self(Arc::new(Parts {
            context: OnceCell::new(),
            connect: Some(Box::new(move || Box::pin(connect()))),
        }))
    }

    /// The context of a client that is connected.
    ///
    /// A client that is not would keep the message and send it once it is connected. The worker has
    /// retried it by then, and does so again later, perhaps when the stream has forgotten its id.
    pub(super) async fn context(&self) -> Result<&Context, NotConnected> {
        let made = self.0.context.get_or_try_init(|| self.connect());
        let made = timeout(CONNECT_TIMEOUT, made).await;
        let context = made.map_err(|_| NotConnected::TimedOut)??;
        match context.client().connection_state() {
            State::Connected => Ok(context),
            State::Pending | State::Disconnected => Err(NotConnected::Lost),
        }
    }

    async fn connect(&self) -> Result<Context, NotConnected> {
        match &self.0.connect {
            Some(connect) => connect().await.map_err(NotConnected::Refused),
            None => Err(NotConnected::Lost),
        }
    }
}

impl fmt::Display for NotConnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost => f.write_str("the connection is lost"),
            Self::TimedOut => f.write_str("the connection was not made in time"),
            Self::Refused(error) => write!(f, "not connected: {error}"),
        }
    }
}

impl Error for NotConnected {}

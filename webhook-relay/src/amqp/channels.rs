//! A connection, and channels with at most one message in flight.
//!
//! `lapin` hands a returned message to the next message that is confirmed on the same channel. With
//! several in flight, that may be another one: an unroutable message would then look confirmed, and
//! its event would be lost.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lapin::options::ConfirmSelectOptions;
use lapin::tcp::{AMQPUriTcpExt as _, TLSConfig};
use lapin::uri::AMQPUri;
use lapin::{Channel, Connection, ConnectionProperties};
use tokio::time::{Instant, timeout};
use tracing::Dispatch;

use crate::amqp::outcome::Failure;

/// After a connection failed, all messages that wait for one fail too.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a connection and its handshake, or a channel, may take. The client waits without an end
/// if the connection breaks meanwhile.
const STEP: Duration = Duration::from_secs(5);

pub(super) struct Channels {
    uri: AMQPUri,
    state: tokio::sync::Mutex<State>,
    idle: Mutex<Vec<Channel>>,
}

#[derive(Default)]
struct State {
    connection: Option<Arc<Connection>>,
    failed_at: Option<Instant>,
}

impl Channels {
    pub(super) fn new(uri: AMQPUri) -> Self {
        Self {
            uri,
            state: tokio::sync::Mutex::default(),
            idle: Mutex::default(),
        }
    }

    /// A channel with nothing in flight.
    pub(super) async fn take(&self) -> Result<Channel, Failure> {
        // Those of an earlier connection are dropped here.
        while let Some(channel) = self.pop() {
            if channel.status().connected() {
                return Ok(channel);
            }
        }
        let connection = self.connection().await?;
        let opened = within(STEP, open(&connection)).await;
        if opened.is_err() {
            self.forget(&connection).await;
        }
        opened
    }

    /// The connection, or a new one if it is lost.
    async fn connection(&self) -> Result<Arc<Connection>, Failure> {
        let mut state = self.state.lock().await;
        if let Some(connection) = &state.connection
            && connection.status().connected()
        {
            return Ok(Arc::clone(connection));
        }
        if state.failed_at.is_some_and(|at| at.elapsed() < PAUSE) {
            return Err(Failure::Away);
        }
        // Whatever this future comes to, dropped or not.
        state.failed_at = Some(Instant::now());
        let connected = within(STEP, connect(self.uri.clone())).await;
        state.failed_at = Some(Instant::now());
        let connection = Arc::new(connected?);
        state.connection = Some(Arc::clone(&connection));
        state.failed_at = None;
        Ok(connection)
    }

    /// The next message gets another connection.
    async fn forget(&self, broken: &Arc<Connection>) {
        let mut state = self.state.lock().await;
        let is_current = |current: &Arc<Connection>| Arc::ptr_eq(current, broken);
        if state.connection.as_ref().is_some_and(is_current) {
            state.connection = None;
        }
    }

    /// Takes a channel back whose message was confirmed.
    pub(super) fn give_back(&self, channel: Channel) {
        self.idle().push(channel);
    }

    fn pop(&self) -> Option<Channel> {
        self.idle().pop()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Channel>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn within<V>(
    time: Duration,
    step: impl Future<Output = lapin::Result<V>>,
) -> Result<V, Failure> {
    let done = timeout(time, step).await;
    Ok(done.map_err(|_| Failure::TimedOut)??)
}

async fn open(connection: &Connection) -> lapin::Result<Channel> {
    let channel = connection.create_channel().await?;
    let options = ConfirmSelectOptions::default();
    channel.confirm_select(options).await?;
    Ok(channel)
}

async fn connect(uri: AMQPUri) -> lapin::Result<Connection> {
    let properties = ConnectionProperties::default().with_connection_name("webhook-relay".into());
    let runtime = lapin::runtime::default_runtime()?;
    Connection::connector(
        uri,
        runtime,
        async |uri, runtime| {
            silence_this_thread();
            let opened = uri.connect_with_config_async(TLSConfig::default(), &runtime);
            opened.await.map_err(lapin::Error::from)
        },
        properties,
    )
    .await
}

/// The client calls it on the thread that it has for a connection, and that thread writes returned
/// messages with their bodies to the log. No log has the body of a delivery.
fn silence_this_thread() {
    let quiet = tracing::dispatcher::set_default(&Dispatch::none());
    // Until the thread ends.
    mem::forget(quiet);
}

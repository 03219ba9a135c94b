//! A connection, and channels with at most one message in flight.
//!
//! `lapin` hands a returned message to the next message that is confirmed on the same channel. With
//! several in flight, that may be another one: an unroutable message would then look confirmed, and
//! its event would be lost.

use std::mem;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lapin::options::ConfirmSelectOptions;
use lapin::tcp::{AMQPUriTcpExt as _, TLSConfig};
use lapin::uri::AMQPUri;
use lapin::{Channel, Connection, ConnectionProperties};
use tokio::time::Instant;
use tracing::Dispatch;

use crate::amqp::outcome::Failure;

/// After a connection failed, all messages that wait for one fail too.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Channels {
    uri: AMQPUri,
    connection: tokio::sync::Mutex<State>,
    idle: Mutex<Vec<Channel>>,
}

#[derive(Default)]
struct State {
    connection: Option<Connection>,
    failed_at: Option<Instant>,
}

impl Channels {
    pub(super) fn new(uri: AMQPUri) -> Self {
        Self {
            uri,
            connection: tokio::sync::Mutex::default(),
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
        let mut state = self.connection.lock().await;
        let is_connected = |connection: &Connection| connection.status().connected();
        if !state.connection.as_ref().is_some_and(is_connected) {
            if state.failed_at.is_some_and(|at| at.elapsed() < PAUSE) {
                return Err(Failure::Away);
            }
            // Also if this future is dropped before there is an answer.
            state.failed_at = Some(Instant::now());
            state.connection = Some(connect(self.uri.clone()).await?);
            state.failed_at = None;
        }
        let Some(connection) = &state.connection else {
            return Err(Failure::Away);
        };
        let channel = connection.create_channel().await?;
        channel
            .confirm_select(ConfirmSelectOptions::default())
            .await?;
        Ok(channel)
    }

    /// Takes a channel back whose message was confirmed.
    pub(super) fn give_back(&self, channel: Channel) {
        self.idle().push(channel);
    }

    fn pop(&self) -> Option<Channel> {
        self.idle().pop()
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Channel>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
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

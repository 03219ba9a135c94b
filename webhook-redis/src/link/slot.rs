//! The connection in use: opened by the first operation, replaced when it breaks.
//!
//! The crate's own manager of connections keeps an error of the set-up for ever, such as a refused
//! password, and keeps a connection that does not answer. Both last until the process restarts.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use redis::RedisError;
use tokio::time::Instant;

use super::connection::Connection;
use super::{CallError, Target};
use crate::failure::is_of_this_connection;

/// The pause after an attempt to connect that failed. Operations fail at once meanwhile.
const PAUSE: Duration = Duration::from_millis(50);
/// A connection to a server that refuses to write is replaced, but no more often than this.
const YOUNG: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Slot {
    target: Target,
    state: Mutex<State>,
    /// Whether the last attempt to connect failed. An outage is logged once.
    is_down: AtomicBool,
}

#[derive(Debug)]
enum State {
    /// No connection, and nobody connects.
    Empty,
    Opening(Opening),
    Open(Live),
    Failed {
        at: Instant,
        error: RedisError,
    },
}

type Opening = Shared<BoxFuture<'static, Result<Live, RedisError>>>;

/// A connection that was opened.
#[derive(Clone)]
pub(super) struct Live {
    pub(super) connection: Connection,
    life: Arc<Life>,
}

struct Life {
    begin: Instant,
    /// When the last answer came, in milliseconds after `begin`.
    heard: AtomicU64,
}

impl Slot {
    pub(super) fn new(target: Target) -> Self {
        Self {
            target,
            state: Mutex::new(State::Empty),
            is_down: AtomicBool::new(false),
        }
    }

    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// The connection. Opens one if there is none. Operations that wait for it wait for the same.
    pub(super) async fn live(self: &Arc<Self>) -> Result<Live, RedisError> {
        let opening = {
            let mut state = self.state();
            match &*state {
                State::Open(live) => return Ok(live.clone()),
                State::Failed { at, error } if at.elapsed() < PAUSE => return Err(error.clone()),
                State::Opening(opening) => opening.clone(),
                State::Empty | State::Failed { .. } => {
                    let opening = self.open();
                    *state = State::Opening(opening.clone());
                    opening
                }
            }
        };
        opening.await
    }

    /// Opens a connection in a task of its own, so that it goes on when the operation is dropped.
    fn open(self: &Arc<Self>) -> Opening {
        let slot = Arc::clone(self);
        let opening = async move {
            let opened = slot.target.open().await.map(Live::new);
            slot.has_opened(&opened);
            opened
        };
        let opening = opening.boxed().shared();
        tokio::spawn(opening.clone());
        opening
    }

    fn has_opened(&self, opened: &Result<Live, RedisError>) {
        *self.state() = match opened {
            Ok(live) => {
                if self.is_down.swap(false, Relaxed) {
                    tracing::info!(redis = ?self.target, "Redis is reachable again");
                }
                State::Open(live.clone())
            }
            Err(error) => {
                if !self.is_down.swap(true, Relaxed) {
                    tracing::warn!(redis = ?self.target, %error, "cannot connect to Redis");
                }
                State::Failed {
                    at: Instant::now(),
                    error: error.clone(),
                }
            }
        };
    }

    /// Decides whether the next operation needs another connection. `begin` is when the operation
    /// that failed was sent.
    pub(super) fn judge(&self, live: &Live, error: &CallError, begin: Instant) {
        if matches!(error, CallError::Redis(error) if !error.is_io_error()) {
            live.has_answered();
        }
        let is_broken = match error {
            CallError::OutOfTime => live.was_silent_since(begin),
            // A connection to a cluster mends itself, as long as some of its servers answer.
            CallError::Redis(_) if self.target.is_cluster() => live.is_quiet(),
            CallError::Redis(error) if error.is_unrecoverable_error() => true,
            CallError::Redis(error) => is_of_this_connection(error) && live.is_old(),
        };
        if is_broken {
            self.discard(live);
        }
    }

    fn discard(&self, live: &Live) {
        let mut state = self.state();
        if matches!(&*state, State::Open(open) if Arc::ptr_eq(&open.life, &live.life)) {
            tracing::debug!(redis = ?self.target, "the connection to Redis is replaced");
            *state = State::Empty;
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Live {
    fn new(connection: Connection) -> Self {
        let life = Arc::new(Life {
            begin: Instant::now(),
            heard: AtomicU64::new(0),
        });
        Self { connection, life }
    }

    pub(super) fn has_answered(&self) {
        let millis = self.life.begin.elapsed().as_millis();
        let millis = u64::try_from(millis).unwrap_or(u64::MAX);
        self.life.heard.store(millis, Relaxed);
    }

    fn last_heard(&self) -> Instant {
        self.life.begin + Duration::from_millis(self.life.heard.load(Relaxed))
    }

    fn was_silent_since(&self, time: Instant) -> bool {
        self.last_heard() < time
    }

    fn is_quiet(&self) -> bool {
        self.last_heard().elapsed() > YOUNG
    }

    fn is_old(&self) -> bool {
        self.life.begin.elapsed() > YOUNG
    }
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live")
            .field("begin", &self.life.begin)
            .finish_non_exhaustive()
    }
}

//! A queue whose operations go out in groups.
//!
//! What arrives while a statement runs goes out together in the next one. There is no window: one
//! operation alone never waits for others.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use webhook_core::{StoreError, StoreErrorKind};

/// How many operations one statement has at most.
const MOST: usize = 256;
/// How many operations wait in the queue at most. Further ones wait outside.
const QUEUE: usize = 1024;

/// Where an answer goes.
pub(super) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// Operations that are sent together.
pub(super) trait Grouped: Sized + Send + 'static {
    /// Whether the caller has given up before anything was sent.
    fn is_abandoned(&self) -> bool;

    /// Sends what can go out together, and answers it. It leaves the rest, in its order.
    fn send(waiting: &mut Vec<Self>, context: &Context) -> impl Future<Output = ()> + Send;
}

/// What the task needs. It must not keep the queue alive.
pub(super) struct Context {
    pub(super) store: Arc<crate::store::Shared>,
    pub(super) sql: crate::sql::InboxStatements,
}

/// The queue of the task that sends the groups. The task ends with it.
pub(super) struct Queue<Op> {
    sender: mpsc::Sender<Op>,
    limit: Duration,
}

impl<Op: Grouped> Queue<Op> {
    /// Starts the task. It has to be called in a runtime.
    pub(super) fn start(context: Context, limit: Duration) -> Self {
        let (sender, ops) = mpsc::channel(QUEUE);
        tokio::spawn(run(context, ops));
        Self { sender, limit }
    }

    pub(super) async fn ask<T>(&self, op: impl FnOnce(Reply<T>) -> Op) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let op = op(reply);
        let ask = async {
            self.sender.send(op).await.ok()?;
            answer.await.ok()
        };
        match timeout(self.limit, ask).await {
            Ok(Some(answer)) => answer,
            // The runtime is shutting down.
            Ok(None) => Err(StoreErrorKind::Unavailable.into()),
            Err(_) => Err(StoreErrorKind::Timeout.into()),
        }
    }
}

async fn run<Op: Grouped>(context: Context, mut ops: mpsc::Receiver<Op>) {
    // Those that a group has left.
    let mut waiting = Vec::with_capacity(MOST);
    loop {
        if waiting.is_empty() && ops.recv_many(&mut waiting, MOST).await == 0 {
            return;
        }
        while waiting.len() < MOST
            && let Ok(op) = ops.try_recv()
        {
            waiting.push(op);
        }
        waiting.retain(|op| !op.is_abandoned());
        if !waiting.is_empty() {
            Op::send(&mut waiting, &context).await;
        }
    }
}

/// The errors of a group whose statement has failed, one for each of its operations.
pub(super) fn errors(error: StoreError) -> impl Fn() -> StoreError {
    let (kind, error) = (error.kind(), Arc::new(error));
    move || StoreError::with_source(kind, GroupFailed(Arc::clone(&error)))
}

/// The statement of a group has failed.
#[derive(Debug)]
struct GroupFailed(Arc<StoreError>);

impl fmt::Display for GroupFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the statement of a group failed")
    }
}

impl Error for GroupFailed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

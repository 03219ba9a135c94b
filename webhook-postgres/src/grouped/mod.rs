//! Claims and commits of many deliveries in one statement.
//!
//! What arrives while a statement runs goes out together in the next one. There is no window: one
//! delivery alone never waits for others.

mod batch;
mod op;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use webhook_core::replay::{Claim, Lease};
use webhook_core::{StoreError, StoreErrorKind};

use crate::claim::Asked;
use crate::database::Database;
use crate::sql::Statements;
use batch::Batch;
use op::{Op, Reply};

/// How many operations one statement has at most.
const MOST: usize = 256;
/// How many operations wait in the queue at most. Further ones wait outside.
const QUEUE: usize = 1024;

/// The planner never sees how many rows a batch has. A plan that was made while the table was empty
/// would read all of it later.
pub(crate) const SESSION: [(&str, &str); 3] = [
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
];

/// The queue of the task that sends the groups. The task ends with it.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Op>,
    limit: Duration,
}

impl Writer {
    /// Starts the task, which uses one connection of this database. It has to be called in a
    /// runtime.
    pub(crate) fn start(database: Database, sql: Arc<Statements>, limit: Duration) -> Self {
        let (queue, ops) = mpsc::channel(QUEUE);
        tokio::spawn(run(database, sql, ops));
        Self { queue, limit }
    }

    pub(crate) async fn claim(&self, asked: Asked) -> Result<Claim, StoreError> {
        self.ask(|reply| Op::claim(asked, reply)).await
    }

    /// Returns whether the record was committed now. If not, it may have been committed before.
    pub(crate) async fn commit(
        &self,
        lease: &Lease,
        answer: Option<&[u8]>,
    ) -> Result<bool, StoreError> {
        self.ask(|reply| Op::commit(lease, answer, reply)).await
    }

    async fn ask<T>(&self, op: impl FnOnce(Reply<T>) -> Op) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let op = op(reply);
        let ask = async {
            self.queue.send(op).await.ok()?;
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

async fn run(database: Database, sql: Arc<Statements>, mut ops: mpsc::Receiver<Op>) {
    // Those that a batch has left: a key occurs once in a batch.
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
        let batch = Batch::take(&mut waiting);
        batch.run(&database, &sql, &mut waiting).await;
    }
}

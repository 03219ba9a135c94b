//! The one thread that writes, and how operations reach it.

mod batch;
mod checkpoint;
mod checkpointer;
mod job;
mod others;
mod queue;
mod thread;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use webhook_core::StoreError;

use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::open::Database;
use crate::time::Clock;
pub(crate) use batch::PURGE;
use checkpointer::Checkpointer;
use job::Ask;
use queue::Queue;
use thread::Thread;

/// How long an operation may take.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(2);
/// How often the timer looks for operations that took too long.
const TICK: Duration = Duration::from_millis(250);

/// The settings of the thread.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) clock: Clock,
    /// How many operations wait at most.
    pub(crate) queue: usize,
    /// How often expired records are looked for. `None`: never.
    pub(crate) purge_every: Option<Duration>,
}

/// The callers' end of the writer. It ends when this is dropped, after what was queued.
pub(crate) struct Writer {
    queue: Arc<Queue>,
    capacity: usize,
}

/// Whether an operation begins work or ends it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// Refused when the queue is full: nothing has happened yet.
    Begins,
    /// Taken until the queue is twice as full: a commit that is lost runs its event again.
    Ends,
}

impl Writer {
    /// Starts the writer, the thread that writes the log back with the connection `second`, and the
    /// timer that answers when the writer cannot.
    pub(crate) fn start(
        database: Database,
        second: Connection,
        settings: Settings,
    ) -> io::Result<Self> {
        let queue = Arc::new(Queue::new());
        let capacity = settings.queue;
        let writer = Self {
            queue: queue.clone(),
            capacity,
        };
        let for_timer = queue.clone();
        let checkpointer = Checkpointer::start(second)?;
        std::thread::Builder::new()
            .name("webhook-sqlite".into())
            .spawn(move || {
                let thread = Thread::new(queue, database, settings, checkpointer);
                thread.run();
            })?;
        std::thread::Builder::new()
            .name("webhook-sq-time".into())
            .spawn(move || for_timer.expire(TICK))?;
        Ok(writer)
    }

    /// Runs `work` in the writer, within the transaction of a batch. It runs again if the batch
    /// fails for another operation's sake, and counts once.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        urgency: Urgency,
        work: impl FnMut(&mut Ledger<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (job, answer, waiting) = Ask::new(work, Instant::now() + TIME_LIMIT);
        let at_most = match urgency {
            Urgency::Begins => self.capacity,
            Urgency::Ends => self.capacity.saturating_mul(2),
        };
        self.queue.push(job, waiting, at_most)?;
        let gone = || Failure::unknown("the writer ended while it had the operation");
        Ok(answer.await.unwrap_or_else(|_| Err(gone()))?)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
    }
}

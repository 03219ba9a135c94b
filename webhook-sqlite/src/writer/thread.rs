//! The writer's loop.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use super::Settings;
use super::checkpoint::Checkpoints;
use super::checkpointer::Checkpointer;
use super::job::Job;
use super::others::Others;
use super::queue::{Queue, Taken};
use crate::failure::Failure;
use crate::open::Database;

/// How many operations share a COMMIT at most.
pub(super) const MAX_BATCH: usize = 256;

pub(super) struct Thread {
    pub(super) queue: Arc<Queue>,
    pub(super) database: Database,
    pub(super) settings: Settings,
    pub(super) batch: Vec<Box<dyn Job>>,
    pub(super) checkpoints: Checkpoints,
    pub(super) others: Others,
    /// When expired records are looked for next.
    pub(super) purge_at: Option<Instant>,
}

impl Thread {
    pub(super) fn new(
        queue: Arc<Queue>,
        database: Database,
        settings: Settings,
        checkpointer: Checkpointer,
    ) -> Self {
        let purge_at = settings.purge_every.map(|_| Instant::now());
        Self {
            queue,
            database,
            settings,
            batch: Vec::with_capacity(MAX_BATCH),
            checkpoints: Checkpoints::new(checkpointer),
            others: Others::default(),
            purge_at,
        }
    }

    /// Runs until the queue is closed and empty. A panic fails the operations of its batch.
    pub(super) fn run(mut self) {
        let _end = End(self.queue.clone());
        loop {
            let taken = self.queue.take(&mut self.batch, MAX_BATCH, self.purge_at);
            if taken == Taken::Closed {
                return;
            }
            let turn = AssertUnwindSafe(|| self.turn(taken));
            if catch_unwind(turn).is_err() {
                self.database.disconnect();
                self.fail_all(&Failure::unknown("the writer panicked"));
            }
        }
    }

    fn turn(&mut self, taken: Taken) {
        if taken == Taken::Jobs {
            self.write();
        }
        self.purge();
        self.checkpoint();
        self.others.make_way();
    }

    pub(super) fn succeed_all(&mut self) {
        self.batch.drain(..).for_each(|mut job| job.succeed());
    }

    pub(super) fn fail_all(&mut self, failure: &Failure) {
        for job in self.batch.drain(..) {
            job.fail(failure.clone());
        }
    }
}

/// Tells the callers that the writer has ended, in whatever way.
struct End(Arc<Queue>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.end();
    }
}

//! Operations that share a COMMIT.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::job::Job;
use super::others;
use super::thread::{MAX_BATCH, Thread};
use crate::failure::Failure;
use crate::ledger::Ledger;

/// How many expired records and counts are removed between two batches.
pub(crate) const PURGE: usize = 100;

/// Takes the write lock at once, so that what is read is still true when it is written.
const BEGIN: &str = "begin immediate";

/// What failed.
enum Fault {
    /// One operation of several.
    One(Failure),
    /// All of them: the file, the lock, or the COMMIT.
    All(Failure),
}

impl Thread {
    /// Runs the batch, and what arrives meanwhile, and answers after the COMMIT.
    pub(super) fn write(&mut self) {
        match self.write_together(MAX_BATCH) {
            Ok(()) => self.succeed_all(),
            Err(Fault::One(_)) if self.batch.len() > 1 => self.write_each(),
            Err(Fault::One(failure) | Fault::All(failure)) => self.fail_all(&failure),
        }
    }

    /// Gives each operation a transaction of its own, so that only those fail that have to.
    fn write_each(&mut self) {
        for job in std::mem::take(&mut self.batch) {
            self.batch.push(job);
            match self.write_together(1) {
                Ok(()) => self.succeed_all(),
                Err(Fault::One(failure) | Fault::All(failure)) => self.fail_all(&failure),
            }
        }
    }

    /// Removes some expired records, if it is time.
    pub(super) fn purge(&mut self) {
        let (Some(every), Some(at)) = (self.settings.purge_every, self.purge_at) else {
            return;
        };
        let now = Instant::now();
        if now < at {
            return;
        }
        let removed = self.purge_some().unwrap_or_else(|failure| {
            tracing::warn!(%failure, "cannot remove expired records");
            0
        });
        let next = if removed < PURGE {
            every
        } else {
            Duration::ZERO
        };
        self.purge_at = now.checked_add(next);
    }

    fn purge_some(&mut self) -> Result<usize, Failure> {
        let now = self.settings.clock.now();
        let connection = self.database.connection()?;
        if !Ledger::begin(connection, now)?.any_expired()? {
            return Ok(0);
        }
        if let Err(error) = connection.prepare_cached(BEGIN)?.execute([]) {
            let failure = Failure::from(error);
            // Another process writes, and purges too.
            return if failure.is_busy() {
                Ok(0)
            } else {
                Err(failure)
            };
        }
        let removed = purge_and_commit(connection, now);
        self.clean_up(removed.is_err());
        removed
    }

    /// Runs the batch in one transaction, and adds to it what arrives meanwhile.
    fn write_together(&mut self, at_most: usize) -> Result<(), Fault> {
        let (queue, batch) = (&self.queue, &mut self.batch);
        let connection = self.database.connection().map_err(Fault::All)?;
        let was_free = lock(connection, batch).map_err(Fault::All)?;
        let written = run_all(connection, self.settings.clock.now(), |ledger| {
            let mut done = 0;
            while let Some(job) = batch.get_mut(done) {
                if !job.is_answered() {
                    job.run(ledger).map_err(Fault::One)?;
                }
                done += 1;
                if done == batch.len() && done < at_most {
                    queue.take(batch, at_most - done, Some(Instant::now()));
                }
            }
            Ok(())
        });
        self.others.note(connection, was_free);
        self.clean_up(written.is_err());
        written
    }

    /// Ends a transaction that failed. A connection that cannot do that is dropped.
    fn clean_up(&mut self, has_failed: bool) {
        if !has_failed {
            return;
        }
        let is_clean = self.database.connection().is_ok_and(|connection| {
            connection.is_autocommit() || connection.execute_batch("rollback").is_ok()
        });
        if !is_clean {
            self.database.disconnect();
        }
    }
}

/// Takes the write lock, as long as an operation of the batch has time left. Those that have none
/// are answered, and leave the batch. Returns whether the lock was free.
fn lock(connection: &Connection, batch: &mut Vec<Box<dyn Job>>) -> Result<bool, Failure> {
    let mut begin = connection.prepare_cached(BEGIN)?;
    let mut was_free = true;
    while let Err(error) = begin.execute([]) {
        was_free = false;
        let failure = Failure::from(error);
        let now = Instant::now();
        batch.retain(|job| {
            if job.deadline() > now {
                return !job.is_answered();
            }
            job.fail(failure.clone());
            false
        });
        if batch.is_empty() || !failure.is_busy() {
            return Err(failure);
        }
        others::pause();
    }
    Ok(was_free)
}

/// Runs `work` in the transaction that has begun, and commits it.
fn run_all(
    connection: &Connection,
    now: i64,
    work: impl FnOnce(&mut Ledger<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut ledger = Ledger::begin(connection, now).map_err(Fault::All)?;
    work(&mut ledger)?;
    ledger.finish().map_err(at_the_end)?;
    commit(connection).map_err(at_the_end)
}

/// An operation that has met damage, and has not said so, leaves a transaction that cannot be
/// committed.
fn at_the_end(failure: Failure) -> Fault {
    match failure.is_corrupt() {
        true => Fault::One(failure),
        false => Fault::All(failure),
    }
}

fn purge_and_commit(connection: &Connection, now: i64) -> Result<usize, Failure> {
    let removed = Ledger::begin(connection, now)?.purge(PURGE)?;
    commit(connection)?;
    Ok(removed)
}

fn commit(connection: &Connection) -> Result<(), Failure> {
    connection.prepare_cached("commit")?.execute([])?;
    Ok(())
}

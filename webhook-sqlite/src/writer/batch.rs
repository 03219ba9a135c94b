//! Operations that share a COMMIT.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::job::Job;
use super::thread::{MAX_BATCH, Thread};
use crate::failure::Failure;
use crate::ledger::Ledger;

/// How many expired records and counts are removed between two batches.
pub(crate) const PURGE: usize = 100;

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
        match self.write_together() {
            Ok(()) => self.batch.drain(..).for_each(|mut job| job.succeed()),
            Err(Fault::All(failure)) => self.fail_all(&failure),
            Err(Fault::One(failure)) if self.batch.len() == 1 => self.fail_all(&failure),
            Err(Fault::One(_)) => self.write_each(),
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
        let next = if removed < PURGE { every } else { Duration::ZERO };
        self.purge_at = now.checked_add(next);
    }

    fn purge_some(&mut self) -> Result<usize, Failure> {
        let now = self.settings.clock.now();
        let connection = self.database.connection()?;
        let is_any = Ledger::begin(connection, now)?.any_expired()?;
        if !is_any {
            return Ok(0);
        }
        connection.prepare_cached("begin immediate")?.execute([])?;
        let removed = transact(connection, now, |ledger| ledger.purge(PURGE));
        self.clean_up(removed.is_err());
        removed
    }

    fn write_together(&mut self) -> Result<(), Fault> {
        let (queue, batch) = (&self.queue, &mut self.batch);
        let connection = self.database.connection().map_err(Fault::All)?;
        let written = lock(connection, batch).map_err(Fault::All).and_then(|()| {
            let now = self.settings.clock.now();
            let mut ledger = Ledger::begin(connection, now).map_err(Fault::All)?;
            let mut done = 0;
            while let Some(job) = batch.get_mut(done) {
                if !job.is_answered() {
                    job.run(&mut ledger).map_err(Fault::One)?;
                }
                done += 1;
                if done == batch.len() && done < MAX_BATCH {
                    queue.take(batch, MAX_BATCH - done, Some(Instant::now()));
                }
            }
            ledger.finish().map_err(Fault::All)?;
            commit(connection).map_err(Fault::All)
        });
        self.clean_up(written.is_err());
        written
    }

    /// Gives each operation a transaction of its own, so that only those fail that have to.
    fn write_each(&mut self) {
        let mut batch = std::mem::take(&mut self.batch);
        for mut job in batch.drain(..) {
            if !job.is_answered() {
                match self.write_one(job.as_mut()) {
                    Ok(()) => job.succeed(),
                    Err(failure) => job.fail(failure),
                }
            }
        }
        self.batch = batch;
    }

    fn write_one(&mut self, job: &mut dyn Job) -> Result<(), Failure> {
        let connection = self.database.connection()?;
        let now = self.settings.clock.now();
        connection.prepare_cached("begin immediate")?.execute([])?;
        let written = transact(connection, now, |ledger| job.run(ledger));
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
/// are answered, and leave the batch.
fn lock(connection: &Connection, batch: &mut Vec<Box<dyn Job>>) -> Result<(), Failure> {
    let mut begin = connection.prepare_cached("begin immediate")?;
    loop {
        let Err(error) = begin.execute([]) else {
            return Ok(());
        };
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
        std::thread::sleep(pause());
    }
}

/// Other connections commit within about a millisecond, and there is no queue for the lock. Pauses
/// that vary do not miss it always.
fn pause() -> Duration {
    let now = Duration::from_micros(200);
    now + Duration::from_micros(u64::from(rough_random() % 800))
}

fn rough_random() -> u32 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap_or_default().subsec_nanos() / 64
}

/// Runs `work` in the transaction that has begun, and commits it.
fn transact<T>(
    connection: &Connection,
    now: i64,
    work: impl FnOnce(&mut Ledger<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut ledger = Ledger::begin(connection, now)?;
    let returned = work(&mut ledger)?;
    ledger.finish()?;
    commit(connection)?;
    Ok(returned)
}

fn commit(connection: &Connection) -> Result<(), Failure> {
    connection.prepare_cached("commit")?.execute([])?;
    Ok(())
}

//! The operations on the tables, within a transaction that holds the write lock.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use webhook_core::ordering::{EntityKey, Order, Version};
use webhook_core::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, Lease, LeaseState, MAX_ANSWER, Owner,
};
use webhook_core::{ReplayKey, UnixTime};

use crate::failure::Failure;
use crate::record::{self, Found, NewClaim, Record, epoch_of};
use crate::sql::{self, check_version, no_store_row};
use crate::time::micros;

/// The tables within a transaction.
pub(crate) struct Ledger<'c> {
    connection: &'c Connection,
    /// One time for all operations of the transaction.
    now: i64,
    last_epoch: i64,
    is_epoch_new: bool,
}

impl<'c> Ledger<'c> {
    /// Reads what the operations share. The transaction must hold the write lock already.
    pub(crate) fn begin(connection: &'c Connection, now: i64) -> Result<Self, Failure> {
        let mut statement = connection.prepare_cached(sql::STORE)?;
        let row = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)));
        let (version, last_epoch) = row.optional()?.unwrap_or((None, None));
        check_version(version)?;
        let last_epoch = last_epoch.ok_or_else(no_store_row)?;
        Ok(Self {
            connection,
            now,
            last_epoch,
            is_epoch_new: false,
        })
    }

    /// Takes the write lock and an epoch, in a transaction that somebody else began.
    pub(crate) fn join(connection: &'c Connection, now: i64) -> Result<(Self, i64), Failure> {
        let mut statement = connection.prepare_cached(sql::NEXT_EPOCH)?;
        let row = statement.query_row([now.max(1)], |row| Ok((row.get(0)?, row.get(1)?)));
        let (version, epoch): (Option<i64>, i64) = row.optional()?.ok_or_else(no_store_row)?;
        check_version(version)?;
        let ledger = Self {
            connection,
            now,
            last_epoch: epoch,
            is_epoch_new: false,
        };
        Ok((ledger, epoch))
    }

    /// Writes what the operations share. The caller commits the transaction.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        if self.is_epoch_new {
            let mut statement = self.connection.prepare_cached(sql::SET_EPOCH)?;
            statement.execute([self.last_epoch])?;
        }
        Ok(())
    }

    pub(crate) fn claim(
        &mut self,
        key: &ReplayKey,
        request: &ClaimRequest,
    ) -> Result<Claim, Failure> {
        self.claim_with(key, request, None)
    }

    /// Claims a key with `epoch`, or with the next one.
    pub(crate) fn claim_with(
        &mut self,
        key: &ReplayKey,
        request: &ClaimRequest,
        epoch: Option<i64>,
    ) -> Result<Claim, Failure> {
        let (before, attempts) = match Found::by(self.read(key)?, key, request, self.now)? {
            Found::Answer(answer) => return Ok(answer),
            Found::Free { epoch, attempts } => (epoch, attempts),
            Found::New if !self.is_counted(request)? => return Ok(Claim::OverBound),
            Found::New => (0, 0),
        };
        let epoch = match epoch {
            Some(epoch) => epoch.max(before.saturating_add(1)),
            None => self.next_epoch(before),
        };
        let claim = NewClaim::new(request, epoch, attempts.saturating_add(1), self.now);
        self.write_claim(key, &claim, record::CLAIMED)?;
        claim.acquired(key, request.owner)
    }

    /// Claims a key and commits it at once.
    #[cfg(feature = "inbox")]
    pub(crate) fn remember(
        &mut self,
        key: &ReplayKey,
        request: &ClaimRequest,
    ) -> Result<Remembered, Failure> {
        let record = self.read(key)?;
        let is_own = record.as_ref().is_some_and(|record| {
            let is_done = record.state == record::DONE && record.expires_at > self.now;
            is_done && record.owner == request.owner
        });
        if is_own {
            return Ok(Remembered::Before);
        }
        let (before, attempts) = match Found::by(record, key, request, self.now)? {
            Found::Answer(answer) => return Ok(Remembered::Known(answer)),
            Found::Free { epoch, attempts } => (epoch, attempts),
            Found::New if !self.is_counted(request)? => {
                return Ok(Remembered::Known(Claim::OverBound));
            }
            Found::New => (0, 0),
        };
        let epoch = self.next_epoch(before);
        let mut claim = NewClaim::new(request, epoch, attempts.saturating_add(1), self.now);
        claim.lease_until = 0;
        claim.expires_at = self.now.saturating_add(claim.retain);
        self.write_claim(key, &claim, record::DONE)?;
        Ok(Remembered::Now { epoch })
    }

    fn write_claim(&self, key: &ReplayKey, claim: &NewClaim, state: i64) -> Result<(), Failure> {
        let mut statement = self.connection.prepare_cached(sql::CLAIM)?;
        statement.execute(params![
            key.as_bytes(),
            claim.owner,
            claim.epoch,
            claim.lease_until,
            claim.attempts,
            claim.retain,
            claim.fingerprint,
            claim.expires_at,
            self.now,
            state,
        ])?;
        Ok(())
    }

    pub(crate) fn renew(&mut self, lease: &Lease, by: Duration) -> Result<LeaseState, Failure> {
        let until = self.now.saturating_add(micros(by));
        let mut statement = self.connection.prepare_cached(sql::RENEW)?;
        let owner = lease.owner().to_bits().to_be_bytes();
        let changed = statement.execute(params![
            lease.key().as_bytes(),
            owner,
            epoch_of(lease),
            self.now,
            until
        ])?;
        Ok(held(changed))
    }

    pub(crate) fn commit(
        &mut self,
        lease: &Lease,
        answer: Option<&[u8]>,
    ) -> Result<Commit, Failure> {
        let answer = answer.filter(|answer| answer.len() <= MAX_ANSWER);
        if self.settle(lease, record::DONE, answer, None)? == LeaseState::Held {
            return Ok(Commit::Committed);
        }
        let record = self.read(lease.key())?;
        Ok(match record {
            Some(record) if record.is_done_by(lease, self.now) => Commit::AlreadyCommitted,
            _ => Commit::LeaseLost,
        })
    }

    pub(crate) fn release(&mut self, lease: &Lease) -> Result<LeaseState, Failure> {
        self.settle(lease, record::RELEASED, None, None)
    }

    pub(crate) fn bury(&mut self, lease: &Lease, note: &str) -> Result<LeaseState, Failure> {
        let note = DeadRecord::note_to_keep(note);
        self.settle(lease, record::DEAD, None, Some(&note))
    }

    pub(crate) fn revive(&mut self, key: &ReplayKey) -> Result<bool, Failure> {
        let mut statement = self.connection.prepare_cached(sql::REVIVE)?;
        Ok(statement.execute(params![key.as_bytes(), self.now])? > 0)
    }

    pub(crate) fn forget(&mut self, key: &ReplayKey) -> Result<bool, Failure> {
        let mut statement = self.connection.prepare_cached(sql::FORGET)?;
        let was_there = statement.query_row(params![key.as_bytes(), self.now], |row| row.get(0));
        Ok(was_there.optional()?.unwrap_or(false))
    }

    pub(crate) fn dead(
        &mut self,
        after: Option<&ReplayKey>,
        at_most: usize,
    ) -> Result<Vec<DeadRecord>, Failure> {
        let mut statement = self.connection.prepare_cached(sql::DEAD)?;
        // Every key is longer than no key, and above it.
        let after: &[u8] = after.map_or(&[], |key| key.as_bytes());
        let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![after, self.now, at_most], dead_record)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Raises the version of an object, and compares.
    pub(crate) fn advance(
        &mut self,
        entity: &EntityKey,
        version: Version,
        retain: Duration,
    ) -> Result<Order, Failure> {
        let expires = self.now.saturating_add(micros(retain));
        let mut statement = self.connection.prepare_cached(sql::ADVANCE)?;
        let raised = statement.execute(params![
            entity.as_bytes(),
            version.to_i64(),
            expires,
            self.now
        ])?;
        if raised > 0 {
            return Ok(Order::Fresh);
        }
        let mut statement = self.connection.prepare_cached(sql::ENTITY)?;
        let latest = statement.query_row([entity.as_bytes()], |row| row.get(0))?;
        let latest = Version::from_i64(latest);
        Ok(match latest == version {
            true => Order::Same,
            false => Order::Stale { latest },
        })
    }

    pub(crate) fn forget_entity(&mut self, entity: &EntityKey) -> Result<bool, Failure> {
        let mut statement = self.connection.prepare_cached(sql::FORGET_ENTITY)?;
        let was_there = statement.query_row(params![entity.as_bytes(), self.now], |row| row.get(0));
        Ok(was_there.optional()?.unwrap_or(false))
    }

    /// Removes at most `at_most` expired records, counts and versions.
    pub(crate) fn purge(&mut self, at_most: usize) -> Result<usize, Failure> {
        let mut removed = 0;
        for statement in [sql::PURGE_KEYS, sql::PURGE_GROUPS, sql::PURGE_ENTITIES] {
            let left = i64::try_from(at_most.saturating_sub(removed)).unwrap_or(i64::MAX);
            let mut statement = self.connection.prepare_cached(statement)?;
            removed = statement.execute([self.now, left])?.saturating_add(removed);
        }
        Ok(removed)
    }

    pub(crate) fn any_expired(&self) -> Result<bool, Failure> {
        let mut statement = self.connection.prepare_cached(sql::ANY_EXPIRED)?;
        Ok(statement.query_row([self.now], |row| row.get(0))?)
    }

    pub(crate) fn connection(&self) -> &Connection {
        self.connection
    }

    pub(crate) fn now(&self) -> i64 {
        self.now
    }

    pub(crate) fn last_epoch(&self) -> i64 {
        self.last_epoch
    }

    fn read(&self, key: &ReplayKey) -> Result<Option<Record>, Failure> {
        let mut statement = self.connection.prepare_cached(sql::READ)?;
        Ok(statement.query_row([key.as_bytes()], record).optional()?)
    }

    /// Counts a new key in its group. Returns whether there was room.
    fn is_counted(&self, request: &ClaimRequest) -> Result<bool, Failure> {
        let Some(bound) = &request.bound else {
            return Ok(true);
        };
        let expires = self.now.saturating_add(micros(request.retain));
        let mut statement = self.connection.prepare_cached(sql::COUNT)?;
        let counted = statement.execute(params![
            bound.group.as_bytes(),
            expires,
            self.now,
            bound.at_most.get()
        ])?;
        Ok(counted > 0)
    }

    pub(crate) fn next_epoch(&mut self, before: i64) -> i64 {
        let last = self.last_epoch.max(before);
        self.last_epoch = last.saturating_add(1).max(self.now);
        self.is_epoch_new = true;
        self.last_epoch
    }

    fn settle(
        &self,
        lease: &Lease,
        state: i64,
        answer: Option<&[u8]>,
        note: Option<&str>,
    ) -> Result<LeaseState, Failure> {
        let mut statement = self.connection.prepare_cached(sql::SETTLE)?;
        let owner = lease.owner().to_bits().to_be_bytes();
        let changed = statement.execute(params![
            lease.key().as_bytes(),
            owner,
            epoch_of(lease),
            self.now,
            state,
            answer,
            note
        ])?;
        Ok(held(changed))
    }
}

/// What became of a key that was to be remembered.
#[cfg(feature = "inbox")]
pub(crate) enum Remembered {
    /// It was written, with this epoch, which no other key has.
    Now { epoch: i64 },
    /// The same owner has written it before.
    Before,
    /// Another owner has it.
    Known(Claim),
}

fn held(changed: usize) -> LeaseState {
    match changed {
        0 => LeaseState::Lost,
        _ => LeaseState::Held,
    }
}

/// A row of [`sql::READ`].
fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    let state = row.get(0)?;
    Ok(Record {
        state,
        owner: Owner::from_bits(u128::from_be_bytes(row.get(1)?)),
        epoch: row.get(2)?,
        lease_until: row.get(3)?,
        attempts: row.get(4)?,
        fingerprint: row.get(5)?,
        expires_at: row.get(6)?,
        answer: match state {
            record::DONE => row.get(7)?,
            _ => None,
        },
    })
}

/// A row of [`sql::DEAD`].
fn dead_record(row: &Row<'_>) -> rusqlite::Result<DeadRecord> {
    let died_at: i64 = row.get(2)?;
    let note: Option<String> = row.get(3)?;
    Ok(DeadRecord::new(
        ReplayKey::from_bytes(row.get(0)?),
        row.get(1)?,
        UnixTime::from_millis(u64::try_from(died_at).unwrap_or_default() / 1000),
        note.unwrap_or_default(),
    ))
}

//! Renewal, commit, release and removal, each with its flaws.

use std::time::Duration;

use webhook_core::ReplayKey;
use webhook_core::replay::{Commit, Lease, LeaseState};

use super::{SmallStore, Turn, micros};
use crate::flaw::Flaw;
use crate::record::{Record, State};

impl SmallStore {
    pub(super) async fn make_renewal(&self, lease: &Lease, by: Duration) -> LeaseState {
        let mut turn = self.turn(lease.key(), None, |_| false).await;
        let revived = turn.record.filter(|record| {
            self.has(Flaw::RenewalRevives) && record.is_of(lease) && record.state == State::Released
        });
        let held = self.held(&turn, lease, Flaw::RenewalSteals).or(revived);
        let Some(record) = held else {
            return LeaseState::Lost;
        };
        let mut renewed = record.settled(State::Claimed, turn.now);
        renewed.lease_until = turn.now + micros(by);
        renewed.expires = match self.has(Flaw::RenewalKeepsExpiry) {
            true => record.expires,
            false => renewed.expires.max(renewed.lease_until),
        };
        if !self.has(Flaw::RenewalIsNotWritten) {
            turn.table.records.insert(self.id(lease.key()), renewed);
        }
        LeaseState::Held
    }

    pub(super) async fn make_commit(&self, lease: &Lease) -> Commit {
        let mut turn = self
            .turn(lease.key(), None, |_| self.has(Flaw::CommitsRace))
            .await;
        let record = self.unexpired(&turn, None);
        let is_its = record.is_some_and(|record| record.is_of(lease));
        if is_its && record.is_some_and(|record| record.state == State::Done) {
            return match self.has(Flaw::RepeatedCommitIsLost) {
                true => Commit::LeaseLost,
                false => Commit::AlreadyCommitted,
            };
        }
        let released = record.filter(|_| is_its && self.has(Flaw::ReleasedLeaseCommits));
        let held = self
            .held(&turn, lease, Flaw::StaleOwnerCommits)
            .or(released);
        let Some(record) = held else {
            return Commit::LeaseLost;
        };
        if self.has(Flaw::LateCommitIsLost) && !record.is_leased(turn.now) {
            return Commit::LeaseLost;
        }
        let mut done = record.settled(State::Done, turn.now);
        if self.has(Flaw::CommitKeepsExpiry) {
            done.expires = record.expires;
        }
        if self.has(Flaw::RetentionIsNotPersisted) {
            done.expires = turn.now + micros(Duration::from_secs(7 * 86_400));
        }
        turn.table.records.insert(self.id(lease.key()), done);
        Commit::Committed
    }

    pub(super) async fn make_release(&self, lease: &Lease) -> LeaseState {
        let mut turn = self
            .turn(lease.key(), None, |_| self.has(Flaw::ReleasesRace))
            .await;
        let done = turn.record.filter(|record| {
            self.has(Flaw::DoneIsReleased) && record.is_of(lease) && record.state == State::Done
        });
        let held = self.held(&turn, lease, Flaw::StaleOwnerReleases).or(done);
        let Some(record) = held else {
            return LeaseState::Lost;
        };
        let mut released = record.settled(State::Released, turn.now);
        if self.has(Flaw::ReleaseSetsEpochBack) {
            released.epoch = 0;
        }
        if self.has(Flaw::ReleaseLowersTheCount)
            && let Some(group) = record
                .group
                .and_then(|group| turn.table.groups.get_mut(&group))
        {
            group.keys -= 1;
        }
        let id = self.id(lease.key());
        match self.has(Flaw::ReleaseDeletes) {
            true => turn.table.records.remove(&id),
            false => turn.table.records.insert(id, released),
        };
        LeaseState::Held
    }

    pub(super) async fn remove(&self, key: &ReplayKey) -> bool {
        let mut turn = self.turn(key, None, |_| false).await;
        let was_there = self.unexpired(&turn, None).is_some();
        turn.table.records.remove(&self.id(key));
        self.cache.lock().unwrap().remove(key);
        was_there
    }

    /// The record that a lease holds. `careless` is the flaw to not compare owner and epoch.
    fn held(&self, turn: &Turn<'_>, lease: &Lease, careless: Flaw) -> Option<Record> {
        let record = self.unexpired(turn, None)?;
        let is_held = record.is_of(lease) || self.has(careless);
        (is_held && record.state == State::Claimed).then_some(record)
    }
}

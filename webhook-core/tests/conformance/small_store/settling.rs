//! Renewal, commit and release, each with its flaws.

use std::time::Duration;

use webhook_core::replay::{Commit, Lease, LeaseState, MAX_ANSWER};

use super::{SmallStore, Turn, micros};
use crate::flaw::Flaw;
use crate::record::{Record, State};

impl SmallStore {
    pub(super) async fn make_renewal(&self, lease: &Lease, by: Duration) -> LeaseState {
        let mut turn = self.turn(lease.key(), None, |_| false).await;
        let revived = turn.record.filter(|record| {
            let revives = match record.state {
                State::Released => self.has(Flaw::RenewalRevives),
                State::Dead => self.has(Flaw::DeadLeaseRenews),
                State::Claimed | State::Done => false,
            };
            revives && record.is_of(lease)
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

    pub(super) async fn make_commit(&self, lease: &Lease, answer: Option<&[u8]>) -> Commit {
        if answer.is_some_and(|answer| answer.len() > MAX_ANSWER)
            && self.has(Flaw::LongAnswerIsRefused)
        {
            return Commit::LeaseLost;
        }
        let mut turn = self
            .turn(lease.key(), None, |_| self.has(Flaw::CommitsRace))
            .await;
        let record = self.unexpired(&turn, None);
        let is_its = record.is_some_and(|record| record.is_of(lease));
        if self.has(Flaw::LostLeaseLeavesItsAnswer) {
            self.remember(&mut turn, lease, answer);
        }
        if is_its && record.is_some_and(|record| record.state == State::Done) {
            if self.has(Flaw::RepeatedCommitReplacesTheAnswer) {
                self.remember(&mut turn, lease, answer);
            }
            return match self.has(Flaw::RepeatedCommitIsLost) {
                true => Commit::LeaseLost,
                false => Commit::AlreadyCommitted,
            };
        }
        let settled = record.filter(|record| {
            let commits = match record.state {
                State::Released => self.has(Flaw::ReleasedLeaseCommits),
                State::Dead => self.has(Flaw::DeadLeaseCommits),
                State::Claimed | State::Done => false,
            };
            commits && is_its
        });
        let held = self.held(&turn, lease, Flaw::StaleOwnerCommits).or(settled);
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
        if !self.has(Flaw::LostLeaseLeavesItsAnswer) {
            self.remember(&mut turn, lease, answer);
        }
        Commit::Committed
    }

    /// Keeps the answer of a commit.
    fn remember(&self, turn: &mut Turn<'_>, lease: &Lease, answer: Option<&[u8]>) {
        let none_is_empty = self.has(Flaw::NoAnswerIsAnEmptyOne).then_some(&[][..]);
        let answer = answer.or(none_is_empty);
        let Some(answer) = answer.filter(|answer| {
            let is_lost = answer.is_empty() && self.has(Flaw::EmptyAnswerIsNone);
            let fits = answer.len() <= MAX_ANSWER || self.has(Flaw::LongAnswerIsKept);
            fits && !is_lost
        }) else {
            return;
        };
        let mut answer = answer.to_vec();
        if self.has(Flaw::AnswerIsText) {
            answer = String::from_utf8_lossy(&answer).into_owned().into_bytes();
        }
        if self.has(Flaw::AnswerIsCut) {
            answer.truncate(8192);
        }
        turn.table.answers.insert(self.id(lease.key()), answer);
    }

    pub(super) async fn make_release(&self, lease: &Lease) -> LeaseState {
        let mut turn = self
            .turn(lease.key(), None, |_| self.has(Flaw::ReleasesRace))
            .await;
        let done = turn.record.filter(|record| {
            let is_released = match record.state {
                State::Done => self.has(Flaw::DoneIsReleased),
                State::Dead => self.has(Flaw::DeadLeaseReleases),
                State::Claimed | State::Released => false,
            };
            is_released && record.is_of(lease)
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

    /// The record that a lease holds. `careless` is the flaw to not compare owner and epoch.
    pub(super) fn held(&self, turn: &Turn<'_>, lease: &Lease, careless: Flaw) -> Option<Record> {
        let record = self.unexpired(turn, None)?;
        let is_held = record.is_of(lease) || self.has(careless);
        (is_held && record.state == State::Claimed).then_some(record)
    }
}

//! Burial, revival, the list of dead records, and removal, each with its flaws.

use std::ops::Bound;

use webhook_core::replay::{DeadRecord, Lease, LeaseState, MAX_NOTE};
use webhook_core::{ReplayKey, UnixTime};

use super::SmallStore;
use crate::flaw::Flaw;
use crate::record::{Death, Record, State};

impl SmallStore {
    pub(super) async fn make_burial(&self, lease: &Lease, note: &str) -> LeaseState {
        let races = |_| self.has(Flaw::BurialsRace);
        let mut turn = self.turn(lease.key(), None, races).await;
        let settled = self.unexpired(&turn, None).filter(|record| {
            let is_buried = match record.state {
                State::Released => self.has(Flaw::ReleasedLeaseBuries),
                State::Done => self.has(Flaw::DoneIsBuried),
                State::Dead => self.has(Flaw::DeadIsBuriedAgain),
                State::Claimed => false,
            };
            is_buried && record.is_of(lease)
        });
        let held = self.held(&turn, lease, Flaw::StaleOwnerBuries).or(settled);
        let Some(record) = held else {
            return LeaseState::Lost;
        };
        let is_late = !record.is_leased(turn.now) && self.has(Flaw::LateBurialIsLost);
        if is_late || (note.len() > MAX_NOTE && self.has(Flaw::LongNoteIsRefused)) {
            return LeaseState::Lost;
        }
        let mut dead = record.settled(State::Dead, turn.now);
        if self.has(Flaw::BurialKeepsExpiry) {
            dead.expires = record.expires;
        }
        turn.table.records.insert(self.id(lease.key()), dead);
        let death = self.death(lease.key(), &dead, note);
        turn.table.deaths.insert(*lease.key(), death);
        LeaseState::Held
    }

    /// The entry of a dead record in the list.
    fn death(&self, key: &ReplayKey, dead: &Record, note: &str) -> Death {
        let died_at = match self.has(Flaw::DiedWhenItWasClaimed) {
            true => dead.claimed_at,
            false => dead.written,
        };
        let attempts = match self.has(Flaw::AttemptsAreNotListed) {
            true => 0,
            false => dead.attempt,
        };
        let note = match self.has(Flaw::NoteIsKeptWhole) {
            true => note.to_owned(),
            false => DeadRecord::note_to_keep(note).into_owned(),
        };
        let died_at = UnixTime::from_millis(died_at / 1000);
        Death {
            listed: DeadRecord::new(*key, attempts, died_at, note),
            expires: dead.expires,
        }
    }

    pub(super) async fn make_revival(&self, key: &ReplayKey) -> bool {
        let races = |_| self.has(Flaw::RevivalsRace);
        let mut turn = self.turn(key, None, races).await;
        let record = turn
            .record
            .filter(|record| record.expires > turn.now || self.has(Flaw::ExpiredDeadOneIsRevived));
        let Some(record) = record.filter(|record| match record.state {
            State::Dead => true,
            State::Claimed => self.has(Flaw::ClaimIsRevived),
            State::Done => self.has(Flaw::DoneIsRevived),
            State::Released => false,
        }) else {
            return false;
        };
        let mut revived = record.settled(State::Released, turn.now);
        if !self.has(Flaw::RevivalKeepsAttempts) {
            revived.attempt = 0;
        }
        if self.has(Flaw::RevivalSetsEpochBack) {
            revived.epoch = 0;
        }
        if self.has(Flaw::RevivalKeepsExpiry) {
            revived.expires = record.expires;
        }
        let id = self.id(key);
        match self.has(Flaw::RevivalDeletes) {
            true => turn.table.records.remove(&id),
            false => turn.table.records.insert(id, revived),
        };
        if !self.has(Flaw::RevivedOneIsListed) {
            turn.table.deaths.remove(key);
        }
        true
    }

    pub(super) fn list_deaths(&self, after: Option<&ReplayKey>, at_most: usize) -> Vec<DeadRecord> {
        let from = match after {
            None => Bound::Unbounded,
            Some(after) if self.has(Flaw::PageBeginsWithItsKey) => Bound::Included(*after),
            Some(after) => Bound::Excluded(*after),
        };
        let (table, now) = (self.lock(), self.now());
        let above = table.deaths.range((from, Bound::Unbounded));
        let mut deaths: Vec<_> = above
            .map(|(_, death)| death)
            .filter(|death| death.expires > now || self.has(Flaw::ExpiredDeadOneIsListed))
            .collect();
        if self.has(Flaw::ListIsInOrderOfDeath) {
            deaths.sort_by_key(|death| death.expires);
        }
        if !self.has(Flaw::PageIsUnbounded) {
            deaths.truncate(at_most);
        }
        deaths
            .into_iter()
            .map(|death| death.listed.clone())
            .collect()
    }

    pub(super) async fn remove(&self, key: &ReplayKey) -> bool {
        let mut turn = self.turn(key, None, |_| false).await;
        let record = self.unexpired(&turn, None);
        let is_dead = record.is_some_and(|record| record.state == State::Dead);
        if is_dead && self.has(Flaw::ForgetSparesDeadOnes) {
            return false;
        }
        let id = self.id(key);
        turn.table.records.remove(&id);
        if !self.has(Flaw::ForgottenOneIsListed) {
            turn.table.deaths.remove(key);
        }
        if !self.has(Flaw::ForgetLeavesTheAnswer) {
            turn.table.answers.remove(&id);
        }
        self.cache.lock().unwrap().remove(key);
        record.is_some()
    }
}

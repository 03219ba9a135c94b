//! Claims, with their flaws.

use std::sync::atomic::Ordering;
use std::time::Duration;

use webhook_core::ReplayKey;
use webhook_core::replay::{Claim, ClaimRequest};

use super::{Cached, SmallStore, Turn, micros};
use crate::flaw::Flaw;
use crate::record::{Group, Record, State};

impl SmallStore {
    pub(super) async fn make_claim(&self, key: &ReplayKey, request: &ClaimRequest) -> Claim {
        if let Some(answer) = self.cached(key) {
            return done(true, answer);
        }
        let races = |state| match state {
            None if request.bound.is_some() && self.has(Flaw::CountsRace) => true,
            None => self.has(Flaw::ClaimsRace),
            Some(State::Claimed) => self.has(Flaw::TakeOversRace),
            Some(State::Released) => self.has(Flaw::ClaimsOfReleasedRace),
            Some(State::Done | State::Dead) => false,
        };
        let mut turn = self.turn(key, request.bound, races).await;
        let record = self.unexpired(&turn, Some(request.retain));
        if let Some(record) = record
            && let Some(known) = self.known(&turn, key, &record, request)
        {
            self.duplicate(&mut turn, key, record, request);
            return known;
        }
        let is_over = record.is_none() && !self.admit(&mut turn, request);
        let claimed = self.claimed(record.as_ref(), request, turn.now);
        if !is_over || self.has(Flaw::OverBoundIsRecorded) {
            let id = self.id(key);
            turn.table.records.insert(id, claimed);
            turn.table.deaths.remove(key);
            if !self.has(Flaw::AnswerOutlivesItsRecord) && !self.has(Flaw::ForgetLeavesTheAnswer) {
                turn.table.answers.remove(&id);
            }
        }
        match is_over {
            true => Claim::OverBound,
            false => Claim::Acquired(claimed.lease(*key)),
        }
    }

    /// The answer to a claim that acquires nothing new.
    fn known(
        &self,
        turn: &Turn<'_>,
        key: &ReplayKey,
        record: &Record,
        by: &ClaimRequest,
    ) -> Option<Claim> {
        let now = turn.now;
        let is_owner = record.owner == by.owner;
        let same_payload = record.fingerprint == by.fingerprint;
        match record.state {
            State::Done if is_owner && self.has(Flaw::OwnerRunsAgain) => None,
            State::Done if !same_payload && self.has(Flaw::FingerprintDecides) => None,
            State::Done if !same_payload && self.has(Flaw::AnswerNeedsTheSamePayload) => {
                Some(done(same_payload, None))
            }
            State::Done => {
                let answer = turn.table.answers.get(&self.id(key));
                Some(done(same_payload, answer.cloned()))
            }
            State::Dead if is_owner && self.has(Flaw::OwnerOfADeadOneRunsAgain) => None,
            State::Dead => Some(Claim::Dead {
                attempts: record.attempt,
            }),
            State::Claimed if !record.is_leased(now) => None,
            State::Claimed if is_owner && !self.has(Flaw::OwnerIsLockedOut) => {
                Some(Claim::Acquired(record.lease(*key)))
            }
            State::Claimed => Some(Claim::InFlight {
                retry_after: match self.has(Flaw::WaitIsNotTold) {
                    true => Duration::ZERO,
                    false => Duration::from_micros(record.lease_until - now),
                },
            }),
            State::Released => None,
        }
    }

    /// What some flaws do at a duplicate. It should write nothing.
    fn duplicate(&self, turn: &mut Turn<'_>, key: &ReplayKey, record: Record, by: &ClaimRequest) {
        if self.has(Flaw::DuplicatesAreCounted) {
            self.admit(turn, by);
        }
        if self.has(Flaw::DoneIsCached) && record.state == State::Done {
            let cached = Cached {
                expires: record.expires,
                answer: turn.table.answers.get(&self.id(key)).cloned(),
            };
            self.cache.lock().unwrap().insert(*key, cached);
        }
        if self.has(Flaw::ClaimsOfADeadOneCount) && record.state == State::Dead {
            let attempt = record.attempt + 1;
            let counted = Record { attempt, ..record };
            turn.table.records.insert(self.id(key), counted);
        }
        if self.has(Flaw::DuplicateOfADeadOneExtends) && record.state == State::Dead {
            let extended = record.settled(State::Dead, turn.now);
            turn.table.records.insert(self.id(key), extended);
        }
        if self.has(Flaw::DuplicateExtends) && record.state == State::Done {
            let extended = record.settled(State::Done, turn.now);
            turn.table.records.insert(self.id(key), extended);
        }
    }

    /// The answer of a cached key, which may be none.
    fn cached(&self, key: &ReplayKey) -> Option<Option<Vec<u8>>> {
        let now = self.clock.load(Ordering::Relaxed);
        let cache = self.cache.lock().unwrap();
        let cached = cache.get(key).filter(|cached| cached.expires > now)?;
        Some(cached.answer.clone())
    }

    /// Counts a new key in its group, unless the group is full.
    fn admit(&self, turn: &mut Turn<'_>, by: &ClaimRequest) -> bool {
        let Some(bound) = by.bound else { return true };
        let expires = turn.now + micros(by.retain);
        let mut group = match turn.group {
            Some(group) if group.expires > turn.now => group,
            _ => Group { keys: 0, expires },
        };
        if group.keys >= bound.at_most.get() {
            return false;
        }
        group.keys += 1;
        if self.has(Flaw::CountSlides) {
            group.expires = expires;
        }
        turn.table.groups.insert(self.group(&bound), group);
        true
    }

    /// The record of a claim that is acquired.
    fn claimed(&self, earlier: Option<&Record>, by: &ClaimRequest, now: u64) -> Record {
        let is_take_over = earlier.is_some_and(|record| record.state == State::Claimed);
        let keeps = |flaw| is_take_over && self.has(flaw);
        let lease_until = now + micros(by.lease);
        let retained = now + micros(by.retain);
        Record {
            state: State::Claimed,
            owner: by.owner,
            epoch: match earlier {
                _ if self.has(Flaw::EpochsOfEachHandle) => {
                    self.epochs.fetch_add(1, Ordering::Relaxed)
                }
                Some(earlier) => earlier.epoch + u64::from(!keeps(Flaw::TakeOverKeepsEpoch)),
                None if self.has(Flaw::EpochsBeginAgain) => 1,
                None => now,
            },
            attempt: earlier.map_or(0, |earlier| earlier.attempt)
                + u32::from(!keeps(Flaw::TakeOverIsNoAttempt)),
            claimed_at: now,
            lease_until,
            retain: micros(by.retain),
            written: now,
            expires: match self.has(Flaw::ClaimExpiresUnderItsLease) {
                true => retained,
                false => retained.max(lease_until),
            },
            fingerprint: by.fingerprint,
            group: by.bound.map(|bound| self.group(&bound)),
        }
    }
}

fn done(same_payload: bool, answer: Option<Vec<u8>>) -> Claim {
    Claim::Done {
        same_payload,
        answer: answer.map(Into::into),
    }
}

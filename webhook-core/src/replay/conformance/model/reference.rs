//! The table of states as plain code: one key, no storage, no concurrency.

use std::fmt;

use super::steps::Span;
use super::timeline::{At, Deadline, Untold};
use crate::replay::{Claim, Commit, Lease, LeaseState, Owner};

/// What is known of one key.
#[derive(Debug, Default)]
pub(super) struct Reference {
    record: Option<Record>,
    /// The highest epoch that was granted. It outlives every record.
    highest: u64,
}

#[derive(Clone, Debug)]
struct Record {
    state: State,
    owner: Owner,
    epoch: u64,
    attempt: u32,
    lease_end: Deadline,
    retain: Span,
    expires: Deadline,
    payload: u64,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Claimed,
    Released,
    Done(Option<&'static [u8]>),
    Dead(&'static str),
}

/// What a claim asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) owner: Owner,
    pub(super) lease: Span,
    pub(super) retain: Span,
    pub(super) payload: u64,
}

/// The answer to a claim.
pub(super) enum Expected {
    /// A new claim, with an epoch above this one.
    Granted {
        attempt: u32,
        above: u64,
    },
    /// The claim that its owner has.
    Known {
        attempt: u32,
        epoch: u64,
    },
    InFlight(Deadline),
    Done {
        same_payload: bool,
        answer: Option<&'static [u8]>,
    },
    Dead {
        attempts: u32,
    },
}

impl fmt::Debug for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Granted { attempt, above } => {
                write!(
                    f,
                    "Acquired as attempt {attempt}, with an epoch above {above}"
                )
            }
            Self::Known { attempt, epoch } => {
                write!(f, "Acquired as attempt {attempt}, with epoch {epoch} again")
            }
            Self::InFlight(_) => f.write_str("InFlight for the rest of the lease"),
            Self::Done {
                same_payload,
                answer,
            } => {
                let answer_len = answer.map(<[u8]>::len);
                write!(
                    f,
                    "Done with same_payload {same_payload} and answer_len {answer_len:?}"
                )
            }
            Self::Dead { attempts } => write!(f, "Dead after {attempts} attempts"),
        }
    }
}

impl Expected {
    pub(super) fn is(&self, answered: &Claim, at: At) -> bool {
        match (self, answered) {
            (Self::Granted { attempt, above }, Claim::Acquired(lease)) => {
                lease.attempt() == *attempt && lease.epoch().get() > *above
            }
            (Self::Known { attempt, epoch }, Claim::Acquired(lease)) => {
                lease.attempt() == *attempt && lease.epoch().get() == *epoch
            }
            (Self::InFlight(end), Claim::InFlight { retry_after }) => {
                !retry_after.is_zero() && *retry_after <= end.left(at)
            }
            (
                Self::Done {
                    same_payload,
                    answer,
                },
                Claim::Done {
                    same_payload: is_same,
                    answer: given,
                },
            ) => is_same == same_payload && given.as_deref() == *answer,
            (Self::Dead { attempts }, Claim::Dead { attempts: given }) => given == attempts,
            _ => false,
        }
    }
}

impl Reference {
    /// The answer to a claim.
    pub(super) fn claim(&mut self, by: Asked, at: At) -> Result<Expected, Untold> {
        let above = self.highest;
        let Some(record) = self.unexpired(at)? else {
            return Ok(Expected::Granted { attempt: 1, above });
        };
        let attempt = record.attempt;
        let next = Expected::Granted {
            attempt: attempt.saturating_add(1),
            above,
        };
        Ok(match record.state {
            State::Released => next,
            State::Claimed if record.lease_end.has_passed(at)? => next,
            State::Claimed if record.owner == by.owner => Expected::Known {
                attempt,
                epoch: record.epoch,
            },
            State::Claimed => Expected::InFlight(record.lease_end),
            State::Done(answer) => Expected::Done {
                same_payload: record.payload == by.payload,
                answer,
            },
            State::Dead(_) => Expected::Dead { attempts: attempt },
        })
    }

    /// A claim was granted as expected.
    pub(super) fn grant(&mut self, lease: &Lease, by: Asked, at: At) {
        self.highest = lease.epoch().get();
        self.record = Some(Record {
            state: State::Claimed,
            owner: by.owner,
            epoch: self.highest,
            attempt: lease.attempt(),
            lease_end: Deadline::new(at, by.lease.duration()),
            retain: by.retain,
            expires: Deadline::new(at, by.lease.max(by.retain).duration()),
            payload: by.payload,
        });
    }

    pub(super) fn renew(&mut self, lease: &Lease, by: Span, at: At) -> Result<LeaseState, Untold> {
        let Some(record) = self.held(lease, at)? else {
            return Ok(LeaseState::Lost);
        };
        record.lease_end = Deadline::new(at, by.duration());
        record.expires = Deadline::new(at, by.max(record.retain).duration());
        Ok(LeaseState::Held)
    }

    pub(super) fn commit(
        &mut self,
        lease: &Lease,
        answer: Option<&'static [u8]>,
        at: At,
    ) -> Result<Commit, Untold> {
        if let Some(record) = self.unexpired(at)?
            && record.is_of(lease)
            && matches!(record.state, State::Done(_))
        {
            return Ok(Commit::AlreadyCommitted);
        }
        Ok(match self.settle(lease, State::Done(answer), at)? {
            LeaseState::Held => Commit::Committed,
            LeaseState::Lost => Commit::LeaseLost,
        })
    }

    pub(super) fn release(&mut self, lease: &Lease, at: At) -> Result<LeaseState, Untold> {
        self.settle(lease, State::Released, at)
    }

    pub(super) fn bury(
        &mut self,
        lease: &Lease,
        note: &'static str,
        at: At,
    ) -> Result<LeaseState, Untold> {
        self.settle(lease, State::Dead(note), at)
    }

    pub(super) fn revive(&mut self, at: At) -> Result<bool, Untold> {
        let dead = self.unexpired(at)?;
        let Some(record) = dead.filter(|record| matches!(record.state, State::Dead(_))) else {
            return Ok(false);
        };
        record.write(State::Released, at);
        record.attempt = 0;
        Ok(true)
    }

    /// The attempts and the note in the list of dead records.
    pub(super) fn list(&mut self, at: At) -> Result<Option<(u32, &'static str)>, Untold> {
        Ok(self.unexpired(at)?.and_then(|record| match record.state {
            State::Dead(note) => Some((record.attempt, note)),
            _ => None,
        }))
    }

    pub(super) fn forget(&mut self, at: At) -> Result<bool, Untold> {
        let was_there = self.unexpired(at)?.is_some();
        self.record = None;
        Ok(was_there)
    }

    fn settle(&mut self, lease: &Lease, state: State, at: At) -> Result<LeaseState, Untold> {
        let Some(record) = self.held(lease, at)? else {
            return Ok(LeaseState::Lost);
        };
        record.write(state, at);
        Ok(LeaseState::Held)
    }

    /// The claim that a lease holds.
    fn held(&mut self, lease: &Lease, at: At) -> Result<Option<&mut Record>, Untold> {
        let record = self.unexpired(at)?;
        let is_held =
            |record: &&mut Record| record.is_of(lease) && matches!(record.state, State::Claimed);
        Ok(record.filter(is_held))
    }

    fn unexpired(&mut self, at: At) -> Result<Option<&mut Record>, Untold> {
        if let Some(record) = &self.record
            && record.expires.has_passed(at)?
        {
            self.record = None;
        }
        Ok(self.record.as_mut())
    }
}

impl Record {
    fn is_of(&self, lease: &Lease) -> bool {
        self.owner == lease.owner() && self.epoch == lease.epoch().get()
    }

    fn write(&mut self, state: State, at: At) {
        self.state = state;
        self.expires = Deadline::new(at, self.retain.duration());
    }
}

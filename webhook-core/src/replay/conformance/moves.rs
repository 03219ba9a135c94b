//! The moves of a race, and the answers to them.

use super::ask::{LONG, bury, claim, commit, join, release, request, revive};
use crate::replay::{Claim, Commit, Lease, LeaseState, ReplayKey, ReplayStore};

/// How many claims of a key run at the same time.
pub(super) const CLAIMS: usize = 64;

/// What one task of a race does.
#[derive(Clone, Copy)]
pub(super) enum Move<'a> {
    Claim(&'a ReplayKey),
    Commit(&'a Lease),
    Release(&'a Lease),
    Bury(&'a Lease),
    Revive(&'a ReplayKey),
}

/// What the store answered to it.
#[derive(Debug)]
pub(super) enum Answer {
    Claim(Claim),
    Commit(Commit),
    Release(LeaseState),
    Bury(LeaseState),
    Revive(bool),
}

impl Answer {
    pub(super) fn is_acquired(&self) -> bool {
        matches!(self, Self::Claim(Claim::Acquired(_)))
    }

    pub(super) fn is_in_flight(&self) -> bool {
        matches!(self, Self::Claim(Claim::InFlight { .. }))
    }

    pub(super) fn is_over_bound(&self) -> bool {
        matches!(self, Self::Claim(Claim::OverBound))
    }

    pub(super) fn is_committed(&self) -> bool {
        matches!(self, Self::Commit(Commit::Committed))
    }

    pub(super) fn is_buried(&self) -> bool {
        matches!(self, Self::Bury(LeaseState::Held))
    }

    pub(super) fn is_revived(&self) -> bool {
        matches!(self, Self::Revive(true))
    }

    pub(super) fn is_released(&self) -> bool {
        matches!(self, Self::Release(LeaseState::Held))
    }
}

/// Makes the first move through one handle, and many claims of a key through both.
///
/// The first move is polled first. A commit that comes after a take-over is wrong without a race
/// too, and another function tests that.
pub(super) async fn race<S: ReplayStore>(
    a: &S,
    b: &S,
    first: Option<Move<'_>>,
    key: &ReplayKey,
) -> Vec<Answer> {
    let claims = (0..CLAIMS).map(|n| (if n % 2 == 0 { b } else { a }, Move::Claim(key)));
    let moves = first.map(|first| (a, first)).into_iter().chain(claims);
    join(moves.map(|(handle, is)| make(handle, is)).collect()).await
}

pub(super) async fn make<S: ReplayStore>(store: &S, what: Move<'_>) -> Answer {
    match what {
        Move::Claim(key) => Answer::Claim(claim(store, key, &request(LONG)).await),
        Move::Commit(lease) => Answer::Commit(commit(store, lease).await),
        Move::Release(lease) => Answer::Release(release(store, lease).await),
        Move::Bury(lease) => Answer::Bury(bury(store, lease, "a note").await),
        Move::Revive(key) => Answer::Revive(revive(store, key).await),
    }
}

pub(super) fn count_acquired(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.is_acquired()).count()
}

pub(super) fn one_is_acquired_and_others_wait(answers: &[Answer]) -> bool {
    let waiting = answers.iter().filter(|answer| answer.is_in_flight());
    count_acquired(answers) == 1 && waiting.count() == CLAIMS - 1
}

//! The counters of an endpoint.

use std::fmt;

use crate::error::RejectionKind;

/// The counters of an endpoint since it was built. A snapshot: the counters only grow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Verified deliveries, including duplicates.
    pub verified: u64,
    /// Deliveries that were stored, to be handled later.
    pub stored: u64,
    /// Handler runs that succeeded.
    pub done: u64,
    /// Handler runs that did not succeed.
    pub released: u64,
    /// Duplicates: answered 200 without running.
    pub duplicates: u64,
    /// Duplicates whose payload differs from the one that was handled.
    pub changed_duplicates: u64,
    /// Deliveries with more unsigned labels for one content than are accepted. They are answered as
    /// duplicates but are not counted in [`duplicates`](Self::duplicates); see
    /// [`Identity::ContentAndLabels`](crate::Identity::ContentAndLabels).
    pub over_bound: u64,
    /// Commits that failed or timed out. They are retried.
    pub commits_failed: u64,
    /// Events that became dead after too many failed attempts.
    pub buried: u64,
    /// Events that their handlers gave up; see [`Disposition::GiveUp`](crate::Disposition::GiveUp).
    pub given_up: u64,
    /// Events that were acknowledged and left alone: no handler of a router took them, or an
    /// [`OrderingGuard`](crate::ordering::OrderingGuard) found them stale. They count as
    /// [`done`](Self::done) too.
    pub ignored: u64,
    /// Copies of dead events that were acknowledged without running.
    pub dead_acknowledged: u64,
    /// Claims that were lost while their handler ran.
    pub leases_lost: u64,
    /// Handler runs without replay protection, because the store failed.
    pub unprotected: u64,
    /// Answered challenges, signed or not. No handler ran for them.
    pub challenges: u64,
    pub(super) rejected: [u64; RejectionKind::ALL.len()],
}

impl Counts {
    /// Every counter with its name, for exporters: `verified`, `done`, …, and the
    /// [label](RejectionKind::as_str) of each kind of rejection.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counters = [
            ("verified", self.verified),
            ("stored", self.stored),
            ("done", self.done),
            ("released", self.released),
            ("duplicates", self.duplicates),
            ("changed_duplicates", self.changed_duplicates),
            ("over_bound", self.over_bound),
            ("commits_failed", self.commits_failed),
            ("buried", self.buried),
            ("given_up", self.given_up),
            ("ignored", self.ignored),
            ("dead_acknowledged", self.dead_acknowledged),
            ("leases_lost", self.leases_lost),
            ("unprotected", self.unprotected),
            ("challenges", self.challenges),
        ];
        let rejected = RejectionKind::ALL.iter();
        let rejected = rejected.map(|kind| (kind.as_str(), self.rejected(*kind)));
        counters.into_iter().chain(rejected)
    }

    /// The number of refusals for this reason.
    #[must_use]
    pub fn rejected(&self, kind: RejectionKind) -> u64 {
        self.rejected.get(kind.index()).copied().unwrap_or_default()
    }
}

/// Shows the counters that are not zero: `verified=3 done=2 bad_signature=1`.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut counted = self.iter().filter(|(_, count)| *count > 0);
        match counted.next() {
            Some((name, count)) => write!(f, "{name}={count}")?,
            None => return f.write_str("nothing counted"),
        }
        counted.try_for_each(|(name, count)| write!(f, " {name}={count}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_shown_by_name_and_zeros_left_out() {
        let mut counts = Counts {
            verified: 3,
            done: 2,
            ..Counts::default()
        };
        counts.rejected[RejectionKind::BadSignature.index()] = 1;
        assert_eq!(counts.to_string(), "verified=3 done=2 bad_signature=1");
        assert_eq!(Counts::default().to_string(), "nothing counted");
        assert_eq!(counts.iter().count(), 15 + RejectionKind::ALL.len());
    }
}

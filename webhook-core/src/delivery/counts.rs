//! How often each thing happened.

use std::fmt;

use crate::error::RejectionKind;

/// How often each thing happened at an endpoint since it was built. A snapshot; counters only grow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Deliveries verified, duplicates among them.
    pub verified: u64,
    /// Handlers that succeeded.
    pub done: u64,
    /// Handlers that did not.
    pub released: u64,
    /// Copies of deliveries that were done, answered 200 without running.
    pub duplicates: u64,
    /// Those of them whose payload was another.
    pub changed_duplicates: u64,
    /// Deliveries with one label too many for their content, answered as duplicates; see
    /// [`Identity::ContentAndLabels`](crate::Identity::ContentAndLabels). They are not among the
    /// [duplicates](Self::duplicates).
    pub over_bound: u64,
    /// Commits that failed and were tried again later.
    pub commits_failed: u64,
    /// Challenges answered, signed or not. No handler ran for them.
    pub challenges: u64,
    pub(super) rejected: [u64; RejectionKind::ALL.len()],
}

impl Counts {
    /// Every counter with its name, for exporters: `verified`, `done`, …, and the
    /// [label](RejectionKind::as_str) of each kind of rejection.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counters = [
            ("verified", self.verified),
            ("done", self.done),
            ("released", self.released),
            ("duplicates", self.duplicates),
            ("changed_duplicates", self.changed_duplicates),
            ("over_bound", self.over_bound),
            ("commits_failed", self.commits_failed),
            ("challenges", self.challenges),
        ];
        let rejected = RejectionKind::ALL.iter();
        let rejected = rejected.map(|kind| (kind.as_str(), self.rejected(*kind)));
        counters.into_iter().chain(rejected)
    }

    /// Refusals for this reason.
    #[must_use]
    pub fn rejected(&self, kind: RejectionKind) -> u64 {
        self.rejected.get(kind.index()).copied().unwrap_or_default()
    }
}

/// The counters that are not zero: `verified=3 done=2 bad_signature=1`.
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
        assert_eq!(counts.iter().count(), 8 + RejectionKind::ALL.len());
    }
}

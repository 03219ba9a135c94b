//! How often each thing happened.

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
    /// Refusals for this reason.
    #[must_use]
    pub fn rejected(&self, kind: RejectionKind) -> u64 {
        self.rejected.get(kind.index()).copied().unwrap_or_default()
    }
}

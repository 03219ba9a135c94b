//! What a store answers.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use crate::replay::Lease;

/// How many bytes a remembered answer has at most: 64 KiB.
pub const MAX_ANSWER: usize = 65_536;

/// The answer to [`ReplayStore::claim`](super::ReplayStore::claim).
#[non_exhaustive]
pub enum Claim {
    /// The claimant runs the delivery.
    Acquired(Lease),
    /// Another owner's lease is alive.
    InFlight {
        /// The rest of that lease.
        retry_after: Duration,
    },
    /// The delivery was committed.
    Done {
        /// Whether the committed payload had the same fingerprint.
        same_payload: bool,
        /// The answer of the commit. `None` if the commit had none, or if the store dropped it
        /// under pressure.
        answer: Option<Bytes>,
    },
    /// The delivery was [buried](super::ReplayStore::bury), and does not run.
    Dead {
        /// How often it was tried.
        attempts: u32,
    },
    /// The key is new, and its group has as many keys as its [bound](super::LabelBound) allows.
    /// Nothing was recorded.
    OverBound,
}

/// Shows the length of a remembered answer, and none of its bytes.
impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Acquired(lease) => f.debug_tuple("Acquired").field(lease).finish(),
            Self::InFlight { retry_after } => f
                .debug_struct("InFlight")
                .field("retry_after", retry_after)
                .finish(),
            Self::Done {
                same_payload,
                answer,
            } => f
                .debug_struct("Done")
                .field("same_payload", same_payload)
                .field("answer_len", &answer.as_ref().map(Bytes::len))
                .finish(),
            Self::Dead { attempts } => f.debug_struct("Dead").field("attempts", attempts).finish(),
            Self::OverBound => f.write_str("OverBound"),
        }
    }
}

/// The answer to [`ReplayStore::commit`](super::ReplayStore::commit).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Commit {
    /// The delivery is recorded as done.
    Committed,
    /// The same lease has committed it before.
    AlreadyCommitted,
    /// The lease is lost, and nothing changed. The event runs again, or already did.
    LeaseLost,
}

/// The answer to [`ReplayStore::renew`](super::ReplayStore::renew),
/// [`ReplayStore::release`](super::ReplayStore::release) and
/// [`ReplayStore::bury`](super::ReplayStore::bury).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeaseState {
    /// The lease held the record, and the operation took place.
    Held,
    /// The lease is lost, and nothing changed.
    Lost,
}

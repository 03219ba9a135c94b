//! What an endpoint does when something fails behind the verification.

use std::num::NonZeroU32;

/// What happens to a handler whose claim is lost; see
/// [`EndpointBuilder::on_lost_lease`](crate::EndpointBuilder::on_lost_lease).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LostLease {
    /// The handler is dropped at its next `await`, and the answer is 503. Another copy of the event
    /// runs, so each further write of this one would be a second effect.
    #[default]
    Cancel,
    /// The handler runs on. [`Delivery::lease`](crate::Delivery::lease) tells it, and its commit is
    /// refused. For handlers that must not stop in the middle.
    KeepRunning,
}

/// What happens to an event whose handler fails every time; see
/// [`EndpointBuilder::dead_letters`](crate::EndpointBuilder::dead_letters).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeadLetters {
    /// Each failure is answered as such, for as long as the sender retries. The sender's own
    /// record of failed deliveries stays true, but some senders disable an endpoint that fails.
    #[default]
    KeepFailing,
    /// After this many failed attempts the event is dead: it is kept in the store with a note, and
    /// answered 200 with the body `{"warning":"dead_letter"}`, so that the sender stops. No copy of
    /// it runs until somebody [revives](crate::Endpoint::revive) it, or until its retention ends.
    ///
    /// A run that crashed counts as a failed attempt.
    AckAndDeadLetter {
        /// How many attempts are made.
        after: NonZeroU32,
    },
}

impl DeadLetters {
    /// Dead after `after` failed attempts.
    ///
    /// # Panics
    ///
    /// If `after` is zero.
    #[must_use]
    pub const fn after(after: u32) -> Self {
        match NonZeroU32::new(after) {
            Some(after) => Self::AckAndDeadLetter { after },
            None => panic!("an event is tried at least once before it is dead"),
        }
    }

    /// Whether a delivery that has failed at this attempt is dead.
    pub(super) fn is_dead_after(self, attempt: u32) -> bool {
        match self {
            Self::KeepFailing => false,
            Self::AckAndDeadLetter { after } => attempt >= after.get(),
        }
    }
}

/// What happens to a delivery while the store fails; see
/// [`EndpointBuilder::on_store_error`](crate::EndpointBuilder::on_store_error).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnStoreError {
    /// The answer is 503 with `Retry-After`, and nothing runs.
    #[default]
    Refuse,
    /// The handler runs without replay protection, and each time is logged and counted. Copies that
    /// arrive meanwhile run as well. Only for a provider that signs the time of a delivery, so that
    /// a captured one goes stale.
    RunUnprotected,
}

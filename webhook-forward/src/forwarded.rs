//! What became of a delivery.

use std::fmt;
use std::time::Duration;

use webhook_core::adapter::Failure;
use webhook_core::{Answer, Delivery, Disposition, Verdict};

use crate::client::{Ended, Received};
use crate::retry_after;

/// What became of a delivery, and what to answer the sender.
#[derive(Debug)]
#[must_use]
pub struct Forwarded {
    outcome: ForwardOutcome,
    status: Option<u16>,
    retry_after: Option<Duration>,
    answer: Answer,
    disposition: Disposition,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ForwardOutcome {
    /// The receiver answered 2xx.
    Delivered,
    /// The receiver answered a status that is given up on.
    GivenUp,
    /// The receiver answered another status.
    Refused,
    /// The receiver did not answer in time.
    TimedOut,
    /// The receiver could not be connected to.
    Unreachable,
    /// The connection failed after the request was sent, or the receiver did not answer in HTTP.
    Broken,
    /// The receiver's answer was to be passed back, and is too long.
    TooLong,
    /// The delivery has passed this forwarder already, or too many others.
    Loop,
}

impl ForwardOutcome {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Delivered,
        Self::GivenUp,
        Self::Refused,
        Self::TimedOut,
        Self::Unreachable,
        Self::Broken,
        Self::TooLong,
        Self::Loop,
    ];

    /// The label for logs and metrics, such as `timed_out`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::GivenUp => "given_up",
            Self::Refused => "refused",
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::Broken => "broken",
            Self::TooLong => "too_long",
            Self::Loop => "loop",
        }
    }
}

impl fmt::Display for ForwardOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Forwarded {
    pub(crate) fn new(ended: &mut Ended, delivery: &Delivery, gives_up_on: &[u16]) -> Self {
        let (outcome, status) = match ended {
            Ended::Received(Received { status, .. }) => match status {
                200..300 => (ForwardOutcome::Delivered, Some(*status)),
                status if gives_up_on.contains(status) => (ForwardOutcome::GivenUp, Some(*status)),
                status => (ForwardOutcome::Refused, Some(*status)),
            },
            Ended::TimedOut => (ForwardOutcome::TimedOut, None),
            Ended::Unreachable(_) => (ForwardOutcome::Unreachable, None),
            Ended::Broken(_) => (ForwardOutcome::Broken, None),
            Ended::TooLong => (ForwardOutcome::TooLong, None),
            Ended::Loop => (ForwardOutcome::Loop, None),
        };
        let retry_after = match ended {
            Ended::Received(received) => received.retry_after,
            _ => None,
        };
        let (answer, disposition) = match ended {
            Ended::Received(received) if outcome == ForwardOutcome::Delivered => {
                (received.take_answer(), Disposition::Commit)
            }
            ended => {
                let failure = Failure::new(verdict(ended, outcome), outcome.as_str());
                (failure.answer(Some(delivery)), failure.disposition())
            }
        };
        Self {
            outcome,
            status,
            retry_after,
            answer,
            disposition,
        }
    }

    /// What became of it.
    #[must_use]
    pub const fn outcome(&self) -> ForwardOutcome {
        self.outcome
    }

    /// The status of the receiver's answer, if it gave one.
    #[must_use]
    pub const fn upstream_status(&self) -> Option<u16> {
        self.status
    }

    /// `Retry-After` of the receiver's answer, if it gave one: at least a second, and at most an
    /// hour.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// What becomes of the claim.
    #[must_use]
    pub const fn disposition(&self) -> Disposition {
        self.disposition
    }

    /// What to answer the sender.
    #[must_use]
    pub fn into_answer(self) -> Answer {
        self.answer
    }
}

fn verdict(ended: &Ended, outcome: ForwardOutcome) -> Verdict {
    match (ended, outcome) {
        (_, ForwardOutcome::GivenUp) => Verdict::GiveUp,
        (Ended::Received(received), _) => {
            Verdict::RetryAfter(received.retry_after.unwrap_or(retry_after::DEFAULT))
        }
        _ => Verdict::RetryAfter(retry_after::DEFAULT),
    }
}

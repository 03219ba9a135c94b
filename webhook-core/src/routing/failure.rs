//! How a handler failed.

use std::error::Error;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use crate::answer::{Answer, Rejection};
use crate::delivery::{Delivery, Disposition};
use crate::error::RejectionKind;
use crate::observe::log_limit::{LogLimit, excerpt};
use crate::time::whole_seconds_after;

/// What becomes of an event whose handler failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It may succeed later: the claim is released, and the answer is 500. The sender retries.
    #[default]
    Retry,
    /// Like `Retry`, with an answer of 503 and a `Retry-After` of this time, rounded up to seconds.
    RetryAfter(Duration),
    /// It never succeeds: the event is [given up](Disposition::GiveUp). The answer is 200 with the
    /// body `{"received":true,"warning":"given_up"}`, so that the sender stops.
    GiveUp,
}

impl Verdict {
    /// The label for logs and metrics: `retry`, `retry_after` or `give_up`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::RetryAfter(_) => "retry_after",
            Self::GiveUp => "give_up",
        }
    }
}

/// An error of a handler and its verdict: the content of every adapter's `HookError`.
#[derive(Clone, Debug)]
pub struct Failure {
    verdict: Verdict,
    source: Arc<dyn Error + Send + Sync + 'static>,
}

type Source = Box<dyn Error + Send + Sync + 'static>;

impl Failure {
    /// A failure of this cause.
    pub fn new(verdict: Verdict, source: impl Into<Source>) -> Self {
        Self {
            verdict,
            source: Arc::from(source.into()),
        }
    }

    /// What becomes of the event.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The same failure with another verdict.
    #[must_use]
    pub fn with_verdict(mut self, verdict: Verdict) -> Self {
        self.verdict = verdict;
        self
    }

    /// The cause.
    #[must_use]
    pub fn source(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.source
    }

    /// Logs it, at most once a second for each verdict. `at` is where the handler was registered.
    pub fn report(&self, delivery: &Delivery, at: Option<&Location<'_>>) {
        // Senders cause these lines.
        static LINES: [LogLimit; 3] = [const { LogLimit::new() }; 3];
        let line = match self.verdict {
            Verdict::Retry => LINES.first(),
            Verdict::RetryAfter(_) => LINES.get(1),
            Verdict::GiveUp => LINES.get(2),
        };
        let Some(suppressed) = line.and_then(LogLimit::pass) else {
            return;
        };
        tracing::error!(
            target: "webhook",
            provider = delivery.provider(),
            id = delivery.id().map(excerpt),
            event_type = delivery.event_type().map(excerpt),
            attempt = delivery.attempt(),
            verdict = self.verdict.as_str(),
            handler = at.map(tracing::field::display),
            error = %self,
            suppressed,
            "handler failed"
        );
    }

    /// What the engine does with the claim.
    #[must_use]
    pub const fn disposition(&self) -> Disposition {
        match self.verdict {
            Verdict::Retry | Verdict::RetryAfter(_) => Disposition::Release,
            Verdict::GiveUp => Disposition::GiveUp,
        }
    }

    /// The answer. With a delivery, a failure that is to be retried has the answer that its endpoint
    /// [sets](crate::EndpointBuilder::answer_rejections).
    #[must_use]
    pub fn answer(&self, delivery: Option<&Delivery>) -> Answer {
        let rejection = match self.verdict {
            Verdict::GiveUp => return Answer::json(r#"{"received":true,"warning":"given_up"}"#),
            Verdict::Retry => Rejection::new(RejectionKind::HandlerFailed),
            Verdict::RetryAfter(after) => {
                Rejection::new(RejectionKind::Overloaded).retry_after(whole_seconds_after(after))
            }
        };
        Answer::from(&match delivery {
            Some(delivery) => delivery.shared().with_answers(rejection),
            None => rejection,
        })
    }
}

/// The cause and its own causes, in one line.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)?;
        let mut cause = self.source.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

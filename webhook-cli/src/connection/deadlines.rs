//! How long a connection can stay open.

use std::time::Duration;

use tokio::time::Instant;

use super::activity::Waiting;

/// The deadlines of one connection.
pub(super) struct Deadlines {
    accepted: Instant,
    idle_timeout: Duration,
    /// When the server told the client that the connection takes no further request.
    closing: Option<Instant>,
}

/// What the server does with a connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Check again at this time.
    Stay(Instant),
    /// Take no further request.
    Close,
    /// End at once.
    Cut,
}

impl Deadlines {
    /// The deadlines of a connection that the server accepts now.
    pub(super) fn new(idle_timeout: Duration) -> Self {
        Self {
            accepted: Instant::now(),
            idle_timeout,
            closing: None,
        }
    }

    pub(super) const fn is_closing(&self) -> bool {
        self.closing.is_some()
    }

    /// Notes that the connection takes no further request. Returns the time of the next check.
    pub(super) fn close(&mut self, now: Instant) -> Instant {
        self.closing = Some(now);
        now + CLOSE_TIMEOUT
    }

    /// What the server does with the connection now.
    pub(super) fn verdict(&self, waiting: Waiting, now: Instant) -> Verdict {
        let (end, verdict) = self.end(waiting);
        if now >= end {
            return verdict;
        }
        // `waiting` can change before the next check. Its new deadline is never earlier than this
        // pause.
        let pause = match self.closing {
            None => self.idle_timeout,
            Some(_) => CLOSE_TIMEOUT,
        };
        Verdict::Stay(end.min(now + pause))
    }

    /// The next deadline of a connection that stays as it is, and what happens then.
    fn end(&self, waiting: Waiting) -> (Instant, Verdict) {
        let Some(closing) = self.closing else {
            let oldest = self.accepted + MAX_AGE;
            let end = match waiting {
                Waiting::New(since) => since + FIRST_HEAD_TIMEOUT,
                Waiting::Idle(since) => since + self.idle_timeout,
                Waiting::No => oldest,
            };
            return (end.min(oldest), Verdict::Close);
        };
        let last_answer = closing + LAST_ANSWER_TIMEOUT;
        let end = match waiting {
            Waiting::New(since) | Waiting::Idle(since) => since.max(closing) + CLOSE_TIMEOUT,
            Waiting::No => last_answer,
        };
        (end.min(last_answer), Verdict::Cut)
    }
}

/// Time for the head of the first request.
const FIRST_HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for the client to end a closing connection, after its last answer.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Time for the answers of a closing connection. No request takes longer.
const LAST_ANSWER_TIMEOUT: Duration = Duration::from_secs(75);
/// Age at which a connection takes no further request, so that its client connects again.
const MAX_AGE: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Checks a connection at every time that it asks for. Returns the second of the last verdict,
    /// and that verdict.
    fn end(deadlines: &Deadlines, waiting: Waiting) -> (u64, Verdict) {
        let mut now = deadlines.closing.unwrap_or(deadlines.accepted);
        loop {
            match deadlines.verdict(waiting, now) {
                Verdict::Stay(until) => {
                    assert!(until > now, "time stands still");
                    now = until;
                }
                verdict => return ((now - deadlines.accepted).as_secs(), verdict),
            }
        }
    }

    #[test]
    fn a_connection_ends_when_its_client_says_nothing_or_it_is_old() {
        let accepted = Instant::now();
        let deadlines = |closing| Deadlines {
            accepted,
            idle_timeout: 75 * SECOND,
            closing,
        };
        let at = |second: u32| accepted + second * SECOND;
        assert_eq!(
            end(&deadlines(None), Waiting::New(at(0))),
            (10, Verdict::Close)
        );
        assert_eq!(
            end(&deadlines(None), Waiting::Idle(at(7))),
            (82, Verdict::Close)
        );
        assert_eq!(end(&deadlines(None), Waiting::No), (3600, Verdict::Close));
        let late = Waiting::Idle(at(3590));
        assert_eq!(end(&deadlines(None), late), (3600, Verdict::Close));
        let closing = deadlines(Some(at(100)));
        assert_eq!(end(&closing, Waiting::New(at(95))), (102, Verdict::Cut));
        assert_eq!(end(&closing, Waiting::Idle(at(110))), (112, Verdict::Cut));
        assert_eq!(end(&closing, Waiting::No), (175, Verdict::Cut));
    }
}

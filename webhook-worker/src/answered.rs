//! What the answer of an application means for a stored delivery.

use std::time::Duration;

use webhook_core::Disposition;

use crate::{Consumed, Stored};

impl Consumed {
    /// For adapters: how an attempt ended in which an application answered with this status, this
    /// [`Disposition`] if its response has one, and this header `Retry-After` if there is one.
    ///
    /// 2xx is a success, as it is without an inbox. A delivery that has found no route or no
    /// handler is parked: a person has to look at it, and it may be handled by the next version of
    /// the application.
    #[must_use]
    pub fn of_response(
        stored: &Stored,
        status: u16,
        disposition: Option<Disposition>,
        retry_after: Option<&[u8]>,
    ) -> Self {
        let parked = |kind: &str| Self::Parked { kind: kind.into() };
        if !stored.opened().has_reached_its_layer() {
            return parked("no route");
        }
        if stored.opened().has_no_handler() {
            return parked("no handler");
        }
        let disposition = disposition.unwrap_or(match status {
            200..300 => Disposition::Commit,
            _ => Disposition::Release,
        });
        match disposition {
            Disposition::Commit => Self::Done,
            Disposition::GiveUp => Self::GivenUp {
                kind: "given up".into(),
            },
            Disposition::Release => Self::Failed {
                kind: format!("status {status}").into(),
                retry_after: retry_after.and_then(seconds),
            },
        }
    }
}

/// `Retry-After` as a number of seconds (RFC 9110, section 10.2.3). Handlers of this process do not
/// send a date.
fn seconds(value: &[u8]) -> Option<Duration> {
    let text = std::str::from_utf8(value).ok()?.trim();
    text.parse().ok().map(Duration::from_secs)
}

//! Limits each kind of log line to one per second, so that a sender cannot flood the log.

use std::error::Error;
use std::fmt::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Passes one line per second and counts the others.
///
/// It uses its own monotonic clock, because the clock of an endpoint may stand still or be
/// unavailable.
#[derive(Debug, Default)]
pub struct LogLimit {
    /// When a line last passed, in [`millis`]. Zero means never.
    last: AtomicU64,
    suppressed: AtomicU64,
}

/// The interval between two lines, in milliseconds.
const PAUSE: u64 = 1000;

impl LogLimit {
    /// Creates a limit that passes the next line.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            last: AtomicU64::new(0),
            suppressed: AtomicU64::new(0),
        }
    }

    /// Returns `None` if a line passed within the last second. Otherwise returns the number of
    /// lines suppressed since the last one that passed.
    pub fn pass(&self) -> Option<u64> {
        self.pass_at(millis())
    }

    fn pass_at(&self, now: u64) -> Option<u64> {
        let last = self.last.load(Ordering::Relaxed);
        let is_due = last == 0 || now.saturating_sub(last) >= PAUSE;
        // If several threads race, one of them writes.
        let order = Ordering::Relaxed;
        if is_due && self.last.compare_exchange(last, now, order, order).is_ok() {
            return Some(self.suppressed.swap(0, order));
        }
        self.suppressed.fetch_add(1, order);
        None
    }
}

/// Milliseconds since the first call, plus one, so never zero.
fn millis() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let elapsed = START.get_or_init(Instant::now).elapsed();
    u64::try_from(elapsed.as_millis())
        .unwrap_or(u64::MAX)
        .saturating_add(1)
}

/// The maximum length of a sender's text in a line, in characters after escaping.
const EXCERPT: usize = 200;

/// The beginning of a text that a sender may have chosen: escaped, and at most 200 characters.
#[must_use]
pub fn excerpt(text: &str) -> String {
    let mut escaped = text.escape_debug();
    let mut shown: String = escaped.by_ref().take(EXCERPT).collect();
    if escaped.next().is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// An error and its causes, as an [`excerpt`]. Some contain the address of a key, which the sender
/// chooses.
pub(crate) fn error_excerpt(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        if text.len() > EXCERPT {
            break;
        }
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    excerpt(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_a_second_goes_through_and_counts_the_others() {
        let limit = LogLimit::new();
        assert_eq!(limit.pass_at(1), Some(0));
        assert_eq!(limit.pass_at(2), None);
        assert_eq!(limit.pass_at(1000), None);
        assert_eq!(limit.pass_at(1001), Some(2));
        assert_eq!(limit.pass_at(1002), None);
        assert_eq!(limit.pass_at(9000), Some(1));
    }

    #[test]
    fn an_excerpt_is_escaped_and_never_longer_than_it_may_be() {
        assert_eq!(excerpt("a\nb"), "a\\nb");
        assert_eq!(excerpt(&"x".repeat(200)), "x".repeat(200));
        for long in ["x".repeat(201), "\u{1b}".repeat(100), "\n".repeat(1000)] {
            let shown = excerpt(&long);
            assert_eq!(shown.chars().count(), 200);
            assert!(shown.ends_with('…') && !shown.contains(char::is_control));
        }
    }
}

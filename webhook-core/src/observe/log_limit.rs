//! One line a second of each kind: what a sender can cause must not become a flood of lines.

use std::error::Error;
use std::fmt::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Lets one line of its kind through a second, and counts the others.
///
/// It reads a monotonic clock of its own: the clock of an endpoint may stand still, or not be able
/// to tell the time.
#[derive(Debug, Default)]
pub struct LogLimit {
    /// When a line was last let through, in [`millis`]. Zero: never.
    last: AtomicU64,
    suppressed: AtomicU64,
}

/// Between two lines, in milliseconds.
const PAUSE: u64 = 1000;

impl LogLimit {
    /// A limit that lets the next line through.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            last: AtomicU64::new(0),
            suppressed: AtomicU64::new(0),
        }
    }

    /// `None` if a line was let through within the last second. Otherwise the number of lines that
    /// were not let through since the last one that was.
    pub fn pass(&self) -> Option<u64> {
        self.pass_at(millis())
    }

    fn pass_at(&self, now: u64) -> Option<u64> {
        let last = self.last.load(Ordering::Relaxed);
        let is_due = last == 0 || now.saturating_sub(last) >= PAUSE;
        // Of several threads at the same moment, one writes.
        let order = Ordering::Relaxed;
        if is_due && self.last.compare_exchange(last, now, order, order).is_ok() {
            return Some(self.suppressed.swap(0, order));
        }
        self.suppressed.fetch_add(1, order);
        None
    }
}

/// Milliseconds since the process first asked, and one: never zero.
fn millis() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let elapsed = START.get_or_init(Instant::now).elapsed();
    u64::try_from(elapsed.as_millis())
        .unwrap_or(u64::MAX)
        .saturating_add(1)
}

/// Longest text of a sender's choice in a line, in characters, escaped.
const EXCERPT: usize = 200;

/// The beginning of a text that a sender may have chosen: escaped, and at most 200 characters of it.
#[must_use]
pub(crate) fn excerpt(text: &str) -> String {
    let mut escaped = text.escape_debug();
    let mut shown: String = escaped.by_ref().take(EXCERPT).collect();
    if escaped.next().is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// An error and its causes, as an [`excerpt`]: the address of a key is in some, and it is the
/// sender's choice.
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

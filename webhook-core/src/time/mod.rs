//! Time values, the clock, and the tolerance within which a signed time is fresh.
//!
//! Only Orb writes times without a zone. That is one branch of the parser, and custom code would be
//! a whole scheme.

pub(crate) mod rfc3339;

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Arithmetic saturates, so a timestamp chosen by a sender cannot overflow or panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(u64);

impl UnixTime {
    /// The time of the operating system, or the epoch if that is before 1970. For tests and tools:
    /// an endpoint uses its [`Clock`].
    #[must_use]
    pub fn now() -> Self {
        SystemClock.now().unwrap_or(Self(0))
    }

    /// The time `secs` seconds after the epoch.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// The time `millis` milliseconds after the epoch.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Reads the time that `Display` shows: an RFC 3339 time with `Z` or an offset, and with up to
    /// nine digits of a fraction, of which three count. Letters are in upper case. `None`: the text
    /// is no such time, is a leap second, or is before 1970.
    ///
    /// ```
    /// use webhook_core::UnixTime;
    ///
    /// let time = UnixTime::from_rfc3339("1970-01-01T01:00:07+01:00");
    /// assert_eq!(time, Some(UnixTime::from_secs(7)));
    /// assert_eq!(UnixTime::from_rfc3339("yesterday"), None);
    /// ```
    #[must_use]
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        rfc3339::parse(text.as_bytes(), false).map(|(time, _)| time)
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0 / 1000
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// This time moved forward by `by`.
    #[must_use]
    pub fn saturating_add(self, by: Duration) -> Self {
        Self(self.0.saturating_add(millis(by)))
    }

    /// This time moved back by `by`.
    #[must_use]
    pub fn saturating_sub(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(millis(by)))
    }
}

/// A time for `Retry-After`, rounded up: zero would be a retry at once.
pub(crate) fn whole_seconds_after(time: Duration) -> u32 {
    let rounded_up = time
        .as_secs()
        .saturating_add(u64::from(time.subsec_nanos() > 0));
    u32::try_from(rounded_up.max(1)).unwrap_or(u32::MAX)
}

/// Shows the time in UTC, as RFC 3339 writes it: `2026-01-31T23:59:59Z`.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&rfc3339::format(*self, false))
    }
}

impl From<UnixTime> for SystemTime {
    fn from(time: UnixTime) -> Self {
        UNIX_EPOCH
            .checked_add(Duration::from_millis(time.0))
            .unwrap_or(UNIX_EPOCH)
    }
}

/// The clock of an endpoint, used only for freshness. Leases and retention use the store's clock.
///
/// In a test, use a fixed [`UnixTime`] or a closure:
///
/// ```
/// use webhook_core::{Clock, UnixTime};
///
/// assert_eq!(UnixTime::from_secs(7).now(), Some(UnixTime::from_secs(7)));
/// assert_eq!((|| None).now(), None);
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The current time, or `None` if the clock cannot tell. The delivery is then answered 503, so
    /// that the sender retries, and never accepted.
    fn now(&self) -> Option<UnixTime>;
}

/// The operating system's clock. A time before 1970 counts as `None`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Option<UnixTime> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        Some(UnixTime(millis(since)))
    }
}

impl Clock for UnixTime {
    fn now(&self) -> Option<UnixTime> {
        Some(*self)
    }
}

impl<F> Clock for F
where
    F: Fn() -> Option<UnixTime> + Send + Sync + 'static,
{
    fn now(&self) -> Option<UnixTime> {
        self()
    }
}

/// How far a signed time may be from now, in both directions, inclusive.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    /// The maximum age of a delivery.
    pub past: Duration,
    /// How far a delivery may be ahead of the local clock.
    pub future: Duration,
}

impl Tolerance {
    /// Creates a tolerance of `past` for old deliveries and `future` for deliveries ahead of the
    /// clock.
    #[must_use]
    pub const fn new(past: Duration, future: Duration) -> Self {
        Self { past, future }
    }
}

impl fmt::Debug for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "-{:?}/+{:?}", self.past, self.future)
    }
}

/// The format in which a scheme writes its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeUnit {
    /// Seconds since the epoch.
    Seconds,
    /// Milliseconds since the epoch.
    Millis,
    /// Seconds or milliseconds: a number from 10^11 on is milliseconds. Only for providers whose
    /// documentation and code contradict each other (Mercado Pago, Smartpay).
    SecondsOrMillis,
    /// RFC 3339 date and time, with `Z` or an offset: `2027-01-15T08:00:00.123Z`.
    Rfc3339,
    /// RFC 3339 date and time in UTC, without a zone: `2027-01-15T08:00:00.123`.
    Rfc3339WithoutZone,
}

impl TimeUnit {
    /// Formats a time as a provider writes it.
    #[must_use]
    pub fn format(self, time: UnixTime) -> String {
        match self {
            Self::Seconds | Self::SecondsOrMillis => time.as_secs().to_string(),
            Self::Millis => time.as_millis().to_string(),
            Self::Rfc3339 => rfc3339::format(time, false),
            Self::Rfc3339WithoutZone => rfc3339::format(time, true),
        }
    }
}

/// A time as sent: its value, and whether it is in whole seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    pub(crate) time: UnixTime,
    in_seconds: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Staleness {
    Fresh,
    Stale,
    Future,
}

impl Stamp {
    /// Parses a time in the form of its unit.
    pub(crate) fn parse(text: &[u8], unit: TimeUnit) -> Option<Self> {
        let without_zone = match unit {
            TimeUnit::Rfc3339 => false,
            TimeUnit::Rfc3339WithoutZone => true,
            _ => return Self::parse_decimal(text, unit),
        };
        let (time, in_seconds) = rfc3339::parse(text, without_zone)?;
        Some(Self { time, in_seconds })
    }

    /// Parses a canonical decimal: `0`, or up to 19 digits that do not begin with `0`. Other
    /// spellings that number parsers accept (`+1`, `01`, ` 1`, `1.0`) are refused, because the text
    /// is signed, not the number.
    fn parse_decimal(text: &[u8], unit: TimeUnit) -> Option<Self> {
        let is_canonical = match text {
            [b'0'] => true,
            [first, ..] => *first != b'0' && text.len() <= 19,
            [] => false,
        };
        if !is_canonical {
            return None;
        }
        // 19 digits fit into 64 bits.
        let number = text.iter().try_fold(0_u64, |n, byte| {
            let digit = byte.wrapping_sub(b'0');
            (digit <= 9).then(|| n.wrapping_mul(10).wrapping_add(u64::from(digit)))
        })?;
        let in_seconds = match unit {
            TimeUnit::Millis => false,
            TimeUnit::SecondsOrMillis => number < 100_000_000_000,
            _ => true,
        };
        let time = if in_seconds {
            UnixTime::from_secs(number)
        } else {
            UnixTime::from_millis(number)
        };
        Some(Self { time, in_seconds })
    }

    /// Compares in the sender's unit, so that a limit in seconds is not missed by milliseconds.
    pub(crate) fn staleness(self, now: UnixTime, tolerance: Tolerance) -> Staleness {
        let (sent, now, past, future) = if self.in_seconds {
            (
                self.time.as_secs(),
                now.as_secs(),
                tolerance.past.as_secs(),
                tolerance.future.as_secs(),
            )
        } else {
            (
                self.time.as_millis(),
                now.as_millis(),
                millis(tolerance.past),
                millis(tolerance.future),
            )
        };
        if now.saturating_sub(sent) > past {
            Staleness::Stale
        } else if sent.saturating_sub(now) > future {
            Staleness::Future
        } else {
            Staleness::Fresh
        }
    }
}

/// The whole milliseconds of a duration, saturating.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLERANCE: Tolerance = Tolerance {
        past: Duration::from_secs(300),
        future: Duration::from_secs(60),
    };

    #[test]
    fn a_time_is_shown_in_utc_and_the_latest_one_too() {
        assert_eq!(UnixTime::from_secs(0).to_string(), "1970-01-01T00:00:00Z");
        let millis = UnixTime::from_millis(1_769_903_999_005);
        assert_eq!(millis.to_string(), "2026-01-31T23:59:59.005Z");
        let latest = UnixTime::from_millis(u64::MAX).to_string();
        assert!(latest.ends_with('Z'), "{latest}");
    }

    #[test]
    fn only_canonical_decimals_are_times() {
        for good in ["0", "7", "1700000000", "9999999999999999999"] {
            assert!(
                Stamp::parse(good.as_bytes(), TimeUnit::Seconds).is_some(),
                "{good}"
            );
        }
        for bad in [
            "",
            "00",
            "01",
            "+1",
            "-1",
            " 1",
            "1 ",
            "1.0",
            "1e3",
            "0x1",
            "1_0",
            "٣",
            "10000000000000000000000",
            "99999999999999999999",
        ] {
            assert!(
                Stamp::parse(bad.as_bytes(), TimeUnit::Seconds).is_none(),
                "{bad}"
            );
        }
    }

    #[test]
    fn edges_are_inclusive_on_both_sides_and_extremes_saturate() {
        let now = UnixTime::from_millis(1_700_000_000_900);
        let at = |text: &str| {
            Stamp::parse(text.as_bytes(), TimeUnit::Seconds)
                .unwrap()
                .staleness(now, TOLERANCE)
        };
        assert_eq!(at("1699999700"), Staleness::Fresh);
        assert_eq!(at("1699999699"), Staleness::Stale);
        assert_eq!(at("1700000060"), Staleness::Fresh);
        assert_eq!(at("1700000061"), Staleness::Future);
        assert_eq!(at("0"), Staleness::Stale);
        assert_eq!(at("9999999999999999999"), Staleness::Future);
    }
}

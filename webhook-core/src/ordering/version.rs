use std::error::Error;
use std::fmt;

use crate::time::{UnixTime, rfc3339};

/// The version of an object: a number or a time that grows with each change.
///
/// Use the same kind for all versions of an object. A time counts in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(i64);

impl Version {
    /// Above all others: that of an object whose state is final.
    pub const TERMINAL: Self = Self(i64::MAX);

    /// The highest number that is not terminal.
    const MOST: i64 = i64::MAX - 1;

    /// A number. Above 2⁶³ − 2 all are equal.
    #[must_use]
    pub const fn number(number: u64) -> Self {
        match number < Self::MOST.cast_unsigned() {
            true => Self(number.cast_signed()),
            false => Self(Self::MOST),
        }
    }

    /// A time. After the year 2262 all are equal.
    #[must_use]
    pub const fn time(time: UnixTime) -> Self {
        Self::number(time.as_millis().saturating_mul(1_000_000))
    }

    /// A time as RFC 3339 writes it, such as `2027-01-15T08:00:00.123Z`, to the nanosecond.
    ///
    /// # Errors
    ///
    /// If the text is not such a time, or before 1970.
    pub fn rfc3339(text: &str) -> Result<Self, InvalidVersion> {
        let (time, _) = rfc3339::parse(text.as_bytes(), false).ok_or(InvalidVersion)?;
        let nanos = time
            .as_millis()
            .saturating_mul(1_000_000)
            .saturating_add(below_a_millisecond(text));
        Ok(Self::number(nanos))
    }

    /// The number that a store keeps.
    #[must_use]
    pub const fn to_i64(self) -> i64 {
        self.0
    }

    /// A version that a store kept.
    #[must_use]
    pub const fn from_i64(kept: i64) -> Self {
        Self(kept)
    }
}

/// The nanoseconds of a time that was parsed, without its whole milliseconds.
fn below_a_millisecond(text: &str) -> u64 {
    let Some(fraction) = text.get(19..).and_then(|rest| rest.strip_prefix('.')) else {
        return 0;
    };
    let digits = fraction.bytes().take_while(u8::is_ascii_digit);
    let digits = digits.chain(std::iter::repeat(b'0')).take(9).skip(3);
    digits.fold(0, |nanos: u64, digit| {
        nanos
            .saturating_mul(10)
            .saturating_add(u64::from(digit & 0xf))
    })
}

impl From<u64> for Version {
    fn from(number: u64) -> Self {
        Self::number(number)
    }
}

impl From<UnixTime> for Version {
    fn from(time: UnixTime) -> Self {
        Self::time(time)
    }
}

/// A text is not a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidVersion;

impl fmt::Display for InvalidVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the version is not a time after 1970 as in RFC 3339, such as `2027-01-15T08:00:00Z`",
        )
    }
}

impl Error for InvalidVersion {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_compared_to_the_nanosecond_and_across_zones() {
        let times = [
            "1970-01-01T00:00:00Z",
            "2027-01-15T07:59:59.999999999Z",
            "2027-01-15T08:00:00Z",
            "2027-01-15T08:00:00.000000001Z",
            "2027-01-15T08:00:00.0000011Z",
            "2027-01-15T08:00:00.0001Z",
            "2027-01-15T08:00:00.123Z",
            "2027-01-15T08:00:00.123456Z",
            "2027-01-15T08:00:00.123456789Z",
            "2027-01-15T09:00:01+01:00",
        ];
        let versions: Vec<_> = times.map(|time| Version::rfc3339(time).unwrap()).into();
        assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
        let same = Version::rfc3339("2027-01-15T08:00:01Z");
        assert_eq!(versions.last().copied(), same.ok());
        let time = UnixTime::from_secs(1_800_000_000);
        assert_eq!(
            Version::time(time),
            Version::rfc3339("2027-01-15T08:00:00Z").unwrap()
        );
    }

    #[test]
    fn numbers_are_ordered_and_never_terminal() {
        let numbers = [0, 1, u64::from(u32::MAX), i64::MAX.cast_unsigned() - 2];
        let versions = numbers.map(Version::number);
        assert!(versions.is_sorted_by(|a, b| a < b));
        for number in [
            i64::MAX.cast_unsigned() - 1,
            i64::MAX.cast_unsigned(),
            u64::MAX,
        ] {
            assert!(versions[3] < Version::number(number));
            assert!(Version::number(number) < Version::TERMINAL);
        }
        assert!(Version::time(UnixTime::from_millis(u64::MAX)) < Version::TERMINAL);
    }

    #[test]
    fn what_is_no_time_is_an_error_without_the_text() {
        for text in [
            "",
            "secret",
            "2027-01-15",
            "1969-12-31T23:59:59Z",
            "é2027-01-15T08:00:00Z",
        ] {
            let error = Version::rfc3339(text).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}

//! Points in time, as arguments.

use std::time::Duration;

use webhook_axum::UnixTime;

use crate::commands::secrets::time as span;

/// Reads a time: RFC 3339, or how long ago it was, with an optional `ago`.
pub(super) fn point(text: &str) -> Result<UnixTime, &'static str> {
    if let Some(time) = UnixTime::from_rfc3339(text) {
        return Ok(time);
    }
    let ago = text.strip_suffix("ago").unwrap_or(text).trim_end();
    let span = span(ago).map_err(|_| EXPECTED)?;
    Ok(UnixTime::now().saturating_sub(span))
}

/// Reads a number with a unit.
pub(super) fn length(text: &str) -> Result<Duration, &'static str> {
    span(text)
}

const EXPECTED: &str = "expected a time such as `2027-01-31T12:00:00Z`, or how long ago it was, \
                        such as `90s`, `30m`, `2h` or `7d`";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_in_time_is_a_date_or_an_age() {
        let date = point("2027-01-31T13:00:00+01:00").unwrap();
        assert_eq!(date.to_string(), "2027-01-31T12:00:00Z");
        let now = UnixTime::now();
        for (text, seconds) in [("2h", 7200), ("30m ago", 1800), ("7d", 604_800), ("0", 0)] {
            let expected = now.saturating_sub(Duration::from_secs(seconds)).as_secs();
            let found = point(text).unwrap().as_secs();
            assert!((expected..expected + 10).contains(&found), "{text}");
        }
        for text in ["", "ago", "yesterday", "2027-01-31", "-2h", "2"] {
            assert!(point(text).is_err(), "{text}");
        }
    }
}

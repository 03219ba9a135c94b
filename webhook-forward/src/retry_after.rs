//! `Retry-After` of the receiver.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::RETRY_AFTER;

/// When the sender shall retry: what the receiver says, within bounds. `None`: it says nothing.
pub(crate) fn read(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER);
    let value = value.and_then(|value| value.to_str().ok());
    let wait = value.and_then(|text| match text.trim().parse() {
        Ok(secs) => Some(Duration::from_secs(secs)),
        Err(_) => {
            let at = httpdate::parse_http_date(text.trim()).ok()?;
            Some(at.duration_since(now).unwrap_or_default())
        }
    });
    wait.map(|wait| wait.clamp(SHORTEST, LONGEST))
}

/// Without a word of the receiver: that of other answers with 503.
pub(crate) const DEFAULT: Duration = Duration::from_secs(10);
const SHORTEST: Duration = Duration::from_secs(1);
/// Senders that honour the header would otherwise stop for as long as a receiver likes.
const LONGEST: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read_within_bounds() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (value, secs) in [
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("0", Some(1)),
            ("3601", Some(3600)),
            ("99999999999999999999", None),
            ("-1", None),
            ("soon", None),
            ("", None),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(1)),
            ("Sat, 05 Nov 1994 08:49:37 GMT", Some(1)),
            ("Sun, 06 Nov 2044 08:49:37 GMT", Some(3600)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            let wait = secs.map(Duration::from_secs);
            assert_eq!(read(&headers, now), wait, "{value:?}");
        }
        assert_eq!(read(&HeaderMap::new(), now), None);
    }
}

//! RFC 3339 times, parsed strictly and without allocation.

use crate::time::UnixTime;

const DAY: i64 = 86_400;

/// Parses `YYYY-MM-DDThh:mm:ss` with an optional fraction, followed by `Z` or an offset. With
/// `without_zone` there is neither, which means UTC. Letters must be upper case. A leap second or a
/// time before 1970 is refused. Returns the time, and whether it is in whole seconds.
pub(crate) fn parse(text: &[u8], without_zone: bool) -> Option<(UnixTime, bool)> {
    let (date_time, rest) = text.split_at_checked(19)?;
    let (millis, in_seconds, zone) = fraction(rest)?;
    let offset = match (without_zone, zone) {
        (true, []) | (false, b"Z") => 0,
        (false, zone) => offset(zone)?,
        (true, _) => return None,
    };
    let secs = seconds(date_time)?.checked_sub(offset)?;
    let millis = u64::try_from(secs)
        .ok()?
        .checked_mul(1000)?
        .checked_add(millis)?;
    Some((UnixTime::from_millis(millis), in_seconds))
}

/// Formats a time as [`parse`] reads it, with milliseconds if there are any.
pub(crate) fn format(time: UnixTime, without_zone: bool) -> String {
    let (secs, millis) = (time.as_secs(), time.as_millis() % 1000);
    let day = secs / 86_400;
    let (hour, minute, second) = (secs / 3600 % 24, secs / 60 % 60, secs % 60);
    let (year, month, day) = civil(day);
    let fraction = match millis {
        0 => String::new(),
        millis => format!(".{millis:03}"),
    };
    let zone = if without_zone { "" } else { "Z" };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}")
}

/// The milliseconds of a fraction of up to nine digits, and the rest of the text.
fn fraction(rest: &[u8]) -> Option<(u64, bool, &[u8])> {
    let Some(rest) = rest.strip_prefix(b".") else {
        return Some((0, true, rest));
    };
    let len = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, zone) = rest.split_at_checked(len)?;
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    let of = |at: usize| digits.get(at).map_or(0, |byte| u64::from(byte & 0xf));
    let millis = of(0)
        .saturating_mul(100)
        .saturating_add(of(1).saturating_mul(10))
        .saturating_add(of(2));
    Some((millis, false, zone))
}

/// The seconds of `+hh:mm` or `-hh:mm`.
fn offset(zone: &[u8]) -> Option<i64> {
    let [sign, h1, h0, b':', m1, m0] = zone else {
        return None;
    };
    let hours = number(&[*h1, *h0]).filter(|hours| *hours < 24)?;
    let minutes = number(&[*m1, *m0]).filter(|minutes| *minutes < 60)?;
    let secs = hours
        .checked_mul(3600)?
        .checked_add(minutes.checked_mul(60)?)?;
    match sign {
        b'+' => Some(secs),
        b'-' => secs.checked_neg(),
        _ => None,
    }
}

/// Seconds since the epoch of `YYYY-MM-DDThh:mm:ss` as UTC.
fn seconds(text: &[u8]) -> Option<i64> {
    let [
        y3,
        y2,
        y1,
        y0,
        b'-',
        o1,
        o0,
        b'-',
        d1,
        d0,
        b'T',
        h1,
        h0,
        b':',
        m1,
        m0,
        b':',
        s1,
        s0,
    ] = text
    else {
        return None;
    };
    let year = number(&[*y3, *y2, *y1, *y0])?;
    let month = number(&[*o1, *o0]).filter(|month| (1..=12).contains(month))?;
    let day = number(&[*d1, *d0]).filter(|day| (1..=days_in(year, month)).contains(day))?;
    let hour = number(&[*h1, *h0]).filter(|hour| *hour < 24)?;
    let minute = number(&[*m1, *m0]).filter(|minute| *minute < 60)?;
    let second = number(&[*s1, *s0]).filter(|second| *second < 60)?;
    days(year, month, day)?
        .checked_mul(DAY)?
        .checked_add(hour.checked_mul(3600)?)?
        .checked_add(minute.checked_mul(60)?)?
        .checked_add(second)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0_i64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| i64::from(digit & 0xf))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_of(year: i64) -> i64 {
    if is_leap(year) { 366 } else { 365 }
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01. Years are counted from March, so that the leap day is the last day.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let (year, month) = match month {
        1 | 2 => (year.checked_sub(1)?, month.checked_add(9)?),
        _ => (year, month.checked_sub(3)?),
    };
    let leap_days = year
        .div_euclid(4)
        .checked_sub(year.div_euclid(100))?
        .checked_add(year.div_euclid(400))?;
    let day_of_year = month.checked_mul(153)?.checked_add(2)? / 5;
    year.checked_mul(365)?
        .checked_add(leap_days)?
        .checked_add(day_of_year)?
        .checked_add(day)?
        .checked_sub(719_469)
}

/// Year, month and day of a day since 1970-01-01.
fn civil(days_since_epoch: u64) -> (i64, i64, i64) {
    let mut left = i64::try_from(days_since_epoch).unwrap_or(i64::MAX);
    let (mut year, mut month) = (1970_i64, 1_i64);
    // Only signers format times, and those are recent: the loop has about sixty rounds.
    while year < 9999 && left >= days_of(year) {
        left = left.saturating_sub(days_of(year));
        year = year.saturating_add(1);
    }
    while month < 12 && left >= days_in(year, month) {
        left = left.saturating_sub(days_in(year, month));
        month = month.saturating_add(1);
    }
    (year, month, left.min(30).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(text: &str) -> Option<u64> {
        parse(text.as_bytes(), false).map(|(time, _)| time.as_millis())
    }

    #[test]
    fn the_documented_forms_are_read() {
        assert_eq!(millis("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(millis("2021-03-25T05:09:27Z"), Some(1_616_648_967_000));
        assert_eq!(
            millis("2023-07-19T10:11:12.634234626Z"),
            Some(1_689_761_472_634)
        );
        assert_eq!(
            millis("2020-01-01T00:00:00-07:00"),
            millis("2020-01-01T07:00:00Z")
        );
        assert_eq!(
            millis("2000-02-29T23:59:59.5+05:30"),
            millis("2000-02-29T18:29:59.500Z")
        );
        let (time, in_seconds) = parse(b"2024-03-27T15:42:29.551", true).unwrap();
        assert_eq!((time.as_millis(), in_seconds), (1_711_554_149_551, false));
    }

    #[test]
    fn everything_else_is_refused() {
        for bad in [
            "",
            "2021-03-25",
            "2021-03-25T05:09:27",
            "2021-03-25 05:09:27Z",
            "2021-03-25t05:09:27z",
            "2021-03-25T05:09:60Z",
            "2021-03-25T24:00:00Z",
            "2021-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2021-13-01T00:00:00Z",
            "2021-00-01T00:00:00Z",
            "2021-01-00T00:00:00Z",
            "2021-03-25T05:09:27.Z",
            "2021-03-25T05:09:27.0123456789Z",
            "2021-03-25T05:09:27+0000",
            "2021-03-25T05:09:27+24:00",
            "2021-03-25T05:09:27 00:00",
            "+021-03-25T05:09:27Z",
            "1969-12-31T23:59:59Z",
            "12021-03-25T05:09:27Z",
            "2021-03-25T05:09:27Z ",
            "٢٠٢١-03-25T05:09:27Z",
        ] {
            assert_eq!(millis(bad), None, "{bad}");
        }
        assert!(parse(b"2021-03-25T05:09:27Z", true).is_none());
    }

    #[test]
    fn what_is_written_is_read() {
        for millis in [0, 951_782_400_000, 1_800_000_000_000, 4_107_542_399_999] {
            let time = UnixTime::from_millis(millis);
            let (read, in_seconds) = parse(format(time, false).as_bytes(), false).unwrap();
            assert_eq!((read, in_seconds), (time, millis % 1000 == 0));
        }
        assert_eq!(
            format(UnixTime::from_secs(1_800_000_000), true),
            "2027-01-15T08:00:00"
        );
    }
}

//! The claims of a token (RFC 7519 §4).

use crate::error::RejectionKind;
use crate::parse::json::{Json, JsonValue, Pointers, scan};
use crate::time::{Tolerance, UnixTime};

/// The claims of a token. A claim of the wrong type is an error, not an absent claim.
pub(crate) struct Claims<'p>(Json<'p>);

impl<'p> Claims<'p> {
    pub(crate) fn parse(payload: &'p [u8]) -> Result<Self, RejectionKind> {
        let claims = Json::small(payload).filter(|json| matches!(json, Json::Object(_)));
        claims.map(Self).ok_or(RejectionKind::Malformed)
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, RejectionKind> {
        let value = self.0.get(name);
        let text = value.map(|value| value.as_text().ok_or(RejectionKind::Malformed));
        text.transpose()
    }

    /// Checks that the claim is present and equals this text.
    pub(crate) fn is(&self, name: &str, expected: &[u8]) -> Result<(), RejectionKind> {
        match self.text(name)? {
            Some(text) if text.as_bytes() == expected => Ok(()),
            _ => Err(RejectionKind::BadSignature),
        }
    }

    /// Checks that the claim is the boolean `true`.
    pub(crate) fn is_true(&self, name: &str) -> Result<(), RejectionKind> {
        match self.0.get(name) {
            Some(Json::Token("true")) => Ok(()),
            Some(Json::Token("false")) | None => Err(RejectionKind::BadSignature),
            Some(_) => Err(RejectionKind::Malformed),
        }
    }

    /// Checks that the token is for this audience, alone or among others (RFC 7519 §4.1.3).
    pub(crate) fn is_for(&self, audience: &[u8]) -> Result<(), RejectionKind> {
        let is = |value: &Json<'_>| value.as_text().map(|text| text.as_bytes() == audience);
        let found = match self.0.get("aud") {
            None => Some(false),
            Some(Json::Array(items)) => items
                .iter()
                .map(is)
                .try_fold(false, |found, item| Some(found | item?)),
            Some(value) => is(value),
        };
        match found {
            Some(true) => Ok(()),
            Some(false) => Err(RejectionKind::BadSignature),
            None => Err(RejectionKind::Malformed),
        }
    }

    /// Whole seconds since 1970 without a sign, as spelled.
    pub(crate) fn seconds(&self, name: &str) -> Result<Option<&str>, RejectionKind> {
        let Some(value) = self.0.get(name) else {
            return Ok(None);
        };
        match value {
            Json::Token(digits) if is_whole(digits) => Ok(Some(digits)),
            _ => Err(RejectionKind::Malformed),
        }
    }

    /// Checks that now is between `nbf` or `iat` and `exp`, inclusive. All are optional; `exp` is
    /// required if `expires` is set.
    pub(crate) fn check_times(
        &self,
        now: UnixTime,
        tolerance: Option<Tolerance>,
        expires: bool,
    ) -> Result<(), RejectionKind> {
        let times = Times {
            expiry: number(self.seconds("exp")?)?,
            starts: [number(self.seconds("nbf")?)?, number(self.seconds("iat")?)?],
        };
        times.check(now, tolerance, expires)
    }
}

/// Like [`Claims::check_times`], for claims that may be long. All times are optional.
pub(crate) fn check_times_of(payload: &[u8], now: UnixTime) -> Result<(), RejectionKind> {
    let malformed = RejectionKind::Malformed;
    if payload.trim_ascii_start().first() != Some(&b'{') {
        return Err(malformed);
    }
    let pointers = Pointers::new(&["/exp", "/nbf", "/iat"]);
    let found: [_; 3] = scan(payload, &pointers).map_err(|_| malformed)?;
    let seconds = |found: Option<JsonValue<'_>>| match found {
        None => Ok(None),
        Some(JsonValue::Number(digits)) if is_whole(digits) => number(Some(digits)),
        Some(_) => Err(malformed),
    };
    let [expiry, not_before, issued] = found;
    let times = Times {
        expiry: seconds(expiry)?,
        starts: [seconds(not_before)?, seconds(issued)?],
    };
    times.check(now, None, false)
}

/// `exp`; `nbf` and `iat`.
struct Times {
    expiry: Option<u64>,
    starts: [Option<u64>; 2],
}

impl Times {
    fn check(
        &self,
        now: UnixTime,
        tolerance: Option<Tolerance>,
        expires: bool,
    ) -> Result<(), RejectionKind> {
        let ahead = tolerance.map_or(SKEW_SECS, |known| known.future.as_secs());
        let latest = now.as_secs().saturating_add(ahead);
        match self.expiry {
            None if expires => return Err(RejectionKind::Malformed),
            Some(expiry) if now.as_secs() > expiry => return Err(RejectionKind::Stale),
            _ => {}
        }
        match self.starts.iter().flatten().all(|start| *start <= latest) {
            true => Ok(()),
            false => Err(RejectionKind::Future),
        }
    }
}

fn number(digits: Option<&str>) -> Result<Option<u64>, RejectionKind> {
    let number = digits.map(str::parse);
    number.transpose().map_err(|_| RejectionKind::Malformed)
}

fn is_whole(digits: &str) -> bool {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    plain && (1..=19).contains(&digits.len()) && (digits == "0" || !digits.starts_with('0'))
}

/// How far ahead a time may be if the scheme has no tolerance, in seconds.
const SKEW_SECS: u64 = 60;

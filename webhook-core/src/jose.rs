//! JSON Web Signatures in their compact form (RFC 7515 §7.1) and the claims in them (RFC 7519), read strictly.
//!
//! A parser of our own: the libraries there are either bring a process-wide choice of cryptography or take the algorithm from the
//! token, and none refuses what is ambiguous. Here the algorithm is the scheme's, and a header can name a key but nothing that is
//! fetched.

#[cfg(feature = "asymmetric")]
pub(crate) mod encrypted;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::custom::Json;
use crate::error::RejectionKind;
use crate::grammar::MAX_VALUE;
use crate::probe::{Found, Pointers, scan};
use crate::time::{Tolerance, UnixTime};

/// What a header must not have: what changes the meaning of the rest (RFC 7515 §4.1.11, RFC 7797, RFC 7516), and keys and places of
/// keys that a sender would choose.
pub(crate) const REFUSED: [&str; 8] = ["crit", "b64", "zip", "enc", "jwk", "x5c", "x5u", JKU];

/// The member with the place of the key, which a scheme may have an allow-list for.
const JKU: &str = "jku";

/// How far ahead a time may be where a scheme has no tolerance of its own.
const SKEW_SECS: u64 = 60;

/// A token taken apart. Nothing of it is verified.
pub(crate) struct Token<'t> {
    header: Vec<u8>,
    #[cfg(feature = "asymmetric")]
    encoded_header: &'t [u8],
    encoded_payload: &'t [u8],
    /// What is signed, where the payload is in the token.
    pub(crate) signed: &'t [u8],
    pub(crate) signature: Vec<u8>,
}

impl<'t> Token<'t> {
    /// A token of this algorithm (RFC 7518 §3.1), of whose header nothing leads elsewhere.
    pub(crate) fn parse(text: &'t [u8], alg: &str) -> Result<Self, RejectionKind> {
        Self::parse_with(text, alg, &[])
    }

    /// The same, with some of what is refused in a header allowed.
    pub(crate) fn parse_with(
        text: &'t [u8],
        alg: &str,
        allowed: &[&str],
    ) -> Result<Self, RejectionKind> {
        match text.len() > MAX_VALUE {
            true => Err(RejectionKind::Malformed),
            false => Self::read(text, alg, allowed),
        }
    }

    /// A token that is, or was in, a body: as long as that may be, but for its header and signature.
    pub(crate) fn of_body(text: &'t [u8], alg: &str) -> Result<Self, RejectionKind> {
        Self::read(text, alg, &[])
    }

    fn read(text: &'t [u8], alg: &str, allowed: &[&str]) -> Result<Self, RejectionKind> {
        let malformed = RejectionKind::Malformed;
        let mut parts = text.split(|&byte| byte == b'.');
        let mut part = || parts.next().ok_or(malformed);
        let (encoded_header, encoded_payload, signature) = (part()?, part()?, part()?);
        let longest = encoded_header.len().max(signature.len());
        if parts.next().is_some() || longest > MAX_VALUE {
            return Err(malformed);
        }
        let signed = encoded_header.len().saturating_add(encoded_payload.len());
        let token = Self {
            header: base64url(encoded_header)?,
            #[cfg(feature = "asymmetric")]
            encoded_header,
            encoded_payload,
            signed: text.get(..signed.saturating_add(1)).ok_or(malformed)?,
            signature: base64url(signature)?,
        };
        token.check_header(alg, allowed)?;
        match token.signature.is_empty() {
            true => Err(malformed),
            false => Ok(token),
        }
    }

    fn check_header(&self, alg: &str, allowed: &[&str]) -> Result<(), RejectionKind> {
        let header = self.header()?;
        if header.get("alg").and_then(Json::as_text) != Some(alg) {
            return Err(RejectionKind::UnsupportedScheme);
        }
        let refused = |name: &&&str| !allowed.contains(*name) && header.get(name).is_some();
        if REFUSED.iter().find(refused).is_some() {
            return Err(RejectionKind::UnsupportedScheme);
        }
        match header.get("typ").map(Json::as_text) {
            None | Some(Some("JWT" | "JOSE")) => Ok(()),
            Some(_) => Err(RejectionKind::UnsupportedScheme),
        }
    }

    /// The header as JSON.
    pub(crate) fn header(&self) -> Result<Json<'_>, RejectionKind> {
        let header = Json::small(&self.header).filter(|json| matches!(json, Json::Object(_)));
        header.ok_or(RejectionKind::Malformed)
    }

    /// The header as it came.
    #[cfg(feature = "asymmetric")]
    pub(crate) fn encoded_header(&self) -> &'t [u8] {
        self.encoded_header
    }

    /// The payload as it came.
    #[cfg(feature = "asymmetric")]
    pub(crate) fn encoded_payload(&self) -> &'t [u8] {
        self.encoded_payload
    }

    pub(crate) fn payload(&self) -> Result<Vec<u8>, RejectionKind> {
        base64url(self.encoded_payload)
    }
}

/// The claims of a token. One that is there has to be of its type: what is wrong is not taken for absent.
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

    /// Whether a text is there and is this one.
    pub(crate) fn is(&self, name: &str, expected: &[u8]) -> Result<(), RejectionKind> {
        match self.text(name)? {
            Some(text) if text.as_bytes() == expected => Ok(()),
            _ => Err(RejectionKind::BadSignature),
        }
    }

    /// Whether this is `true`, and a boolean at that.
    #[cfg(feature = "asymmetric")]
    pub(crate) fn is_true(&self, name: &str) -> Result<(), RejectionKind> {
        match self.0.get(name) {
            Some(Json::Token("true")) => Ok(()),
            Some(Json::Token("false")) | None => Err(RejectionKind::BadSignature),
            Some(_) => Err(RejectionKind::Malformed),
        }
    }

    /// Whether the token is for this audience, alone or among others (RFC 7519 §4.1.3).
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

    /// Seconds since 1970, whole and without a sign, as spelled.
    pub(crate) fn seconds(&self, name: &str) -> Result<Option<&str>, RejectionKind> {
        let Some(value) = self.0.get(name) else {
            return Ok(None);
        };
        match value {
            Json::Token(digits) if is_whole(digits) => Ok(Some(digits)),
            _ => Err(RejectionKind::Malformed),
        }
    }

    /// Whether now lies between `nbf`, or `iat`, and `exp`; the edges are inside. Each may be absent, but `exp` only if said.
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

/// Whether now lies between the times of claims that may be long, as [`Claims::check_times`] says
/// it. A time need not be there.
pub(crate) fn check_times_of(payload: &[u8], now: UnixTime) -> Result<(), RejectionKind> {
    let malformed = RejectionKind::Malformed;
    if payload.trim_ascii_start().first() != Some(&b'{') {
        return Err(malformed);
    }
    let pointers = Pointers::new(&["/exp", "/nbf", "/iat"]);
    let found: [_; 3] = scan(payload, &pointers).map_err(|_| malformed)?;
    let seconds = |found: Option<Found<'_>>| match found {
        None => Ok(None),
        Some(Found::Number(digits)) if is_whole(digits) => number(Some(digits)),
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

/// In its only spelling: without padding, and with no bits to spare.
pub(crate) fn base64url(text: &[u8]) -> Result<Vec<u8>, RejectionKind> {
    let decoded = URL_SAFE_NO_PAD.decode(text);
    decoded.map_err(|_| RejectionKind::Malformed)
}

/// What is signed of a header and a payload.
pub(crate) fn compact(header: &serde_json::Value, payload: &[u8]) -> String {
    let header = URL_SAFE_NO_PAD.encode(header.to_string());
    format!("{header}.{}", URL_SAFE_NO_PAD.encode(payload))
}

#[cfg(all(test, feature = "asymmetric"))]
mod tests;

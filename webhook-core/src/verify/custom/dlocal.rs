//! dLocal: the login that precedes the secret key, the time and the body.

use crate::crypto::{Algorithm, RunningMac};
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::parse::encoding::encode;
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::time::TimeUnit;
use crate::verify::custom::check::Codes;
use crate::verify::fresh;

/// The header of the tag.
pub(crate) const TAG: &str = "authorization";
const PREFIX: &str = "V2-HMAC-SHA256, Signature: ";
/// The header of the time.
const TIME: &str = "x-date";
const UNIT: TimeUnit = TimeUnit::Rfc3339;

/// A secret is `login:secret key`. The login is not secret but signed; the text after the colon is
/// the key.
#[derive(Debug)]
pub(crate) struct Dlocal;

impl Custom for Dlocal {
    fn algorithm(&self) -> Option<Algorithm> {
        Some(Algorithm::HmacSha256)
    }

    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        let (_, key) = split(secret);
        Some(Algorithm::HmacSha256.key(key))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let tag = asked.header(TAG)?.strip_prefix(PREFIX.as_bytes());
        let tag = tag.ok_or(RejectionKind::Malformed)?;
        let time = asked.header(TIME)?;
        let mut codes = Codes::new(asked, Algorithm::HmacSha256, tag, Encoding::Hex)?;
        codes.time = Some(fresh(time, UNIT, asked.now, asked.tolerance)?);
        codes.sign_own(asked.keys.texts().map(|secret| split(secret).0));
        codes.sign(time);
        Ok(Box::new(codes))
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let ((login, _), time) = (split(draft.key), UNIT.format(draft.now));
        let tag = draft.tag(&[login, time.as_bytes(), &draft.body]);
        draft.push(TAG, format!("{PREFIX}{}", encode(tag, Encoding::Hex)));
        draft.push(TIME, time);
    }
}

/// The login and the key. A configured secret has both.
fn split(secret: &[u8]) -> (&[u8], &[u8]) {
    let mut halves = secret.splitn(2, |&byte| byte == b':');
    let mut half = || halves.next().unwrap_or_default();
    (half(), half())
}

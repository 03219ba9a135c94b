//! Rapyd: URL, salt, time, access key, secret and body, and a tag that is base64 of hexadecimal
//! text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::{Algorithm, RunningMac};
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::parse::encoding::encode;
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::request::MAX_VALUE;
use crate::time::TimeUnit;
use crate::verify::custom::check::Codes;
use crate::verify::fresh;

/// The setting of the public part of the credentials.
pub(crate) const ACCESS_KEY: &str = "access_key";

#[derive(Debug)]
pub(crate) struct Rapyd;

impl Custom for Rapyd {
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        Some(Algorithm::HmacSha256.key(secret))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let (salt, time) = (asked.header("salt")?, asked.header("timestamp")?);
        let spelled = asked.header("signature")?;
        if salt.len() > MAX_VALUE || spelled.len() > MAX_VALUE {
            return Err(RejectionKind::Malformed);
        }
        let hex = STANDARD
            .decode(spelled)
            .map_err(|_| RejectionKind::Malformed)?;
        let mut codes = Codes::new(asked, Algorithm::HmacSha256, &hex, Encoding::Hex)?;
        codes.time = Some(fresh(time, TimeUnit::Seconds, asked.now, asked.tolerance)?);
        codes.sign(asked.full_url().as_bytes());
        codes.sign(salt);
        codes.sign(time);
        codes.sign(asked.settings.required(ACCESS_KEY));
        codes.sign_own(asked.keys.texts());
        Ok(Box::new(codes))
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let (salt, time) = ("0123456789abcdef", TimeUnit::Seconds.format(draft.now));
        let tag = draft.tag(&[
            draft.full_url().as_bytes(),
            salt.as_bytes(),
            time.as_bytes(),
            draft.settings.required(ACCESS_KEY),
            draft.key,
            &draft.body,
        ]);
        let hex = encode(tag, Encoding::Hex);
        draft.push("signature", STANDARD.encode(hex));
        draft.push("salt", salt);
        draft.push("timestamp", time);
    }
}

//! Truora: a token (RFC 7519) as the body.

use std::borrow::Cow;

use serde_json::json;

use crate::crypto::{Algorithm, RunningMac};
use crate::error::RejectionKind;
use crate::jose::{Token, check_times_of, compact};
use crate::parse::Encoding;
use crate::parse::encoding::encode;
use crate::provider::{Check, CheckInput, Coverage, Custom, Draft, Verified};
use crate::time::UnixTime;
use crate::verify::custom::CheckResult;
use crate::verify::key_ring::KeyRing;

/// HS256. The claims are the event.
#[derive(Debug)]
pub(crate) struct JwtBody;

impl Custom for JwtBody {
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        Some(Algorithm::HmacSha256.key(secret))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        Ok(Box::new(Running {
            ring: KeyRing::Shared(asked.keys.clone()),
            coverage: asked.scheme.coverage(),
            now: asked.now,
            payload: None,
        }))
    }

    /// The body becomes the claims.
    fn sign(&self, draft: &mut Draft<'_>) {
        let signed = compact(&json!({"alg": "HS256", "typ": "JWT"}), &draft.body);
        let tag = draft.tag(&[signed.as_bytes()]);
        let signature = encode(tag, Encoding::Base64Url);
        draft.body = format!("{signed}.{signature}").into();
    }
}

struct Running {
    ring: KeyRing,
    coverage: Coverage,
    now: UnixTime,
    /// Set once it is verified.
    payload: Option<Vec<u8>>,
}

impl Check for Running {
    fn finish(&mut self, body: &[u8]) -> Result<Verified, RejectionKind> {
        let token = Token::of_body(body, "HS256")?;
        let verified = CheckResult {
            slot: self.ring.slot(&[token.signed], &token.signature),
            time: None,
            message: None,
        }
        .verified(self.coverage)?;
        // Not decoded earlier, because it may be as long as the body.
        let payload = token.payload()?;
        check_times_of(&payload, self.now)?;
        self.payload = Some(payload);
        Ok(verified)
    }

    fn unwrapped<'b>(&mut self, _: &'b [u8]) -> Option<Cow<'b, [u8]>> {
        self.payload.take().map(Cow::Owned)
    }
}

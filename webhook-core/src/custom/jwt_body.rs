//! A token (RFC 7519) that is the body: Truora.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::check::first;
use super::{Asked, Check, Custom, Draft, Finding, whole_opened};
use crate::algorithm::{Algorithm, constant_time_eq};
use crate::error::RejectionKind;
use crate::jose::{Claims, Token, compact};

/// HS256; the claims are the event.
#[derive(Debug)]
pub(crate) struct JwtBody;

impl Custom for JwtBody {
    fn start(&self, asked: &Asked<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        let now = asked.now;
        Ok(whole_opened(move |body| {
            let token = Token::of_body(body, "HS256")?;
            let payload = token.payload()?;
            Claims::parse(&payload)?.check_times(now, None, false)?;
            let made = |key: &[u8]| constant_time_eq(&tag(key, token.signed), &token.signature);
            let verified = Finding {
                slot: first(keys.iter().map(|key| made(key))),
                time: None,
                message: None,
            }
            .verified(coverage)?;
            Ok((verified, Some(payload)))
        }))
    }

    /// The body becomes the claims.
    fn sign(&self, draft: &mut Draft<'_>) {
        let signed = compact(&json!({"alg": "HS256", "typ": "JWT"}), &draft.body);
        let signature = URL_SAFE_NO_PAD.encode(tag(draft.key, signed.as_bytes()));
        draft.body = format!("{signed}.{signature}").into();
    }
}

fn tag(key: &[u8], signed: &[u8]) -> Vec<u8> {
    let mut mac = Algorithm::HmacSha256.key(key);
    mac.update(signed);
    mac.finish().as_bytes().to_vec()
}

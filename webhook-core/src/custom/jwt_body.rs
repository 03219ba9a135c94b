//! A token (RFC 7519) that is the body: Truora.

use serde_json::json;

use super::jwt::Ring;
use super::{Asked, Check, Custom, Draft, Finding, whole_opened};
use crate::algorithm::Algorithm;
use crate::error::RejectionKind;
use crate::grammar::encode;
use crate::jose::{Claims, Token, compact};
use crate::scheme::Encoding;

/// HS256; the claims are the event.
#[derive(Debug)]
pub(crate) struct JwtBody;

impl Custom for JwtBody {
    fn start(&self, asked: &Asked<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let (ring, coverage) = (Ring::Shared(asked.keys.clone()), asked.scheme.coverage());
        let now = asked.now;
        Ok(whole_opened(move |body| {
            let token = Token::of_body(body, "HS256")?;
            let payload = token.payload()?;
            Claims::parse(&payload)?.check_times(now, None, false)?;
            let verified = Finding {
                slot: ring.slot(&[token.signed], &token.signature),
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
        let mut mac = Algorithm::HmacSha256.key(draft.key);
        mac.update(signed.as_bytes());
        let signature = encode(mac.finish(), Encoding::Base64Url);
        draft.body = format!("{signed}.{signature}").into();
    }
}

//! NOWPayments: HMAC over the body's JSON with its names sorted.

use super::check::{first, one_tag};
use super::json::Json;
use super::{Asked, Check, Custom, Draft, Finding, digest_of, whole};
use crate::algorithm::{Algorithm, Tag};
use crate::error::RejectionKind;
use crate::grammar::encode;
use crate::scheme::Encoding;

const TAG: &str = "x-nowpayments-sig";

#[derive(Debug)]
pub(crate) struct NowPayments;

impl Custom for NowPayments {
    fn start(&self, asked: &Asked<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let candidates = one_tag(asked.header(TAG)?, Encoding::Hex, Algorithm::HmacSha512)?;
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        Ok(whole(move |body| {
            let signed = canonical(body).ok_or(RejectionKind::Malformed)?;
            let tags = keys.iter().map(|key| tag(key, &signed));
            Finding {
                slot: first(tags.map(|tag| candidates.contain(&tag))),
                time: None,
                message: Some(digest_of(signed.as_bytes())),
            }
            .verified(coverage)
        }))
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let signed = canonical(&draft.body).unwrap_or_default();
        draft.push(TAG, encode(tag(draft.key, &signed), Encoding::Hex));
    }
}

fn canonical(body: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(body.len());
    Json::parse(body)?.canonical(&mut out);
    Some(out)
}

fn tag(key: &[u8], signed: &str) -> Tag {
    let mut mac = Algorithm::HmacSha512.key(key);
    mac.update(signed.as_bytes());
    mac.finish()
}

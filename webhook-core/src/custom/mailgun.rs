//! Mailgun: a time and a token that is used once, both in the body, and a tag over these two alone.

use super::check::{first, fresh, one_tag};
use super::json::Json;
use super::{Asked, Check, Custom, Draft, Finding, digest_of, form, whole};
use crate::algorithm::{Algorithm, Tag};
use crate::error::RejectionKind;
use crate::grammar::{MAX_VALUE, encode};
use crate::held::with_field;
use crate::scheme::Encoding;
use crate::time::TimeUnit;

#[derive(Debug)]
pub(crate) struct Mailgun;

/// What the body says of its signature.
struct Signature {
    time: Vec<u8>,
    token: Vec<u8>,
    tag: Vec<u8>,
}

impl Signature {
    /// JSON has them in `signature`, a form at its top.
    fn read(body: &[u8]) -> Result<Self, RejectionKind> {
        let of = match body.trim_ascii_start().first() {
            Some(b'{') => Self::in_json(body)?,
            _ => Self {
                time: form::field(body, "timestamp")?.into_owned(),
                token: form::field(body, "token")?.into_owned(),
                tag: form::field(body, "signature")?.into_owned(),
            },
        };
        let empty = of.time.is_empty() || of.token.is_empty();
        match empty || of.token.len() > MAX_VALUE || of.tag.len() > MAX_VALUE {
            true => Err(RejectionKind::Malformed),
            false => Ok(of),
        }
    }

    fn in_json(body: &[u8]) -> Result<Self, RejectionKind> {
        let json = Json::parse(body).ok_or(RejectionKind::Malformed)?;
        let signature = json.get("signature").ok_or(RejectionKind::MissingHeader)?;
        let text = |name| {
            let found = signature.get(name).and_then(Json::plain);
            let text = found.ok_or(RejectionKind::MissingHeader)?;
            Ok(text.as_bytes().to_vec())
        };
        Ok(Self {
            time: text("timestamp")?,
            token: text("token")?,
            tag: text("signature")?,
        })
    }
}

impl Custom for Mailgun {
    fn start(&self, asked: &Asked<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        let (now, tolerance) = (asked.now, asked.tolerance);
        Ok(whole(move |body| {
            let of = Signature::read(body)?;
            let candidates = one_tag(&of.tag, Encoding::Hex, Algorithm::HmacSha256)?;
            let matches = |key: &[u8]| candidates.contain(&tag(key, &of.time, &of.token));
            let slot = first(keys.iter().map(|key| matches(key)));
            slot.ok_or(RejectionKind::BadSignature)?;
            Finding {
                slot,
                time: Some(fresh(&of.time, TimeUnit::Seconds, now, tolerance)?),
                message: Some(digest_of(&[&of.time[..], &of.token].concat())),
            }
            .verified(coverage)
        }))
    }

    /// A body that is no JSON object is taken for a form.
    fn sign(&self, draft: &mut Draft<'_>) {
        let time = TimeUnit::Seconds.format(draft.now);
        // Told apart by what they come with, as Mailgun's random ones are.
        let token = const_hex::encode(&digest_of(&draft.body)[..25]);
        let tag = encode(
            tag(draft.key, time.as_bytes(), token.as_bytes()),
            Encoding::Hex,
        );
        if draft.body.trim_ascii_start().starts_with(b"{") {
            let of = serde_json::json!({"timestamp": time, "token": token, "signature": tag});
            draft.body = with_field(draft.body.clone(), "/signature", &of);
        } else {
            let mark = if draft.body.is_empty() { "" } else { "&" };
            let of = format!("{mark}timestamp={time}&token={token}&signature={tag}");
            draft.body = [&draft.body, of.as_bytes()].concat().into();
        }
    }
}

fn tag(key: &[u8], time: &[u8], token: &[u8]) -> Tag {
    let mut mac = Algorithm::HmacSha256.key(key);
    mac.update(time);
    mac.update(token);
    mac.finish()
}

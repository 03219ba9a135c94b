//! Mailgun: a timestamp and a single-use token, both in the body, and a tag over these two alone.

use std::borrow::Cow;

use crate::crypto::{Algorithm, RunningMac};
use crate::error::RejectionKind;
use crate::parse::encoding::encode;
use crate::parse::json::{Pointers, scan, with_field};
use crate::parse::{Encoding, form, multipart};
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::time::TimeUnit;
use crate::verify::custom::check::{Writing, one_tag};
use crate::verify::custom::{CheckResult, MAX_FIELD, digest_of, whole};
use crate::verify::fresh;

#[derive(Debug)]
pub(crate) struct Mailgun;

/// The locations in JSON. A form has them at its top level.
const POINTERS: [&str; 3] = [
    "/signature/timestamp",
    "/signature/token",
    "/signature/signature",
];

/// The signature fields of the body.
struct Signature<'b> {
    time: Cow<'b, [u8]>,
    token: Cow<'b, [u8]>,
    tag: Cow<'b, [u8]>,
}

impl<'b> Signature<'b> {
    fn read(
        body: &'b [u8],
        pointers: &Pointers,
        boundary: Option<&[u8]>,
    ) -> Result<Self, RejectionKind> {
        let values = match (boundary, body.trim_ascii_start().first()) {
            (Some(boundary), _) => in_parts(body, boundary)?,
            (None, Some(b'{')) => in_json(body, pointers)?,
            (None, _) => in_form(body)?,
        };
        let [time, token, tag] = values.map(|value| value.ok_or(RejectionKind::Malformed));
        let of = Self {
            time: time?,
            token: token?,
            tag: tag?,
        };
        match of.time.is_empty() || of.token.is_empty() {
            true => Err(RejectionKind::Malformed),
            false => Ok(of),
        }
    }
}

/// The three values. `None` for one that is too long.
type Values<'b> = [Option<Cow<'b, [u8]>>; 3];

fn in_json<'b>(body: &'b [u8], pointers: &Pointers) -> Result<Values<'b>, RejectionKind> {
    let found: [_; 3] = scan(body, pointers).map_err(|_| RejectionKind::Malformed)?;
    if found.iter().any(Option::is_none) {
        return Err(RejectionKind::MissingHeader);
    }
    Ok(found.map(|found| {
        Some(match found?.plain(MAX_FIELD)? {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        })
    }))
}

fn in_form(body: &[u8]) -> Result<Values<'_>, RejectionKind> {
    let found = form::values(body, ["timestamp", "token", "signature"])?;
    if found.iter().any(Option::is_none) {
        return Err(RejectionKind::MissingHeader);
    }
    Ok(found.map(|found| found?.short(MAX_FIELD)))
}

/// A message with attachments, which a route forwards as `multipart/form-data`.
fn in_parts<'b>(body: &'b [u8], boundary: &[u8]) -> Result<Values<'b>, RejectionKind> {
    let part = |name| {
        let value = multipart::field(body, boundary, name)?;
        Ok((value.len() <= MAX_FIELD).then_some(Cow::Borrowed(value)))
    };
    Ok([part("timestamp")?, part("token")?, part("signature")?])
}

impl Custom for Mailgun {
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        Some(Algorithm::HmacSha256.key(secret))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        let (now, tolerance) = (asked.now, asked.tolerance);
        let pointers = Pointers::new(&POINTERS);
        let boundary = match asked.header("content-type") {
            Ok(kind) => multipart::boundary(kind)?.map(<[u8]>::to_vec),
            Err(RejectionKind::MissingHeader) => None,
            Err(kind) => return Err(kind),
        };
        Ok(whole(move |body| {
            let of = Signature::read(body, &pointers, boundary.as_deref())?;
            let candidates = one_tag(&of.tag, Encoding::Hex, Algorithm::HmacSha256)?;
            let mut writing = Writing::new(&keys);
            writing.update(&of.time);
            writing.update(&of.token);
            let found = writing.finding(&candidates);
            found.slot.ok_or(RejectionKind::BadSignature)?;
            CheckResult {
                time: Some(fresh(&of.time, TimeUnit::Seconds, now, tolerance)?),
                ..found
            }
            .verified(coverage)
        }))
    }

    /// A body that is not a JSON object is treated as a form.
    fn sign(&self, draft: &mut Draft<'_>) {
        let time = TimeUnit::Seconds.format(draft.now);
        // Derived from the body, so that different deliveries have different tokens. Mailgun's are
        // random.
        let token = const_hex::encode(&digest_of(&draft.body)[..25]);
        let tag = draft.tag(&[time.as_bytes(), token.as_bytes()]);
        let tag = encode(tag, Encoding::Hex);
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

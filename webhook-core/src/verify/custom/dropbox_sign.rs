//! Dropbox Sign: a tag inside the event, over its time and type. The event is JSON in the form
//! field `json`.

use std::borrow::Cow;

use crate::crypto::{Algorithm, RunningMac};
use crate::error::RejectionKind;
use crate::parse::encoding::encode;
use crate::parse::json::{JsonValue, Pointers, scan};
use crate::parse::{Encoding, form, multipart};
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::verify::custom::check::{Writing, one_tag};
use crate::verify::custom::{MAX_FIELD, whole_unwrapped};

#[derive(Debug)]
pub(crate) struct DropboxSign;

/// The form field.
const FIELD: &str = "json";

/// The boundary of the forms that are signed here.
const BOUNDARY: &str = "webhook";

/// Where an event has its time, its type and its tag.
const POINTERS: [&str; 3] = [
    "/event/event_time",
    "/event/event_type",
    "/event/event_hash",
];

/// The maximum length of a document that is decoded from a form with escapes before it is verified,
/// in bytes. In `multipart/form-data`, which Dropbox Sign sends, the document has no escapes and
/// may be as long as the body.
const MAX_DECODED: usize = 48 * 1024;

/// The time, type and tag of an event.
fn signature<'b>(json: &'b [u8], pointers: &Pointers) -> Result<[Cow<'b, str>; 3], RejectionKind> {
    let found: [_; 3] = scan(json, pointers).map_err(|_| RejectionKind::Malformed)?;
    let text = |found: Option<JsonValue<'b>>| {
        let text = found.ok_or(RejectionKind::MissingHeader)?.plain(MAX_FIELD);
        let text = text.filter(|text| !text.is_empty());
        text.ok_or(RejectionKind::Malformed)
    };
    let [time, kind, tag] = found;
    Ok([text(time)?, text(kind)?, text(tag)?])
}

/// The JSON of a form in either of the two encodings, if decoding takes at most `most` bytes in
/// addition to the body.
fn json<'b>(
    boundary: Option<&[u8]>,
    body: &'b [u8],
    most: usize,
) -> Result<Cow<'b, [u8]>, RejectionKind> {
    match boundary {
        Some(boundary) => multipart::field(body, boundary, FIELD).map(Cow::Borrowed),
        None => {
            let json = form::field(body, FIELD)?.short(most);
            json.ok_or(RejectionKind::Malformed)
        }
    }
}

impl Custom for DropboxSign {
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        Some(Algorithm::HmacSha256.key(secret))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let boundary = multipart::boundary(asked.header("content-type")?)?;
        let boundary = boundary.map(<[u8]>::to_vec);
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        let pointers = Pointers::new(&POINTERS);
        let boundary_of_event = boundary.clone();
        let check = move |body: &[u8]| {
            let json = json(boundary.as_deref(), body, MAX_DECODED)?;
            let [time, kind, tag] = signature(&json, &pointers)?;
            let candidates = one_tag(tag.as_bytes(), Encoding::Hex, Algorithm::HmacSha256)?;
            let mut writing = Writing::new(&keys);
            writing.update(time.as_bytes());
            writing.update(kind.as_bytes());
            writing.finding(&candidates).verified(coverage)
        };
        Ok(whole_unwrapped(check, move |body| {
            json(boundary_of_event.as_deref(), body, MAX_DECODED).ok()
        }))
    }

    /// The body becomes the `event` of a form if it is an object without one.
    fn sign(&self, draft: &mut Draft<'_>) {
        let time = draft.now.as_secs().to_string();
        let mut event: serde_json::Value = serde_json::from_slice(&draft.body).unwrap_or_default();
        let of = event.as_object_mut();
        let of = of.and_then(|event| {
            event
                .entry("event")
                .or_insert_with(|| serde_json::json!({}))
                .as_object_mut()
        });
        if let Some(of) = of {
            let kind = of
                .entry("event_type")
                .or_insert_with(|| "account_confirmed".into());
            let kind = kind.as_str().unwrap_or_default().to_owned();
            let tag = draft.tag(&[time.as_bytes(), kind.as_bytes()]);
            let tag = encode(tag, Encoding::Hex);
            of.insert("event_time".into(), time.into());
            of.insert("event_hash".into(), tag.into());
        }
        draft.body = multipart::written(BOUNDARY, FIELD, &event.to_string()).into();
        draft.push(
            "content-type",
            format!("multipart/form-data; boundary={BOUNDARY}"),
        );
    }
}

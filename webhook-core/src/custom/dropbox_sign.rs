//! Dropbox Sign: a tag inside the event, over its time and its type, in JSON that is the `json` field of a form.

use std::borrow::Cow;

use super::check::{first, one_tag};
use super::json::Json;
use super::{Asked, Check, Custom, Draft, Finding, digest_of, form, multipart, whole_opened};
use crate::algorithm::{Algorithm, Tag};
use crate::error::RejectionKind;
use crate::grammar::{MAX_VALUE, encode};
use crate::scheme::Encoding;

#[derive(Debug)]
pub(crate) struct DropboxSign;

/// The field of the form.
const FIELD: &str = "json";
/// Between the parts of the forms that are signed here.
const BOUNDARY: &str = "webhook";

/// What an event says of its signature.
struct Event {
    time: Vec<u8>,
    kind: Vec<u8>,
    tag: Vec<u8>,
}

impl Event {
    fn read(json: &[u8]) -> Result<Self, RejectionKind> {
        let json = Json::parse(json).ok_or(RejectionKind::Malformed)?;
        let event = json.get("event").ok_or(RejectionKind::MissingHeader)?;
        let text = |name| {
            let found = event.get(name).and_then(Json::plain);
            let text = found.ok_or(RejectionKind::MissingHeader)?;
            let fits = !text.is_empty() && text.len() <= MAX_VALUE;
            fits.then(|| text.as_bytes().to_vec())
                .ok_or(RejectionKind::Malformed)
        };
        Ok(Self {
            time: text("event_time")?,
            kind: text("event_type")?,
            tag: text("event_hash")?,
        })
    }
}

/// The JSON of a form, in either of the two ways to send one.
fn json<'b>(boundary: Option<&[u8]>, body: &'b [u8]) -> Result<Cow<'b, [u8]>, RejectionKind> {
    match boundary {
        Some(boundary) => multipart::field(body, boundary, FIELD).map(Cow::Borrowed),
        None => form::field(body, FIELD),
    }
}

impl Custom for DropboxSign {
    fn start(&self, asked: &Asked<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let boundary = multipart::boundary(asked.header("content-type")?)?;
        let boundary = boundary.map(<[u8]>::to_vec);
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        Ok(whole_opened(move |body| {
            let json = json(boundary.as_deref(), body)?;
            let event = Event::read(&json)?;
            let candidates = one_tag(&event.tag, Encoding::Hex, Algorithm::HmacSha256)?;
            let tags = keys.iter().map(|key| tag(key, &event.time, &event.kind));
            let verified = Finding {
                slot: first(tags.map(|tag| candidates.contain(&tag))),
                time: None,
                message: Some(digest_of(&[&event.time[..], &event.kind].concat())),
            }
            .verified(coverage)?;
            Ok((verified, Some(json.into_owned())))
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
            let tag = encode(
                tag(draft.key, time.as_bytes(), kind.as_bytes()),
                Encoding::Hex,
            );
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

fn tag(key: &[u8], time: &[u8], kind: &[u8]) -> Tag {
    let mut mac = Algorithm::HmacSha256.key(key);
    mac.update(time);
    mac.update(kind);
    mac.finish()
}

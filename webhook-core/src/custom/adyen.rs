//! Adyen's payments: an item with a tag over eight of its values.

use super::check::{first, one_tag};
use super::json::Json;
use super::{Asked, Check, Custom, Draft, Finding, digest_of, whole};
use crate::algorithm::{Algorithm, Tag};
use crate::error::RejectionKind;
use crate::grammar::{Candidates, encode};
use crate::scheme::Encoding;

/// What is signed, with colons between and nothing escaped.
const VALUES: [&str; 8] = [
    "pspReference",
    "originalReference",
    "merchantAccountCode",
    "merchantReference",
    "amount.value",
    "amount.currency",
    "eventCode",
    "success",
];

/// Adyen's documentation says that a delivery in JSON has one item. Each is signed for itself and nothing says which belong together, so
/// that a list could be cut, repeated and put together from several deliveries: more than one are refused.
#[derive(Debug)]
pub(crate) struct Adyen;

/// The signed text of an item, and its tag.
struct Item {
    signed: String,
    candidates: Candidates,
}

impl Custom for Adyen {
    fn start(&self, asked: &Asked<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        Ok(whole(move |body| {
            let item = Item::read(body)?;
            let tags = keys.iter().map(|key| tag(key, &item.signed));
            Finding {
                slot: first(tags.map(|tag| item.candidates.contain(&tag))),
                time: None,
                message: Some(digest_of(item.signed.as_bytes())),
            }
            .verified(coverage)
        }))
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let Ok(mut body) = serde_json::from_slice::<serde_json::Value>(&draft.body) else {
            return;
        };
        let items = body
            .pointer_mut("/notificationItems")
            .and_then(|items| items.as_array_mut());
        for item in items.into_iter().flatten() {
            let text = item.to_string();
            let signed = Json::parse(text.as_bytes()).and_then(|item| signed(&item));
            let tag = encode(
                tag(draft.key, &signed.unwrap_or_default()),
                Encoding::Base64,
            );
            let place = item.pointer_mut("/NotificationRequestItem/additionalData");
            if let Some(place) = place.and_then(|place| place.as_object_mut()) {
                place.insert("hmacSignature".to_owned(), tag.into());
            }
        }
        draft.body = body.to_string().into();
    }
}

impl Item {
    /// The only item of a body.
    fn read(body: &[u8]) -> Result<Self, RejectionKind> {
        let json = Json::parse(body).ok_or(RejectionKind::Malformed)?;
        let item = match json.get("notificationItems").and_then(Json::items) {
            Some([item]) => item,
            Some([]) | None => return Err(RejectionKind::MissingHeader),
            Some(_) => return Err(RejectionKind::Malformed),
        };
        let tag = item.at("NotificationRequestItem.additionalData.hmacSignature");
        let tag = tag
            .and_then(Json::as_text)
            .ok_or(RejectionKind::MissingHeader)?;
        Ok(Self {
            signed: signed(item).ok_or(RejectionKind::Malformed)?,
            candidates: one_tag(tag.as_bytes(), Encoding::Base64, Algorithm::HmacSha256)?,
        })
    }
}

/// What is absent or null is empty.
fn signed(item: &Json<'_>) -> Option<String> {
    let item = item.get("NotificationRequestItem")?;
    let value = |path: &&str| item.at(path).map_or(Some(""), Json::plain);
    let values: Option<Vec<_>> = VALUES.iter().map(value).collect();
    Some(values?.join(":"))
}

fn tag(key: &[u8], signed: &str) -> Tag {
    let mut mac = Algorithm::HmacSha256.key(key);
    mac.update(signed.as_bytes());
    mac.finish()
}

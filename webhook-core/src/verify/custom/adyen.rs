//! Adyen payments: an item with a tag over eight of its values.

use std::borrow::Cow;

use crate::crypto::{Algorithm, RunningDigest, RunningMac, Tag};
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::parse::encoding::encode;
use crate::parse::json::{JsonValue, Pointers, items, scan};
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::verify::Candidates;
use crate::verify::custom::check::one_tag;
use crate::verify::custom::{CheckResult, MAX_FIELD, first, whole};

/// The signed values of an item, separated by colons without escapes, and the tag.
const POINTERS: [&str; 9] = [
    "/NotificationRequestItem/pspReference",
    "/NotificationRequestItem/originalReference",
    "/NotificationRequestItem/merchantAccountCode",
    "/NotificationRequestItem/merchantReference",
    "/NotificationRequestItem/amount/value",
    "/NotificationRequestItem/amount/currency",
    "/NotificationRequestItem/eventCode",
    "/NotificationRequestItem/success",
    "/NotificationRequestItem/additionalData/hmacSignature",
];

/// Adyen's documentation says that a JSON delivery has one item. Each item is signed separately,
/// and nothing says which belong together. A list could be cut, repeated, or combined from several
/// deliveries. So a delivery with more than one item is refused.
#[derive(Debug)]
pub(crate) struct Adyen;

/// The signed values of an item, and its tag.
struct Item<'b> {
    signed: [Cow<'b, str>; 8],
    tag: Option<JsonValue<'b>>,
}

impl Custom for Adyen {
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        Some(Algorithm::HmacSha256.key(secret))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        let list = Pointers::new(&["/notificationItems"]);
        let pointers = Pointers::new(&POINTERS);
        Ok(whole(move |body| {
            let malformed = |_| RejectionKind::Malformed;
            let [found] = scan(body, &list).map_err(malformed)?;
            let Some(JsonValue::Nested(list)) = found else {
                return Err(RejectionKind::MissingHeader);
            };
            let mut items = items(list);
            let item = items.next().ok_or(RejectionKind::MissingHeader)?;
            let item = Item::read(item.map_err(malformed)?, &pointers)?;
            if items.next().is_some() {
                return Err(RejectionKind::Malformed);
            }
            let candidates = item.candidates()?;
            let tags = keys.macs().map(|mac| item.tag_of(mac));
            let mut digest = RunningDigest::new();
            item.write(&mut |piece| digest.update(piece));
            CheckResult {
                slot: first(tags.map(|tag| candidates.contain(&tag))),
                time: None,
                message: Some(digest.finish()),
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
            let signed = Item::read(text.as_bytes(), &Pointers::new(&POINTERS));
            let mac = Algorithm::HmacSha256.key(draft.key);
            let tag = signed.map(|item| encode(item.tag_of(mac), Encoding::Base64));
            let tag = tag.unwrap_or_default();
            let place = item.pointer_mut("/NotificationRequestItem/additionalData");
            if let Some(place) = place.and_then(|place| place.as_object_mut()) {
                place.insert("hmacSignature".to_owned(), tag.into());
            }
        }
        draft.body = body.to_string().into();
    }
}

impl<'b> Item<'b> {
    /// An absent or null value is empty.
    fn read(item: &'b [u8], pointers: &Pointers) -> Result<Self, RejectionKind> {
        let malformed = RejectionKind::Malformed;
        let [values @ .., tag]: [_; 9] = scan(item, pointers).map_err(|_| malformed)?;
        let mut signed = [const { Cow::Borrowed("") }; 8];
        for (slot, value) in signed.iter_mut().zip(values) {
            if let Some(value) = value {
                *slot = value.plain(MAX_FIELD).ok_or(malformed)?;
            }
        }
        Ok(Self { signed, tag })
    }

    fn candidates(&self) -> Result<Candidates, RejectionKind> {
        let Some(JsonValue::Text(tag)) = self.tag else {
            return Err(RejectionKind::MissingHeader);
        };
        let tag = tag.read(MAX_FIELD).ok_or(RejectionKind::Malformed)?;
        one_tag(tag.as_bytes(), Encoding::Base64, Algorithm::HmacSha256)
    }

    fn write(&self, sink: &mut dyn FnMut(&[u8])) {
        for (i, value) in self.signed.iter().enumerate() {
            sink(if i > 0 { b":" } else { b"" });
            sink(value.as_bytes());
        }
    }

    fn tag_of(&self, mut mac: RunningMac) -> Tag {
        self.write(&mut |piece| mac.update(piece));
        mac.finish()
    }
}

//! Ko-fi: a token in the JSON of a form field. The JSON is the event.

use crate::crypto::constant_time_eq;
use crate::error::RejectionKind;
use crate::parse::form;
use crate::parse::json::{Values, with_field};
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::request::MAX_VALUE;
use crate::verify::custom::{CheckResult, first, whole_unwrapped};

/// The form field.
pub(crate) const FIELD: &str = "data";
const TOKEN: &str = "/verification_token";

/// The maximum length of the JSON that is decoded before it is verified, in bytes. JSON without
/// escapes may be as long as the body.
const MAX_DECODED: usize = 48 * 1024;

#[derive(Debug)]
pub(crate) struct Kofi;

impl Custom for Kofi {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        let check = move |body: &[u8]| {
            let json = form::field(body, FIELD)?.short(MAX_DECODED);
            let json = json.ok_or(RejectionKind::Malformed)?;
            let values = Values::read(&json, vec![TOKEN])?;
            let sent = values.text(TOKEN, MAX_VALUE)?;
            let sent = sent.ok_or(RejectionKind::MissingHeader)?;
            if sent.is_empty() {
                return Err(RejectionKind::Malformed);
            }
            let is_sent = |token| constant_time_eq(token, sent.as_bytes());
            CheckResult {
                slot: first(keys.texts().map(is_sent)),
                time: None,
                message: None,
            }
            .verified(coverage)
        };
        Ok(whole_unwrapped(check, |body| {
            form::field(body, FIELD).ok().map(form::Encoded::read)
        }))
    }

    /// The body becomes the JSON.
    fn sign(&self, draft: &mut Draft<'_>) {
        let token = String::from_utf8_lossy(draft.key).into();
        let json = with_field(draft.body.clone(), TOKEN, &token);
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair(FIELD, &String::from_utf8_lossy(&json));
        draft.body = form.finish().into();
    }
}

//! HMAC over one form field, with the tag in a header or in another field.

use crate::crypto::{Algorithm, RunningMac};
use crate::error::RejectionKind;
use crate::parse::encoding::encode;
use crate::parse::{Encoding, form};
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::verify::Candidates;
use crate::verify::custom::check::{Writing, one_tag};
use crate::verify::custom::{MAX_FIELD, whole_unwrapped};

#[derive(Debug)]
pub(crate) struct FormField {
    /// The signed field.
    pub(crate) field: &'static str,
    pub(crate) tag: Place,
    /// Whether the field contains the event.
    pub(crate) holds_event: bool,
}

/// Where a tag is.
#[derive(Debug)]
pub(crate) enum Place {
    Header(&'static str),
    Field(&'static str),
}

impl Custom for FormField {
    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        Some(Algorithm::HmacSha256.key(secret))
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let in_header = match self.tag {
            Place::Header(name) => Some(candidates(asked.header(name)?)?),
            Place::Field(_) => None,
        };
        let (keys, coverage) = (asked.keys.clone(), asked.scheme.coverage());
        let (field, holds_event) = (self.field, self.holds_event);
        let in_field = match self.tag {
            Place::Field(name) => name,
            Place::Header(_) => "",
        };
        let check = move |body: &[u8]| {
            let missing = RejectionKind::MissingHeader;
            let (signed, candidates) = match &in_header {
                Some(candidates) => (form::field(body, field)?, candidates.clone()),
                None => {
                    let [signed, spelled] = form::values(body, [field, in_field])?;
                    let spelled = spelled.ok_or(missing)?.short(MAX_FIELD);
                    let spelled = spelled.ok_or(RejectionKind::Malformed)?;
                    (signed.ok_or(missing)?, candidates(&spelled)?)
                }
            };
            let mut writing = Writing::new(&keys);
            signed.write(&mut |piece| writing.update(piece));
            writing.finding(&candidates).verified(coverage)
        };
        Ok(whole_unwrapped(check, move |body| {
            let event = form::field(body, field).ok()?;
            holds_event.then(|| event.read())
        }))
    }

    /// A body without the field becomes the field.
    fn sign(&self, draft: &mut Draft<'_>) {
        if form::field(&draft.body, self.field).is_err() {
            let value: String = form_urlencoded::byte_serialize(&draft.body).collect();
            draft.body = format!("{}={value}", self.field).into();
        }
        let signed = form::field(&draft.body, self.field).unwrap_or_default();
        let spelled = encode(draft.tag(&[&signed.read()]), Encoding::Hex);
        match self.tag {
            Place::Header(name) => draft.push(name, spelled),
            Place::Field(name) => {
                let more = format!("&{name}={spelled}");
                draft.body = [&draft.body, more.as_bytes()].concat().into();
            }
        }
    }
}

fn candidates(spelled: &[u8]) -> Result<Candidates, RejectionKind> {
    one_tag(spelled, Encoding::Hex, Algorithm::HmacSha256)
}

//! Mercado Pago: an id of the query, the id of the request, and the time. A pair without a value is
//! left out.

use crate::crypto::Algorithm;
use crate::error::RejectionKind;
use crate::parse::encoding::encode;
use crate::parse::{Encoding, TimeIn, grammar};
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::request::{Found, Head, MAX_VALUE};
use crate::time::TimeUnit;
use crate::verify::Candidates;
use crate::verify::custom::CheckResult;
use crate::verify::custom::check::{Decided, Writing};
use crate::verify::fresh;

/// The header of the tag and the time.
pub(crate) const TAG: &str = "x-signature";
const REQUEST_ID: &str = "x-request-id";
/// The query parameter of the id.
const ID: &str = "data.id";
const TIME: TimeIn = TimeIn::Pair("ts");
const UNIT: TimeUnit = TimeUnit::SecondsOrMillis;

/// The id is signed as sent or in lower case.
#[derive(Debug)]
pub(crate) struct MercadoPago;

impl Custom for MercadoPago {
    fn algorithm(&self) -> Option<Algorithm> {
        Some(Algorithm::HmacSha256)
    }

    /// The head has everything that is signed.
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let mut candidates = Candidates::new();
        let grammar = asked.scheme.grammar();
        let time = grammar::parse(asked.header(TAG)?, grammar, Some(TIME), |tag| {
            candidates.push(tag, Encoding::Hex, Algorithm::HmacSha256.tag_len())
        })?;
        let time = time.ok_or(RejectionKind::Malformed)?;
        candidates.check()?;
        let signed_at = fresh(time, UNIT, asked.now, asked.tolerance)?;
        let (id, request_id) = (id(asked.head)?, request_id(asked.head)?);
        let found = [id.clone(), id.to_ascii_lowercase()].map(|id| {
            let mut writing = Writing::new(asked.keys);
            write(&id, request_id, time, &mut |piece| writing.update(piece));
            writing.finding(&candidates)
        });
        let found = found.into_iter().find(|found| found.slot.is_some());
        let result = CheckResult {
            time: Some(signed_at),
            ..found.ok_or(RejectionKind::BadSignature)?
        };
        Ok(Box::new(Decided(result.verified(asked.scheme.coverage())?)))
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let time = UNIT.format(draft.now);
        let query = draft.target.split_once('?').map_or("", |(_, query)| query);
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let id = pairs.find(|(name, _)| name == ID).unwrap_or_default().1;
        let request_id = draft.given(REQUEST_ID).unwrap_or_default().as_bytes();
        let mut signed = Vec::new();
        write(&id, request_id, time.as_bytes(), &mut |piece| {
            signed.extend_from_slice(piece);
        });
        let tag = encode(draft.tag(&[&signed]), Encoding::Hex);
        draft.push(TAG, format!("ts={time},v1={tag}"));
    }
}

/// The signed message.
fn write(id: &str, request_id: &[u8], time: &[u8], sink: &mut dyn FnMut(&[u8])) {
    for (name, value) in [
        ("id:", id.as_bytes()),
        ("request-id:", request_id),
        ("ts:", time),
    ] {
        if !value.is_empty() {
            sink(name.as_bytes());
            sink(value);
            sink(b";");
        }
    }
}

/// The id without surrounding white space. Empty if it is absent.
fn id(head: &Head<'_>) -> Result<String, RejectionKind> {
    let id = head.query_value(ID)?.unwrap_or_default();
    match id.trim() {
        id if id.len() > MAX_VALUE => Err(RejectionKind::Malformed),
        trimmed => Ok(trimmed.to_owned()),
    }
}

/// The id of the request without surrounding white space. Empty if it is absent.
fn request_id<'h>(head: &Head<'h>) -> Result<&'h [u8], RejectionKind> {
    match head.headers.find(REQUEST_ID) {
        Found::Absent => Ok(&[]),
        Found::Once(value) if value.trim_ascii().len() > MAX_VALUE => Err(RejectionKind::Malformed),
        Found::Once(value) => Ok(value.trim_ascii()),
        Found::Repeated => Err(RejectionKind::AmbiguousHeader),
    }
}

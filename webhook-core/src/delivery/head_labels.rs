//! Values of the head that are needed once the body is complete.

use crate::crypto::RunningDigest;
use crate::delivery::envelope::is_label;
use crate::error::RejectionKind;
use crate::provider::{Location, Provider, Scheme};
use crate::request::{Found, Head};
use crate::verify::custom::digest_of;

/// Refuses a body that cannot be hashed as it arrives or that does not fit. Returns the announced
/// length, or zero if it is unknown.
pub(super) fn check_body_headers(head: &Head<'_>, limit: usize) -> Result<usize, RejectionKind> {
    match head.headers.find("content-encoding") {
        Found::Absent => {}
        Found::Once(value) if value.eq_ignore_ascii_case(b"identity") => {}
        Found::Once(_) | Found::Repeated => return Err(RejectionKind::Encoding),
    }
    let Found::Once(value) = head.headers.find("content-length") else {
        return Ok(0);
    };
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return Err(RejectionKind::BodyError);
    }
    // A length that does not fit into the type is above every limit.
    let length = std::str::from_utf8(value)
        .ok()
        .and_then(|text| text.parse().ok());
    match length {
        Some(length) if length <= limit => Ok(length),
        _ => Err(RejectionKind::TooLarge),
    }
}

pub(super) fn header_label(head: &Head<'_>, names: &[&str]) -> Option<Box<str>> {
    names.iter().find_map(|name| match head.headers.find(name) {
        Found::Once(value) => std::str::from_utf8(value)
            .ok()
            .filter(|text| is_label(text))
            .map(Box::from),
        _ => None,
    })
}

/// The value of a header that is part of a replay key. Every value counts, since another value may
/// be another event. A value that is not a label is replaced by its digest.
pub(super) fn identifying_label(head: &Head<'_>, name: &str) -> Option<Box<str>> {
    match head.headers.find(name) {
        Found::Absent => None,
        Found::Once(value) => match std::str::from_utf8(value) {
            Ok(text) if is_label(text) => Some(text.into()),
            _ => Some(const_hex::encode(digest_of(value)).into()),
        },
        Found::Repeated => Some("\0repeated".into()),
    }
}

/// SHA-256 of the query, if the query is part of the event: if it is signed, or if a token
/// authenticates the whole request. A status report by `GET` consists of nothing else. The token
/// itself is left out.
pub(super) fn identifying_query(
    provider: &Provider,
    token_parameter: Option<&str>,
    head: &Head<'_>,
) -> Option<[u8; 32]> {
    let query = head.query().filter(|query| !query.is_empty())?;
    let coverage = provider.coverage();
    if !coverage.url && !coverage.is_sender_only() {
        return None;
    }
    let is_token = |key: &str| {
        let names_token =
            |scheme: &Scheme| matches!(scheme.location, Location::Query(name) if name == key);
        token_parameter == Some(key) || provider.schemes().iter().any(names_token)
    };
    let mut digest = RunningDigest::new();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        if !is_token(&key) {
            digest.field(key.as_bytes());
            digest.field(value.as_bytes());
        }
    }
    Some(digest.finish())
}

//! Tokens and credentials, compared with every configured one.

use std::borrow::Cow;

use crate::crypto::constant_time_eq;
use crate::error::RejectionKind;
use crate::provider::{Authentication, Location, Scheme, Verified};
use crate::request::{Head, MAX_VALUE, basic};
use crate::verify::custom::first;
use crate::verify::prepared::Prepared;

/// Compares the token of a request. `parameter` overrides the query parameter of the token.
pub(super) fn compare(
    prepared: &Prepared,
    parameter: Option<&str>,
    head: &Head<'_>,
) -> Result<Verified, RejectionKind> {
    let sent = sent(&prepared.plan.scheme, parameter, head)?;
    if sent.is_empty() || sent.len() > MAX_VALUE {
        return Err(RejectionKind::Malformed);
    }
    let tokens = prepared.keys.texts();
    let slot = first(tokens.map(|token| constant_time_eq(token, &sent)));
    Ok(Verified {
        coverage: prepared.plan.coverage,
        key_slot: slot.ok_or(RejectionKind::BadSignature)?,
        time: None,
        message: None,
    })
}

fn sent<'h>(
    scheme: &Scheme,
    parameter: Option<&str>,
    head: &Head<'h>,
) -> Result<Cow<'h, [u8]>, RejectionKind> {
    match (scheme.location, scheme.authentication) {
        (Location::Query(name), _) => {
            let value = head.query_value(parameter.unwrap_or(name))?;
            let value = value.ok_or(RejectionKind::MissingHeader)?;
            Ok(Cow::Owned(value.into_owned().into_bytes()))
        }
        (Location::Header(name), Authentication::Basic) => {
            Ok(Cow::Owned(basic::read(head.header(name)?)?))
        }
        (Location::Header(name), _) => Ok(Cow::Borrowed(head.header(name)?)),
        // Tokens in the body are buffered, and no token is in several headers.
        _ => Err(RejectionKind::BadSignature),
    }
}

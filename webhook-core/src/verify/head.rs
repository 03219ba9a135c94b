//! Reading tags, time and id from the head.

use crate::error::RejectionKind;
use crate::parse::{Grammar, grammar};
use crate::provider::{Location, Scheme, TimeLocation};
use crate::request::Head;

/// Reads the text of the time and the id. The time may have been found with the tags.
#[inline]
pub(super) fn read_time_and_id<'h>(
    scheme: &Scheme,
    head: &Head<'h>,
    beside_tags: Option<&'h [u8]>,
) -> Result<(Option<&'h [u8]>, Option<&'h str>), RejectionKind> {
    let time = match scheme.time.map(|time| time.at) {
        Some(TimeLocation::Header(name)) => Some(head.header(name)?),
        Some(TimeLocation::Pair(_) | TimeLocation::First) => {
            Some(beside_tags.ok_or(RejectionKind::Malformed)?)
        }
        Some(TimeLocation::Body(_) | TimeLocation::Custom) | None => None,
    };
    let id = match scheme.id {
        Some(header) => Some(read_id(head, header)?),
        None => None,
    };
    Ok((time, id))
}

/// Reads a scheme's candidate tags, and the text of the time if it is in a pair of the same header.
pub(super) fn read_tags<'h>(
    scheme: &Scheme,
    head: &Head<'h>,
    mut tag: impl FnMut(&[u8]) -> Result<(), RejectionKind>,
) -> Result<Option<&'h [u8]>, RejectionKind> {
    let time_at = scheme.time.and_then(|time| time.at.beside_tags());
    match scheme.location {
        Location::Header(name) if scheme.repeated => {
            for value in head.header_lines(name)? {
                grammar::parse(value, scheme.grammar, None, &mut tag)?;
            }
            Ok(None)
        }
        Location::Header(name) => {
            grammar::parse(head.header(name)?, scheme.grammar, time_at, &mut tag)
        }
        Location::AnyHeader(names) => {
            let mut missing = true;
            for name in names {
                match head.header(name) {
                    Ok(value) => {
                        grammar::parse(value, scheme.grammar, None, &mut tag)?;
                        missing = false;
                    }
                    Err(RejectionKind::MissingHeader) => {}
                    Err(kind) => return Err(kind),
                }
            }
            if missing {
                return Err(RejectionKind::MissingHeader);
            }
            Ok(None)
        }
        // Read once the body is complete.
        Location::Code | Location::BodyField(_) | Location::FormField(_) => Ok(None),
        Location::Query(name) => {
            let value = head
                .query_value(name)?
                .ok_or(RejectionKind::MissingHeader)?;
            let Grammar::Bare { prefix } = scheme.grammar else {
                return Err(RejectionKind::Malformed);
            };
            tag(value
                .as_bytes()
                .strip_prefix(prefix.as_bytes())
                .ok_or(RejectionKind::Malformed)?)?;
            Ok(None)
        }
    }
}

fn read_id<'h>(head: &Head<'h>, header: &str) -> Result<&'h str, RejectionKind> {
    let value = head.header(header)?;
    let allowed = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'-' | b':' | b'=' | b'+' | b'/' | b'@' | b'~')
    };
    if value.is_empty() || value.len() > MAX_ID || !value.iter().all(allowed) {
        return Err(RejectionKind::Malformed);
    }
    std::str::from_utf8(value).map_err(|_| RejectionKind::Malformed)
}

/// The maximum length of a delivery's id, in bytes.
pub(crate) const MAX_ID: usize = 256;

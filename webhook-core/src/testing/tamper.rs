//! Changes of a signed request.

use bytes::Bytes;

use crate::signer::SignedRequest;

/// All changes of one letter or digit: of the body from its end, of the query, and of headers, the
/// signature last.
pub(super) fn changes(signed: &SignedRequest) -> impl Iterator<Item = SignedRequest> {
    let bodies = each(&signed.body).map(|body| {
        let mut changed = signed.clone();
        changed.body = Bytes::from(body);
        changed
    });
    let query = signed.path_and_query.find('?').unwrap_or(usize::MAX);
    let targets = each(signed.path_and_query.as_bytes());
    let targets = targets.filter_map(move |target| {
        let target = String::from_utf8(target).ok()?;
        let is_in_query = target.get(..query)? == signed.path_and_query.get(..query)?;
        is_in_query.then(|| {
            let mut changed = signed.clone();
            changed.path_and_query = target;
            changed
        })
    });
    let names = (0..signed.headers.len()).rev();
    let headers = names.flat_map(move |at| {
        let value = signed.headers.get(at).map(|(_, value)| value.as_bytes());
        let values = each(value.unwrap_or_default());
        let values = values.filter_map(|value| String::from_utf8(value).ok());
        values.filter_map(move |value| {
            let mut changed = signed.clone();
            let header = changed.headers.get_mut(at)?;
            header.1 = value;
            (header.0 != "content-type").then_some(changed)
        })
    });
    bodies.chain(targets).chain(headers)
}

/// The text with one letter or digit changed, from the last one to the first.
fn each(text: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..text.len()).rev().filter_map(|at| {
        let mut changed = text.to_vec();
        let byte = changed.get_mut(at)?;
        *byte = match *byte {
            b'0'..=b'8' | b'a'..=b'y' | b'A'..=b'Y' => byte.wrapping_add(1),
            b'9' | b'z' | b'Z' => byte.wrapping_sub(1),
            _ => return None,
        };
        Some(changed)
    })
}

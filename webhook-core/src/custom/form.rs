//! Forms, `application/x-www-form-urlencoded`, byte for byte: nothing is trimmed, and bytes that are no text stay what they are.

use std::borrow::Cow;

use crate::error::RejectionKind;

/// A name and its value, decoded.
pub(crate) type Pair<'b> = (Cow<'b, [u8]>, Cow<'b, [u8]>);

/// The fields in the order they came.
pub(crate) fn fields(body: &[u8]) -> impl Iterator<Item = Pair<'_>> {
    let pairs = body.split(|&byte| byte == b'&');
    pairs.filter(|pair| !pair.is_empty()).map(|pair| {
        let mut halves = pair.splitn(2, |&byte| byte == b'=');
        let (name, value) = (halves.next(), halves.next());
        (
            decoded(name.unwrap_or_default()),
            decoded(value.unwrap_or_default()),
        )
    })
}

/// The value of a field that has to be there exactly once.
pub(crate) fn field<'b>(body: &'b [u8], name: &str) -> Result<Cow<'b, [u8]>, RejectionKind> {
    let mut values = fields(body).filter(|(key, _)| key.as_ref() == name.as_bytes());
    match (values.next(), values.next()) {
        (None, _) => Err(RejectionKind::MissingHeader),
        (Some((_, value)), None) => Ok(value),
        (Some(_), Some(_)) => Err(RejectionKind::AmbiguousHeader),
    }
}

/// `+` is a space, and `%` two hexadecimal digits. A `%` without them is itself.
fn decoded(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.iter().any(|byte| matches!(byte, b'+' | b'%')) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        let escaped = behind.first_chunk().filter(|_| byte == b'%');
        out.push(match escaped.and_then(octet) {
            Some(octet) => {
                rest = rest.get(2..).unwrap_or_default();
                octet
            }
            None if byte == b'+' => b' ',
            None => byte,
        });
    }
    Cow::Owned(out)
}

fn octet(digits: &[u8; 2]) -> Option<u8> {
    let mut byte = [0];
    const_hex::decode_to_slice(digits, &mut byte).ok()?;
    let [byte] = byte;
    Some(byte)
}

/// Name, value, name, value, of fields in byte order.
pub(crate) fn written(fields: &[Pair<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in fields {
        out.extend_from_slice(name);
        out.extend_from_slice(value);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(body: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        fields(body)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect()
    }

    fn pair(name: &[u8], value: &[u8]) -> (Vec<u8>, Vec<u8>) {
        (name.to_vec(), value.to_vec())
    }

    #[test]
    fn plus_and_percent_twenty_are_both_a_space_and_nothing_is_trimmed() {
        let read = pairs(b"a=+x+&b=%20x%20&c=&d&=e&&f=1=2");
        let expected = [
            pair(b"a", b" x "),
            pair(b"b", b" x "),
            pair(b"c", b""),
            pair(b"d", b""),
            pair(b"", b"e"),
            pair(b"f", b"1=2"),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn bytes_that_are_no_text_stay_and_broken_escapes_are_themselves() {
        let read = pairs(b"a=%ff\xfe&b=%zz%4&c=%2B%25");
        assert_eq!(
            read,
            [
                pair(b"a", b"\xff\xfe"),
                pair(b"b", b"%zz%4"),
                pair(b"c", b"+%")
            ]
        );
        // An escape of 0x is none.
        assert_eq!(pairs(b"a=%0x41"), [pair(b"a", b"%0x41")]);
    }

    #[test]
    fn a_field_that_is_there_twice_is_nobodys_to_choose_from() {
        assert_eq!(field(b"a=1&a=1", "a"), Err(RejectionKind::AmbiguousHeader));
        assert_eq!(
            field(b"%61=1&a=2", "a"),
            Err(RejectionKind::AmbiguousHeader)
        );
        assert_eq!(field(b"A=1", "a"), Err(RejectionKind::MissingHeader));
        assert_eq!(field(b"b=1&a=2", "a").as_deref(), Ok(&b"2"[..]));
    }
}

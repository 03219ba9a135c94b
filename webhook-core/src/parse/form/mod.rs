//! Forms (`application/x-www-form-urlencoded`), byte for byte: nothing is trimmed, and bytes that
//! are not UTF-8 are kept.
//!
//! A form is not copied into a structure. Names and values stay as spelled in the body, and are
//! decoded piece by piece when they are compared or signed. The number of fields to be sorted is
//! bounded.

mod encoded;
pub(crate) mod sorted;

pub(crate) use encoded::Encoded;
pub(crate) use sorted::{sorted, sorted_once};

use crate::error::RejectionKind;

/// A name and its value.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Field<'b> {
    pub(crate) name: Encoded<'b>,
    pub(crate) value: Encoded<'b>,
}

/// The fields in the order of the body.
pub(crate) fn fields(body: &[u8]) -> impl Iterator<Item = Field<'_>> {
    Pairs { rest: body }.map(Pair::field)
}

/// A field as spelled, and the length of its name.
#[derive(Clone, Copy)]
struct Pair<'b> {
    spelled: &'b [u8],
    name: usize,
}

impl<'b> Pair<'b> {
    fn field(self) -> Field<'b> {
        let (name, value) = self.spelled.split_at_checked(self.name).unwrap_or_default();
        Field {
            name: Encoded(name),
            value: Encoded(value.get(1..).unwrap_or_default()),
        }
    }
}

struct Pairs<'b> {
    rest: &'b [u8],
}

impl<'b> Iterator for Pairs<'b> {
    type Item = Pair<'b>;

    fn next(&mut self) -> Option<Pair<'b>> {
        let start = self.rest.iter().position(|&byte| byte != b'&')?;
        let rest = self.rest.get(start..)?;
        let ends = |&byte: &u8| matches!(byte, b'&' | b'=');
        let name = rest.iter().position(ends).unwrap_or(rest.len());
        let value = rest.get(name..)?;
        let len = match value.first() {
            Some(b'=') => memchr::memchr(b'&', value).unwrap_or(value.len()),
            _ => 0,
        };
        let (spelled, behind) = rest.split_at_checked(name.checked_add(len)?)?;
        self.rest = behind;
        Some(Pair { spelled, name })
    }
}

/// The values of these fields. Each may be present once.
pub(crate) fn values<'b, const N: usize>(
    body: &'b [u8],
    names: [&str; N],
) -> Result<[Option<Encoded<'b>>; N], RejectionKind> {
    let mut found = [None; N];
    for field in fields(body) {
        for (name, slot) in names.iter().zip(&mut found) {
            if field.name.is(name.as_bytes()) && slot.replace(field.value).is_some() {
                return Err(RejectionKind::AmbiguousHeader);
            }
        }
    }
    Ok(found)
}

/// The value of a field that must be present exactly once.
pub(crate) fn field<'b>(body: &'b [u8], name: &str) -> Result<Encoded<'b>, RejectionKind> {
    let [value] = values(body, [name])?;
    value.ok_or(RejectionKind::MissingHeader)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::parse::form::sorted::MAX_FIELDS;

    fn pairs(body: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        fields(body)
            .map(|field| {
                (
                    field.name.read().into_owned(),
                    field.value.read().into_owned(),
                )
            })
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
        // An escape with `0x` is not an escape.
        assert_eq!(pairs(b"a=%0x41"), [pair(b"a", b"%0x41")]);
    }

    #[test]
    fn a_field_that_is_there_twice_is_nobodys_to_choose_from() {
        assert_eq!(
            field(b"a=1&a=1", "a").map(Encoded::read),
            Err(RejectionKind::AmbiguousHeader)
        );
        assert_eq!(
            field(b"%61=1&a=2", "a").map(Encoded::read),
            Err(RejectionKind::AmbiguousHeader)
        );
        assert_eq!(
            field(b"A=1", "a").map(Encoded::read),
            Err(RejectionKind::MissingHeader)
        );
        assert_eq!(
            field(b"b=1&a=2", "a").map(Encoded::read).as_deref(),
            Ok(&b"2"[..])
        );
    }

    proptest! {
        #![proptest_config(crate::random::draws(300))]

        #[test]
        fn fields_are_sorted_as_their_decoded_bytes_are(
            parts in prop::collection::vec(
                "[ab+]{0,9}(%6[12]|%00|%ff){0,9}=?[ab]{0,9}(%61|a){0,9}",
                0..40,
            )
        ) {
            let body = parts.join("&");
            let mut expected = pairs(body.as_bytes());
            expected.sort();
            let found: Vec<_> = sorted(body.as_bytes()).unwrap().iter()
                .map(|field| (field.name.read().into_owned(), field.value.read().into_owned()))
                .collect();
            prop_assert_eq!(&found, &expected);
            let twice = expected.windows(2).any(|two| two[0].0 == two[1].0);
            prop_assert_eq!(sorted_once(body.as_bytes()).is_err(), twice);
            expected.dedup();
            let mut written = Vec::new();
            let sorted = sorted(body.as_bytes()).unwrap();
            sorted.write_distinct(&mut |piece| written.extend_from_slice(piece));
            let expected = expected.into_iter().flat_map(|(name, value)| [name, value].concat());
            let expected: Vec<u8> = expected.collect();
            prop_assert_eq!(written, expected);
        }

        #[test]
        fn a_value_is_the_same_in_pieces_and_whole(text in prop::collection::vec(
            prop_oneof![Just(b'%'), Just(b'+'), Just(b'4'), Just(b'1'), any::<u8>()], 0..600))
        {
            let value = Encoded(&text);
            let mut pieces = Vec::new();
            value.write(&mut |piece| pieces.extend_from_slice(piece));
            prop_assert_eq!(&pieces, &value.read().into_owned());
            prop_assert_eq!(value.bytes().count(), pieces.len());
            prop_assert!(value.is(&pieces));
            let short = value.short(pieces.len());
            prop_assert_eq!(short.as_deref(), Some(pieces.as_slice()));
            let shorter = pieces.len().checked_sub(1).filter(|_| !value.is_plain());
            prop_assert_eq!(shorter.and_then(|most| value.short(most)), None);
        }
    }

    #[test]
    fn a_form_of_too_many_fields_is_not_sorted() {
        let body = "a&".repeat(MAX_FIELDS);
        assert_eq!(
            sorted(body.as_bytes()).map(|sorted| sorted.iter().count()),
            Ok(MAX_FIELDS)
        );
        let more = body + "&&b";
        assert_eq!(
            sorted(more.as_bytes()).err(),
            Some(RejectionKind::Malformed)
        );
    }
}

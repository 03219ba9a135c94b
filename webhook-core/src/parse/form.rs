//! Forms (`application/x-www-form-urlencoded`), byte for byte: nothing is trimmed, and bytes that
//! are not UTF-8 are kept.
//!
//! A form is not copied into a structure. Names and values stay as spelled in the body, and are
//! decoded piece by piece when they are compared or signed. The number of fields to be sorted is
//! bounded.

use std::borrow::Cow;

use crate::error::RejectionKind;
use crate::parse::gather::Gather;

/// The maximum number of fields in a sorted form. Signed forms have a few dozen, and PHP, Django
/// and Express stop at about a thousand.
pub(crate) const MAX_FIELDS: usize = 2000;

/// A name and its value.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Field<'b> {
    pub(crate) name: Encoded<'b>,
    pub(crate) value: Encoded<'b>,
}

/// A name or a value as spelled.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Encoded<'b>(&'b [u8]);

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

impl<'b> Encoded<'b> {
    /// The decoded text.
    pub(crate) fn read(self) -> Cow<'b, [u8]> {
        if self.is_plain() {
            return Cow::Borrowed(self.0);
        }
        let mut out = Vec::with_capacity(self.bytes().count());
        out.extend(self.bytes());
        Cow::Owned(out)
    }

    /// The decoded text, if it has at most `most` bytes, or needs no decoding.
    pub(crate) fn short(self, most: usize) -> Option<Cow<'b, [u8]>> {
        let fits = self.is_plain()
            || self.0.len() <= most
            || (self.0.len() <= most.saturating_mul(3) && self.bytes().count() <= most);
        fits.then(|| self.read())
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The text without trailing line feeds.
    pub(crate) fn without_line_feeds(self) -> Self {
        let Self(mut text) = self;
        let strip = |text: &'b [u8]| {
            let ends = [&b"\n"[..], b"%0A", b"%0a"];
            ends.iter().find_map(|end| text.strip_suffix(*end))
        };
        while let Some(shorter) = strip(text) {
            text = shorter;
        }
        Self(text)
    }

    /// The decoded length in bytes.
    pub(crate) fn len(self) -> usize {
        self.bytes().count()
    }

    /// Whether the decoded text equals `text`.
    pub(crate) fn is(self, text: &[u8]) -> bool {
        let lengths = text.len()..=text.len().saturating_mul(3);
        lengths.contains(&self.0.len()) && (self.0 == text || self.bytes().eq(text.iter().copied()))
    }

    /// Whether both are equal when decoded.
    fn equals(self, other: Self) -> bool {
        self.0 == other.0 || self.bytes().eq(other.bytes())
    }

    /// Writes the decoded text piece by piece.
    pub(crate) fn write(self, sink: &mut dyn FnMut(&[u8])) {
        if self.is_plain() {
            return sink(self.0);
        }
        let mut gather = Gather::new(sink);
        for byte in self.bytes() {
            gather.push_byte(byte);
        }
        gather.finish();
    }

    fn is_plain(self) -> bool {
        memchr::memchr2(b'+', b'%', self.0).is_none()
    }

    /// The decoded bytes. `+` is a space, and `%` with two hexadecimal digits is a byte. A `%`
    /// without them is itself.
    pub(crate) fn bytes(self) -> Decoded<'b> {
        Decoded { rest: self.0 }
    }
}

/// The decoded bytes of a name or value.
#[derive(Clone)]
pub(crate) struct Decoded<'b> {
    rest: &'b [u8],
}

impl Iterator for Decoded<'_> {
    type Item = u8;

    #[inline]
    fn next(&mut self) -> Option<u8> {
        let (&byte, behind) = self.rest.split_first()?;
        self.rest = behind;
        match byte {
            b'+' => Some(b' '),
            b'%' => match behind.split_first_chunk() {
                Some((digits, behind)) => Some(octet(digits).map_or(byte, |octet| {
                    self.rest = behind;
                    octet
                })),
                None => Some(byte),
            },
            byte => Some(byte),
        }
    }
}

fn octet([high, low]: &[u8; 2]) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()
}

/// Fields sorted by the bytes of their names, and by their values within one name.
pub(crate) struct Sorted<'b> {
    body: &'b [u8],
    fields: Vec<Sorting>,
}

/// A field that is being sorted, by its name and then by its value. It is small, as there may be
/// many.
struct Sorting {
    /// The next seven bytes of the sort key, and their number in the lowest byte. It is less than
    /// seven at the end.
    next: u64,
    /// Its start in the body, its length, and the length of its name.
    start: u32,
    len: u32,
    name: u32,
    /// How much of the sort key has been read before, as spelled.
    done: u32,
}

/// The part of a field that is the sort key.
#[derive(Clone, Copy)]
enum Half {
    Name,
    Value,
}

/// The sorted fields of a form. Too many are refused.
pub(crate) fn sorted(body: &[u8]) -> Result<Sorted<'_>, RejectionKind> {
    let count = Pairs { rest: body }
        .take(MAX_FIELDS.saturating_add(1))
        .count();
    if count > MAX_FIELDS {
        return Err(RejectionKind::Malformed);
    }
    let mut fields = Vec::with_capacity(count);
    let mut pairs = Pairs { rest: body };
    while let Some(pair) = pairs.next() {
        let end = body.len().saturating_sub(pairs.rest.len());
        let start = end.saturating_sub(pair.spelled.len());
        let narrow = |len| u32::try_from(len).map_err(|_| RejectionKind::Malformed);
        let mut sorting = Sorting {
            next: 0,
            start: narrow(start)?,
            len: narrow(pair.spelled.len())?,
            name: narrow(pair.name)?,
            done: 0,
        };
        sorting.advance(body, Half::Name);
        fields.push(sorting);
    }
    let mut sorted = Sorted { body, fields };
    sorted.sort();
    Ok(sorted)
}

/// Like [`sorted`], for a form in which every name is unique.
pub(crate) fn sorted_once(body: &[u8]) -> Result<Sorted<'_>, RejectionKind> {
    let sorted = sorted(body)?;
    let names = || sorted.iter().map(|field| field.name);
    let twice = names()
        .zip(names().skip(1))
        .any(|(one, next)| one.equals(next));
    match twice {
        true => Err(RejectionKind::AmbiguousHeader),
        false => Ok(sorted),
    }
}

impl<'b> Sorted<'b> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = Field<'b>> {
        self.fields.iter().map(|sorting| sorting.field(self.body))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Writes name and value of each field.
    pub(crate) fn write(&self, sink: &mut dyn FnMut(&[u8])) {
        for field in self.iter() {
            field.name.write(sink);
            field.value.write(sink);
        }
    }

    /// Writes name and value of each field, every pair once.
    pub(crate) fn write_distinct(&self, sink: &mut dyn FnMut(&[u8])) {
        let mut last: Option<Field<'_>> = None;
        for field in self.iter() {
            let again = last
                .is_some_and(|last| last.name.equals(field.name) && last.value.equals(field.value));
            if !again {
                field.name.write(sink);
                field.value.write(sink);
            }
            last = Some(field);
        }
    }

    /// The value of a required field.
    pub(crate) fn value(&self, name: &str) -> Result<Encoded<'b>, RejectionKind> {
        let mut fields = self.iter().filter(|field| field.name.is(name.as_bytes()));
        let field = fields.next().ok_or(RejectionKind::MissingHeader)?;
        Ok(field.value)
    }

    /// Sorts by seven bytes at a time, and fields that are equal so far by the next seven. Every
    /// byte is read once, even if the fields have long common prefixes. Comparing whole fields
    /// would read the same bytes repeatedly.
    fn sort(&mut self) {
        let body = self.body;
        // Positions are below `MAX_FIELDS`.
        let narrow = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        let mut groups = vec![(0, narrow(self.fields.len()), Half::Name)];
        while let Some((start, end, half)) = groups.pop() {
            let mut start = usize::from(start);
            let Some(group) = self.fields.get_mut(start..usize::from(end)) else {
                continue;
            };
            group.sort_unstable_by_key(|field| field.next);
            for alike in group.chunk_by_mut(|one, other| one.next == other.next) {
                let first = start;
                start = start.saturating_add(alike.len());
                let next = match (alike.first().is_some_and(Sorting::is_at_end), half) {
                    _ if alike.len() < 2 => continue,
                    (true, Half::Value) => continue,
                    (true, Half::Name) => Half::Value,
                    (false, half) => half,
                };
                for field in alike.iter_mut() {
                    if field.is_at_end() {
                        field.done = 0;
                    }
                    field.advance(body, next);
                }
                groups.push((narrow(first), narrow(start), next));
            }
        }
    }
}

impl Sorting {
    fn field<'b>(&self, body: &'b [u8]) -> Field<'b> {
        let (start, len) = (self.start as usize, self.len as usize);
        let spelled = body.get(start..start.saturating_add(len));
        let pair = Pair {
            spelled: spelled.unwrap_or_default(),
            name: self.name as usize,
        };
        pair.field()
    }

    /// Reads the next bytes of the sort key.
    fn advance(&mut self, body: &[u8], half: Half) {
        let field = self.field(body);
        let Encoded(text) = match half {
            Half::Name => field.name,
            Half::Value => field.value,
        };
        let mut bytes = Decoded {
            rest: text.get(self.done as usize..).unwrap_or_default(),
        };
        let mut next = [0; 8];
        let [slots @ .., count] = &mut next;
        for (slot, byte) in slots.iter_mut().zip(&mut bytes) {
            *slot = byte;
            *count = count.saturating_add(1);
        }
        self.next = u64::from_be_bytes(next);
        let done = text.len().saturating_sub(bytes.rest.len());
        // At most the length of the field, which has this type.
        self.done = u32::try_from(done).unwrap_or(u32::MAX);
    }

    fn is_at_end(&self) -> bool {
        let [.., count] = self.next.to_be_bytes();
        count < 7
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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

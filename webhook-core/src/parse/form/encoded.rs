//! A name or a value as the form spells it.

use std::borrow::Cow;

use crate::parse::gather::Gather;

/// A name or a value as spelled.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Encoded<'b>(pub(super) &'b [u8]);

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
    pub(super) fn equals(self, other: Self) -> bool {
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

    pub(super) fn is_plain(self) -> bool {
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
    pub(super) rest: &'b [u8],
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

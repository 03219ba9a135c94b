//! A string of a JSON document, as spelled. It is only decoded as far as needed, since it may be as
//! long as the document.

use std::borrow::Cow;

use crate::parse::gather::Gather;

/// A string as spelled, without its quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quoted<'b> {
    inside: &'b [u8],
    /// Whether it has no escapes.
    plain: bool,
}

/// The maximum length of a text that [`Quoted::short`] decodes, in bytes. It is that of a member
/// name.
pub(crate) const MAX_SHORT: usize = 64;

/// The string is not valid text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoText;

impl<'b> Quoted<'b> {
    /// Creates a string from the bytes between its quotes.
    pub(crate) fn new(inside: &'b [u8], plain: bool) -> Self {
        Self { inside, plain }
    }

    /// Whether it is valid text: UTF-8, with escapes of JSON (RFC 8259 §7) and without unpaired
    /// surrogates. The scan has already excluded control characters.
    pub(crate) fn is_text(&self) -> bool {
        let pieces = |rest| Pieces { rest };
        (self.inside.is_ascii() || std::str::from_utf8(self.inside).is_ok())
            && (self.plain || pieces(self.inside).all(|piece| piece.is_some()))
    }

    /// The bytes as spelled, without the quotes.
    pub(crate) fn spelled(&self) -> &'b [u8] {
        self.inside
    }

    /// The bytes between the quotes, if they need no decoding.
    pub(crate) fn plain(&self) -> Option<&'b [u8]> {
        Some(self.inside).filter(|_| self.plain)
    }

    /// The decoded text, if it has at most `most` bytes. As spelled it may have six times as many.
    /// Empty if it is not valid text.
    pub(crate) fn read(&self, most: usize) -> Option<Cow<'b, str>> {
        if let Some(plain) = self.plain() {
            let text = std::str::from_utf8(plain).unwrap_or_default();
            return (text.len() <= most).then_some(Cow::Borrowed(text));
        }
        if self.inside.len() > most.saturating_mul(6) {
            return None;
        }
        let mut out = Vec::with_capacity(self.inside.len().min(most));
        self.write(&mut |piece| out.extend_from_slice(piece));
        let text = String::from_utf8(out).unwrap_or_default();
        (text.len() <= most).then_some(Cow::Owned(text))
    }

    /// Decodes the text into `room`. `None` if it does not fit, an error if it [is not valid
    /// text](Self::is_text).
    pub(crate) fn short<'r>(
        &self,
        room: &'r mut [u8; MAX_SHORT],
    ) -> Result<Option<&'r [u8]>, NoText> {
        if std::str::from_utf8(self.inside).is_err() {
            return Err(NoText);
        }
        let mut len = 0_usize;
        let mut fits = true;
        let mut utf8 = [0; 4];
        for piece in (Pieces { rest: self.inside }) {
            let piece = match piece.ok_or(NoText)? {
                Piece::Run(run) => run,
                Piece::Escaped(letter) => letter.encode_utf8(&mut utf8).as_bytes(),
            };
            let end = len.saturating_add(piece.len());
            match room.get_mut(len..end) {
                Some(slot) => slot.copy_from_slice(piece),
                None => fits = false,
            }
            len = end;
        }
        Ok(room.get(..len).filter(|_| fits))
    }

    /// Writes the decoded text piece by piece.
    pub(crate) fn write(&self, sink: &mut dyn FnMut(&[u8])) {
        if self.plain {
            return sink(self.inside);
        }
        let mut gather = Gather::new(sink);
        let mut utf8 = [0; 4];
        for piece in (Pieces { rest: self.inside }).flatten() {
            match piece {
                Piece::Run(run) => gather.push(run),
                Piece::Escaped(letter) => gather.push(letter.encode_utf8(&mut utf8).as_bytes()),
            }
        }
        gather.finish();
    }
}

impl PartialEq for Quoted<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.read(usize::MAX / 6) == other.read(usize::MAX / 6)
    }
}

/// A piece of a string.
enum Piece<'b> {
    /// Bytes that need no decoding.
    Run(&'b [u8]),
    /// The character of an escape.
    Escaped(char),
}

/// The pieces of a string. `None` for an invalid escape, which is skipped.
struct Pieces<'b> {
    rest: &'b [u8],
}

impl<'b> Iterator for Pieces<'b> {
    type Item = Option<Piece<'b>>;

    fn next(&mut self) -> Option<Self::Item> {
        let (&first, behind) = self.rest.split_first()?;
        if first == b'\\' {
            self.rest = behind;
            return Some(self.escape().map(Piece::Escaped));
        }
        let len = memchr::memchr(b'\\', self.rest).unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(Some(Piece::Run(run)))
    }
}

impl Pieces<'_> {
    /// Decodes an escape after its backslash.
    fn escape(&mut self) -> Option<char> {
        let (&letter, behind) = self.rest.split_first()?;
        self.rest = behind;
        Some(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return None,
        })
    }

    fn unicode(&mut self) -> Option<char> {
        let high = self.unit()?;
        if !(0xd800..0xdc00).contains(&high) {
            // An unpaired low surrogate is not a character.
            return char::from_u32(high);
        }
        self.rest = self.rest.strip_prefix(b"\\u")?;
        char::decode_utf16([u16::try_from(high).ok()?, u16::try_from(self.unit()?).ok()?])
            .next()?
            .ok()
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        let (digits, rest) = self.rest.split_first_chunk::<4>()?;
        self.rest = rest;
        digits.iter().try_fold(0_u32, |unit, digit| {
            Some(unit << 4 | char::from(*digit).to_digit(16)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quoted(inside: &str) -> Quoted<'_> {
        Quoted::new(inside.as_bytes(), !inside.contains('\\'))
    }

    proptest! {
        #![proptest_config(crate::random::draws(1000))]

        #[test]
        fn a_text_reads_as_a_json_parser_reads_it(
            parts in prop::collection::vec(prop_oneof![
                r#"[a-z/ é€😀]{0,4}"#,
                r#"\\["\\/bfnrt]"#,
                r#"\\u[0-9a-fA-F]{4}"#,
                r#"\\u[dD][89abAB][0-9a-f]{2}\\u[dD][c-fC-F][0-9a-f]{2}"#,
                r#"\\[a-zA-Z0-9"]"#,
            ], 0..6)
        ) {
            let inside = parts.concat();
            let text = quoted(&inside);
            let expected = serde_json::from_str::<String>(&format!("\"{inside}\"")).ok();
            prop_assert_eq!(text.is_text(), expected.is_some());
            let mut room = [0; MAX_SHORT];
            let short = text.short(&mut room);
            prop_assert_eq!(short.is_ok(), expected.is_some());
            if let Some(expected) = expected {
                let read = text.read(4096);
                prop_assert_eq!(read.as_deref(), Some(expected.as_str()));
                let mut pieces = Vec::new();
                text.write(&mut |piece| pieces.extend_from_slice(piece));
                prop_assert_eq!(pieces, expected.as_bytes());
                let fits = expected.len() <= MAX_SHORT;
                prop_assert_eq!(short, Ok(Some(expected.as_bytes()).filter(|_| fits)));
            }
        }
    }

    #[test]
    fn a_text_that_is_longer_than_asked_for_is_not_read() {
        let (plain, escaped) = ("a".repeat(9), "\\u0061".repeat(9));
        for spelled in [plain.as_str(), escaped.as_str()] {
            assert_eq!(quoted(spelled).read(9).as_deref(), Some("aaaaaaaaa"));
            assert_eq!(quoted(spelled).read(8), None);
        }
    }
}

//! Text the way a program writes it that takes the low eight bits of every UTF-16 unit for a byte.

use crate::gather::Gather;

/// Turns UTF-8 into low bytes as it comes in. What is not UTF-8 no such program can have written.
#[derive(Clone, Default)]
pub(crate) struct LowBytes {
    /// The beginning of a character whose end has not come yet.
    pending: Vec<u8>,
    broken: bool,
}

impl LowBytes {
    pub(crate) fn push(&mut self, bytes: &[u8], mut sink: impl FnMut(&[u8])) {
        let mut rest = bytes;
        // A character has at most four bytes.
        while let (false, Some((byte, behind))) =
            (self.pending.is_empty() || self.broken, rest.split_first())
        {
            self.pending.push(*byte);
            rest = behind;
            let begun = std::mem::take(&mut self.pending);
            self.take(&begun, &mut sink);
        }
        if !self.broken {
            self.take(rest, &mut sink);
        }
    }

    /// Takes what has nothing before it, and keeps the beginning of a character at its end.
    fn take(&mut self, bytes: &[u8], sink: &mut impl FnMut(&[u8])) {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let (text, rest) = bytes.split_at(error.valid_up_to());
                self.broken |= error.error_len().is_some();
                self.pending
                    .extend_from_slice(rest.get(..4).unwrap_or(rest));
                std::str::from_utf8(text).unwrap_or_default()
            }
        };
        let mut gather = Gather::new(sink);
        for unit in text.encode_utf16() {
            let [low, _] = unit.to_le_bytes();
            gather.push_byte(low);
        }
        gather.finish();
    }

    /// Whether all of it was text.
    pub(crate) fn is_text(&self) -> bool {
        !self.broken && self.pending.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_bytes_are_the_same_in_whatever_pieces_they_come() {
        let text = "caf\u{e9} \u{2013} \u{1f600}";
        for at in 0..text.len() {
            let (mut low, mut out) = (LowBytes::default(), Vec::new());
            let (head, tail) = text.as_bytes().split_at(at);
            for piece in [head, tail] {
                low.push(piece, |bytes| out.extend_from_slice(bytes));
            }
            assert_eq!(out, b"caf\xe9 \x13 \x3d\x00");
            assert!(low.is_text());
        }
    }

    #[test]
    fn what_is_no_text_is_known() {
        for bad in [b"\xff".as_slice(), b"caf\xc3", b"\xed\xa0\x80"] {
            let mut low = LowBytes::default();
            low.push(bad, |_| {});
            assert!(!low.is_text());
        }
    }
}

//! Text with each UTF-16 code unit reduced to its low eight bits, as some programs write it.

use crate::parse::gather::Gather;
use crate::parse::utf8::Utf8;

/// Converts UTF-8 to low bytes as it arrives. Such a program cannot have written invalid UTF-8.
#[derive(Clone, Default)]
pub(crate) struct LowBytes(Utf8);

impl LowBytes {
    pub(crate) fn push(&mut self, bytes: &[u8], mut sink: impl FnMut(&[u8])) {
        self.0.push(bytes, |text| {
            let mut gather = Gather::new(&mut sink);
            for unit in text.encode_utf16() {
                let [low, _] = unit.to_le_bytes();
                gather.push_byte(low);
            }
            gather.finish();
        });
    }

    /// Whether all input was valid UTF-8.
    pub(crate) fn is_text(&self) -> bool {
        self.0.is_text()
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

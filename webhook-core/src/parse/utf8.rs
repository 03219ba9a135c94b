//! UTF-8 that arrives in pieces.

/// Splits incoming bytes into valid UTF-8 text.
#[derive(Clone, Default)]
pub(crate) struct Utf8 {
    /// The start of a character that is not complete yet.
    pending: Vec<u8>,
    broken: bool,
}

impl Utf8 {
    /// Takes the next bytes and passes on the characters that are complete. After invalid UTF-8
    /// nothing more is passed on.
    pub(crate) fn push(&mut self, bytes: &[u8], mut sink: impl FnMut(&str)) {
        let mut rest = bytes;
        // The rest of an incomplete character, which has at most four bytes.
        while !self.pending.is_empty() && !self.broken {
            let Some((byte, behind)) = rest.split_first() else {
                return;
            };
            rest = behind;
            let mut begun = std::mem::take(&mut self.pending);
            begun.push(*byte);
            self.take(&begun, &mut sink);
        }
        if !self.broken {
            self.take(rest, &mut sink);
        }
    }

    /// Takes bytes that start at a character, without copying, and keeps an incomplete character at
    /// their end.
    fn take(&mut self, bytes: &[u8], sink: &mut impl FnMut(&str)) {
        match std::str::from_utf8(bytes) {
            Ok(text) => sink(text),
            Err(error) => {
                let (text, rest) = bytes
                    .split_at_checked(error.valid_up_to())
                    .unwrap_or_default();
                self.broken = error.error_len().is_some();
                if !self.broken {
                    self.pending.extend_from_slice(rest);
                }
                sink(std::str::from_utf8(text).unwrap_or_default());
            }
        }
    }

    /// Whether all input was valid UTF-8.
    pub(crate) fn is_text(&self) -> bool {
        !self.broken && self.pending.is_empty()
    }
}

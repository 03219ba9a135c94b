//! Text that comes in pieces.

/// Takes UTF-8 apart into texts as it comes in.
#[derive(Clone, Default)]
pub(crate) struct Utf8 {
    /// The beginning of a character whose end has not come yet.
    pending: Vec<u8>,
    broken: bool,
}

impl Utf8 {
    /// Takes the next bytes, and gives the characters that are whole by then. Nothing follows what
    /// is not UTF-8.
    pub(crate) fn push(&mut self, bytes: &[u8], mut sink: impl FnMut(&str)) {
        let mut rest = bytes;
        // The end of a character that has begun, which has at most four bytes.
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

    /// Takes bytes that nothing comes before, where they are, and keeps a character that begins at their end.
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

    /// Whether all of it was text.
    pub(crate) fn is_text(&self) -> bool {
        !self.broken && self.pending.is_empty()
    }
}

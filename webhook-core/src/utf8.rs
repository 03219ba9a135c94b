//! Text that comes in pieces.

/// Takes UTF-8 apart into texts as it comes in.
#[derive(Clone, Default)]
pub(crate) struct Utf8 {
    /// The beginning of a character whose end has not come yet.
    pending: Vec<u8>,
    broken: bool,
}

impl Utf8 {
    /// Takes the next bytes, and gives the characters that are whole by then. Nothing follows what is not UTF-8.
    pub(crate) fn push(&mut self, bytes: &[u8], mut sink: impl FnMut(&str)) {
        if self.broken {
            return;
        }
        self.pending.extend_from_slice(bytes);
        let (text, len) = match std::str::from_utf8(&self.pending) {
            Ok(text) => (text, text.len()),
            Err(error) => {
                self.broken |= error.error_len().is_some();
                let len = error.valid_up_to();
                let text = self.pending.get(..len).unwrap_or_default();
                (std::str::from_utf8(text).unwrap_or_default(), len)
            }
        };
        sink(text);
        self.pending.drain(..len);
    }

    /// Whether all of it was text.
    pub(crate) fn is_text(&self) -> bool {
        !self.broken && self.pending.is_empty()
    }
}

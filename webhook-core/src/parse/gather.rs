//! Combines small pieces into larger ones: a hash takes a block of bytes about as fast as a single
//! byte.

/// Collects pushed bytes, and passes them to a sink in pieces of a few hundred bytes.
pub(crate) struct Gather<'s> {
    room: [u8; ROOM],
    len: usize,
    sink: &'s mut dyn FnMut(&[u8]),
}

const ROOM: usize = 512;

impl<'s> Gather<'s> {
    pub(crate) fn new(sink: &'s mut dyn FnMut(&[u8])) -> Self {
        Self {
            room: [0; ROOM],
            len: 0,
            sink,
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        if let Some(slot) = self.room.get_mut(self.len..end) {
            slot.copy_from_slice(bytes);
            self.len = end;
        } else {
            self.push_long(bytes);
        }
    }

    #[inline]
    pub(crate) fn push_byte(&mut self, byte: u8) {
        match self.room.get_mut(self.len) {
            Some(slot) => {
                *slot = byte;
                self.len = self.len.saturating_add(1);
            }
            None => self.push_long(&[byte]),
        }
    }

    /// Pushes bytes that do not fit after the buffered ones.
    fn push_long(&mut self, bytes: &[u8]) {
        self.flush();
        match self.room.get_mut(..bytes.len()) {
            Some(slot) => {
                slot.copy_from_slice(bytes);
                self.len = bytes.len();
            }
            None => (self.sink)(bytes),
        }
    }

    /// Passes on the remaining bytes.
    pub(crate) fn finish(mut self) {
        self.flush();
    }

    fn flush(&mut self) {
        if let Some(gathered @ [_, ..]) = self.room.get(..self.len) {
            (self.sink)(gathered);
        }
        self.len = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_pushed_comes_out_in_its_order_and_in_few_pieces() {
        let (mut out, mut pieces) = (Vec::new(), 0);
        let mut expected = Vec::new();
        let mut sink = |piece: &[u8]| {
            out.extend_from_slice(piece);
            pieces += 1;
        };
        let mut gather = Gather::new(&mut sink);
        for len in [0, 1, 3, 511, 512, 513, 2000, 1, 0, 5] {
            let bytes: Vec<u8> = (0..=255).cycle().take(len).collect();
            gather.push(&bytes);
            expected.extend(bytes);
        }
        for byte in (0..=255).cycle().take(1500) {
            gather.push_byte(byte);
            expected.push(byte);
        }
        gather.finish();
        assert_eq!(out, expected);
        assert!(pieces < 15, "{pieces}");
    }
}

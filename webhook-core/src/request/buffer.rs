//! Buffering the body as it arrives.

use bytes::Bytes;

/// A body that is being received. It is the only copy, lent to everything that needs the whole
/// body. A single chunk is kept as it is; several are copied together.
pub(crate) struct Buffer {
    first: Bytes,
    joined: Vec<u8>,
    frame: Option<Box<Frame>>,
    announced: usize,
    limit: usize,
}

/// Bytes around the body that are signed with it. `joined` starts with the bytes before, and ends
/// with those after the body once it is complete.
struct Frame {
    before: usize,
    behind: Vec<u8>,
    closed: bool,
}

/// The maximum number of bytes reserved before they arrive.
const MAX_RESERVED: usize = 64 * 1024;

impl Buffer {
    pub(crate) fn new(announced: usize, limit: usize) -> Self {
        Self {
            first: Bytes::new(),
            joined: Vec::new(),
            frame: None,
            announced,
            limit,
        }
    }

    /// Puts bytes around the body, for a signature over all of them in one piece.
    pub(crate) fn framed(mut self, frame: Option<(&[u8], &[u8])>) -> Self {
        if let Some((before, behind)) = frame {
            self.joined.extend_from_slice(before);
            self.frame = Some(Box::new(Frame {
                before: before.len(),
                behind: behind.to_vec(),
                closed: false,
            }));
        }
        self
    }

    fn len(&self) -> usize {
        let before = self.frame.as_ref().map_or(0, |frame| frame.before);
        let joined = self.joined.len().saturating_sub(before);
        self.first.len().max(joined)
    }

    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.len())
    }

    pub(crate) fn push(&mut self, chunk: Bytes) {
        if chunk.is_empty() {
            return;
        }
        if self.len() == 0 && self.frame.is_none() {
            self.first = chunk;
            return;
        }
        self.reserve(chunk.len());
        if self.joined.is_empty() {
            self.joined
                .extend_from_slice(&std::mem::take(&mut self.first));
        }
        self.joined.extend_from_slice(&chunk);
    }

    /// Reserves room for `more` bytes. Beyond the first 64 KiB, it never exceeds the announced
    /// length, or an eighth more than has arrived if none was announced.
    fn reserve(&mut self, more: usize) {
        let around = self
            .frame
            .as_ref()
            .map_or(0, |frame| frame.before.saturating_add(frame.behind.len()));
        let body = self.len().saturating_add(more);
        let needed = body.saturating_add(around);
        if needed <= self.joined.capacity() {
            return;
        }
        let (grown, most) = match self.announced >= body {
            true => (needed.saturating_mul(2), self.announced),
            false => (needed.saturating_add(needed / 8), self.limit),
        };
        let capacity = grown
            .max(MAX_RESERVED)
            .min(most.saturating_add(around).max(needed));
        self.joined
            .reserve_exact(capacity.saturating_sub(self.joined.len()));
    }

    /// Ends the body and appends the bytes after it.
    pub(crate) fn close(&mut self) {
        if let Some(frame) = &mut self.frame
            && !frame.closed
        {
            frame.closed = true;
            self.joined.extend_from_slice(&frame.behind);
        }
    }

    /// What has arrived, with the bytes around it.
    pub(crate) fn whole(&self) -> &[u8] {
        match self.joined.is_empty() {
            true => &self.first,
            false => &self.joined,
        }
    }

    /// Takes the body out and leaves the buffer empty.
    pub(crate) fn freeze(&mut self) -> Bytes {
        let (first, mut joined) = (
            std::mem::take(&mut self.first),
            std::mem::take(&mut self.joined),
        );
        let frame = self.frame.take();
        if joined.is_empty() {
            return first;
        }
        let Some(frame) = frame else {
            return joined.into();
        };
        let behind = match frame.closed {
            true => frame.behind.len(),
            false => 0,
        };
        joined.truncate(joined.len().saturating_sub(behind));
        Bytes::from(joined).split_off(frame.before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(frame: Option<(&[u8], &[u8])>, chunks: &[&'static str]) -> Buffer {
        let mut buffer = Buffer::new(0, 1024).framed(frame);
        for chunk in chunks {
            buffer.push(Bytes::from_static(chunk.as_bytes()));
        }
        buffer.close();
        buffer
    }

    #[test]
    fn a_body_is_lent_with_what_is_around_it_and_kept_without() {
        for chunks in [&["ab", "", "c"][..], &["abc"]] {
            let mut plain = filled(None, chunks);
            assert_eq!((plain.whole(), plain.len()), (&b"abc"[..], 3));
            assert_eq!(plain.freeze(), "abc");
            let mut framed = filled(Some((b"1.", b".z")), chunks);
            assert_eq!(framed.whole(), b"1.abc.z");
            framed.close();
            assert_eq!(framed.whole(), b"1.abc.z");
            assert_eq!(framed.freeze(), "abc");
        }
        let mut empty = filled(Some((b"1.", b"")), &[]);
        assert_eq!(empty.whole(), b"1.");
        assert_eq!(empty.freeze(), "");
    }

    #[test]
    fn what_is_around_a_body_does_not_count_for_its_limit() {
        let mut buffer = Buffer::new(0, 4).framed(Some((b"12345", b"67")));
        assert_eq!(buffer.room(), 4);
        buffer.push(Bytes::from_static(b"abc"));
        assert_eq!(buffer.room(), 1);
    }

    #[test]
    fn no_more_is_set_aside_than_was_announced_or_an_eighth_of_what_came() {
        let piece = Bytes::from(vec![0; 16 * 1024]);
        for (announced, most) in [(1024 * 1024, 1024 * 1024), (0, 1024 * 1024 * 9 / 8)] {
            let mut buffer = Buffer::new(announced, 16 * 1024 * 1024);
            for _ in 0..64 {
                buffer.push(piece.clone());
            }
            assert_eq!(buffer.len(), 1024 * 1024);
            assert!(buffer.joined.capacity() <= most, "{announced}");
        }
    }
}

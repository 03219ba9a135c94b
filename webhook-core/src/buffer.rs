//! The body as it arrives.

use bytes::Bytes;

/// A body in the making. One chunk is kept as it is; more are copied together.
pub(crate) struct Buffer {
    first: Bytes,
    joined: Vec<u8>,
    announced: usize,
    limit: usize,
}

/// What may be set aside for a body before its bytes have come.
const MAX_RESERVED: usize = 64 * 1024;

impl Buffer {
    pub(crate) fn new(announced: usize, limit: usize) -> Self {
        Self {
            first: Bytes::new(),
            joined: Vec::new(),
            announced,
            limit,
        }
    }

    fn len(&self) -> usize {
        self.first.len().max(self.joined.len())
    }

    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.len())
    }

    pub(crate) fn push(&mut self, chunk: Bytes) {
        if chunk.is_empty() {
            return;
        }
        if self.len() == 0 {
            self.first = chunk;
            return;
        }
        let needed = self.len().saturating_add(chunk.len());
        if needed > self.joined.capacity() {
            // Doubling, but beyond the first 64 KiB never past the announced length, and never past the limit.
            let ceiling = if self.announced >= needed {
                self.announced
            } else {
                self.limit
            };
            let doubled = needed
                .saturating_mul(2)
                .max(MAX_RESERVED)
                .min(ceiling.max(needed));
            self.joined
                .reserve_exact(doubled.saturating_sub(self.joined.len()));
        }
        if self.joined.is_empty() {
            self.joined
                .extend_from_slice(&std::mem::take(&mut self.first));
        }
        self.joined.extend_from_slice(&chunk);
    }

    /// What has come. The buffer is empty then.
    pub(crate) fn freeze(&mut self) -> Bytes {
        if self.joined.is_empty() {
            std::mem::take(&mut self.first)
        } else {
            std::mem::take(&mut self.joined).into()
        }
    }
}

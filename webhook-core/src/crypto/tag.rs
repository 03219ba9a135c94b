//! Tags and constant-time comparison.

use ctutils::{Choice, CtEq as _};

/// A computed or received tag of at most 64 bytes. The default tag is empty and equals nothing.
#[derive(Clone, Copy)]
pub(crate) struct Tag {
    bytes: [u8; Self::MAX],
    len: u8,
}

impl Default for Tag {
    fn default() -> Self {
        Self {
            bytes: [0; Self::MAX],
            len: 0,
        }
    }
}

impl Tag {
    pub(crate) const MAX: usize = 64;

    /// Creates a tag from these bytes. Longer input cannot be a valid tag and gives an empty one.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut tag = Self::default();
        if let (Some(slot), Ok(len)) = (tag.bytes.get_mut(..bytes.len()), u8::try_from(bytes.len()))
        {
            slot.copy_from_slice(bytes);
            tag.len = len;
        }
        tag
    }

    /// Lets `write` fill an empty tag. Returns `false` and leaves it empty unless `len` bytes are
    /// written.
    pub(crate) fn set(
        &mut self,
        len: usize,
        write: impl FnOnce(&mut [u8]) -> Option<usize>,
    ) -> bool {
        let written = write(&mut self.bytes) == Some(len);
        if let (true, Ok(len)) = (written, u8::try_from(len)) {
            self.len = len;
        }
        written
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// Whether both tags have the same length and bytes. An empty tag equals nothing.
    ///
    /// The comparison is constant-time in the bytes. The result is a [`Choice`], so that several
    /// comparisons can be combined without a branch. Lengths are not secret.
    #[inline]
    pub(crate) fn matches(&self, other: &Self) -> Choice {
        match (self.len, other.len) {
            (0, _) => Choice::FALSE,
            // SHA-1, SHA-256 and SHA-512: a length known at compile time is faster.
            (20, 20) => self.begins_as::<20>(other),
            (32, 32) => self.begins_as::<32>(other),
            (64, 64) => self.begins_as::<64>(other),
            _ => self.as_bytes().ct_eq(other.as_bytes()),
        }
    }

    #[inline]
    fn begins_as<const N: usize>(&self, other: &Self) -> Choice {
        match (self.bytes.first_chunk::<N>(), other.bytes.first_chunk()) {
            (Some(ours), Some(theirs)) => ours.ct_eq(theirs),
            _ => Choice::FALSE,
        }
    }
}

impl AsRef<[u8]> for Tag {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

/// Compares two values in a time that depends only on their lengths, which are not secret.
#[inline]
pub(crate) fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).to_bool()
}

//! Scanning nested objects and arrays, a block of bytes at a time.

use wide::u8x16;

/// The bracket depth of a scan, and whether it is in a string.
#[derive(Default)]
pub(super) struct Nesting {
    pub(super) depth: u32,
    /// All ones in a string, otherwise zero.
    pub(super) in_string: u64,
    pub(super) escaped: bool,
}

impl Nesting {
    /// Takes a block. If the outermost bracket is closed in it, returns the position after that.
    pub(super) fn take(&mut self, block: &Block) -> Option<usize> {
        let marks = Marks::of(block);
        if self.escaped || marks.backslashes != 0 {
            return self.take_bytes(block);
        }
        // Each bit becomes the parity of the quotes up to it.
        let mut odd = marks.quotes;
        for shift in [1, 2, 4, 8, 16, 32] {
            odd ^= odd << shift;
        }
        let outside = !(odd ^ self.in_string);
        self.in_string ^= (odd >> 63).wrapping_neg();
        let mut brackets = marks.brackets & outside;
        while brackets != 0 {
            let at = brackets.trailing_zeros();
            brackets &= brackets.wrapping_sub(1);
            if self.take_bracket(marks.closing >> at & 1 != 0) {
                return Some((at as usize).saturating_add(1));
            }
        }
        None
    }

    /// Takes a block a byte at a time, because it contains escapes.
    fn take_bytes(&mut self, block: &Block) -> Option<usize> {
        let end = block.iter().position(|byte| self.take_byte(*byte));
        end.map(|at| at.saturating_add(1))
    }

    /// Takes a byte. Returns whether it closed the outermost bracket.
    fn take_byte(&mut self, byte: u8) -> bool {
        let in_string = self.in_string != 0;
        match byte {
            _ if self.escaped => self.escaped = false,
            b'"' => self.in_string = !self.in_string,
            b'\\' => self.escaped = in_string,
            b'{' | b'[' | b'}' | b']' if !in_string => {
                return self.take_bracket(matches!(byte, b'}' | b']'));
            }
            _ => {}
        }
        false
    }

    /// Takes a bracket. Returns whether it closed the outermost bracket.
    fn take_bracket(&mut self, closing: bool) -> bool {
        self.depth = if closing {
            self.depth.saturating_sub(1)
        } else {
            self.depth.saturating_add(1)
        };
        self.depth == 0
    }
}

/// The bytes that are processed at once.
pub(super) type Block = [u8; 64];

/// The last block, padded with spaces.
pub(super) fn padded(rest: &[u8]) -> Block {
    let mut block = [b' '; 64];
    for (slot, byte) in block.iter_mut().zip(rest) {
        *slot = *byte;
    }
    block
}

/// The positions of significant bytes in a block, one bit per byte.
#[derive(Default)]
struct Marks {
    quotes: u64,
    backslashes: u64,
    /// Brackets of both kinds, opening and closing.
    brackets: u64,
    /// `}` and `]`, and possibly other bytes.
    closing: u64,
}

impl Marks {
    fn of(block: &Block) -> Self {
        let (quarters, _) = block.as_chunks::<16>();
        let mut marks = Self::default();
        for quarter in quarters.iter().rev() {
            let bytes = u8x16::new(*quarter);
            // Only bit 5 differs between `[` and `{`, and between `]` and `}`.
            let curly = bytes | u8x16::splat(0x20);
            let closing = curly.simd_eq(u8x16::splat(b'}'));
            let brackets = curly.simd_eq(u8x16::splat(b'{')) | closing;
            let shift_in = |mask: &mut u64, found: u8x16| {
                *mask = *mask << 16 | u64::from(found.to_bitmask());
            };
            shift_in(&mut marks.quotes, bytes.simd_eq(u8x16::splat(b'"')));
            shift_in(&mut marks.backslashes, bytes.simd_eq(u8x16::splat(b'\\')));
            shift_in(&mut marks.brackets, brackets);
            shift_in(&mut marks.closing, closing);
        }
        marks
    }
}

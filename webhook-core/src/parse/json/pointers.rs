//! JSON pointers (RFC 6901), taken apart once.

/// Where to look: JSON pointers, taken apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pointers {
    pub(super) names: Vec<Vec<&'static str>>,
    /// For each depth, the lengths that names there have, as bits: most names are told from those
    /// by their length.
    pub(super) lengths: Vec<u64>,
}

impl Pointers {
    /// At most sixteen; more would not be looked for.
    pub(crate) fn new(pointers: &[&'static str]) -> Self {
        debug_assert!(
            pointers.len() <= MOST_POINTERS,
            "{} pointers",
            pointers.len()
        );
        let names: Vec<Vec<&str>> = pointers
            .iter()
            .take(MOST_POINTERS)
            .map(|pointer| pointer.split('/').skip(1).collect())
            .collect();
        let depth = names.iter().map(Vec::len).max().unwrap_or(0);
        let lengths = (0..depth).map(|depth| {
            let here = names.iter().filter_map(|pointer| pointer.get(depth));
            here.fold(0, |bits, name| bits | length_bit(name.len()))
        });
        Self {
            lengths: lengths.collect(),
            names,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// A bit for each length, and the last one for all that are longer.
pub(super) fn length_bit(len: usize) -> u64 {
    1 << len.min(63)
}

/// Pointers looked for in one pass over an event.
pub(crate) const MAX_POINTERS: usize = 10;

/// Pointers looked for in any pass.
const MOST_POINTERS: usize = 16;

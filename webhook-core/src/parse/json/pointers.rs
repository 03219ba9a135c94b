//! JSON pointers (RFC 6901), parsed once.

/// Parsed JSON pointers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pointers {
    pub(super) names: Vec<Vec<&'static str>>,
    /// For each depth, the lengths of the names there, as bits. Most other names are ruled out by
    /// their length.
    pub(super) lengths: Vec<u64>,
}

impl Pointers {
    /// Parses at most sixteen pointers. Further ones are ignored.
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

/// One bit per length. The last bit stands for all longer lengths.
pub(super) fn length_bit(len: usize) -> u64 {
    1 << len.min(63)
}

/// The maximum number of pointers in the pass over an event.
pub(crate) const MAX_POINTERS: usize = 10;

/// The maximum number of pointers in any pass.
const MOST_POINTERS: usize = 16;

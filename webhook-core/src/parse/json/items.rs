//! The items of an array.

use crate::parse::json::scan::Scan;
use crate::parse::json::{Pointers, Problem};

/// The items of an array, as spelled. A value that is not an array has none. A malformed array ends
/// with an error.
pub(crate) fn items(array: &[u8]) -> Items<'_> {
    Items {
        rest: array.strip_prefix(b"["),
        first: true,
    }
}

/// See [`items`].
pub(crate) struct Items<'b> {
    /// The unread rest of the array, or `None` at its end.
    rest: Option<&'b [u8]>,
    first: bool,
}

impl<'b> Iterator for Items<'b> {
    type Item = Result<&'b [u8], Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut scan = Scan {
            rest: self.rest.take()?,
            pointers: &Pointers::default(),
            found: &mut [],
        };
        let first = std::mem::replace(&mut self.first, false);
        if scan.skip(b']') {
            // A trailing comma is not valid.
            return (!first).then_some(Err(Problem::NotJson));
        }
        let item = scan.peek().and_then(|_| {
            let start = scan.rest;
            scan.value(0, 0).ok()?;
            start.get(..start.len().saturating_sub(scan.rest.len()))
        });
        let Some(item) = item else {
            return Some(Err(Problem::NotJson));
        };
        if scan.skip(b',') {
            self.rest = Some(scan.rest);
        } else if !scan.skip(b']') {
            return Some(Err(Problem::NotJson));
        }
        Some(Ok(item))
    }
}

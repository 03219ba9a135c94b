//! The rows of a guide: what it shows, and what became of each.

use std::collections::BTreeMap;
use std::fmt;

/// Says one line a row, in their order, and at the end whether a row is missing.
#[derive(Debug)]
pub struct Rows {
    letter: char,
    count: usize,
    lines: BTreeMap<usize, String>,
}

impl Rows {
    /// Rows `<letter>1` to `<letter><count>`.
    pub const fn new(letter: char, count: usize) -> Self {
        Self {
            letter,
            count,
            lines: BTreeMap::new(),
        }
    }

    /// What the row shows was asserted.
    pub fn passed(&mut self, row: usize, what: impl fmt::Display) {
        self.note(row, format!("passed: {what}"));
    }

    /// The row does not apply, for this reason.
    pub fn does_not_apply(&mut self, row: usize, why: impl fmt::Display) {
        self.note(row, format!("does not apply: {why}"));
    }

    fn note(&mut self, row: usize, line: String) {
        let exists = (1..=self.count).contains(&row);
        assert!(exists, "there is no row {}{row}", self.letter);
        let before = self.lines.insert(row, line);
        assert!(before.is_none(), "{}{row} is there twice", self.letter);
    }

    /// Every row was there.
    pub fn finish(self) {
        let mut rows = 1..=self.count;
        let missing = rows.find(|row| !self.lines.contains_key(row));
        assert!(missing.is_none(), "no line for row {missing:?}");
    }
}

/// Also those before a failure.
impl Drop for Rows {
    fn drop(&mut self) {
        for (row, line) in &self.lines {
            println!("{}{row:<2} {line}", self.letter);
        }
    }
}

//! What happened, as lines of a file that every worker appends to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// The file, as a worker writes it.
#[derive(Debug)]
pub(super) struct Journal(File);

impl Journal {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self(file))
    }

    /// A step has had its effect, and nothing is kept of it.
    pub(super) fn ran(&self, step: &str) -> io::Result<()> {
        self.write(&format!("ran {step}\n"))
    }

    /// What a step has returned is kept.
    pub(super) fn kept(&self, step: &str) -> io::Result<()> {
        self.write(&format!("kept {step}\n"))
    }

    /// The worker kills itself at this place.
    pub(super) fn died(&self, place: &str) -> io::Result<()> {
        self.write(&format!("died {place}\n"))
    }

    /// One write, which the operating system has when the process is killed.
    fn write(&self, line: &str) -> io::Result<()> {
        (&self.0).write_all(line.as_bytes())
    }
}

/// What a journal says.
#[derive(Debug, Default)]
pub(super) struct Story {
    /// How often each step ran.
    pub(super) runs: BTreeMap<String, u64>,
    /// Runs of steps that were kept before.
    pub(super) after_kept: u64,
    /// How often a worker died at each place.
    pub(super) deaths: BTreeMap<String, u64>,
}

impl Story {
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        Ok(Self::of(&std::fs::read_to_string(path)?))
    }

    fn of(text: &str) -> Self {
        let (mut story, mut kept) = (Self::default(), BTreeSet::new());
        for line in text.lines() {
            match line.split_once(' ') {
                Some(("ran", step)) => {
                    story.after_kept += u64::from(kept.contains(step));
                    *story.runs.entry(step.to_owned()).or_default() += 1;
                }
                Some(("kept", step)) => {
                    kept.insert(step);
                }
                Some(("died", place)) => *story.deaths.entry(place.to_owned()).or_default() += 1,
                _ => {}
            }
        }
        story
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_may_run_again_until_it_is_kept() {
        let story = Story::of("ran e/a\ndied within 1\nran e/a\nkept e/a\nran e/b\nkept e/b\n");
        assert_eq!((story.runs["e/a"], story.runs["e/b"]), (2, 1));
        assert_eq!((story.after_kept, story.deaths["within 1"]), (0, 1));
    }

    #[test]
    fn a_run_of_a_step_that_was_kept_is_found() {
        assert_eq!(
            Story::of("ran e/a\nkept e/a\nran e/a\nran e/b\n").after_kept,
            1
        );
    }
}

//! The effects of handlers: lines of a file that every process appends to. The receivers' store has
//! no part in it.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// The file, as a handler writes it.
#[derive(Debug)]
pub(crate) struct Effects(File);

impl Effects {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self(file))
    }

    /// Records a run. One write, so that lines of several processes do not mix.
    pub(crate) fn record(&self, id: &str, epoch: u64) -> io::Result<()> {
        (&self.0).write_all(format!("{id} {epoch}\n").as_bytes())
    }
}

/// The epochs of the runs of each event, in their order.
pub(crate) fn read(path: &Path) -> io::Result<BTreeMap<String, Vec<u64>>> {
    let mut runs: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let (id, epoch) = line.split_once(' ').unwrap_or((line, "0"));
        let epoch = epoch.parse().map_err(io::Error::other)?;
        runs.entry(id.to_owned()).or_default().push(epoch);
    }
    Ok(runs)
}

//! Sends every row and the corpus to a server, over sockets, and compares what comes back.

mod check;
mod connection;
mod flood;
mod panics;
mod play;

pub use self::check::strip;
pub use self::flood::{Flood, flood};
pub use self::play::{Heard, Played, play};

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};

use crate::case::{Protocol, Row, Section, Words};
use crate::servers::Server;

/// Rows under way at the same time: many of them wait, for a deadline or a gate.
const AT_ONCE: usize = 24;

/// What one server made of everything, over one protocol.
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "a report")]
pub struct Report {
    /// `axum h1`.
    pub name: String,
    /// Row by row, in the order of the table: none where it has no such row.
    pub rows: Vec<Option<Played>>,
    /// Panics that no row asked for.
    pub panics: usize,
    /// The corpus.
    pub flood: Flood,
}

/// Sends all of it.
pub async fn run(
    server: &'static dyn Server,
    protocol: Protocol,
    sections: &[Section],
    words: &'static Words,
    damaged: usize,
) -> Report {
    let before = panics::unexpected();
    let rows: Vec<Row> = sections.iter().flat_map(|s| s.rows.clone()).collect();
    let playing = rows.into_iter().map(|row| async move {
        let here = row.on.is_empty() || row.on.iter().any(|name| name == server.name());
        if !here || row.only.is_some_and(|only| only != protocol) {
            return None;
        }
        // A task of its own, so that a panic is the failure of one row.
        let task = tokio::spawn(async move { play(&row, words, server, protocol).await });
        Some(task.await.unwrap_or_else(|error| Played {
            heard: Vec::new(),
            failure: Some(format!("{error}")),
        }))
    });
    let rows = stream::iter(playing).buffered(AT_ONCE).collect().await;
    let panics = panics::unexpected() - before;
    Report {
        name: format!("{} {}", server.name(), protocol.name()),
        rows,
        panics,
        flood: flood(server, protocol, damaged).await,
    }
}

impl Report {
    /// How many rows it has.
    pub fn played(&self) -> usize {
        self.rows.iter().flatten().count()
    }

    /// How many of them failed.
    pub fn failed(&self) -> usize {
        let failed = |row: &&Played| row.failure.is_some();
        self.rows.iter().flatten().filter(failed).count()
    }

    /// One line of it all.
    pub fn summary(&self) -> String {
        let (rows, failed) = (self.played(), self.failed());
        format!(
            "{}: {rows} rows, {} passed; {}",
            self.name,
            rows - failed,
            self.flood.summary()
        )
    }
}

/// Every row that failed somewhere or was answered in two ways, with what each server made of it.
pub fn differences(reports: &[Report], sections: &[Section]) -> BTreeMap<String, String> {
    let names = sections.iter().flat_map(|s| &s.rows).map(|row| &row.name);
    let mut found = BTreeMap::new();
    for (at, name) in names.enumerate() {
        let played: Vec<_> = reports
            .iter()
            .filter_map(|report| Some((&report.name, report.rows[at].as_ref()?)))
            .collect();
        let differs = |(_, one): &(_, &Played)| one.differs_from(played[0].1);
        if !played.iter().any(|(_, one)| one.failure.is_some()) && !played.iter().any(differs) {
            continue;
        }
        let lines = played.iter().map(|(server, one)| match &one.failure {
            Some(failure) => format!("  {server}: {failure}\n"),
            None => format!("  {server}: as expected: {:?}\n", one.heard),
        });
        found.insert(name.clone(), lines.collect());
    }
    found
}

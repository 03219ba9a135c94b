//! What is wrong with the set-up of a store.

use std::error::Error as _;
use std::path::Path;

use rusqlite::Connection;
use webhook_core::replay::{Finding, FindingKind};
use webhook_core::{StoreError, StoreErrorKind};

use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::mounts;

/// How far the clock may be behind the highest epoch, in microseconds.
const SKEW: i64 = 30_000_000;
/// The value of `pragma synchronous` that writes every COMMIT to the disk.
const FULL: i64 = 2;

/// What may lose or falsify records. The version of the tables is checked with every batch.
pub(crate) fn findings(ledger: &Ledger<'_>, path: &Path) -> Result<Vec<Finding>, Failure> {
    let mut findings = durability(ledger.connection())?;
    findings.extend(network(path));
    let ahead = ledger.last_epoch().saturating_sub(ledger.now());
    findings.extend((ahead > SKEW).then(|| clock(ahead)));
    Ok(findings)
}

/// Tables that no operation can use are a finding too.
pub(crate) fn misconfigured(error: StoreError) -> Result<Vec<Finding>, StoreError> {
    if error.kind() != StoreErrorKind::Misconfigured {
        return Err(error);
    }
    let cause = error.source().map_or_else(String::new, ToString::to_string);
    let kind = FindingKind::SchemaVersion;
    Ok(vec![Finding::new(kind, cause)])
}

fn durability(connection: &Connection) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    if synchronous < FULL {
        findings.push(Finding::new(
            FindingKind::Durability,
            format!(
                "`synchronous` is {synchronous}; expected 2 (FULL), or a power loss loses the last \
                 commits"
            ),
        ));
    }
    let journal: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if journal != "wal" {
        findings.push(Finding::new(
            FindingKind::Durability,
            format!("`journal_mode` is {journal}; expected wal: run `pragma journal_mode = wal`"),
        ));
    }
    Ok(findings)
}

fn network(path: &Path) -> Option<Finding> {
    let kind = mounts::network_file_system(path)?;
    Some(Finding::new(
        FindingKind::Durability,
        format!(
            "the file is on a network file system ({kind}), where locks and the write-ahead log \
             are not reliable; move it to a local disk"
        ),
    ))
}

fn clock(ahead: i64) -> Finding {
    Finding::new(
        FindingKind::ClockSkew,
        format!(
            "the clock is {} s behind the last claim; leases and records of that time end so much \
             later: set the clock",
            ahead / 1_000_000
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_may_lose_commits_is_found() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("pragma synchronous = normal")
            .unwrap();
        let findings = durability(&connection).unwrap();
        let texts: Vec<_> = findings.iter().map(ToString::to_string).collect();
        assert_eq!(texts.len(), 2);
        assert!(texts[0].starts_with("durability: `synchronous` is 1"));
        assert!(texts[1].starts_with("durability: `journal_mode` is memory"));
    }
}

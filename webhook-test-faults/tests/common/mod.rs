//! How a test runs a driver.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test includes it, and none needs all of it"
)]

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// Runs a driver, which has to find nothing wrong. Returns what it said.
pub fn driver(arguments: &str) -> String {
    let mut driver = Command::new(env!("CARGO_BIN_EXE_faults"));
    let ran = driver.args(arguments.split_whitespace()).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let complained = String::from_utf8_lossy(&ran.stderr);
    assert!(
        ran.status.success(),
        "faults {arguments}\n{said}{complained}"
    );
    said
}

/// A file for SQLite, which is removed at the end.
pub struct Database(TempDir);

impl Database {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Its path.
    pub fn file(&self) -> PathBuf {
        self.0.path().join("faults.db")
    }

    /// Its address as a store.
    pub fn store(&self) -> String {
        format!("sqlite:{}", self.file().display())
    }
}

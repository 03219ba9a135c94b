//! The storm at a small size, over every store.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

use webhook_test_services::Postgres;

/// Runs a storm with a fixed seed, which has to find nothing wrong.
fn storm(store: &str, arguments: &str) {
    let mut storm = Command::new(env!("CARGO_BIN_EXE_storm"));
    let small = "--deliveries 400 --ids 40 --connections 32 --seed 7";
    let arguments = small.split(' ').chain(arguments.split_whitespace());
    let ran = storm
        .args(["--store", store])
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    let complained = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{store}\n{said}{complained}");
    assert!(said.contains(" 0 lost, "), "{said}");
}

#[test]
fn a_storm_on_memory() {
    storm("memory", "");
}

#[test]
fn a_storm_of_two_processes_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    storm(
        &format!("sqlite:{}", folder.path().join("storm.db").display()),
        "--processes 2",
    );
}

#[test]
fn a_storm_with_kills_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("storm.db").display());
    storm(&store, "--processes 2 --kills 3 --lease 2000");
}

#[test]
fn a_storm_of_two_processes_on_postgres() {
    // The tables of a database of its own: another storm has other events.
    if let Some(postgres) = Postgres::start(&[]) {
        storm(postgres.url(), "--processes 2");
    }
}

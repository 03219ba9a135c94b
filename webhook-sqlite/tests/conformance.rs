//! The store keeps every promise of the contract.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

use common::{Folder, Hand};
use webhook_core::replay::conformance;
use webhook_sqlite::SqliteStore;

/// Two stores on one file: each has its own connection and its own thread, as two processes have.
#[tokio::test]
async fn the_store_keeps_its_promises() {
    let (folder, hand) = (Folder::new(), Hand::new());
    let open = || hand.on(SqliteStore::builder(folder.file())).open().unwrap();
    let sleep = async |time: Duration| hand.pass(time);
    conformance::all_with(&open(), &open(), sleep).await;
}

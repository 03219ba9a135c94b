//! The store keeps every promise of the contract.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

use common::{Folder, Hand};
use webhook_core::replay::conformance;
use webhook_sqlite::SqliteStore;

/// Two stores on one file: each has its own connection and its own thread, as two processes have.
struct Two {
    _folder: Folder,
    hand: Hand,
    one: SqliteStore,
    other: SqliteStore,
}

impl Two {
    fn new() -> Self {
        let (folder, hand) = (Folder::new(), Hand::new());
        let open = || hand.on(SqliteStore::builder(folder.file())).open().unwrap();
        let (one, other) = (open(), open());
        Self {
            _folder: folder,
            hand,
            one,
            other,
        }
    }
}

#[tokio::test]
async fn the_store_keeps_its_promises() {
    let two = Two::new();
    let sleep = async |time: Duration| two.hand.pass(time);
    conformance::all_with(&two.one, &two.other, sleep).await;
}

#[tokio::test]
async fn the_store_keeps_its_promises_on_the_clock_of_the_system() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    for name in [
        "a_lease_that_ended_is_taken_over_as_the_next_attempt",
        "epochs_never_go_back",
    ] {
        conformance::promise(name, &store, &store, tokio::time::sleep).await;
    }
}

#[tokio::test]
async fn the_store_answers_as_the_table_of_states_says() {
    let sequences = std::env::var("MODEL_SEQUENCES").map(|number| number.parse().unwrap());
    for seed in [20_270_115, 1] {
        println!("seed {seed}");
        let two = Two::new();
        let sleep = async |time: Duration| two.hand.pass(time);
        let sequences = sequences.clone().unwrap_or(512);
        conformance::model(&two.one, &two.other, sleep, sequences, seed).await;
    }
}

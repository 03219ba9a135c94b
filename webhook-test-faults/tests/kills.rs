//! Receivers that are killed at each named point, at a small size.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Database, driver};
use webhook_test_services::{Postgres, Redis};

const SMALL: &str = "kills --kills 16 --named 2 --gap 200 --lease 2000 --seed 7";
/// A handler that holds a transaction is short.
const TRANSACTIONAL: &str = "--transactional --takes 4 --rate 50";

/// Kills receivers by a fixed seed, which has to find nothing wrong.
fn kills(store: &str, arguments: &str) -> String {
    let said = driver(&format!("{SMALL} --store {store} {arguments}"));
    for point in ["after-verify", "after-claim", "in-handler", "after-handler"] {
        assert!(said.contains(&format!("\"{point}\": 2")), "{said}");
    }
    assert!(said.contains(" 0 lost"), "{said}");
    assert!(said.contains(" 0 keys not done"), "{said}");
    said
}

#[test]
fn kills_on_sqlite_lose_nothing() {
    let database = Database::new();
    kills(&database.store(), "--rate 100");
}

#[test]
fn kills_of_two_processes_on_redis_that_saves_every_second_lose_nothing() {
    let saves = ["--appendonly", "yes", "--appendfsync", "everysec"];
    if let Some(redis) = Redis::start(&saves) {
        kills(redis.url(), "--rate 100 --processes 2 --adapter actix");
    }
}

#[test]
fn kills_on_postgres_lose_nothing() {
    if let Some(postgres) = Postgres::start(&[]) {
        kills(postgres.url(), "--rate 100");
    }
}

#[test]
fn kills_in_transactions_of_sqlite_double_nothing() {
    let database = Database::new();
    let said = kills(&database.store(), TRANSACTIONAL);
    assert!(said.contains(" 0 doubles"), "{said}");
}

#[test]
fn kills_in_transactions_of_postgres_double_nothing() {
    if let Some(postgres) = Postgres::start(&[]) {
        let said = kills(postgres.url(), &format!("{TRANSACTIONAL} --processes 2"));
        assert!(said.contains(" 0 doubles"), "{said}");
    }
}

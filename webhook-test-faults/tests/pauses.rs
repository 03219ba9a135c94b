//! Receivers that stop for longer than their leases, at a small size.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Database, driver};
use webhook_test_services::{Postgres, Redis};

const SMALL: &str = "pauses --pauses 2 --lease 1000 --takes 100 --seed 7";

fn pauses(store: &str) {
    let said = driver(&format!("{SMALL} --store {store}"));
    assert!(said.contains(" 0 lost, 0 keys not done"), "{said}");
    assert!(said.contains(" 0 stale commits"), "{said}");
    assert!(
        !said.contains("\n0 take-overs"),
        "nothing was taken over\n{said}"
    );
}

#[test]
fn receivers_that_stop_and_go_on_commit_nothing_that_was_taken_over_on_sqlite() {
    let database = Database::new();
    pauses(&database.store());
}

#[test]
fn receivers_that_stop_and_go_on_commit_nothing_that_was_taken_over_on_redis() {
    if let Some(redis) = Redis::start(&[]) {
        pauses(redis.url());
    }
}

#[test]
fn receivers_that_stop_and_go_on_commit_nothing_that_was_taken_over_on_postgres() {
    if let Some(postgres) = Postgres::start(&[]) {
        pauses(postgres.url());
    }
}

//! The storm at a small size, over every store and both frameworks.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Database, driver};
use webhook_test_services::{Postgres, Redis};

const SMALL: &str = "storm --deliveries 400 --ids 40 --connections 32 --seed 7";

/// Runs a storm with a fixed seed, which has to find nothing wrong.
fn storm(store: &str, arguments: &str) {
    let said = driver(&format!("{SMALL} --store {store} {arguments}"));
    assert!(said.contains(" 0 lost, "), "{said}");
    if !arguments.contains("--kills") {
        assert!(said.contains("40 runs, 0 doubles"), "{said}");
    }
}

#[test]
fn a_storm_on_memory() {
    storm("memory", "");
}

#[test]
fn a_storm_on_memory_behind_actix() {
    storm("memory", "--adapter actix");
}

#[test]
fn a_storm_of_two_processes_on_sqlite() {
    let database = Database::new();
    storm(&database.store(), "--processes 2");
}

#[test]
fn a_storm_with_kills_on_sqlite() {
    let database = Database::new();
    storm(&database.store(), "--processes 2 --kills 3 --lease 2000");
}

#[test]
fn a_storm_of_two_processes_whose_clocks_are_ten_minutes_apart_on_postgres() {
    // The tables of a database of its own: another storm has other events.
    if let Some(postgres) = Postgres::start(&[]) {
        storm(postgres.url(), "--processes 2 --clock-shift 300");
    }
}

#[test]
fn a_storm_on_redis() {
    if let Some(redis) = Redis::start(&[]) {
        storm(redis.url(), "");
    }
}

#[test]
fn a_storm_of_two_processes_whose_clocks_are_ten_minutes_apart_on_redis() {
    if let Some(redis) = Redis::start(&[]) {
        storm(
            redis.url(),
            "--processes 2 --adapter actix --clock-shift 300",
        );
    }
}

#[test]
fn a_storm_with_kills_on_redis_that_saves_every_second() {
    let saves = ["--appendonly", "yes", "--appendfsync", "everysec"];
    if let Some(redis) = Redis::start(&saves) {
        storm(redis.url(), "--processes 2 --kills 3 --lease 2000");
    }
}

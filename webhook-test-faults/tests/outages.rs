//! Servers of the store that are killed, stopped and cut off, once each.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::driver;
use webhook_test_services::{Postgres, Redis};

const SMALL: &str = "outages --rounds 1 --hold 700 --lease 1000 --rate 50 --seed 7";

fn outages(arguments: &str) {
    let said = driver(&format!("{SMALL} {arguments}"));
    assert!(said.contains(" 0 lost"), "{said}");
    assert!(said.contains(" 0 runs without a claim"), "{said}");
}

#[test]
fn after_every_outage_of_redis_deliveries_are_accepted_and_none_was_lost() {
    // The driver starts a server of its own.
    if Redis::start(&[]).is_some() {
        outages("--server redis");
    }
}

#[test]
fn after_every_outage_of_postgres_deliveries_are_accepted_and_none_was_lost() {
    if Postgres::start(&[]).is_some() {
        outages("--server postgres");
    }
}

#[test]
fn after_every_outage_of_postgres_each_transaction_took_place_once() {
    if Postgres::start(&[]).is_some() {
        outages("--server postgres --transactional --takes 4");
    }
}

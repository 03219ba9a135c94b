//! Clients that leave at every stage of a request, at a small size.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Database, driver};

const SMALL: &str = "disconnects --events 300 --seed 7";

fn disconnects(store: &str, arguments: &str) {
    let said = driver(&format!("{SMALL} --store {store} {arguments}"));
    assert!(said.contains("300 effects, 0 doubles, 0 lost"), "{said}");
    assert!(said.contains(" 0 claims left to their lease"), "{said}");
}

#[test]
fn clients_that_leave_axum_are_handled_once() {
    disconnects("memory", "");
}

#[test]
fn clients_that_leave_actix_are_handled_once() {
    disconnects("memory", "--adapter actix");
}

#[test]
fn clients_that_leave_a_store_on_disk_are_handled_once() {
    let database = Database::new();
    disconnects(&database.store(), "");
    let database = Database::new();
    disconnects(&database.store(), "--adapter actix");
}

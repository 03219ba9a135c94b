//! The table in memory keeps the promises of the contract.

#![cfg(feature = "conformance")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
mod flaws;
mod inbox;

use common::{Hand, now};
use webhook_inbox::conformance;

#[test]
fn the_table_in_memory_keeps_its_promises() {
    for name in conformance::PROMISES {
        common::keep_promise(name, |table| table);
    }
}

#[test]
fn the_model_agrees_with_itself() {
    for seed in [1, 20_270_115] {
        let hand = Hand::new();
        let sleep = async |time| hand.pass(time);
        now(conformance::model(&hand.table(), sleep, 1000, seed));
    }
}

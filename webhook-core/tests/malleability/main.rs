//! One captured delivery has one replay key: whatever a thief does to it, if it still verifies, its key is that of the original, or
//! within the bound that the provider declares.
//!
//! `MALLEABILITY_SOAK=20 cargo test --release -p webhook-core --all-features --test malleability` tries twenty times as much, and
//! `cargo run -p webhook-core --all-features --example malleability` prints what verified.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;
mod judge;
mod mutators;
mod reported;
mod request;
mod run;

use run::{Outcome, run};

#[test]
fn whatever_is_done_to_a_captured_delivery_its_replay_key_stays() {
    let outcomes = run(corpus::Effort::from_env());
    for outcome in &outcomes {
        assert!(outcome.originals > 0, "{}: no original verified", outcome.provider);
    }
    let faults: Vec<String> = outcomes.iter().filter_map(Outcome::report).collect();
    assert!(faults.is_empty(), "{} providers\n{}", faults.len(), faults.join("\n"));
}

//! One captured delivery has one replay key: whatever an attacker does to it, if it still verifies,
//! its key is that of the original, or within the bound that the provider declares.
//!
//! A soak run tries more, see `common/soak.rs`, and `cargo run -p webhook-core --all-features
//! --example malleability` prints what verified.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;
mod judge;
#[path = "../../../webhook-test/vectors/loader.rs"]
mod loader;
mod mutators;
#[path = "../common/parties.rs"]
mod parties;
mod reported;
mod request;
mod run;
#[path = "../common/soak.rs"]
mod soak;

use run::{Outcome, run};

#[test]
fn whatever_is_done_to_a_captured_delivery_its_replay_key_stays() {
    let outcomes = run(corpus::Effort::of_this_run());
    for outcome in &outcomes {
        assert!(
            outcome.originals > 0,
            "{}: no original verified",
            outcome.provider
        );
    }
    let faults: Vec<String> = outcomes.iter().filter_map(Outcome::report).collect();
    assert!(
        faults.is_empty(),
        "{} providers\n{}",
        faults.len(),
        faults.join("\n")
    );
}

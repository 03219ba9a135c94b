//! The scenarios find what is wrong with a receiver, and nothing else.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod disguise;
mod flaw;
mod receiver;
mod scenarios;
mod store;

use futures_util::future::join_all;

use flaw::{FLAWS, Flaw};
use receiver::Receiver;
use scenarios::SCENARIOS;

/// The scenarios that fail, each with a receiver of its own, and what they say.
async fn failures(flaw: Option<Flaw>) -> Vec<(&'static str, String)> {
    let played = SCENARIOS.iter().map(|(name, scenario)| async move {
        let receiver = Receiver::start(flaw).await;
        let found = scenario(&receiver).await.err()?;
        Some((*name, found))
    });
    join_all(played).await.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_without_a_flaw_passes_every_scenario() {
    assert_eq!(failures(None).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_flaw_is_found_by_its_scenario_and_by_no_other() {
    let mut misfits = Vec::new();
    for (flaw, scenario) in FLAWS {
        let failures = failures(Some(*flaw)).await;
        println!(
            "{:<26} {}",
            format!("{flaw:?}"),
            failures.first().map_or("", |(name, _)| name)
        );
        if !matches!(&failures[..], [(name, _)] if name == scenario) {
            misfits.push((flaw, failures));
        }
    }
    assert!(misfits.is_empty(), "{misfits:#?}");
}

#[test]
fn every_scenario_finds_a_flaw() {
    for (name, _) in SCENARIOS {
        assert!(FLAWS.iter().any(|(_, scenario)| scenario == name), "{name}");
    }
}

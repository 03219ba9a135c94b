//! Calls of a store that takes too long, fails, or lost a lease.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

use common::{Ready, SlowStore, handle, rejected, verified, with_store};
use webhook_core::{Checked, RejectionKind};
use webhook_runtime::policy::MAX_LATE_CALLS;
use webhook_runtime::{ClaimResult, HandlerResult, SettleResult, TrackedEndpoint};

const PATIENCE: Duration = Duration::from_secs(60);

async fn answers(
    endpoint: &TrackedEndpoint,
    checked: Checked,
    answer: Result<u16, ()>,
) -> SettleResult<u16, ()> {
    let call = Ready::new(async move { answer });
    handle(endpoint.clone(), checked, call).await
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_takes_too_long_is_refused_and_given_back_when_it_lands() {
    let store = SlowStore::new();
    let endpoint = with_store(store.clone());
    let (checked, running) = verified(&endpoint, "evt_1").await;
    store.hang(true);
    let ClaimResult::Refused(rejection) = endpoint.claim(checked).await else {
        panic!("not refused");
    };
    assert_eq!(rejection.kind(), RejectionKind::StoreUnavailable);
    assert_eq!(rejected(&endpoint, RejectionKind::StoreUnavailable), 1);
    drop(running);
    let (checked, running) = verified(&endpoint, "evt_1").await;
    store.hang(false);
    tokio::time::sleep(Duration::from_secs(1)).await;
    // The claim, and its release.
    assert_eq!((store.calls(), store.ended()), (2, 2));
    let settled = answers(&endpoint, checked, Ok(200)).await;
    assert!(matches!(settled, SettleResult::Response(200)));
    drop(running);
    assert_eq!(endpoint.drain(Duration::ZERO).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_drain_waits_for_late_commits_and_their_retries() {
    let store = SlowStore::new();
    let endpoint = with_store(store.clone());
    let (checked, running) = verified(&endpoint, "evt_1").await;
    let ClaimResult::Run(permit) = endpoint.claim(checked).await else {
        panic!("not new");
    };
    store.hang(true);
    let handled = HandlerResult::<u16, ()>::Response(201);
    let settled = endpoint.settle(permit, handled, |status| (*status, None));
    assert!(matches!(settled.await, SettleResult::Response(201)));
    drop(running);
    assert_eq!(endpoint.drain(Duration::ZERO).await, 1, "the commit");
    store.fail(true);
    store.hang(false);
    assert_eq!(endpoint.drain(Duration::from_secs(5)).await, 1, "its retry");
    store.fail(false);
    assert_eq!(endpoint.drain(PATIENCE).await, 0);
    assert_eq!(store.calls(), store.ended(), "none was cancelled");
    assert!(store.calls() > 3, "tried again");
}

#[tokio::test(start_paused = true)]
async fn a_store_with_too_many_late_calls_gets_no_more() {
    let store = SlowStore::new();
    let endpoint = with_store(store.clone());
    store.hang(true);
    for n in 0..=MAX_LATE_CALLS {
        let (checked, _running) = verified(&endpoint, &format!("evt_{n}")).await;
        let claimed = endpoint.claim(checked).await;
        assert!(matches!(claimed, ClaimResult::Refused(_)));
    }
    assert_eq!(store.calls(), MAX_LATE_CALLS, "the last was not made");
    let refused = u64::try_from(MAX_LATE_CALLS).unwrap() + 1;
    let unavailable = rejected(&endpoint, RejectionKind::StoreUnavailable);
    assert_eq!(unavailable, refused, "all are counted");
    store.hang(false);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (checked, _running) = verified(&endpoint, "evt_new").await;
    assert!(matches!(endpoint.claim(checked).await, ClaimResult::Run(_)));
}

#[tokio::test]
async fn a_lost_lease_replaces_the_response() {
    let store = SlowStore::new();
    let endpoint = with_store(store.clone());
    store.lose(true);
    let (checked, _running) = verified(&endpoint, "evt_1").await;
    let settled = answers(&endpoint, checked, Ok(200)).await;
    let SettleResult::Refused {
        rejection,
        replaced,
    } = settled
    else {
        panic!("not refused");
    };
    assert_eq!(rejection.kind(), RejectionKind::LeaseLost);
    assert_eq!(replaced, Some(200));
    assert_eq!(rejected(&endpoint, RejectionKind::LeaseLost), 1);
}

#[tokio::test]
async fn an_error_of_the_service_goes_up_and_releases() {
    let store = SlowStore::new();
    let endpoint = with_store(store.clone());
    for _ in 0..2 {
        let (checked, _running) = verified(&endpoint, "evt_1").await;
        let settled = answers(&endpoint, checked, Err(())).await;
        assert!(matches!(settled, SettleResult::Error(())));
    }
    assert_eq!(endpoint.endpoint().counts().released, 2);
}

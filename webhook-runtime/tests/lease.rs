//! Renewal of claims while handlers run, and what becomes of a handler whose claim is lost.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use webhook_core::{ConfigError, Delivery, LostLease, OnStoreError, RejectionKind};
use webhook_runtime::{ClaimResult, HandlerRun, SettleResult, TrackedEndpoint};

use common::{Ready, SlowStore, builder, rejected, verified};

const LEASE: Duration = Duration::from_secs(12);

/// An endpoint whose handlers may run for five leases.
fn endpoint(store: &SlowStore, policy: LostLease) -> TrackedEndpoint {
    let builder = builder().store(store.clone()).lease(LEASE);
    let builder = builder.handler_timeout(LEASE * 5).on_lost_lease(policy);
    TrackedEndpoint::new(builder.build().unwrap())
}

/// Claims a delivery, lets a handler run under it, and settles.
async fn run<F>(
    endpoint: &TrackedEndpoint,
    handler: impl FnOnce(Delivery) -> F,
) -> SettleResult<u16, ()>
where
    F: Future<Output = Result<u16, ()>>,
{
    let (checked, _running) = verified(endpoint, "evt_1").await;
    let ClaimResult::Run(permit) = endpoint.claim(checked).await else {
        panic!("not claimed");
    };
    let call = Ready::new(handler(permit.delivery().clone()));
    let mut run = pin!(HandlerRun::new(call, endpoint));
    run.as_mut().hold(&permit, endpoint);
    let handled = run.await;
    endpoint
        .settle(permit, handled, |status| (*status, None))
        .await
}

fn refused(settled: &SettleResult<u16, ()>) -> Option<RejectionKind> {
    match settled {
        SettleResult::Refused { rejection, .. } => Some(rejection.kind()),
        _ => None,
    }
}

/// Says when it is dropped.
struct Dropped(Arc<AtomicBool>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn a_claim_is_renewed_every_third_of_its_lease_until_the_handler_ends() {
    let store = SlowStore::new();
    let endpoint = endpoint(&store, LostLease::Cancel);
    let settled = run(&endpoint, |delivery| async move {
        sleep(Duration::from_secs(41)).await;
        assert!(!delivery.lease().is_lost());
        Ok(200)
    });
    assert!(matches!(settled.await, SettleResult::Response(200)));
    assert_eq!(store.renewals(), 10, "after 4, 8, … 40 s");
    sleep(LEASE).await;
    assert_eq!(store.renewals(), 10, "none after the handler has ended");
    assert_eq!(endpoint.endpoint().counts().done, 1);
    assert_eq!(endpoint.drain(Duration::from_secs(1)).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_short_handler_and_a_long_lease_need_no_renewal() {
    let store = SlowStore::new();
    let short = endpoint(&store, LostLease::Cancel);
    let settled = run(&short, |_| async {
        sleep(Duration::from_secs(3)).await;
        Ok(200)
    });
    assert!(matches!(settled.await, SettleResult::Response(200)));
    let store = SlowStore::new();
    let long = TrackedEndpoint::new(builder().store(store.clone()).build().unwrap());
    let settled = run(&long, |_| async {
        sleep(Duration::from_secs(29)).await;
        Ok(200)
    });
    assert!(matches!(settled.await, SettleResult::Response(200)));
    assert_eq!(store.renewals(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_handler_whose_claim_is_lost_is_cancelled_and_answered_503() {
    let store = SlowStore::new();
    let endpoint = endpoint(&store, LostLease::Cancel);
    let (dropped, began) = (Arc::new(AtomicBool::new(false)), Instant::now());
    store.lose(true);
    let guard = Dropped(Arc::clone(&dropped));
    let settled = run(&endpoint, |_| async move {
        let _guard = guard;
        sleep(Duration::from_secs(50)).await;
        Ok(200)
    });
    assert_eq!(refused(&settled.await), Some(RejectionKind::LeaseLost));
    assert_eq!(began.elapsed(), LEASE / 3, "at the first renewal");
    assert!(dropped.load(Ordering::SeqCst));
    assert_eq!(endpoint.endpoint().counts().leases_lost, 1);
    assert_eq!(rejected(&endpoint, RejectionKind::LeaseLost), 1);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_keeps_running_is_told_and_its_commit_is_refused() {
    let store = SlowStore::new();
    let endpoint = endpoint(&store, LostLease::KeepRunning);
    store.lose(true);
    let began = Instant::now();
    let settled = run(&endpoint, |delivery| async move {
        let lease = delivery.lease();
        lease.lost().await;
        assert!(lease.is_lost());
        assert_eq!(began.elapsed(), LEASE / 3);
        sleep(Duration::from_secs(20)).await;
        Ok(200)
    });
    assert_eq!(refused(&settled.await), Some(RejectionKind::LeaseLost));
    assert_eq!(began.elapsed(), LEASE / 3 + Duration::from_secs(20));
    assert_eq!(endpoint.endpoint().counts().leases_lost, 1);
}

#[tokio::test(start_paused = true)]
async fn a_handler_whose_claim_is_lost_is_not_acknowledged_if_the_store_fails_then() {
    for hangs in [false, true] {
        let store = SlowStore::new();
        let endpoint = endpoint(&store, LostLease::KeepRunning);
        store.lose(true);
        let failing = store.clone();
        let settled = run(&endpoint, |delivery| async move {
            delivery.lease().lost().await;
            failing.fail(!hangs);
            failing.hang(hangs);
            Ok(200)
        });
        let settled = settled.await;
        let expected = Some(RejectionKind::LeaseLost);
        assert_eq!(refused(&settled), expected, "hangs: {hangs}");
        store.fail(false);
        store.hang(false);
        // A commit that comes late would be that of another owner's run.
        assert_eq!(endpoint.drain(Duration::from_secs(60)).await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_cannot_be_renewed_is_lost_before_its_lease_ends_and_not_earlier() {
    for hangs in [false, true] {
        let store = SlowStore::new();
        let endpoint = endpoint(&store, LostLease::Cancel);
        let began = Instant::now();
        let (checked, _running) = verified(&endpoint, "evt_1").await;
        let ClaimResult::Run(permit) = endpoint.claim(checked).await else {
            panic!("not claimed");
        };
        store.fail(!hangs);
        store.hang(hangs);
        let call = Ready::new(async {
            sleep(Duration::from_secs(50)).await;
            Ok::<u16, ()>(200)
        });
        let mut run = pin!(HandlerRun::new(call, &endpoint));
        run.as_mut().hold(&permit, &endpoint);
        let _failed = run.await;
        let lasted = began.elapsed();
        // The store had 2 s for the claim, and takes over at 12 s by its own clock.
        assert!(lasted >= Duration::from_secs(10), "{lasted:?}");
        assert!(lasted < LEASE, "{lasted:?}");
        assert!(store.renewals() > 2, "it is tried again");
        store.fail(false);
        store.hang(false);
    }
}

#[tokio::test(start_paused = true)]
async fn one_renewal_that_fails_costs_nothing() {
    let store = SlowStore::new();
    let endpoint = endpoint(&store, LostLease::Cancel);
    let failing = store.clone();
    let settled = run(&endpoint, |_| async move {
        sleep(Duration::from_millis(3_500)).await;
        failing.fail(true);
        sleep(Duration::from_secs(1)).await;
        failing.fail(false);
        sleep(Duration::from_secs(30)).await;
        Ok(200)
    });
    assert!(matches!(settled.await, SettleResult::Response(200)));
    assert_eq!(endpoint.endpoint().counts().leases_lost, 0);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_waits_for_a_renewal_on_its_way() {
    let store = SlowStore::new();
    let endpoint = endpoint(&store, LostLease::Cancel);
    let hanging = store.clone();
    let settled = run(&endpoint, |_| async move {
        sleep(Duration::from_millis(3_900)).await;
        hanging.hang(true);
        sleep(Duration::from_millis(200)).await;
        Err(())
    });
    let _ = settled.await;
    assert!(endpoint.drain(Duration::from_secs(1)).await > 0);
    assert_eq!(store.renewals(), 1);
    store.hang(false);
    assert_eq!(endpoint.drain(Duration::from_secs(5)).await, 0);
    assert_eq!(store.ended(), store.calls(), "no call was cancelled");
}

#[test]
fn a_lease_that_leaves_no_time_to_repeat_a_renewal_is_refused() {
    let short = |secs| builder().lease(Duration::from_secs(secs)).build();
    assert!(matches!(
        short(11).unwrap_err(),
        ConfigError::LeaseTooShort { at_least } if at_least == LEASE
    ));
    assert!(short(12).is_ok());
    assert!(short(0).is_err());
    let brief = builder().handler_timeout(Duration::from_secs(3));
    assert!(
        brief.lease(Duration::from_secs(6)).build().is_ok(),
        "never renewed"
    );
}

#[tokio::test(start_paused = true)]
async fn without_the_store_a_delivery_runs_only_where_the_endpoint_says_so() {
    for hangs in [false, true] {
        let store = SlowStore::new();
        store.fail(!hangs);
        store.hang(hangs);
        let refusing = TrackedEndpoint::new(builder().store(store.clone()).build().unwrap());
        let (checked, _running) = verified(&refusing, "evt_1").await;
        assert!(matches!(
            refusing.claim(checked).await,
            ClaimResult::Refused(rejection) if rejection.kind() == RejectionKind::StoreUnavailable
        ));
        let builder = builder().store(store.clone());
        let builder = builder
            .on_store_error(OnStoreError::RunUnprotected)
            .consumer("other");
        let running = TrackedEndpoint::new(builder.build().unwrap());
        let settled = run(&running, |delivery| async move {
            assert!(delivery.fence().is_none());
            Ok(200)
        });
        assert!(matches!(settled.await, SettleResult::Response(200)));
        assert_eq!(running.endpoint().counts().unprotected, 1);
        store.hang(false);
    }
}

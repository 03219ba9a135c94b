//! Calls of a store under a time limit. One that takes longer is never cancelled: it goes on as a task.

use tokio::time::{sleep, timeout};
use webhook_core::{
    Checked, Claimed, Endpoint, Outcome, Permit, Rejection, RejectionKind, Settled, Unsettled,
};

use crate::tracker::Tracker;

/// Claims a delivery.
///
/// # Errors
///
/// As [`Checked::claim`]; [`RejectionKind::StoreUnavailable`] when the store takes too long, and
/// without a call while too many earlier ones have not ended.
pub async fn claim(
    checked: Checked,
    endpoint: Endpoint,
    tracker: Tracker,
) -> Result<Claimed, Rejection> {
    if tracker.is_store_stuck() {
        return Err(endpoint.reject(RejectionKind::StoreUnavailable.into()));
    }
    let mut claiming = checked.claim();
    let limit = endpoint.limits().store_timeout;
    if let Ok(claimed) = timeout(limit, &mut claiming).await {
        return claimed;
    }
    let (rejection, late) = claiming.give_up();
    tracker.spawn(async move {
        late.await;
    });
    Err(rejection)
}

/// Records how the handler ended. Gives what to answer instead of the handler's answer.
pub async fn settle(
    permit: Permit,
    outcome: Outcome,
    endpoint: Endpoint,
    tracker: Tracker,
) -> Option<Rejection> {
    let mut settling = permit.settle(outcome);
    let limit = endpoint.limits().store_timeout;
    if let Ok(settled) = timeout(limit, &mut settling).await {
        return conclude(settled, &tracker);
    }
    let late = settling.give_up();
    tracker.spawn(async move {
        if let Some(unsettled) = late.await {
            keep_trying(unsettled).await;
        }
    });
    None
}

/// What to answer instead of the handler's answer. A commit that failed is tried again in the background.
#[must_use]
pub fn conclude(settled: Settled, tracker: &Tracker) -> Option<Rejection> {
    match settled {
        Settled::Replace(rejection) => return Some(rejection),
        Settled::Later(unsettled) => tracker.spawn(keep_trying(unsettled)),
        _ => {}
    }
    None
}

async fn keep_trying(mut unsettled: Unsettled) {
    while let Some(wait) = unsettled.wait() {
        sleep(wait).await;
        if unsettled.retry().await {
            return;
        }
    }
}

//! The fencing token.

use std::time::Duration;

use super::ask::{LONG, LONGER, SHORT, acquire, check, forget, kept_for, new_key, request};
use crate::replay::ReplayStore;

/// Handlers compare epochs in their own writes, which outlive the record. So an epoch is higher
/// than all before it: after a take-over, after the retention, and after an operator's `forget`.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn epochs_never_go_back<S: ReplayStore>(a: &S, b: &S, sleep: &impl AsyncFn(Duration)) {
    let (taken_over, expired, forgotten) = (new_key(), new_key(), new_key());
    let before = [
        acquire(a, &taken_over, &request(SHORT)).await,
        acquire(a, &expired, &kept_for(SHORT, SHORT)).await,
        acquire(a, &forgotten, &request(LONG)).await,
    ];
    forget(b, &forgotten).await;
    sleep(LONGER).await;
    let after = [
        acquire(b, &taken_over, &request(LONG)).await,
        acquire(b, &expired, &kept_for(SHORT, SHORT)).await,
        acquire(b, &forgotten, &request(LONG)).await,
    ];
    let events = [
        "a take-over",
        "the end of the retention",
        "the record was forgotten",
    ];
    for ((before, after), event) in before.iter().zip(&after).zip(events) {
        let promise = format!("the epoch of a key is higher after {event}");
        check(after.epoch() > before.epoch(), &promise, (before, after));
    }
}

//! How the suite asks a table.

use std::fmt::Debug;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::Poll;
use std::time::Duration;

use webhook_core::replay::{ClaimRequest, LeaseState, Owner};
use webhook_core::{ReplayKey, SealedDelivery, StoreError};

use crate::{
    Acceptance, Accepted, Action, Ending, Failure, InboxTable, Job, JobFilter, JobId, JobInfo,
    JobLease, JobState, Lane, StoredJob, TakeRequest,
};

/// So long that no test machine lets it pass by accident.
pub(super) const LONG: Duration = Duration::from_secs(3600);
/// A time that a test lets pass.
pub(super) const SHORT: Duration = Duration::from_secs(60);
/// With room for a sleep that takes too long.
pub(super) const LATER: Duration = Duration::from_secs(90);
/// How long keys are remembered.
pub(super) const RETAIN: Duration = Duration::from_secs(7 * 24 * 3600);

#[track_caller]
pub(super) fn check(holds: bool, promise: &str, found: impl Debug) {
    assert!(holds, "broken: {promise}; the table answered {found:?}");
}

#[track_caller]
pub(super) fn answer<V>(answer: Result<V, StoreError>) -> V {
    match answer {
        Ok(value) => value,
        Err(error) => panic!("the operation failed: {error:?}"),
    }
}

/// An owner that no other call has.
pub(super) fn new_owner() -> Owner {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let number = LAST.fetch_add(1, Relaxed);
    Owner::from_bits(u128::from(number) << 64 | u128::from(std::process::id()))
}

/// The key of this number.
pub(super) fn key(number: u64) -> ReplayKey {
    let mut bytes = [0x5a; 32];
    for (byte, of_number) in bytes.iter_mut().zip(number.to_be_bytes()) {
        *byte = of_number;
    }
    ReplayKey::from_bytes(bytes)
}

/// The body of the delivery of this number. It is not UTF-8.
pub(super) fn body(number: u64) -> Vec<u8> {
    [&b"\xff\0 body "[..], &number.to_be_bytes()].concat()
}

/// The number of the delivery with this body.
pub(super) fn number_of(body: &[u8]) -> u64 {
    let number = body.last_chunk().copied().map(u64::from_be_bytes);
    number.unwrap_or(u64::MAX)
}

pub(super) fn sealed(number: u64) -> SealedDelivery {
    SealedDelivery::from_bytes([&b"\0\xfe record "[..], &number.to_be_bytes()].concat())
}

/// A new acceptance of the delivery of this number, in a lane.
pub(super) fn acceptance(number: u64, lane: &Lane) -> Acceptance {
    let mut request = ClaimRequest::new(new_owner(), LONG, RETAIN);
    request.fingerprint = number;
    let (lane, body) = (lane.clone(), body(number).into());
    Acceptance::new(key(number), request, lane, "stripe", sealed(number), body)
        .with_event_type(Some("invoice.paid"))
        .with_route(Some("/hooks/{tenant}"))
}

pub(super) async fn accept<T: InboxTable>(table: &T, number: u64, lane: &Lane) {
    let accepted = answer(table.accept(&acceptance(number, lane)).await);
    check(
        accepted == Accepted::New,
        "a new delivery is stored",
        accepted,
    );
}

/// Stores deliveries of these numbers without a tenant.
pub(super) async fn accept_all<T: InboxTable>(table: &T, numbers: std::ops::Range<u64>) {
    for number in numbers {
        accept(table, number, &Lane::default()).await;
    }
}

/// Takes so many jobs, and goes on until all lanes were visited.
pub(super) async fn take<T: InboxTable>(table: &T, at_most: usize, lease: Duration) -> Vec<Job> {
    let mut jobs: Vec<Job> = Vec::new();
    let mut after = None;
    loop {
        let left = at_most.saturating_sub(jobs.len());
        if left == 0 {
            return jobs;
        }
        let request = TakeRequest::new(new_owner(), left, lease).after(after);
        let taken = answer(table.take(&request).await);
        let is_fit = taken.jobs.len() <= left;
        check(is_fit, "a take has at most what was asked for", &taken);
        jobs.extend(taken.jobs);
        after = taken.after;
        if after.is_none() {
            return jobs;
        }
    }
}

/// Takes everything that is due.
pub(super) async fn take_all<T: InboxTable>(table: &T, lease: Duration) -> Vec<Job> {
    let mut jobs = Vec::new();
    for _ in 0..100 {
        let more = take(table, 1000, lease).await;
        if more.is_empty() {
            return jobs;
        }
        jobs.extend(more);
    }
    panic!(
        "broken: what is taken is not due; the table went on after {}",
        jobs.len()
    );
}

/// Takes one job, which has to be there.
pub(super) async fn take_one<T: InboxTable>(table: &T, lease: Duration) -> Job {
    let mut jobs = take(table, 1, lease).await;
    match jobs.pop() {
        Some(job) => job,
        None => panic!("broken: a due job is taken; the table has none"),
    }
}

pub(super) async fn nothing_is_due<T: InboxTable>(table: &T, why: &str) {
    let jobs = take(table, 10, LONG).await;
    check(jobs.is_empty(), why, jobs);
}

pub(super) async fn settle<T: InboxTable>(table: &T, lease: &JobLease, ending: &Ending) {
    let state = answer(table.settle(lease, ending).await);
    check(
        state == LeaseState::Held,
        "the lease is held",
        (state, ending),
    );
}

pub(super) fn failure(kind: &str) -> Failure {
    Failure::new(kind, Duration::from_millis(1500))
}

pub(super) fn dead() -> Ending {
    Ending::Dead {
        failure: failure("status 500"),
    }
}

pub(super) fn retry(after: Duration) -> Ending {
    Ending::Retry {
        after,
        failure: failure("timeout"),
    }
}

pub(super) fn parked() -> Ending {
    Ending::Parked {
        reason: failure("no handler"),
    }
}

/// What a person does who has no reason.
pub(super) fn action() -> Action {
    Action::new("a test", "")
}

pub(super) async fn find<T: InboxTable>(table: &T, id: JobId) -> StoredJob {
    match answer(table.find(id).await) {
        Some(found) => found,
        None => panic!("broken: a job is found by its id; the table has none of id {id}"),
    }
}

pub(super) async fn state<T: InboxTable>(table: &T, id: JobId) -> JobState {
    find(table, id).await.info.state
}

/// The whole list, in parts.
pub(super) async fn listed<T: InboxTable>(
    table: &T,
    filter: &JobFilter,
    at_most: usize,
) -> Vec<JobInfo> {
    let mut jobs = Vec::new();
    let mut after = None;
    loop {
        let part = answer(table.list(filter, after, at_most).await);
        let is_fit = part.jobs.len() <= at_most;
        check(is_fit, "a part has at most what was asked for", &part);
        jobs.extend(part.jobs);
        if part.after.is_none() {
            return jobs;
        }
        check(part.after > after, "a list goes on", (part.after, after));
        after = part.after;
    }
}

/// Polls all futures until each of them is ready.
pub(super) async fn join<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = futures
        .into_iter()
        .map(|future| (Box::pin(future) as Pin<Box<F>>, None))
        .collect();
    poll_fn(|cx| {
        let mut is_ready = true;
        for (future, output) in &mut waiting {
            if output.is_none() {
                match future.as_mut().poll(cx) {
                    Poll::Ready(ready) => *output = Some(ready),
                    Poll::Pending => is_ready = false,
                }
            }
        }
        match is_ready {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
    waiting
        .into_iter()
        .filter_map(|(_, output)| output)
        .collect()
}

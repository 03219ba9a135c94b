//! What is kept of the steps of a handler.

use std::time::Duration;

use webhook_core::StoreErrorKind;
use webhook_core::replay::LeaseState;

use super::ask::{
    LATER, LONG, SHORT, accept_all, action, answer, check, dead, find, parked, retry, settle, take,
    take_one,
};
use crate::{
    Change, Ending, InboxTable, JobId, JobLease, MAX_STEP_NAME, MAX_STEP_VALUE, Retention, Step,
};

/// A value that is not UTF-8.
const VALUE: &[u8] = b"\xff\0 value";

async fn put<T: InboxTable>(table: &T, lease: &JobLease, step: Step) {
    let state = answer(table.put_step(lease, &step).await);
    check(
        state == LeaseState::Held,
        "the step is kept",
        (state, &step),
    );
}

async fn has<T: InboxTable>(table: &T, id: JobId, expected: &[Step]) {
    let steps = answer(table.steps(id).await);
    check(steps == expected, "the steps are those kept", &steps);
    let found = find(table, id).await;
    check(found.steps == expected, "they are found as well", &found);
}

/// A handler that runs again must not charge twice, and may try again what failed.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_done_step_is_kept_and_another_replaced<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..2).await;
    let jobs = take(a, 2, LONG).await;
    let [job, other] = &*jobs else {
        panic!("broken: two jobs are taken; the table gave {}", jobs.len());
    };
    let (lease, id) = (&job.lease, job.lease.id);
    has(b, id, &[]).await;
    put(a, lease, Step::failed("später", "status 500")).await;
    put(b, lease, Step::done("charge", VALUE)).await;
    put(a, lease, Step::skipped("mail")).await;
    put(a, &other.lease, Step::done("charge", &b"other"[..])).await;
    let expected = [
        Step::failed("später", "status 500"),
        Step::done("charge", VALUE),
        Step::skipped("mail"),
    ];
    has(b, id, &expected).await;
    // A call whose answer was lost, and one of a handler that did not know.
    put(b, lease, Step::done("charge", VALUE)).await;
    put(b, lease, Step::done("charge", &b"again"[..])).await;
    put(b, lease, Step::failed("charge", "timeout")).await;
    put(b, lease, Step::failed("mail", "timeout")).await;
    put(b, lease, Step::done("später", &b""[..])).await;
    let expected = [
        Step::done("später", &b""[..]),
        Step::done("charge", VALUE),
        Step::failed("mail", "timeout"),
    ];
    has(a, id, &expected).await;
    has(a, other.lease.id, &[Step::done("charge", &b"other"[..])]).await;
    let unknown = JobId::from_number(u64::from(u32::MAX) + 7);
    let steps = answer(a.steps(unknown).await);
    check(steps.is_empty(), "an unknown job has no steps", steps);
}

/// A worker that was away for too long must not say what is done.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_step_is_kept_only_while_its_lease_is_held<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..1).await;
    let first = take_one(a, SHORT).await;
    sleep(LATER).await;
    // It is late, and nobody else has it.
    put(a, &first.lease, Step::done("one", VALUE)).await;
    let second = take_one(b, LONG).await;
    let refused = async |lease: &JobLease, why: &str| {
        for step in [Step::done("two", VALUE), Step::done("one", VALUE)] {
            let state = answer(a.put_step(lease, &step).await);
            check(state == LeaseState::Lost, why, state);
        }
    };
    refused(&first.lease, "a lost lease keeps no step").await;
    settle(b, &second.lease, &dead()).await;
    refused(&second.lease, "an ended claim keeps no step").await;
    has(b, first.lease.id, &[Step::done("one", VALUE)]).await;
}

/// What a person requeues goes on where it was.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn steps_stay_as_long_as_the_record<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..1).await;
    let mut expected = Vec::new();
    for (n, ending) in [dead(), parked(), retry(Duration::ZERO), Ending::Done]
        .iter()
        .enumerate()
    {
        let job = take_one(b, LONG).await;
        has(a, job.lease.id, &expected).await;
        let step = Step::done(format!("step {n}"), VALUE);
        put(b, &job.lease, step.clone()).await;
        expected.push(step);
        settle(b, &job.lease, ending).await;
        answer(a.change(&[job.lease.id], Change::Requeue, &action()).await);
        if *ending == Ending::Done {
            has(b, job.lease.id, &expected).await;
            sleep(LATER).await;
            let everything = Retention::new(Duration::ZERO, Duration::ZERO);
            answer(a.prune(&everything, 10).await);
            answer(a.prune(&everything, 10).await);
            let found = answer(a.find(job.lease.id).await);
            check(found.is_none(), "the record is removed", found);
            let steps = answer(b.steps(job.lease.id).await);
            check(steps.is_empty(), "so are its steps", steps);
        }
    }
}

/// # Panics
///
/// If the table breaks this promise.
pub async fn a_step_outside_of_its_limits_is_refused<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..1).await;
    let job = take_one(a, LONG).await;
    let name = "n".repeat(MAX_STEP_NAME);
    let value = vec![0xff; MAX_STEP_VALUE];
    for step in [
        Step::done("", VALUE),
        Step::done("a\0b", VALUE),
        Step::done(format!("{name}n"), VALUE),
        Step::done("large", [&value[..], b"1"].concat()),
    ] {
        match b.put_step(&job.lease, &step).await {
            Err(error) if error.kind() == StoreErrorKind::Misconfigured => {}
            other => panic!("broken: such a step is refused; the table answered {other:?}"),
        }
    }
    has(a, job.lease.id, &[]).await;
    put(a, &job.lease, Step::done(name.clone(), value.clone())).await;
    has(b, job.lease.id, &[Step::done(name, value)]).await;
}

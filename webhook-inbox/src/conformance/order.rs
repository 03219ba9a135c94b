//! Jobs that are handled one after the other.

use std::collections::HashSet;
use std::time::Duration;

use super::ask::{
    LATER, LONG, SHORT, acceptance, action, answer, check, dead, join, nothing_is_due, number_of,
    parked, retry, settle, take, take_one,
};
use crate::{Accepted, Change, Ending, InboxTable, Job, Lane};

const ORDER: [u8; 16] = *b"\0\xffan order key..";

/// Stores a job with an order key.
async fn accept<T: InboxTable>(table: &T, number: u64, lane: &Lane, order: [u8; 16]) {
    let ordered = acceptance(number, lane).ordered_by(Some(order));
    let accepted = answer(table.accept(&ordered).await);
    check(accepted == Accepted::New, "it is stored", accepted);
}

async fn accept_in_order<T: InboxTable>(table: &T, numbers: std::ops::Range<u64>) {
    for number in numbers {
        accept(table, number, &Lane::default(), ORDER).await;
    }
}

fn numbers(jobs: &[Job]) -> Vec<u64> {
    jobs.iter().map(|job| number_of(&job.body)).collect()
}

/// "Cancelled" must not overtake "created".
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn jobs_of_one_order_key_run_one_after_the_other<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    accept_in_order(a, 0..3).await;
    let first = take(a, 10, SHORT).await;
    check(numbers(&first) == [0], "the first one is taken", &first);
    nothing_is_due(b, "the others wait for it").await;
    sleep(LATER).await;
    let again = take(b, 10, LONG).await;
    check(numbers(&again) == [0], "it is taken over first", &again);
    for expected in 1..3 {
        for job in take(b, 10, LONG).await.iter().chain(&again) {
            settle(a, &job.lease, &Ending::Done).await;
        }
        if expected == 1 {
            let next = take_one(a, LONG).await;
            check(number_of(&next.body) == 1, "the next one is next", &next);
            nothing_is_due(b, "the last one waits").await;
            settle(b, &next.lease, &Ending::Done).await;
        }
    }
    nothing_is_due(a, "all of them are done").await;
}

/// # Panics
///
/// If the table breaks this promise.
pub async fn a_retry_holds_back_what_is_behind_it<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    accept_in_order(a, 0..2).await;
    let first = take_one(a, LONG).await;
    settle(a, &first.lease, &retry(SHORT)).await;
    nothing_is_due(b, "a job waits for one to be retried").await;
    sleep(LATER).await;
    let first = take(b, 10, LONG).await;
    check(numbers(&first) == [0], "the earlier one is first", &first);
    for job in &first {
        settle(b, &job.lease, &Ending::GivenBack).await;
    }
    let first = take(a, 10, LONG).await;
    check(numbers(&first) == [0], "given back, it is first", &first);
}

/// A poison event must not stop its object for ever.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn what_is_set_aside_holds_back_nothing<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    accept_in_order(a, 0..5).await;
    let mut aside = Vec::new();
    for (expected, ending) in (0..).zip([dead(), parked(), dead()]) {
        let job = take_one(a, LONG).await;
        let number = number_of(&job.body);
        check(number == expected, "the next one is taken", number);
        settle(b, &job.lease, &ending).await;
        aside.push(job.lease.id);
    }
    answer(
        b.change(aside.get(2..).unwrap_or_default(), Change::Drop, &action())
            .await,
    );
    let running = take(a, 10, LONG).await;
    check(numbers(&running) == [3], "the next one is taken", &running);
    let changed = answer(b.change(&aside, Change::Requeue, &action()).await);
    check(changed == 2, "two are requeued", changed);
    nothing_is_due(a, "while one is running, none is taken").await;
    for job in &running {
        settle(a, &job.lease, &retry(Duration::ZERO)).await;
    }
    for expected in [0, 1, 3, 4] {
        let jobs = take(b, 10, LONG).await;
        let is_next = numbers(&jobs) == [expected];
        check(is_next, "those that were stored earlier are first", &jobs);
        for job in &jobs {
            settle(a, &job.lease, &Ending::Done).await;
        }
    }
}

/// # Panics
///
/// If the table breaks this promise.
pub async fn only_jobs_of_the_same_lane_and_order_key_are_held_back<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let lanes = ["", "x"].map(|consumer| Lane::new("acme", consumer));
    let [lane, other_lane] = &lanes;
    let mut other = ORDER;
    if let Some(last) = other.last_mut() {
        *last ^= 1;
    }
    // Four that wait for the first, and one in another lane, of another key, and of none.
    for number in 0..5 {
        accept(a, number, lane, ORDER).await;
    }
    accept(b, 5, other_lane, ORDER).await;
    accept(b, 6, lane, other).await;
    for number in 7..9 {
        super::ask::accept(b, number, lane).await;
    }
    let mut found = numbers(&super::ask::take_all(a, LONG).await);
    found.sort_unstable();
    check(found == [0, 5, 6, 7, 8], "no other one waits", found);
}

/// Two workers that look at the same time.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn takes_at_once_never_run_two_of_one_order_key<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let order = |number: u64| [u8::try_from(number % 4).unwrap_or(0); 16];
    for number in 0..40 {
        accept(a, number, &Lane::default(), order(number)).await;
    }
    let mut done = Vec::new();
    let mut last_failed = HashSet::new();
    // Each round takes at least one, and 14 are taken twice.
    for _ in 0..54 {
        if done.len() == 40 {
            break;
        }
        let takes = (0..6).map(|n| take(if n % 2 == 0 { a } else { b }, 3, LONG));
        let taken = join(takes.collect()).await;
        let jobs: Vec<_> = taken.into_iter().flatten().collect();
        let orders: HashSet<_> = jobs.iter().map(|job| order(number_of(&job.body))).collect();
        check(orders.len() == jobs.len(), "each order has one job", &jobs);
        check(!jobs.is_empty(), "the orders go on", done.len());
        // Some fail once, die and are requeued while others are taken.
        let ended = jobs.iter().map(async |job| {
            let number = number_of(&job.body);
            if number.is_multiple_of(3) && !last_failed.contains(&number) {
                settle(b, &job.lease, &dead()).await;
                answer(a.change(&[job.lease.id], Change::Requeue, &action()).await);
                return (number, false);
            }
            settle(a, &job.lease, &Ending::Done).await;
            (number, true)
        });
        for (number, is_done) in join(ended.collect()).await {
            match is_done {
                true => done.push(number),
                false => drop(last_failed.insert(number)),
            }
        }
    }
    for n in 0..4 {
        let of_one = done.iter().filter(|number| *number % 4 == n);
        check(of_one.is_sorted(), "each order is kept", &done);
    }
    nothing_is_due(b, "all of them are done").await;
}

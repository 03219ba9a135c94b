//! Who is served next.

use std::collections::BTreeSet;
use std::time::Duration;

use super::ask::{
    LATER, LONG, SHORT, accept, accept_all, answer, check, join, new_owner, number_of, retry,
    settle, take_one,
};
use crate::{InboxTable, Lane, TakeRequest};

/// A tenant with a hundred thousand events must not delay the one event of another.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_long_lane_does_not_keep_others_waiting<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let long = Lane::new("a", "");
    for number in 0..40 {
        accept(a, number, &long).await;
    }
    let others = [Lane::new("a", "x"), Lane::new("b", "")];
    for (number, lane) in (100..).zip(&others) {
        accept(b, number, lane).await;
    }
    let request = TakeRequest::new(new_owner(), 6, LONG);
    let mut jobs = Vec::new();
    let mut after = None;
    // As many calls as visit every lane once.
    loop {
        let taken = answer(a.take(&request.clone().after(after)).await);
        jobs.extend(taken.jobs);
        after = taken.after;
        if after.is_none() {
            break;
        }
    }
    for lane in &others {
        let is_served = jobs.iter().any(|job| job.lane == *lane);
        check(is_served, "every lane is served", &jobs);
    }
    let of_long = jobs.iter().filter(|job| job.lane == long).count();
    check(of_long >= 2, "a long lane has its share", &jobs);
}

/// # Panics
///
/// If the table breaks this promise.
pub async fn every_lane_is_reached_by_going_on<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let lanes: BTreeSet<_> = (0..150_u64)
        .map(|n| {
            Lane::new(
                format!("t{n:03}"),
                ["", "b", "C"][usize::try_from(n % 3).unwrap_or(0)],
            )
        })
        .collect();
    let accepts = (0..)
        .zip(&lanes)
        .map(|(number, lane)| accept(a, number, lane));
    join(accepts.collect()).await;
    let mut seen = BTreeSet::new();
    let mut after: Option<Lane> = None;
    for _ in 0..lanes.len() {
        let request = TakeRequest::new(new_owner(), 7, LONG).after(after.clone());
        let taken = answer(b.take(&request).await);
        for job in taken.jobs {
            let is_ahead = after.as_ref().is_none_or(|after| job.lane > *after);
            check(is_ahead, "a take goes on after a lane", (&job.lane, &after));
            seen.insert(job.lane);
        }
        if taken.after.is_none() {
            break;
        }
        check(
            taken.after > after,
            "the lanes go on",
            (&taken.after, &after),
        );
        after = taken.after;
    }
    check(
        seen == lanes,
        "all lanes are reached in one round",
        seen.len(),
    );
}

/// # Panics
///
/// If the table breaks this promise.
pub async fn the_earliest_jobs_of_a_lane_are_taken_first<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..1).await;
    let first = take_one(a, LONG).await;
    settle(a, &first.lease, &retry(SHORT)).await;
    sleep(LATER).await;
    accept_all(a, 1..2).await;
    sleep(SHORT).await;
    accept_all(b, 2..3).await;
    for expected in 0..3 {
        let job = take_one(b, LONG).await;
        let number = number_of(&job.body);
        check(number == expected, "who waits longest is next", number);
    }
}

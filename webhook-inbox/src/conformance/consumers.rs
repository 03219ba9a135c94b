//! Which lanes are visited, and what each consumer gets.

use std::collections::BTreeSet;
use std::num::NonZeroU16;
use std::time::Duration;

use webhook_core::replay::LabelBound;

use super::ask::{
    LONG, accept, acceptance, answer, body, check, dead, find, join, key, new_owner, number_of,
    sealed, settle, state, take, take_all,
};
use crate::{Accepted, Ending, InboxTable, JobState, Lane, TakeRequest};

/// One that fails must not delay another, and no event may reach only some of them.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn each_consumer_has_a_job_of_its_own<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let for_three = |number| {
        let lane = Lane::new("acme", "mail");
        let all = acceptance(number, &lane).and_for("ledger").and_for("");
        all.and_for("mail")
    };
    let stored = Accepted::Stored { same_payload: true };
    for (table, expected) in [(a, Accepted::New), (b, stored)] {
        let accepted = answer(table.accept(&for_three(1)).await);
        check(accepted == expected, "all or none is stored", accepted);
    }
    let jobs = take(b, 10, LONG).await;
    let lanes: Vec<_> = jobs.iter().map(|job| job.lane.clone()).collect();
    let expected = ["", "ledger", "mail"].map(|consumer| Lane::new("acme", consumer));
    check(lanes == expected, "each consumer has one job", &lanes);
    for job in &jobs {
        let is_whole = *job.body == body(1) && job.sealed == sealed(1) && job.key == key(1);
        check(is_whole, "each job is the whole delivery", job);
    }
    for (job, ending) in jobs.iter().zip([Ending::Done, dead()]) {
        settle(a, &job.lease, &ending).await;
    }
    let expected = [JobState::Done, JobState::Dead, JobState::Running];
    for (job, expected) in jobs.iter().zip(expected) {
        let found = state(b, job.lease.id).await;
        check(found == expected, "each job ends by itself", found);
        let found = find(a, job.lease.id).await;
        check(found.body.is_some(), "each job has a body", &found);
    }
}

/// A table that stores several deliveries together must not mix up their consumers.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn consumers_of_many_deliveries_at_once_are_not_mixed_up<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let names = ["", "x", "y"];
    let consumers = |number: u64| {
        let count = usize::try_from(number % 3).unwrap_or(0).saturating_add(1);
        names.iter().copied().take(count)
    };
    let bound = LabelBound::new(key(1000), NonZeroU16::MAX);
    let all: Vec<_> = (0..40_u64)
        .map(|number| {
            let tenant = format!("t{}", number % 2);
            let first = acceptance(number, &Lane::new(tenant, ""));
            let mut all = consumers(number).fold(first, |all, name| all.and_for(name));
            all.is_remembered = !number.is_multiple_of(5);
            all.request.bound = number.is_multiple_of(7).then_some(bound);
            all
        })
        .collect();
    let tables = [a, b].into_iter().cycle();
    let answers = all.iter().zip(tables).map(|(one, table)| table.accept(one));
    for accepted in join(answers.collect()).await {
        let accepted = answer(accepted);
        check(accepted == Accepted::New, "each of them is new", accepted);
    }
    let taken = take_all(a, LONG).await;
    let mut found: Vec<_> = taken
        .iter()
        .map(|job| (number_of(&job.body), job.lane.clone()))
        .collect();
    found.sort();
    let of = |number: u64| {
        let lane = move |name| Lane::new(format!("t{}", number % 2), name);
        consumers(number).map(move |name| (number, lane(name)))
    };
    let expected: Vec<_> = (0..40).flat_map(of).collect();
    check(found == expected, "each has its consumers", found);
}

/// A worker does not get what it has no handlers for, and is not starved by it.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn only_the_wanted_lanes_are_visited<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let of_others = (0..300_u64).map(|number| {
        let lane = Lane::new(format!("t{number:03}"), "other");
        async move { accept(a, number, &lane).await }
    });
    join(of_others.collect()).await;
    let ours = [("t100", "mine"), ("t200", "mine"), ("t299", "zoo")];
    let ours = ours.map(|(tenant, consumer)| Lane::new(tenant, consumer));
    for (number, lane) in (1000..).zip(&ours) {
        accept(b, number, lane).await;
    }
    let [_, skipped, last] = &ours;
    for (skip, expected) in [
        (vec![skipped.clone(), last.clone()], vec![1000]),
        (vec![], vec![1001, 1002]),
    ] {
        let mut numbers = Vec::new();
        let mut after = None;
        // At most one call for each lane that others have.
        for _ in 0..300 {
            let request = TakeRequest::new(new_owner(), 10, LONG)
                .of_consumers(["mine", "zoo"])
                .skip(skip.clone())
                .after(after.clone());
            let taken = answer(b.take(&request).await);
            numbers.extend(taken.jobs.iter().map(|job| number_of(&job.body)));
            let goes_on = taken.after.is_none() || taken.after > after;
            check(goes_on, "the lanes go on", (&taken.after, &after));
            after = taken.after;
            if after.is_none() {
                break;
            }
        }
        let is_fit = after.is_none() && numbers == expected;
        check(is_fit, "only wanted lanes give jobs", &numbers);
    }
    let nothing = TakeRequest::new(new_owner(), 10, LONG).of_consumers([""; 0]);
    let taken = answer(a.take(&nothing).await);
    check(taken.jobs.is_empty(), "no consumer gets no job", taken);
    let rest = take_all(a, LONG).await;
    let rest: BTreeSet<_> = rest.iter().map(|job| number_of(&job.body)).collect();
    check(rest.len() == 300, "the others are still there", rest.len());
}

/// A worker that has room for three jobs of a lane takes no more of it.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_lane_gives_at_most_what_a_take_allows<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    for number in 0..12 {
        accept(a, number, &Lane::new(format!("{}", number % 2), "")).await;
    }
    let request = TakeRequest::new(new_owner(), 10, LONG);
    for (per_lane, expected) in [(0, 0), (2, 4), (1, 2), (usize::MAX, 6)] {
        let taken = answer(b.take(&request.clone().per_lane(per_lane)).await);
        let count = taken.jobs.len();
        check(count == expected, "a lane has a limit", (per_lane, &taken));
    }
}

//! What is stored, and what is not stored again.

use std::num::NonZeroU16;
use std::time::Duration;

use webhook_core::replay::LabelBound;

use super::ask::{
    LONG, RETAIN, SHORT, accept, accept_all, acceptance, answer, body, check, find, join, key,
    number_of, sealed, settle, take, take_one,
};
use crate::{Accepted, Ending, InboxTable, JobState, Lane};

/// A handler has to get the very bytes that were verified.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn what_is_accepted_is_taken_as_it_was<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let lane = Lane::new("Blumen & Söhne", "billing");
    accept(a, 7, &lane).await;
    let job = take_one(b, LONG).await;
    check(
        *job.body == body(7),
        "the body is that of the delivery",
        &job,
    );
    check(job.sealed == sealed(7), "so is the record", &job);
    check(job.key == key(7), "so is the key", job.key);
    check(job.lane == lane, "so is the lane", &job.lane);
    check(&*job.provider == "stripe", "so is the provider", &job);
    check(
        job.attempt == 1,
        "the first attempt is number one",
        job.attempt,
    );
    let found = find(a, job.lease.id).await;
    check(found.info.key == key(7), "it is found with its key", &found);
    check(found.info.lane == lane, "it is found with its lane", &found);
    check(
        &*found.info.provider == "stripe",
        "and its provider",
        &found,
    );
    let kind = found.info.event_type.as_deref();
    check(kind == Some("invoice.paid"), "and its type", &found);
    let route = found.info.route.as_deref();
    check(route == Some("/hooks/{tenant}"), "and its route", &found);
    check(
        found.info.state == JobState::Running,
        "and its state",
        &found,
    );
    check(found.sealed == sealed(7), "and its record", &found);
    check(
        found.body.as_deref() == Some(&body(7)[..]),
        "and its body",
        &found,
    );
    check(
        found.info.accepted_at == job.accepted_at,
        "and its time",
        &found,
    );
}

/// A sender that did not see the answer sends the event again.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_copy_of_a_stored_delivery_is_not_stored_again<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let lane = Lane::default();
    accept(a, 1, &lane).await;
    let stored = Accepted::Stored { same_payload: true };
    let copy = answer(b.accept(&acceptance(1, &lane)).await);
    check(
        copy == stored,
        "a copy of a due job is stored already",
        copy,
    );
    let mut other = acceptance(1, &lane);
    other.request.fingerprint = 99;
    let copy = answer(b.accept(&other).await);
    let differs = Accepted::Stored {
        same_payload: false,
    };
    check(copy == differs, "another payload of the key is told", copy);
    let job = take_one(a, LONG).await;
    let copy = answer(b.accept(&acceptance(1, &lane)).await);
    check(
        copy == stored,
        "a copy of a running job is stored already",
        copy,
    );
    settle(a, &job.lease, &Ending::Done).await;
    let copy = answer(b.accept(&acceptance(1, &lane)).await);
    check(
        copy == stored,
        "a copy of a done job is stored already",
        copy,
    );
    let jobs = take(b, 10, LONG).await;
    check(jobs.is_empty(), "a copy is no job", jobs);
}

/// After the horizon of retries, an equal id is another event.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_key_is_remembered_until_its_retention_ends<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    let lane = Lane::default();
    accept(a, 1, &lane).await;
    sleep(RETAIN.saturating_sub(LONG)).await;
    let copy = answer(b.accept(&acceptance(1, &lane)).await);
    let stored = Accepted::Stored { same_payload: true };
    check(copy == stored, "the key is remembered until then", copy);
    sleep(LONG.saturating_add(SHORT)).await;
    let copy = answer(b.accept(&acceptance(1, &lane)).await);
    check(copy == Accepted::New, "and no longer", copy);
    let jobs = take(b, 10, LONG).await;
    check(jobs.len() == 2, "both are jobs", jobs);
}

/// An acceptance whose answer was lost is known stored, and not a copy of itself.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn an_acceptance_that_is_repeated_is_the_same_one<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let first = acceptance(1, &Lane::default());
    for table in [a, b, a] {
        let accepted = answer(table.accept(&first).await);
        check(
            accepted == Accepted::New,
            "the answer is the same",
            accepted,
        );
    }
    let jobs = take(b, 10, LONG).await;
    check(jobs.len() == 1, "it is one job", jobs);
}

/// A sender that gets no answer opens a second connection.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn of_many_copies_at_once_one_is_stored<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    for round in 0..8_u64 {
        let copies: Vec<_> = (0..12)
            .map(|_| acceptance(round, &Lane::default()))
            .collect();
        let tables = [a, b].into_iter().cycle();
        let answers = copies
            .iter()
            .zip(tables)
            .map(|(copy, table)| table.accept(copy));
        let answers: Vec<_> = join(answers.collect())
            .await
            .into_iter()
            .map(answer)
            .collect();
        let new = answers.iter().filter(|found| **found == Accepted::New);
        check(new.count() == 1, "one copy is new", &answers);
        let others = answers.iter().all(|found| match found {
            Accepted::New | Accepted::BeingStored { .. } => true,
            Accepted::Stored { same_payload } => *same_payload,
            _ => false,
        });
        check(others, "the others are copies", &answers);
    }
    let jobs = take(a, 100, LONG).await;
    check(jobs.len() == 8, "each event is one job", jobs);
}

/// A table that stores several deliveries together must not mix them up.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn many_deliveries_at_once_are_all_stored<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let lanes = [Lane::default(), Lane::new("a", ""), Lane::new("", "b")];
    let all: Vec<_> = (0..100_u64)
        .zip(lanes.iter().cycle())
        .map(|(number, lane)| acceptance(number, lane))
        .collect();
    let tables = [a, b].into_iter().cycle();
    let answers = all.iter().zip(tables).map(|(one, table)| table.accept(one));
    for accepted in join(answers.collect()).await {
        let accepted = answer(accepted);
        check(accepted == Accepted::New, "each of them is new", accepted);
    }
    let jobs = take(b, 1000, LONG).await;
    let mut numbers: Vec<_> = jobs.iter().map(|job| number_of(&job.body)).collect();
    numbers.sort_unstable();
    check(
        numbers.iter().copied().eq(0..100),
        "each is a job",
        &numbers,
    );
    for job in &jobs {
        let number = number_of(&job.body);
        let lane = lanes
            .iter()
            .cycle()
            .nth(usize::try_from(number).unwrap_or(0));
        let is_whole = job.key == key(number) && job.sealed == sealed(number);
        check(
            is_whole && lane == Some(&job.lane),
            "each has what is its own",
            job,
        );
    }
}

/// Some senders give nothing to tell two events apart by, so all of them run.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn copies_that_are_not_remembered_are_all_stored<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    for table in [a, b, a] {
        let copy = acceptance(1, &Lane::default()).remembered(false);
        let accepted = answer(table.accept(&copy).await);
        check(accepted == Accepted::New, "every copy is stored", accepted);
    }
    let jobs = take(b, 10, LONG).await;
    check(jobs.len() == 3, "every copy is a job", jobs);
    accept_all(a, 1..2).await;
}

/// An attacker can invent unsigned labels for a captured delivery.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_bound_limits_the_keys_of_a_group<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let at_most = NonZeroU16::MIN.saturating_add(1);
    let bounded = |number| {
        let mut acceptance = acceptance(number, &Lane::default());
        acceptance.request.bound = Some(LabelBound::new(key(1000), at_most));
        acceptance
    };
    for (table, number, expected) in [
        (a, 1, Accepted::New),
        (b, 1, Accepted::Stored { same_payload: true }),
        (b, 2, Accepted::New),
        (a, 3, Accepted::OverBound),
        (b, 4, Accepted::OverBound),
        (a, 2, Accepted::Stored { same_payload: true }),
    ] {
        let accepted = answer(table.accept(&bounded(number)).await);
        check(
            accepted == expected,
            "the bound is kept",
            (number, accepted),
        );
    }
    let jobs = take(b, 10, LONG).await;
    check(jobs.len() == 2, "what is over the bound is no job", jobs);
}

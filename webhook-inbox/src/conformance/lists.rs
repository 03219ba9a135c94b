//! What people see.

use std::time::Duration;

use super::ask::{
    LATER, LONG, accept, accept_all, acceptance, answer, check, dead, listed, number_of, parked,
    retry, settle, take,
};
use crate::{Accepted, Ending, InboxTable, JobFilter, JobState, Lane};

/// # Panics
///
/// If the table breaks this promise.
pub async fn the_list_has_what_fits_the_filter_in_order<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let lanes = [
        Lane::new("acme", "x"),
        Lane::new("Acme", ""),
        Lane::default(),
    ];
    for (number, lane) in (0..).zip(&lanes) {
        let mut other = acceptance(number, lane)
            .with_event_type(None)
            .with_route(None);
        if number == 0 {
            other.provider = "github".into();
            other.event_type = Some("push".into());
            other.route = Some("/github".into());
        }
        let accepted = answer(a.accept(&other).await);
        check(accepted == Accepted::New, "it is stored", accepted);
    }
    accept_all(b, 3..7).await;
    for job in take(a, 100, LONG).await {
        let ending = match number_of(&job.body) {
            0 => dead(),
            1 => parked(),
            2 => Ending::Done,
            3 => retry(LONG),
            4 => dead(),
            _ => continue,
        };
        settle(a, &job.lease, &ending).await;
    }
    let text = |text: &str| Some(Box::<str>::from(text));
    let all = JobFilter::default();
    let filter = |set: fn(&mut JobFilter, Option<Box<str>>), value| {
        let mut filter = JobFilter::default();
        set(&mut filter, text(value));
        filter
    };
    let mut both = JobFilter::of_state(JobState::Dead);
    both.tenant = text("");
    for (filter, expected) in [
        (all, vec![0, 1, 2, 3, 4, 5, 6]),
        (JobFilter::of_state(JobState::Dead), vec![0, 4]),
        (JobFilter::of_state(JobState::Parked), vec![1]),
        (JobFilter::of_state(JobState::Done), vec![2]),
        (JobFilter::of_state(JobState::Due), vec![3]),
        (JobFilter::of_state(JobState::Running), vec![5, 6]),
        (JobFilter::of_state(JobState::Dropped), vec![]),
        (filter(|f, v| f.tenant = v, "acme"), vec![0]),
        (filter(|f, v| f.tenant = v, "Acme"), vec![1]),
        (filter(|f, v| f.consumer = v, "x"), vec![0]),
        (filter(|f, v| f.provider = v, "github"), vec![0]),
        (filter(|f, v| f.event_type = v, "push"), vec![0]),
        (filter(|f, v| f.route = v, "/github"), vec![0]),
        (
            filter(|f, v| f.route = v, "/hooks/{tenant}"),
            vec![3, 4, 5, 6],
        ),
        (filter(|f, v| f.error = v, "no handler"), vec![1]),
        (filter(|f, v| f.error = v, "status 500"), vec![0, 4]),
        (both, vec![4]),
    ] {
        let jobs = listed(b, &filter, 100).await;
        let fits = jobs.iter().all(|job| filter.fits(job));
        let keys: Vec<_> = jobs.iter().map(|job| job.key).collect();
        let expected: Vec<_> = expected.into_iter().map(super::ask::key).collect();
        check(
            fits && keys == expected,
            "the list is that of the filter",
            (&filter, jobs),
        );
    }
}

/// # Panics
///
/// If the table breaks this promise.
pub async fn the_list_has_what_was_stored_between_two_times<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    for number in 0..3 {
        accept_all(a, number..number + 1).await;
        sleep(LATER).await;
    }
    let all = listed(b, &JobFilter::default(), 100).await;
    let times: Vec<_> = all.iter().map(|job| job.accepted_at).collect();
    let [first, second, third] = *times else {
        panic!(
            "broken: three jobs are listed; the table gave {}",
            all.len()
        );
    };
    check(first < second && second < third, "each has its time", &all);
    for (from, until, expected) in [
        (Some(first), None, 0..3),
        (Some(second), None, 1..3),
        (None, Some(second), 0..1),
        (Some(second), Some(third), 1..2),
        (Some(second), Some(second), 1..1),
    ] {
        let mut filter = JobFilter::default();
        (filter.accepted_from, filter.accepted_until) = (from, until);
        let found = listed(b, &filter, 100).await;
        let expected = all.get(expected).unwrap_or_default();
        check(
            found == expected,
            "the first time counts, and the last does not",
            (&filter, &found),
        );
    }
}

/// # Panics
///
/// If the table breaks this promise.
pub async fn a_list_of_pages_has_every_job_once<T: InboxTable>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    accept_all(a, 0..23).await;
    for job in take(b, 11, LONG).await {
        settle(b, &job.lease, &dead()).await;
    }
    for (filter, count) in [
        (JobFilter::default(), 23),
        (JobFilter::of_state(JobState::Dead), 11),
        (JobFilter::of_state(JobState::Due), 12),
    ] {
        let whole = listed(a, &filter, 1000).await;
        check(
            whole.len() == count,
            "the list has all of them",
            whole.len(),
        );
        let ascends = whole.is_sorted_by(|one, next| one.id < next.id);
        check(ascends, "ids ascend", &whole);
        for at_most in [1, 5, 11, 23] {
            let pages = listed(b, &filter, at_most).await;
            check(pages == whole, "pages are the list", (at_most, &pages));
        }
    }
}

/// # Panics
///
/// If the table breaks this promise.
pub async fn the_numbers_are_those_of_the_states<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    let empty = answer(a.stats().await);
    check(
        empty == crate::Stats::default(),
        "an empty table has none",
        empty,
    );
    for number in 0..10 {
        accept(a, number, &Lane::new(format!("{}", number % 2), "")).await;
    }
    let jobs = take(a, 7, LONG).await;
    let endings = [dead(), dead(), parked(), Ending::Done, retry(LONG)];
    for (job, ending) in jobs.iter().zip(&endings) {
        settle(b, &job.lease, ending).await;
    }
    let found = answer(b.stats().await);
    let numbers = [found.due, found.running, found.dead, found.parked];
    check(numbers == [4, 2, 2, 1], "each state is counted", found);
    check(found.behind_since.is_some(), "due jobs wait", found);
    take(a, 10, LATER).await;
    let found = answer(b.stats().await);
    check(found.behind_since.is_none(), "nothing waits", found);
    sleep(LATER).await;
    let found = answer(b.stats().await);
    check(
        found.behind_since.is_some(),
        "a lease that has ended waits",
        found,
    );
}

/// A gauge of each tenant shows whose consumer is behind.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn each_lane_has_numbers_of_its_own<T: InboxTable>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    let empty = answer(a.lanes(None, 10).await);
    check(empty.is_empty(), "an empty table has no lane", empty);
    let lanes = [("a", ""), ("a", "x"), ("b", ""), ("c", "")];
    let lanes = lanes.map(|(tenant, consumer)| Lane::new(tenant, consumer));
    // One, two, three and four jobs.
    for (n, lane) in (1_u64..).zip(&lanes) {
        for number in 0..n {
            accept(a, n * 10 + number, lane).await;
        }
    }
    let jobs = take(b, 100, LATER).await;
    let [of_a, of_ax, of_b, _] = &lanes;
    for job in &jobs {
        let ending = match &job.lane {
            lane if lane == of_a => Ending::Done,
            lane if lane == of_ax => retry(LONG),
            lane if lane == of_b => Ending::GivenBack,
            _ => continue,
        };
        settle(a, &job.lease, &ending).await;
    }
    for (later, expected) in [
        (Duration::ZERO, [(1, 0), (2, 3), (3, 0)]),
        (LATER.saturating_mul(2), [(1, 0), (2, 3), (3, 4)]),
    ] {
        sleep(later).await;
        let found = answer(b.lanes(None, 10).await);
        let numbers = found.iter().map(|stats| (&stats.lane, stats.waiting));
        let expected = expected.map(|(n, waiting)| (lanes.get(n).unwrap_or(of_a), waiting));
        check(numbers.eq(expected), "open lanes are counted", &found);
        let is_fit = |stats: &crate::LaneStats| stats.behind_since.is_some() == (stats.waiting > 0);
        check(found.iter().all(is_fit), "who waits has a time", &found);
        let mut pages = Vec::new();
        for _ in 0..4 {
            let after = pages
                .last()
                .map(|stats: &crate::LaneStats| stats.lane.clone());
            pages.extend(answer(a.lanes(after.as_ref(), 1).await));
        }
        check(pages == found, "pages are the list", (&pages, &found));
    }
}

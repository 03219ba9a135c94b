//! Remembered answers.

use std::time::Duration;

use super::ask::{
    LONG, LONGER, SHORT, acquire, check, claim, commit_with, forget, kept_for, new_key, request,
};
use super::fencing::current_and_lost;
use crate::replay::{Claim, Commit, Lease, MAX_ANSWER, ReplayKey, ReplayStore};

/// Some senders ask a question. A copy of the question gets the same answer.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn an_answer_is_given_back_byte_for_byte<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let each_byte = || 0..=u8::MAX;
    let longest: Vec<u8> = each_byte().cycle().take(MAX_ANSWER).collect();
    let every: Vec<u8> = each_byte().collect();
    for answer in [b"<Response/>".as_slice(), &every, b"\0", b"", &longest] {
        let key = new_key();
        let lease = acquire(a, &key, &request(LONG)).await;
        let commit = commit_with(b, &lease, Some(answer)).await;
        let promise = "the lease that holds the record commits with an answer";
        check(commit == Commit::Committed, promise, commit);
        for (handle, fingerprint) in [(a, 0), (b, 0), (a, 1)] {
            let mut by = request(LONG);
            by.fingerprint = fingerprint;
            let copy = claim(handle, &key, &by).await;
            let promise = "a copy of a done delivery gets the answer of the commit back";
            is_answered(&copy, Some(answer), promise);
        }
    }
}

/// No answer is not an empty one: a sender that asked a question must not get that.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_commit_without_an_answer_has_none<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let lease = acquire(a, &new_key(), &request(LONG)).await;
    commit_with(a, &lease, None).await;
    for handle in [a, b] {
        let copy = claim(handle, lease.key(), &request(LONG)).await;
        let promise = "a copy of a delivery that was done without an answer gets none";
        is_answered(&copy, None, promise);
    }
}

/// The handler's effects have happened, however long its answer is.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_commit_whose_answer_is_too_long_counts_and_has_none<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let too_long = vec![b'x'; MAX_ANSWER + 1];
    let lease = acquire(a, &new_key(), &request(LONG)).await;
    let commit = commit_with(a, &lease, Some(&too_long)).await;
    let promise = "a commit whose answer is too long takes place";
    check(commit == Commit::Committed, promise, commit);
    let copy = claim(b, lease.key(), &request(LONG)).await;
    let promise = "an answer that is too long is not remembered";
    is_answered(&copy, None, promise);
}

/// Two runs of one delivery may answer differently. The answer is that of the run which counts.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn only_the_commit_that_counts_leaves_its_answer<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let (current, [(_, stale), ..]) = current_and_lost(a, b, sleep).await;
    let commits: [(&Lease, &[u8]); 4] = [
        (&stale, b"of a lost lease"),
        (&current, b"of the lease that holds the record"),
        (&current, b"of a commit that is repeated"),
        (&stale, b"of a lost lease, late"),
    ];
    let mut counts = None;
    for (lease, answer) in commits {
        if commit_with(b, lease, Some(answer)).await == Commit::Committed {
            counts = Some(answer);
        }
    }
    let copy = claim(a, current.key(), &request(LONG)).await;
    let promise = "the answer is that of the commit which was answered `Committed`";
    is_answered(&copy, counts, promise);

    let (current, [(_, stale), ..]) = current_and_lost(a, b, sleep).await;
    if commit_with(a, &stale, Some(b"of a lost lease")).await == Commit::LeaseLost {
        commit_with(a, &current, None).await;
        let copy = claim(b, current.key(), &request(LONG)).await;
        let promise = "a lost lease leaves no answer to a commit that has none";
        is_not_answered(&copy, b"of a lost lease", promise);
    }
}

/// An event that runs again is not answered with what an earlier run said.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn an_answer_ends_with_its_record<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let (forgotten, expired) = (new_key(), new_key());
    for key in [&forgotten, &expired] {
        let lease = acquire(a, key, &kept_for(SHORT, LONG)).await;
        commit_with(b, &lease, Some(b"of the first run")).await;
    }
    forget(a, &forgotten).await;
    runs_again_without_an_answer(b, &forgotten, "was forgotten").await;
    sleep(LONGER).await;
    runs_again_without_an_answer(b, &expired, "has expired").await;
}

async fn runs_again_without_an_answer<S: ReplayStore>(store: &S, key: &ReplayKey, event: &str) {
    // Whether it runs again is another promise.
    if let Claim::Acquired(lease) = claim(store, key, &kept_for(SHORT, LONG)).await {
        commit_with(store, &lease, None).await;
        let copy = claim(store, key, &request(LONG)).await;
        let promise = format!("the answer of a record that {event} is not that of the next one");
        is_not_answered(&copy, b"of the first run", &promise);
    }
}

/// A copy that is done has this answer. Whether it is done is another promise.
#[track_caller]
fn is_answered(copy: &Claim, expected: Option<&[u8]>, promise: &str) {
    if let Claim::Done { answer, .. } = copy {
        check(answer.as_deref() == expected, promise, copy);
    }
}

/// A copy that is done does not have this answer.
#[track_caller]
fn is_not_answered(copy: &Claim, other: &[u8], promise: &str) {
    if let Claim::Done { answer, .. } = copy {
        check(answer.as_deref() != Some(other), promise, copy);
    }
}

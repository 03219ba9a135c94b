//! The list of dead records.

use std::time::Duration;

use super::ask::{
    LONG, LONGER, acquire, bury, check, dead, just_below, listed, new_key, released, request,
    revive,
};
use crate::replay::{DeadRecord, LeaseState, ReplayKey, ReplayStore};

/// An operator reads the list page by page, while deliveries die and are revived. A key has its
/// place whatever happens to others, so no record is missed.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn dead_records_are_listed_in_key_order_and_paged_by_key<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let keys = neighbours();
    let [lowest, .., highest] = &keys;
    for at in [3, 0, 4, 1, 2] {
        let Some(key) = keys.get(at) else { continue };
        let (one, other) = if at % 2 == 0 { (a, b) } else { (b, a) };
        let lease = acquire(one, key, &request(LONG)).await;
        let answer = bury(other, &lease, "a note").await;
        check(
            answer == LeaseState::Held,
            "a claimed key is buried",
            answer,
        );
    }
    for at_most in [1, 2, 100] {
        let (mut found, mut after) = (Vec::new(), just_below(lowest));
        while after < *highest {
            let page: Vec<_> = dead(a, Some(&after), at_most).await;
            let keys: Vec<_> = page.iter().map(|dead| dead.key).collect();
            let is_bounded = (1..=at_most).contains(&keys.len());
            let promise =
                "a page has at most as many records as asked for, and one if there is one";
            check(is_bounded, promise, (at_most, &keys));
            let Some(last) = keys.last().copied() else {
                break;
            };
            let promise = "a page begins after its key";
            check(last > after, promise, (after, &keys));
            found.extend(keys);
            after = last;
        }
        found.retain(|key| key <= highest);
        let promise = "the list has every dead record, in the order of their keys";
        check(found == keys, promise, (at_most, &keys, &found));
    }
    let promise = "the list without a key begins with the first record of all";
    let first: Vec<_> = dead(b, None, 1).await;
    let begins = first.first().is_some_and(|dead| dead.key <= *lowest);
    check(begins, promise, first);
    let promise = "a page of no records is empty";
    let none: Vec<_> = dead(b, Some(&just_below(lowest)), 0).await;
    check(none.is_empty(), promise, none);
}

/// People decide by the list.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_listed_record_says_how_often_and_when_and_why_it_died<S: ReplayStore>(
    a: &S,
    b: &S,
    sleep: &impl AsyncFn(Duration),
) {
    let mut deaths = Vec::new();
    let early = new_key();
    let late = new_key();
    released(b, &acquire(a, &late, &request(LONG)).await).await;
    let leases = [
        acquire(a, &early, &request(LONG)).await,
        acquire(a, &late, &request(LONG)).await,
    ];
    for (lease, note) in leases.iter().zip(["shop: überwiesen, evt_1 ✓", ""]) {
        let answer = bury(b, lease, note).await;
        check(
            answer == LeaseState::Held,
            "a claimed key is buried",
            answer,
        );
        let entry = entry(a, lease.key()).await;
        let promise = "a dead record is listed with its attempts and its note";
        let is_told = entry.attempts == lease.attempt() && entry.note == note;
        check(is_told, promise, (lease, note, &entry));
        deaths.push(entry.died_at);
        revive(a, lease.key()).await;
        sleep(LONGER).await;
    }
    // Stores that count whole seconds round both times.
    let between = LONGER.saturating_sub(Duration::from_secs(1));
    let promise = "a dead record is listed with the time of its burial";
    let are_apart = matches!(&*deaths, [one, other] if *other >= one.saturating_add(between));
    check(are_apart, promise, deaths);

    let lease = acquire(a, &early, &request(LONG)).await;
    bury(b, &lease, "once more").await;
    let entry = entry(a, &early).await;
    let promise = "a delivery that dies again is listed with its last note";
    check(entry.note == "once more", promise, entry);
}

/// A part of the note comes from a sender. Its length and its characters do not keep a delivery
/// alive.
///
/// # Panics
///
/// If the store breaks this promise.
pub async fn a_note_that_is_too_long_is_cut_and_its_delivery_is_dead<S: ReplayStore>(
    a: &S,
    b: &S,
    _: &impl AsyncFn(Duration),
) {
    let note = format!("stripe\0charge.failed\nevt_1\u{7f}x{}", "é".repeat(4096));
    let lease = acquire(a, &new_key(), &request(LONG)).await;
    let answer = bury(b, &lease, &note).await;
    let promise = "a burial does not fail because of its note";
    check(answer == LeaseState::Held, promise, answer);
    let entry = entry(a, lease.key()).await;
    let promise = "a note is cut, and its control characters are spaces";
    let is_kept = entry.note == DeadRecord::note_to_keep(&note);
    check(is_kept, promise, (entry.note.len(), &entry.note));
}

/// The entry of a key that is dead.
async fn entry<S: ReplayStore>(store: &S, key: &ReplayKey) -> DeadRecord {
    let answer = listed(store, key).await;
    let promise = "a dead record is in the list";
    check(answer.is_some(), promise, &answer);
    answer.expect("it was checked")
}

/// Five keys in their order, with no other key between them. They differ in their first eight
/// bytes.
fn neighbours() -> [ReplayKey; 5] {
    let lowest = new_key();
    [1_u8, 2, 3, 4, 5].map(|at| {
        let mut bytes = *lowest.as_bytes();
        if let Some(byte) = bytes.get_mut(7) {
            *byte = at;
        }
        ReplayKey::from_bytes(bytes)
    })
}

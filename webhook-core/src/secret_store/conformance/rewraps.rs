//! Sealing everything with another key.

use std::time::Duration;

use super::ask::{
    LONG, MOST, OLD, RAPYD, REST, SHORT, answer, check, has, listed, put, renewed, rotate, store,
    without_old,
};
use super::meddling::{Meddled, Meddling};
use crate::secret_store::{Rewrapped, SealedSecret, SecretStoreError, SecretTable, Slot};
use crate::verify::TenantSecrets;

pub(super) fn done(rewrapped: u64, overtaken: u64, removed: u64) -> Rewrapped {
    Rewrapped {
        rewrapped,
        overtaken,
        removed,
        unopened: Vec::new(),
    }
}

/// How many rows still need the old key.
pub(super) async fn left<T: SecretTable + Clone>(table: &T) -> usize {
    let rows = listed(&store(table), 50).await;
    let is_old = |info: &&crate::secret_store::SecretInfo| info.key_id.as_deref() == Some(OLD.0);
    rows.iter().filter(is_old).count()
}

/// An old key is removed from the ring when nothing needs it.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_rewrap_leaves_no_row_of_another_key<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    let tenants: Vec<_> = (0..120).map(|n| format!("tenant-{n}")).collect();
    for tenant in &tenants {
        put(&store(a), tenant, 1).await;
    }
    rotate(&store(a), "tenant-1", 2, SHORT).await;
    rotate(&store(a), "tenant-2", 2, LONG).await;
    let secrets = TenantSecrets::new("rapyd-0123456789abcdef").setting("access_key", "access-1");
    answer(store(a).put(RAPYD, "acme", &secrets).await);
    put(&renewed(a), "tenant-3", 3).await;
    sleep(MOST).await;
    sleep(REST).await;
    let before = listed(&store(a), 50).await;
    let rewrapped = answer(renewed(b).rewrap().await);
    // 119 tenants, of which one has two secrets, and another provider's secret and setting.
    let promise = "every row of another key is rewrapped, and what has ended is removed";
    check(rewrapped == done(122, 0, 1), promise, rewrapped);
    check(
        left(a).await == 0,
        "no row needs the old key",
        left(a).await,
    );
    has(&without_old(a), "tenant-0", &[1], "the new key opens").await;
    has(&without_old(a), "tenant-2", &[2, 1], "previous secrets too").await;
    let found = answer(without_old(a).get(RAPYD, "acme").await);
    let setting = found
        .as_ref()
        .and_then(|found| found.settings().get("access_key"));
    check(setting == Some(b"access-1"), "and settings", &found);
    let times = |rows: Vec<crate::secret_store::SecretInfo>| {
        let times = rows
            .into_iter()
            .map(|info| (info.slot, info.created_at, info.ends_at));
        times.collect::<Vec<_>>()
    };
    let (before, after) = (times(before), times(listed(&store(a), 50).await));
    check(before == after, "slots and times stay", (before, &after));
    let again = answer(renewed(b).rewrap().await);
    check(again == done(0, 0, 0), "then there is nothing to do", again);
}

/// A process that is killed in the middle has lost nothing.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn an_interrupted_rewrap_is_finished_by_the_next<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let tenants: Vec<_> = (0..10).map(|n| format!("tenant-{n}")).collect();
    for tenant in &tenants {
        put(&store(a), tenant, 1).await;
    }
    let failing = renewed(&Meddled::new(a, Meddling::FailsAfter(4)));
    let failed = failing.rewrap().await;
    let is_failed = matches!(failed, Err(SecretStoreError::Store(_)));
    check(is_failed, "a table that fails is an error", failed);
    check(
        left(b).await == 6,
        "what was rewrapped stays so",
        left(b).await,
    );
    for tenant in &tenants {
        has(&renewed(b), tenant, &[1], "both keys are needed in between").await;
    }
    let rewrapped = answer(renewed(b).rewrap().await);
    check(
        rewrapped == done(6, 0, 0),
        "the next one does the rest",
        rewrapped,
    );
    for tenant in &tenants {
        has(&without_old(a), tenant, &[1], "then the new key is enough").await;
    }
}

/// One row that nobody can open must not stop the others.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn what_does_not_open_is_skipped_by_a_rewrap<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    for tenant in ["a", "b", "c", "d"] {
        put(&store(a), tenant, 1).await;
    }
    let rows = answer(a.page(None, 10, None).await.map_err(Into::into));
    let [first, second, third, _] = &*rows else {
        panic!("the table does not have four rows: {rows:?}");
    };
    let changes = [
        (first, SealedSecret::from_bytes([0; 70])),
        (third, second.sealed.clone()),
    ];
    for (row, bytes) in &changes {
        let changed = b.reseal(&row.slot, &row.sealed, bytes).await;
        check(
            changed.is_ok(),
            "a row takes the bytes that it is given",
            changed,
        );
    }
    for expected in [2, 0] {
        let rewrapped = answer(renewed(b).rewrap().await);
        let slots = [first.slot.clone(), third.slot.clone()];
        let is_reported = rewrapped.unopened == slots && rewrapped.rewrapped == expected;
        check(
            is_reported,
            "what does not open is reported each time",
            rewrapped,
        );
    }
    has(&without_old(a), "b", &[1], "the others are rewrapped").await;
    has(&without_old(a), "d", &[1], "also those that come later").await;
    let kept = answer(a.page(None, 10, None).await.map_err(Into::into));
    let is_kept = changes.iter().all(|(row, bytes)| {
        kept.iter()
            .any(|kept| kept.slot == row.slot && kept.sealed == *bytes)
    });
    check(is_kept, "what does not open stays as it is", kept);
}

/// A value that was replaced in the meantime must not come back.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_row_is_resealed_only_as_it_was_read<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    let (one, two) = (
        SealedSecret::from_bytes([1; 64]),
        SealedSecret::from_bytes([2; 64]),
    );
    put(&store(a), "acme", 1).await;
    let slot = Slot::secret("stripe", "acme", 1);
    let rows = answer(a.page(None, 10, None).await.map_err(Into::into));
    let Some(own) = rows.first().map(|row| row.sealed.clone()) else {
        panic!("the table has no row");
    };
    let nowhere = Slot::secret("stripe", "acme", 2);
    for (table, slot, old, new, expected, promise) in [
        (a, &slot, &one, &two, false, "a row with other bytes stays"),
        (
            b,
            &nowhere,
            &own,
            &one,
            false,
            "a row that is not there stays so",
        ),
        (
            b,
            &slot,
            &own,
            &one,
            true,
            "a row with these bytes is resealed",
        ),
        (
            a,
            &slot,
            &own,
            &one,
            true,
            "a repetition is told that it is done",
        ),
        (
            a,
            &slot,
            &own,
            &two,
            false,
            "the bytes of before count no more",
        ),
    ] {
        let made = answer(table.reseal(slot, old, new).await.map_err(Into::into));
        check(made == expected, promise, made);
    }
    put(&store(a), "acme", 1).await;
    rotate(&store(a), "acme", 2, SHORT).await;
    let rows = answer(a.page(None, 10, None).await.map_err(Into::into));
    let Some(row) = rows.into_iter().find(|row| row.ends_at.is_some()) else {
        panic!("the table has no previous secret");
    };
    sleep(MOST).await;
    sleep(REST).await;
    let made = answer(
        b.reseal(&row.slot, &row.sealed, &one)
            .await
            .map_err(Into::into),
    );
    check(!made, "a row that has ended is not resealed", made);
}

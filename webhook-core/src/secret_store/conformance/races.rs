//! Several writers at the same time, and at the moments that matter.

use std::time::Duration;

use super::ask::{
    LONG, RAPYD, STRIPE, answer, check, has, join, listed, put, renewed, rotate, secret, store,
    texts, without_old,
};
use super::meddling::{Meddled, Meddling};
use super::rewraps::{done, left};
use crate::secret_store::{SecretStore, SecretTable};
use crate::verify::TenantSecrets;

/// Two operators who rotate at the same time have both made a secret that the sender may use.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn of_many_rotations_at_once_each_takes_its_turn<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    put(&store(a), "acme", 1).await;
    let rotations = (2..=8).map(|n| {
        let store = store(if n % 2 == 0 { a } else { b });
        async move { rotate(&store, "acme", n, LONG).await }
    });
    join(rotations.collect()).await;
    let mut found = texts(&store(b), STRIPE, "acme").await.unwrap_or_default();
    found.sort();
    let expected: Vec<_> = (1..=8).map(secret).collect();
    check(found == expected, "every secret counts", found);
    let rows = listed(&store(a), 10).await;
    let current = rows.iter().filter(|info| info.ends_at.is_none()).count();
    check(current == 1, "one secret is current", rows);
}

/// Settings of one put and the secret of another would refuse every delivery.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn of_many_puts_at_once_one_remains_whole<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let puts = (0..8).map(|n| {
        let store = store(if n % 2 == 0 { a } else { b });
        async move {
            let secrets = TenantSecrets::new(format!("rapyd-0123456789abcde{n}"));
            let secrets = secrets.setting("access_key", format!("access-{n}"));
            answer(store.put(RAPYD, "acme", &secrets).await);
        }
    });
    join(puts.collect()).await;
    let texts = texts(&store(a), RAPYD, "acme").await.unwrap_or_default();
    let found = answer(store(b).get(RAPYD, "acme").await);
    let setting = found
        .as_ref()
        .and_then(|found| found.settings().get("access_key"));
    let setting = String::from_utf8_lossy(setting.unwrap_or_default()).into_owned();
    let is_whole = texts.len() == 1
        && texts.first().map(|text| text.chars().last()) == Some(setting.chars().last());
    check(
        is_whole,
        "secret and setting are of one put",
        (texts, setting),
    );
    let rows = listed(&store(a), 10).await;
    check(rows.len() == 2, "nothing of the others is left", rows);
}

/// A process with the old keys rotates between the moments at which a row is read and replaced.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_rotation_during_a_rewrap_loses_nothing<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    put(&store(a), "acme", 1).await;
    let meddled = Meddled::new(a, Meddling::RotatesBeforeReseal);
    let rewrapped = answer(renewed(&meddled).rewrap().await);
    // The new secret comes after the row that was just read, in the same pass.
    check(
        rewrapped == done(2, 0, 0),
        "both secrets are rewrapped",
        rewrapped,
    );
    has(&without_old(b), "acme", &[2, 1], "both secrets count").await;
    let rows = listed(&store(b), 10).await;
    let ends: Vec<_> = rows.iter().map(|info| info.ends_at.is_some()).collect();
    check(ends == [true, false], "the old secret keeps its end", rows);
}

/// A put between the moments at which a row is read and replaced.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_put_during_a_rewrap_loses_nothing<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    put(&store(a), "acme", 1).await;
    let meddled = Meddled::new(a, Meddling::PutsBeforeReseal);
    let rewrapped = answer(renewed(&meddled).rewrap().await);
    check(
        rewrapped == done(1, 1, 0),
        "the old secret is overtaken",
        rewrapped,
    );
    has(
        &without_old(b),
        "acme",
        &[2],
        "the replaced secret does not come back",
    )
    .await;
}

/// A rewrap between the moments at which a rotation reads and writes.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_rewrap_during_a_rotation_loses_nothing<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    put(&store(a), "acme", 1).await;
    let meddled = Meddled::new(a, Meddling::RewrapsBeforeWrite);
    let keys = renewed(a).keys().clone();
    let rotated = SecretStore::new(meddled, keys)
        .rotate(STRIPE, "acme", secret(2), LONG)
        .await;
    answer(rotated);
    has(
        &without_old(b),
        "acme",
        &[2, 1],
        "the rewrapped secret is the previous one",
    )
    .await;
    check(
        left(b).await == 0,
        "the rewrap is not undone",
        left(b).await,
    );
}

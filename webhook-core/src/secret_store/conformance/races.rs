//! Several writers at the same time.

use std::time::Duration;

use super::ask::{LONG, RAPYD, STRIPE, answer, check, join, listed, put, rotate, store, texts};
use crate::secret_store::{SecretTable, TenantSecrets};

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
    let expected: Vec<_> = (1..=8).map(super::ask::secret).collect();
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

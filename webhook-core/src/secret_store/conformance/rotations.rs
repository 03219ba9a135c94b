//! Rotating the secret of a tenant.

use std::time::Duration;

use super::ask::{
    LONG, MOST, RAPYD, REST, SHORT, STRIPE, answer, check, has, listed, put, rotate, secret, store,
    texts,
};
use crate::error::ConfigError;
use crate::secret::SecretSet;
use crate::secret_store::{SecretStoreError, SecretTable};
use crate::verify::TenantSecrets;

/// Deliveries signed with the old secret arrive until the sender uses the new one.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_rotated_secret_counts_until_its_end<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    let (a, b) = (store(a), store(b));
    put(&a, "acme", 1).await;
    rotate(&b, "acme", 2, SHORT).await;
    has(
        &a,
        "acme",
        &[2, 1],
        "the new secret is first, and the old one counts",
    )
    .await;
    let rows = listed(&a, 10).await;
    let ends: Vec<_> = rows.iter().map(|info| info.ends_at.is_some()).collect();
    check(ends == [true, false], "the old secret has an end", rows);
    sleep(MOST).await;
    has(&b, "acme", &[2, 1], "the old secret counts until its end").await;
    sleep(REST).await;
    has(
        &a,
        "acme",
        &[2],
        "the old secret does not count after its end",
    )
    .await;
    rotate(&a, "acme", 3, LONG).await;
    has(&b, "acme", &[3, 2], "what has ended stays away").await;
}

/// A secret in other hands must not count for another day.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_rotation_without_overlap_ends_the_old_secret_at_once<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let (a, b) = (store(a), store(b));
    let both = TenantSecrets::new([secret(1), secret(2)]);
    answer(a.put(STRIPE, "acme", &both).await);
    rotate(&a, "acme", 3, Duration::ZERO).await;
    has(&b, "acme", &[3], "every secret that was current has ended").await;
    let rows = listed(&b, 10).await;
    check(rows.len() == 1, "what has ended is not listed", rows);
}

/// A second rotation does not prolong the first, and the settings are those of the account.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_rotation_keeps_settings_and_earlier_ends<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    let (a, b) = (store(a), store(b));
    put(&a, "acme", 1).await;
    rotate(&b, "acme", 2, SHORT).await;
    rotate(&a, "acme", 3, LONG).await;
    has(&b, "acme", &[3, 2, 1], "all three count").await;
    sleep(MOST).await;
    sleep(REST).await;
    has(&a, "acme", &[3, 2], "the first one keeps its end").await;

    let secrets = TenantSecrets::new("rapyd-0123456789abcdef").setting("access_key", "access-1");
    answer(a.put(RAPYD, "acme", &secrets).await);
    answer(
        b.rotate(RAPYD, "acme", "rapyd-123456789abcdef0", LONG)
            .await,
    );
    sleep(MOST).await;
    let found = answer(a.get(RAPYD, "acme").await);
    let setting = found
        .as_ref()
        .and_then(|found| found.settings().get("access_key"));
    check(setting == Some(b"access-1"), "a setting has no end", &found);
}

/// Each secret costs a hash over every body, so an attacker must not meet many.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn too_many_secrets_are_refused_and_ending_the_previous_makes_room<
    T: SecretTable + Clone,
>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let (a, b) = (store(a), store(b));
    put(&a, "acme", 1).await;
    for n in 2..=8 {
        rotate(&b, "acme", n, LONG).await;
    }
    let refused = a.rotate(STRIPE, "acme", secret(9), LONG).await;
    let (given, at_most) = (SecretSet::MAX.saturating_add(1), SecretSet::MAX);
    let is_refused = matches!(
        &refused,
        Err(SecretStoreError::Config(error))
            if *error == ConfigError::TooManySecrets { given, at_most }
    );
    check(
        is_refused,
        "one secret more than an endpoint takes is refused",
        refused,
    );
    has(&b, "acme", &[8, 7, 6, 5, 4, 3, 2, 1], "and changes nothing").await;
    let ended = answer(b.end_previous(STRIPE, "acme").await);
    check(ended == 7, "all previous secrets are ended", ended);
    rotate(&a, "acme", 9, LONG).await;
    has(&b, "acme", &[9, 8], "then there is room").await;
}

/// A name that is mistyped must not become a tenant.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn only_a_tenant_with_a_secret_is_rotated<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let (a, b) = (store(a), store(b));
    put(&a, "acme", 1).await;
    for (provider, tenant) in [(STRIPE, "acmf"), (RAPYD, "acme")] {
        let refused = b.rotate(provider, tenant, secret(2), LONG).await;
        let is_refused = matches!(refused, Err(SecretStoreError::UnknownTenant));
        check(
            is_refused,
            "a tenant without a secret is not rotated",
            refused,
        );
        let found = texts(&a, provider, tenant).await;
        check(found.is_none(), "and is still unknown", found);
    }
    has(&a, "acme", &[1], "no other tenant is changed").await;
}

/// The sender has switched, or the old secret is in other hands.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn previous_secrets_alone_are_ended<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    let (a, b) = (store(a), store(b));
    let ended = answer(a.end_previous(STRIPE, "acme").await);
    check(
        ended == 0,
        "an unknown tenant has no previous secret",
        ended,
    );
    for tenant in ["acme", "other"] {
        put(&a, tenant, 1).await;
        let ended = answer(b.end_previous(STRIPE, tenant).await);
        check(ended == 0, "a current secret is not ended", ended);
        rotate(&a, tenant, 2, SHORT).await;
    }
    let secrets = TenantSecrets::new("rapyd-0123456789abcdef").setting("access_key", "access-1");
    answer(a.put(RAPYD, "acme", &secrets).await);
    let ended = answer(b.end_previous(STRIPE, "acme").await);
    check(ended == 1, "a previous secret is ended", ended);
    has(&a, "acme", &[2], "the current secret stays").await;
    has(&a, "other", &[2, 1], "those of others stay").await;
    let ended = answer(b.end_previous(RAPYD, "acme").await);
    let found = answer(a.get(RAPYD, "acme").await);
    check(
        ended == 0 && found.is_some(),
        "settings stay",
        (ended, found),
    );
    sleep(MOST).await;
    sleep(REST).await;
    let ended = answer(b.end_previous(STRIPE, "other").await);
    check(ended == 0, "what has ended by itself is not counted", ended);
}

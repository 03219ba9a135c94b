//! Writing everything that a tenant has.

use std::time::Duration;

use super::ask::{
    LONG, RAPYD, STRIPE, answer, check, has, listed, put, rotate, secret, store, texts,
};
use crate::error::{ConfigError, SecretProblem};
use crate::secret::SecretSet;
use crate::secret_store::{Change, Replaced, SealedSecret, SecretStoreError, SecretTable, Slot};
use crate::verify::TenantSecrets;

/// A tenant's deliveries are verified with what the tenant pasted.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn what_is_put_is_read_back<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let (a, b) = (store(a), store(b));
    let secrets = TenantSecrets::new([secret(1), secret(2), secret(3)]);
    answer(a.put(STRIPE, "acme", &secrets).await);
    has(&b, "acme", &[1, 2, 3], "secrets keep their order").await;

    let secrets = TenantSecrets::new("rapyd-0123456789abcdef").setting("access_key", "access-1");
    answer(a.put(RAPYD, "acme", &secrets).await);
    let found = answer(b.get(RAPYD, "acme").await);
    let setting = found
        .as_ref()
        .and_then(|found| found.settings().get("access_key"));
    let promise = "settings are stored beside the secret";
    check(setting == Some(b"access-1"), promise, &found);
    let rows = listed(&b, 10).await;
    let has_end = rows.iter().any(|info| info.ends_at.is_some());
    check(!has_end, "a secret that was put has no end", rows);

    let url = "https://hooks.acme.example/stripe";
    let secrets = TenantSecrets::new(secret(1)).public_url(url);
    answer(a.put(STRIPE, "initech", &secrets).await);
    let found = answer(b.get(STRIPE, "initech").await);
    let own = found.as_ref().and_then(TenantSecrets::own_url);
    check(
        own == Some(url),
        "the URL of the tenant is stored too",
        found,
    );
}

/// Money of one tenant must not depend on the secret of another.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn tenants_and_providers_are_apart<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let (a, b) = (store(a), store(b));
    let long = "a".repeat(255);
    let names = [
        "acme", "Acme", "acme ", " acme", "acm", "acme%", "acm_", "a'; --", "\"$1", "\\x00",
        "日本", "e\u{301}", "\u{e9}", "0", "_", &long,
    ];
    for (name, n) in names.iter().zip(1..) {
        put(&a, name, n).await;
    }
    for (name, n) in names.iter().zip(1..) {
        has(&b, name, &[n], "every tenant has its own secret").await;
        let elsewhere = texts(&b, RAPYD, name).await;
        let promise = "a tenant has nothing at another provider";
        check(elsewhere.is_none(), promise, elsewhere);
    }
    for unknown in [
        "",
        "acmf",
        "ACME",
        "ac\0me",
        "a\nb",
        "a".repeat(256).as_str(),
    ] {
        let found = texts(&b, STRIPE, unknown).await;
        check(found.is_none(), "an unknown tenant has no secret", found);
        if unknown.len() != 4 {
            let secrets = TenantSecrets::new(secret(1));
            let refused = a.put(STRIPE, unknown, &secrets).await;
            let is_refused = matches!(refused, Err(SecretStoreError::InvalidTenant));
            let promise = "a name that no tenant can have is refused";
            check(is_refused, promise, refused);
        }
    }
    answer(a.revoke(STRIPE, "acme").await);
    for (name, n) in names.iter().zip(1..).skip(1) {
        has(&b, name, &[n], "a revocation is that of one tenant").await;
    }
}

/// A tenant that pastes its secrets anew has these and no others.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_put_replaces_everything<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let (a, b) = (store(a), store(b));
    put(&a, "acme", 1).await;
    rotate(&b, "acme", 2, LONG).await;
    put(&b, "acme", 3).await;
    has(&a, "acme", &[3], "the secrets of before are gone").await;
    let rows = listed(&a, 10).await;
    check(rows.len() == 1, "no row of before is left", rows);

    let two = TenantSecrets::new("rapyd-0123456789abcdef").setting("access_key", "access-1");
    answer(a.put(RAPYD, "acme", &two).await);
    let two = TenantSecrets::new("rapyd-123456789abcdef0").setting("access_key", "access-2");
    answer(b.put(RAPYD, "acme", &two).await);
    let found = answer(a.get(RAPYD, "acme").await);
    let setting = found
        .as_ref()
        .and_then(|found| found.settings().get("access_key"));
    check(
        setting == Some(b"access-2"),
        "settings are replaced too",
        &found,
    );
    has(&a, "acme", &[3], "those of another provider stay").await;
}

/// A mistake shows when it is made, and not with the first delivery.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn what_the_provider_refuses_is_not_stored<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let (a, b) = (store(a), store(b));
    let empty = ConfigError::Secret {
        slot: 0,
        problem: SecretProblem::Empty,
    };
    let missing = ConfigError::MissingSetting { name: "access_key" };
    for (provider, secrets, expected) in [
        (STRIPE, TenantSecrets::new("whsec_"), empty.clone()),
        (STRIPE, TenantSecrets::new(""), empty),
        (
            STRIPE,
            TenantSecrets::new(SecretSet::default()),
            ConfigError::NoSecret,
        ),
        (
            STRIPE,
            TenantSecrets::new(SecretSet::per_tenant()),
            ConfigError::NoSecret,
        ),
        (
            STRIPE,
            TenantSecrets::new(secret(1)).public_url("hooks"),
            ConfigError::InvalidUrl,
        ),
        (
            STRIPE,
            TenantSecrets::new(SecretSet::fetched()),
            ConfigError::NoKeySource,
        ),
        (RAPYD, TenantSecrets::new("rapyd-0123456789abcdef"), missing),
    ] {
        let refused = a.put(provider, "acme", &secrets).await;
        let is_expected = match &refused {
            Err(SecretStoreError::Config(error)) => *error == expected,
            _ => false,
        };
        check(
            is_expected,
            "the error is that of an endpoint",
            (refused, expected),
        );
    }
    put(&a, "acme", 1).await;
    let refused = a.rotate(STRIPE, "acme", " pasted", LONG).await;
    let is_refused = matches!(refused, Err(SecretStoreError::Config(_)));
    check(is_refused, "a rotation checks the new secret", refused);
    has(&b, "acme", &[1], "what is refused changes nothing").await;
}

/// Two operators who write at the same time have both looked at what was there.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_change_counts_only_for_the_state_it_was_made_for<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let change = |last, number, byte: u8| Change {
        provider: "stripe".into(),
        tenant: "acme".into(),
        last,
        replaced: Replaced::EndAfter(LONG),
        rows: vec![(
            Slot::secret("stripe", "acme", number),
            SealedSecret::from_bytes([byte; 64]),
        )],
    };
    let first = change(0, 1, 1);
    for (table, change, expected, promise) in [
        (
            a,
            change(1, 2, 9),
            false,
            "a change of another state is refused",
        ),
        (
            b,
            first.clone(),
            true,
            "the first change of a tenant is made",
        ),
        (
            a,
            first,
            true,
            "a change that is repeated is told that it was made",
        ),
        (
            a,
            change(0, 1, 2),
            false,
            "a change of an earlier state is refused",
        ),
        (
            b,
            change(1, 2, 3),
            true,
            "a change of the present state is made",
        ),
        (
            a,
            change(1, 2, 3),
            true,
            "a later change that is repeated is told so too",
        ),
        (
            b,
            change(1, 2, 4),
            false,
            "another change to the same number is refused",
        ),
    ] {
        let made = answer(table.write(&change).await.map_err(Into::into));
        check(made == expected, promise, made);
    }
    let rows = answer(a.read("stripe", "acme").await.map_err(Into::into));
    let bytes = |row: &crate::secret_store::SecretRow| row.sealed.as_bytes().first().copied();
    let mut found: Vec<_> = rows.rows.iter().map(bytes).collect();
    found.sort_unstable();
    let is_kept = found == [Some(1), Some(3)] && rows.last == 2;
    check(is_kept, "what is refused or repeated changes nothing", rows);
}

/// A tenant that leaves is refused from then on.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_revoked_tenant_is_unknown_and_can_begin_again<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let (a, b) = (store(a), store(b));
    let revoked = answer(a.revoke(STRIPE, "acme").await);
    check(!revoked, "a tenant without secrets is not revoked", revoked);
    put(&a, "acme", 1).await;
    rotate(&a, "acme", 2, LONG).await;
    let revoked = answer(b.revoke(STRIPE, "acme").await);
    check(revoked, "a tenant with secrets is revoked", revoked);
    let found = texts(&a, STRIPE, "acme").await;
    check(found.is_none(), "a revoked tenant is unknown", found);
    let rows = listed(&b, 10).await;
    check(rows.is_empty(), "no row of it is left", rows);
    put(&b, "acme", 3).await;
    has(&a, "acme", &[3], "it can begin again").await;
}

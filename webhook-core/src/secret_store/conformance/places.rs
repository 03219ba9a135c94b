//! Rows in places that are not theirs, and keys that do not open them.

use std::time::Duration;

use super::ask::{
    LONG, OLD, RAPYD, STRIPE, answer, check, has, listed, put, ring, rotate, secret, store,
    without_old,
};
use crate::provider::Provider;
use crate::secret_store::{
    OpenProblem, SealedSecret, SecretRow, SecretStore, SecretStoreError, SecretTable, Slot,
};
use crate::verify::TenantSecrets;

async fn rows<T: SecretTable>(table: &T) -> Vec<SecretRow> {
    answer(table.page(None, 100, None).await.map_err(Into::into))
}

/// Puts the sealed bytes of one row into another, as somebody with the database can.
async fn copy<T: SecretTable>(table: &T, from: &SecretRow, to: &SecretRow) {
    let copied = table.reseal(&to.slot, &to.sealed, &from.sealed).await;
    let copied = answer(copied.map_err(Into::into));
    check(copied, "a row takes the bytes that it is given", copied);
}

async fn problem<T: SecretTable>(
    store: &SecretStore<T>,
    provider: &Provider,
    tenant: &str,
) -> (String, Option<OpenProblem>) {
    match store.get(provider, tenant).await {
        Err(SecretStoreError::Open(error)) => (error.to_string(), Some(error.problem().clone())),
        other => (format!("{other:?}"), None),
    }
}

/// Who writes to the database gives no tenant the secret of another.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_row_copied_to_another_place_does_not_open<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let store = store(a);
    put(&store, "acme", 1).await;
    rotate(&store, "acme", 2, LONG).await;
    put(&store, "other", 3).await;
    let secrets = TenantSecrets::new("rapyd-0123456789abcdef").setting("access_key", "access-1");
    answer(store.put(RAPYD, "acme", &secrets).await);
    let found = rows(b).await;
    let row = |slot: &Slot| match found.iter().find(|row| row.slot == *slot) {
        Some(row) => row,
        None => panic!("the table has no row in {slot:?}: {found:?}"),
    };
    let source = row(&Slot::secret("stripe", "acme", 2));
    let mut errors = Vec::new();
    for (target, provider, tenant) in [
        (Slot::secret("stripe", "other", 1), STRIPE, "other"),
        (Slot::secret("rapyd", "acme", 1), RAPYD, "acme"),
        (Slot::secret("stripe", "acme", 1), STRIPE, "acme"),
        (
            Slot::setting("rapyd", "acme", "access_key", 2),
            RAPYD,
            "acme",
        ),
    ] {
        let target = row(&target);
        copy(b, source, target).await;
        let (text, problem) = problem(&store, provider, tenant).await;
        let is_closed = problem == Some(OpenProblem::NotAuthentic);
        check(is_closed, "a copied row is an error", (&text, &target.slot));
        errors.push(text);
        let back = b.reseal(&target.slot, &source.sealed, &target.sealed).await;
        check(back.is_ok(), "a row takes its own bytes back", back);
    }
    let is_same = errors.iter().all(|error| Some(error) == errors.first());
    check(is_same, "the error does not say which part differs", errors);
    has(&store, "acme", &[2, 1], "its own bytes open again").await;
}

/// A key that is missing must not turn a tenant into an unknown one.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn another_key_ring_is_an_error_and_not_an_unknown_tenant<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    put(&store(a), "acme", 1).await;
    let (text, found) = problem(&without_old(b), STRIPE, "acme").await;
    let is_named = found == Some(OpenProblem::UnknownKey(OLD.0.into()));
    check(is_named, "the missing key is named", text);
    let other = SecretStore::new(b.clone(), ring(&[(OLD.0, [9; 32])]));
    let (text, found) = problem(&other, STRIPE, "acme").await;
    let is_closed = found == Some(OpenProblem::NotAuthentic);
    check(is_closed, "another key of the same id does not open", text);
    let refused = other.rotate(STRIPE, "acme", secret(2), LONG).await;
    let is_refused = matches!(refused, Err(SecretStoreError::Open(_)));
    check(
        is_refused,
        "a rotation does not hide what does not open",
        refused,
    );

    let [row] = &*rows(b).await else {
        panic!("the table does not have one row");
    };
    let damaged = SealedSecret::from_bytes([0; 80]);
    let made = b.reseal(&row.slot, &row.sealed, &damaged).await;
    check(made.is_ok(), "a row takes the bytes that it is given", made);
    let (text, found) = problem(&store(a), STRIPE, "acme").await;
    let is_unknown = found == Some(OpenProblem::Format);
    check(is_unknown, "a damaged row is an error", text);
    let keys: Vec<_> = listed(&store(a), 10)
        .await
        .into_iter()
        .map(|info| info.key_id)
        .collect();
    check(keys == [None], "a damaged row is listed", keys);
    put(&store(a), "acme", 2).await;
    has(&store(b), "acme", &[2], "a put replaces what does not open").await;
}

/// Rows that somebody removed must not change what a tenant is.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn settings_without_a_secret_are_an_error<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    _: &impl AsyncFn(Duration),
) {
    let store = store(a);
    let slot = Slot::setting("rapyd", "acme", "access_key", 1);
    let sealed = answer(store.keys().seal(&slot, &"access-1".into()));
    let change = crate::secret_store::Change {
        provider: "rapyd".into(),
        tenant: "acme".into(),
        last: 0,
        replaced: crate::secret_store::Replaced::Removed,
        rows: vec![(slot, sealed)],
    };
    let made = answer(b.write(&change).await.map_err(Into::into));
    check(made, "a setting can be written alone", made);
    let found = store.get(RAPYD, "acme").await;
    let is_error = matches!(found, Err(SecretStoreError::Store(_)));
    check(is_error, "a tenant without a secret is an error", found);
}

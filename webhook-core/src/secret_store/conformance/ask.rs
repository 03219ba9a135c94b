//! How the suite asks a table.

use std::time::Duration;

use crate::provider::Provider;
use crate::providers;
pub(super) use crate::replay::conformance::{check, join};
use crate::secret_store::{KeyRing, SecretInfo, SecretStore, SecretStoreError, SecretTable};
use crate::verify::TenantSecrets;

pub(super) const STRIPE: &Provider = &providers::STRIPE;
/// A provider that needs a setting.
pub(super) const RAPYD: &Provider = &providers::RAPYD;
/// So long that no test machine lets it pass by accident.
pub(super) const LONG: Duration = Duration::from_secs(600);
/// An overlap that a test lets end.
pub(super) const SHORT: Duration = Duration::from_secs(6);
/// Most of `SHORT`, with room for a sleep that takes too long.
pub(super) const MOST: Duration = Duration::from_secs(4);
/// With `MOST` more than `SHORT`.
pub(super) const REST: Duration = Duration::from_millis(2500);

/// The table under the only key.
pub(super) fn store<T: SecretTable + Clone>(table: &T) -> SecretStore<T> {
    SecretStore::new(table.clone(), ring(&[OLD]))
}

/// The table under a new key. The only key of before opens.
pub(super) fn renewed<T: SecretTable + Clone>(table: &T) -> SecretStore<T> {
    SecretStore::new(table.clone(), ring(&[NEW, OLD]))
}

/// The table under the new key alone.
pub(super) fn without_old<T: SecretTable + Clone>(table: &T) -> SecretStore<T> {
    SecretStore::new(table.clone(), ring(&[NEW]))
}

pub(super) const OLD: (&str, [u8; 32]) = ("old", [1; 32]);
pub(super) const NEW: (&str, [u8; 32]) = ("new", [2; 32]);

#[track_caller]
pub(super) fn ring(keys: &[(&str, [u8; 32])]) -> KeyRing {
    match KeyRing::new(keys.iter().copied()) {
        Ok(ring) => ring,
        Err(error) => panic!("the suite has a wrong key: {error}"),
    }
}

/// A secret that Stripe could have issued.
pub(super) fn secret(n: u32) -> String {
    format!("whsec_{n:024}")
}

#[track_caller]
pub(super) fn answer<V>(answer: Result<V, SecretStoreError>) -> V {
    match answer {
        Ok(value) => value,
        Err(error) => panic!("the operation failed: {error:?}"),
    }
}

pub(super) async fn put<T: SecretTable>(store: &SecretStore<T>, tenant: &str, n: u32) {
    let secrets = TenantSecrets::new(secret(n));
    answer(store.put(STRIPE, tenant, &secrets).await);
}

pub(super) async fn rotate<T: SecretTable>(
    store: &SecretStore<T>,
    tenant: &str,
    n: u32,
    previous_for: Duration,
) {
    answer(store.rotate(STRIPE, tenant, secret(n), previous_for).await);
}

/// The texts of the secrets, in their order. `None`: the tenant is unknown.
pub(super) async fn texts<T: SecretTable>(
    store: &SecretStore<T>,
    provider: &Provider,
    tenant: &str,
) -> Option<Vec<String>> {
    let found = answer(store.get(provider, tenant).await)?;
    let secrets = found.secrets().as_slice().iter();
    let texts = secrets.map(|secret| String::from_utf8_lossy(secret.as_bytes()).into_owned());
    Some(texts.collect())
}

/// Checks which secrets a tenant has at Stripe, by their numbers.
pub(super) async fn has<T: SecretTable>(
    store: &SecretStore<T>,
    tenant: &str,
    numbers: &[u32],
    promise: &str,
) {
    let expected: Vec<_> = numbers.iter().copied().map(secret).collect();
    let found = texts(store, STRIPE, tenant).await;
    check(found.as_ref() == Some(&expected), promise, found);
}

/// Everything that is listed, read in pages of this size.
pub(super) async fn listed<T: SecretTable>(
    store: &SecretStore<T>,
    at_most: usize,
) -> Vec<SecretInfo> {
    let mut all: Vec<SecretInfo> = Vec::new();
    loop {
        let after = all.last().map(|info| &info.slot);
        let page = answer(store.list(after, at_most).await);
        let promise = "a page has at most as many rows as asked for, and begins after its slot";
        let is_after = page
            .iter()
            .all(|info| after.is_none_or(|after| info.slot > *after));
        check(page.len() <= at_most && is_after, promise, &page);
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

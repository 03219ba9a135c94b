//! Secrets of tenants in the file of a store.

#![cfg(feature = "secret-store")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::time::Duration;

use common::{Folder, Hand};
use webhook_core::providers::STRIPE;
use webhook_core::secret_store::{KeyRing, SecretStoreError, conformance};
use webhook_core::{TenantSecrets, UnixTime};
use webhook_sqlite::{SqliteSecrets, SqliteStore};

const SECRET: &str = "whsec_0123456789abcdef0123";

fn secrets(hand: &Hand, folder: &Folder) -> SqliteSecrets {
    let store = hand.on(SqliteStore::builder(folder.file())).open().unwrap();
    store.secrets(KeyRing::new([("a", [1; 32])]).unwrap())
}

/// Two stores on one file: each has its own connection and its own thread, as two processes have.
#[tokio::test]
async fn the_table_keeps_its_promises() {
    for name in conformance::PROMISES {
        let (folder, hand) = (Folder::new(), Hand::new());
        let table = || {
            let store = hand.on(SqliteStore::builder(folder.file())).open().unwrap();
            store.secret_table()
        };
        let sleep = async |time: Duration| hand.pass(time);
        conformance::promise(name, &table(), &table(), sleep).await;
    }
}

#[tokio::test]
async fn a_previous_secret_ends_at_its_end_and_not_a_millisecond_earlier() {
    let (folder, hand) = (Folder::new(), Hand::new());
    let secrets = secrets(&hand, &folder);
    let pasted = TenantSecrets::new(SECRET);
    secrets.put(&STRIPE, "acme", &pasted).await.unwrap();
    let overlap = Duration::from_secs(60);
    let next = "whsec_123456789abcdef01234";
    secrets
        .rotate(&STRIPE, "acme", next, overlap)
        .await
        .unwrap();
    let ends = async || {
        let rows = secrets.list(None, 10).await.unwrap();
        rows.iter().map(|row| row.ends_at).collect::<Vec<_>>()
    };
    let count = async || {
        let found = secrets.get(&STRIPE, "acme").await.unwrap().unwrap();
        format!("{:?}", found.secrets()).matches("redacted").count()
    };
    hand.pass(overlap - Duration::from_millis(1));
    let end = UnixTime::from_secs(1_800_000_060);
    assert_eq!(ends().await, [Some(end), None]);
    assert_eq!(count().await, 2);
    hand.pass(Duration::from_millis(1));
    assert_eq!(ends().await, [None]);
    assert_eq!(count().await, 1);
}

#[tokio::test]
async fn no_file_has_the_text_of_a_secret() {
    let (folder, hand) = (Folder::new(), Hand::new());
    let secrets = secrets(&hand, &folder);
    for tenant in ["acme", "other"] {
        let pasted = TenantSecrets::new(SECRET);
        secrets.put(&STRIPE, tenant, &pasted).await.unwrap();
    }
    let next = "whsec_123456789abcdef01234";
    secrets
        .rotate(&STRIPE, "acme", next, Duration::from_secs(60))
        .await
        .unwrap();
    secrets.rewrap().await.unwrap();
    let mut bytes = 0;
    for file in fs::read_dir(folder.path()).unwrap() {
        let content = fs::read(file.unwrap().path()).unwrap();
        bytes += content.len();
        for text in ["acme", "0123456789abcdef", "whsec_"] {
            let is_there = content
                .windows(text.len())
                .any(|part| part == text.as_bytes());
            assert!(!is_there || text == "acme", "{text} is in a file");
        }
    }
    assert!(bytes > 4096, "the files were read");
}

/// A tenant must not become unknown because the disk fails.
#[tokio::test]
async fn a_file_that_is_gone_is_an_error_and_not_an_unknown_tenant() {
    let (folder, hand) = (Folder::new(), Hand::new());
    let secrets = secrets(&hand, &folder);
    let pasted = TenantSecrets::new(SECRET);
    secrets.put(&STRIPE, "acme", &pasted).await.unwrap();
    fs::rename(folder.file(), folder.path().join("elsewhere.db")).unwrap();
    for tenant in ["acme", "nobody"] {
        let found = secrets.get(&STRIPE, tenant).await;
        assert!(
            matches!(found, Err(SecretStoreError::Store(_))),
            "{found:?}"
        );
    }
}

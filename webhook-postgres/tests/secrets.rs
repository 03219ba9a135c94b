//! Secrets of tenants in the database of a store, through two handles with pools of their own.

#![cfg(feature = "secret-store")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

use common::Schema;
use sqlx::Row;
use webhook_core::providers::STRIPE;
use webhook_core::secret_store::{KeyRing, SecretStoreError, conformance};
use webhook_core::{StoreErrorKind, TenantSecrets};
use webhook_postgres::{PostgresSecrets, PostgresStore};

const SECRET: &str = "whsec_0123456789abcdef0123";

fn secrets(store: &PostgresStore) -> PostgresSecrets {
    store.secrets(KeyRing::new([("a", [1; 32])]).unwrap())
}

/// Lets this time pass: it moves the ends of all secrets into the past.
async fn pass(schema: &Schema, time: Duration) {
    let micros = time.as_micros();
    schema
        .run(&format!(
            "update {{schema}}.webhook_secret set ends_at = ends_at - interval '{micros} us', \
             created_at = created_at - interval '{micros} us'"
        ))
        .await;
}

/// Each promise has a schema of its own.
async fn keeps_its_promises(kind: usize) {
    for name in conformance::PROMISES {
        let Some(schema) = Schema::new().await else {
            return;
        };
        let [a, b] = [(), ()].map(|()| {
            let (_, builder) = schema.kinds().into_iter().nth(kind).unwrap();
            let builder = builder.timeout(Duration::from_secs(20)).connections(4);
            builder.build().unwrap().secret_table()
        });
        let sleep = async |time| pass(&schema, time).await;
        conformance::promise(name, &a, &b, sleep).await;
        drop((a, b));
        schema.drop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_single_messages_keeps_its_promises() {
    keeps_its_promises(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_prepared_statements_keeps_its_promises() {
    keeps_its_promises(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_prefix_and_a_user_without_more_rights_are_enough() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let store = schema.builder().table_prefix("shop_").build().unwrap();
    store.migrate().await.unwrap();
    let secrets = secrets(&store);
    let pasted = TenantSecrets::new(SECRET);
    secrets.put(&STRIPE, "acme", &pasted).await.unwrap();
    secrets.rewrap().await.unwrap();
    assert_eq!(secrets.list(None, 10).await.unwrap().len(), 1);
    let rows = "select count(*) from {schema}.shop_secret";
    assert_eq!(schema.number(rows).await, 1);
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_row_has_the_text_of_a_secret() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let secrets = secrets(&schema.store());
    let pasted = TenantSecrets::new(SECRET);
    secrets.put(&STRIPE, "acme", &pasted).await.unwrap();
    let rows = schema
        .run(
            "select s::text as row, encode(sealed, 'escape') as sealed
             from {schema}.webhook_secret s",
        )
        .await;
    assert_eq!(rows.len(), 1);
    for column in ["row", "sealed"] {
        let text: String = rows[0].get(column);
        assert!(!text.contains("0123456789abcdef"), "{column}");
    }
    let text: String = rows[0].get("row");
    assert!(text.contains("acme") && text.contains("stripe"), "{text}");
    schema.drop().await;
}

/// A tenant must not become unknown because the database fails.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_fails_is_an_error_and_not_an_unknown_tenant() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let store = schema.store();
    let secrets = secrets(&store);
    schema
        .run("alter table {schema}.webhook_secret rename to gone")
        .await;
    for tenant in ["acme", "nobody"] {
        match secrets.get(&STRIPE, tenant).await {
            Err(SecretStoreError::Store(error)) => {
                assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
            }
            other => panic!("{other:?}"),
        }
    }
    schema.drop().await;
    let unreachable = PostgresStore::builder("postgres://127.0.0.1:1/none").unwrap();
    let unreachable = unreachable
        .timeout(Duration::from_millis(100))
        .without_purge();
    let unreachable = self::secrets(&unreachable.build().unwrap());
    let found = unreachable.get(&STRIPE, "acme").await;
    assert!(
        matches!(found, Err(SecretStoreError::Store(_))),
        "{found:?}"
    );
}

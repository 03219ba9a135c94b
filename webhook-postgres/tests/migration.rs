//! The tables, wherever they are.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Schema, acquire, new_key};
use webhook_core::StoreErrorKind;
use webhook_core::replay::{Commit, ReplayStore};
use webhook_postgres::{PostgresStore, SCHEMA_SQL};

#[tokio::test(flavor = "multi_thread")]
async fn many_processes_may_migrate_at_once_and_again() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    schema
        .run("drop schema {schema} cascade; create schema {schema}")
        .await;
    let mut migrations = tokio::task::JoinSet::new();
    for n in 0..8 {
        let builder = schema.builder().timeout(std::time::Duration::from_secs(30));
        let builder = if n % 2 == 0 {
            builder.direct()
        } else {
            builder
        };
        let store = builder.build().unwrap();
        migrations.spawn(async move { store.migrate().await });
    }
    for migrated in migrations.join_all().await {
        migrated.unwrap();
    }
    schema.store().migrate().await.unwrap();
    let rows = "select count(*) from {schema}.webhook_version where version = 1";
    assert_eq!(schema.number(rows).await, 1);
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefix_and_a_schema_that_is_a_word_of_sql_work() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let prefix = format!("{}_", schema.name);
    schema.run("create schema if not exists \"select\"").await;
    let builder = PostgresStore::builder(&schema.url).unwrap();
    let builder = builder.schema("select").table_prefix(&prefix);
    for builder in [builder, {
        let builder = PostgresStore::builder(&schema.url).unwrap();
        builder
            .schema("select")
            .table_prefix(&prefix)
            .direct()
            .grouped()
    }] {
        let store = builder.build().unwrap();
        store.migrate().await.unwrap();
        let lease = acquire(&store, &new_key()).await;
        let answer = store.commit(&lease, None).await.unwrap();
        assert_eq!(answer, Commit::Committed);
        assert!(
            store.check().await.unwrap().iter().all(|finding| {
                finding.what != webhook_core::replay::FindingKind::SchemaVersion
            })
        );
        let swept = store.sweep(10).await.unwrap();
        assert_eq!(swept.removed, 0);
    }
    let rows = format!("select count(*) from \"select\".{prefix}key");
    assert_eq!(schema.number(&rows).await, 2);
    schema
        .run(&format!(
            "drop table \"select\".{prefix}key, \"select\".{prefix}group, \"select\".{prefix}entity, \"select\".{prefix}version"
        ))
        .await;
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_sql_makes_the_tables_and_the_store_needs_no_more_rights() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    schema
        .run("drop schema {schema} cascade; create schema {schema}")
        .await;
    let published = format!("set local search_path to {{schema}}; {SCHEMA_SQL}");
    schema.run(&published).await;
    schema
        .run(
            "create role {schema} login;
             grant usage on schema {schema} to {schema};
             grant select, insert, update, delete on all tables in schema {schema} to {schema}",
        )
        .await;
    let (_, host) = schema
        .url
        .rsplit_once('@')
        .unwrap_or(("", "127.0.0.1/postgres"));
    let url = format!("postgres://{}@{host}", schema.name);
    let builder = PostgresStore::builder(&url).unwrap();
    let store = builder
        .schema(&schema.name)
        .without_purge()
        .build()
        .unwrap();
    // There is nothing to do, so it needs no right to do it.
    store.migrate().await.unwrap();
    let lease = acquire(&store, &new_key()).await;
    store.bury(&lease, "note").await.unwrap();
    assert_eq!(store.dead(None, 1).await.unwrap().len(), 1);
    store.check().await.unwrap();
    let _ = store.sweep(1).await.unwrap();
    let name = schema.name.clone();
    let pool = schema.pool.clone();
    schema.drop().await;
    let drop_role = sqlx::AssertSqlSafe(format!("drop role {name}"));
    sqlx::raw_sql(drop_role).execute(&pool).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_a_later_version_are_left_alone() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    schema.run("update {schema}.webhook_version set version = 2; drop index {schema}.webhook_key_purge").await;
    let error = schema.store().migrate().await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(
        source.contains("version 2") && source.contains("version 1"),
        "{source}"
    );
    let index = "select count(*) from pg_indexes where schemaname = '{schema}' and indexname = 'webhook_key_purge'";
    assert_eq!(schema.number(index).await, 0);
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sql_of_a_store_has_its_names() {
    let builder = PostgresStore::builder("postgres://localhost/test").unwrap();
    let store = builder
        .schema("hooks")
        .table_prefix("shop_")
        .build()
        .unwrap();
    let sql = store.schema_sql();
    assert!(
        sql.starts_with("set local search_path to \"hooks\";\n"),
        "{sql}"
    );
    assert!(
        sql.contains("create table if not exists shop_key ("),
        "{sql}"
    );
    let builder = PostgresStore::builder("postgres://localhost/test").unwrap();
    assert_eq!(builder.build().unwrap().schema_sql(), SCHEMA_SQL);
}

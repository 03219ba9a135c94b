//! Through PgBouncer in transaction mode, where the next message of a client may run on another
//! connection of the server.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::time::Duration;

use common::{Schema, acquire, new_key, request};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};
use webhook_core::replay::{Claim, Commit, ReplayStore, conformance};
use webhook_postgres::transactional;
use webhook_test_services::{PgBouncer, Postgres};

/// A server with a bouncer, and a schema that is reached through it.
async fn bounced() -> Option<(Schema, PgBouncer, Postgres)> {
    let server = Postgres::start(&["fsync=off"])?;
    let bouncer = PgBouncer::start(&server, 3)?;
    let mut schema = Schema::at(server.url()).await?;
    schema.url = bouncer.url().to_owned();
    Some((schema, bouncer, server))
}

async fn connect(url: &str) -> PgConnection {
    let options: PgConnectOptions = url.parse().unwrap();
    options.extra_float_digits(None).connect().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_keeps_its_promises_through_a_bouncer() {
    let Some((schema, _bouncer, _server)) = bounced().await else {
        return;
    };
    let limit = Duration::from_secs(20);
    for builder in [schema.builder(), schema.builder().grouped()] {
        let a = builder.timeout(limit).build().unwrap();
        let b = schema.builder().timeout(limit).build().unwrap();
        for name in conformance::PROMISES {
            let sleep = async |time| schema.sleep(time).await;
            // The time of day goes on only by itself.
            if !name.contains("when_and_why_it_died") {
                conformance::promise(name, &a, &b, sleep).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_verb_works_whatever_connection_it_gets() {
    let Some((schema, _bouncer, _server)) = bounced().await else {
        return;
    };
    let store = schema.store();
    store.migrate().await.unwrap();
    assert_eq!(store.check().await.unwrap().len(), 1, "fsync is off");
    for _ in 0..20 {
        let lease = acquire(&store, &new_key()).await;
        store.renew(&lease, common::LONG).await.unwrap();
        store.bury(&lease, "note").await.unwrap();
        assert_eq!(store.dead(None, 10).await.unwrap().len(), 1);
        assert!(store.revive(lease.key()).await.unwrap());
        let lease = acquire(&store, lease.key()).await;
        store.release(&lease).await.unwrap();
        let lease = acquire(&store, lease.key()).await;
        let answer = store.commit(&lease, Some(b"yes")).await.unwrap();
        assert_eq!(answer, Commit::Committed);
        assert!(store.forget(lease.key()).await.unwrap());
        let _ = store.sweep(10).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_keeps_its_connection_and_leaves_nothing_on_it() {
    let Some((schema, bouncer, _server)) = bounced().await else {
        return;
    };
    let store = schema.store();
    let options: PgConnectOptions = bouncer.url().parse().unwrap();
    let pool = PgPool::connect_lazy_with(options.extra_float_digits(None));
    for _ in 0..20 {
        let key = new_key();
        let mut tx = transactional::begin(&pool).await.unwrap();
        let answer = store.claim_in(&mut tx, &key, &request()).await.unwrap();
        let Claim::Acquired(lease) = answer else {
            panic!("{answer:?}");
        };
        let answer = store.commit_in(&mut tx, &lease, Some(b"yes")).await;
        assert_eq!(answer.unwrap(), Commit::Committed);
        tx.commit().await.unwrap();
        let answer = store.claim(&key, &request()).await.unwrap();
        assert!(matches!(answer, Claim::Done { .. }));
    }
    let prepared = "select count(*) from pg_prepared_statements";
    for _ in 0..6 {
        let mut conn = connect(bouncer.url()).await;
        let row = sqlx::raw_sql(prepared).fetch_one(&mut conn).await.unwrap();
        assert_eq!(sqlx::Row::get::<i64, _>(&row, 0), 0);
        conn.close().await.unwrap();
    }
}

/// Why a statement is one message: even a statement without a name is prepared by one message and
/// run by the next.
#[tokio::test(flavor = "multi_thread")]
async fn a_statement_with_parameters_is_lost_on_the_way() {
    let Some((_schema, bouncer, _server)) = bounced().await else {
        return;
    };
    let mut conn = connect(bouncer.url()).await;
    // The bouncer opens a connection to the server only if it has none that is free.
    let mut others = Vec::new();
    for _ in 0..2 {
        let mut other = connect(bouncer.url()).await;
        sqlx::raw_sql("begin").execute(&mut other).await.unwrap();
        others.push(other);
    }
    sqlx::raw_sql("select 1").execute(&mut conn).await.unwrap();
    for other in &mut others {
        sqlx::raw_sql("rollback").execute(other).await.unwrap();
    }
    let mut failed = 0;
    for _ in 0..10 {
        let query = sqlx::query("select $1").bind(1).persistent(false);
        failed += usize::from(query.execute(&mut conn).await.is_err());
    }
    assert!(failed > 0, "the bouncer never changes the connection");
}

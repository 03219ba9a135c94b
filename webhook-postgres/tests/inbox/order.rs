//! What an order and foreign lanes cost, and what two workers see at the same time.

use webhook_core::replay::Owner;
use webhook_inbox::{
    Accepted, Action, Change, Ending, Failure, InboxTable as _, Lane, TakeRequest,
};
use webhook_postgres::PostgresInbox;

use crate::acceptance;
use crate::common::{LONG, Schema, new_key, new_owner, request};

async fn accept(inbox: &PostgresInbox, lane: Lane, order: Option<[u8; 16]>) {
    let mut ordered = acceptance(&new_key(), request()).ordered_by(order);
    if lane != Lane::default() {
        let (request, body) = (ordered.request.clone(), ordered.body.clone());
        let sealed = ordered.sealed.clone();
        ordered =
            webhook_inbox::Acceptance::new(ordered.key, request, lane, "stripe", sealed, body);
    }
    assert_eq!(inbox.accept(&ordered).await.unwrap(), Accepted::New);
}

fn take_ten(owner: Owner) -> TakeRequest {
    TakeRequest::new(owner, 10, LONG)
}

/// One worker takes a job that was requeued after the other one had looked.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_workers_that_see_different_jobs_of_an_order_one_takes_its_job() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    for direct in [false, true] {
        let builder = schema.builder();
        let builder = if direct { builder.direct() } else { builder };
        let inbox = builder.build().unwrap().inbox();
        for _ in 0..2 {
            accept(&inbox, Lane::default(), Some([u8::from(direct); 16])).await;
        }
        let first = inbox
            .take(&take_ten(new_owner()))
            .await
            .unwrap()
            .jobs
            .remove(0);
        let failure = Failure::new("poison", std::time::Duration::ZERO);
        let dead = Ending::Dead { failure };
        inbox.settle(&first.lease, &dead).await.unwrap();
        // What a requeue and a take of another worker do, before they are committed.
        let mut other = schema.pool.begin().await.unwrap();
        let take = format!(
            "update {}.webhook_delivery set state = 1, run_at = now() + interval '1 hour' \
             where id = {}",
            schema.name, first.lease.id
        );
        let take = sqlx::query(sqlx::AssertSqlSafe(take));
        take.execute(&mut *other).await.unwrap();
        let request = take_ten(new_owner());
        let (taken, ()) = tokio::join!(inbox.take(&request), async {
            schema.waits_for_a_lock().await;
            other.commit().await.unwrap();
        });
        let taken = taken.unwrap();
        assert!(taken.jobs.is_empty(), "direct: {direct}: {taken:?}");
        let state = inbox
            .find(first.lease.id)
            .await
            .unwrap()
            .unwrap()
            .info
            .state;
        assert_eq!(state, webhook_inbox::JobState::Running);
        schema.run("delete from {schema}.webhook_delivery").await;
    }
    schema.drop().await;
}

/// Thousands of jobs wait for one that fails.
#[tokio::test(flavor = "multi_thread")]
async fn a_take_looks_at_a_thousand_jobs_of_a_blocked_lane_and_serves_the_others() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    for direct in [false, true] {
        let builder = schema.builder().connections(1);
        let builder = if direct { builder.direct() } else { builder };
        let inbox = builder.build().unwrap().inbox();
        let order = [u8::from(direct); 16];
        accept(&inbox, Lane::default(), Some(order)).await;
        let head = inbox
            .take(&take_ten(new_owner()))
            .await
            .unwrap()
            .jobs
            .remove(0);
        schema
            .run(
                "insert into {schema}.webhook_delivery (epoch, run_at, accepted_at, attempts, state,
                     has_body, key, tenant, consumer, provider, sealed, order_by)
                 select 0, now(), now(), 0, 0, false, key, '', '', 'stripe', '', order_by
                 from {schema}.webhook_delivery, generate_series(1, 20000) n",
            )
            .await;
        for tenant in ["a", "b"] {
            accept(&inbox, Lane::new(tenant, ""), None).await;
        }
        schema.run("analyze {schema}.webhook_delivery").await;
        let read = "select sum(idx_tup_read)::bigint from pg_stat_user_indexes
                    where schemaname = '{schema}' and indexrelname like 'webhook_delivery%'";
        let scanned = "select sum(seq_tup_read)::bigint from pg_stat_user_tables
                       where schemaname = '{schema}'";
        let counted = "select idx_scan from pg_stat_user_indexes
                       where schemaname = '{schema}' and indexrelname = 'webhook_delivery_due'";
        let takes = 8;
        let (had_read, had_scanned) = (schema.number(read).await, schema.number(scanned).await);
        let had_counted = schema.number(counted).await;
        for _ in 0..takes {
            let taken = inbox.take(&take_ten(new_owner())).await.unwrap();
            for job in &taken.jobs {
                assert!(!job.lane.tenant.is_empty(), "{job:?}");
                inbox.settle(&job.lease, &Ending::GivenBack).await.unwrap();
            }
            assert_eq!(taken.jobs.len(), 2, "direct: {direct}");
        }
        drop(inbox);
        // The server counts a session when it ends. A take looks for four lanes at least.
        crate::reached(&schema, counted, had_counted + takes * 4).await;
        // A look at each, at the running one, and the jobs that were taken.
        let read = schema.number(read).await - had_read;
        let scanned = schema.number(scanned).await - had_scanned;
        assert!(
            read < takes * 2500,
            "direct: {direct}: {read} entries were read"
        );
        assert!(
            scanned < 100_000,
            "direct: {direct}: {scanned} rows were scanned"
        );
        let inbox = schema.store().inbox();
        inbox.settle(&head.lease, &Ending::Done).await.unwrap();
        let next = inbox
            .take(&take_ten(new_owner()).of_consumers([""]))
            .await
            .unwrap();
        let of_lane = next.jobs.iter().filter(|job| job.lane == Lane::default());
        assert_eq!(
            of_lane.count(),
            1,
            "direct: {direct}: the next one is taken"
        );
        schema.run("truncate {schema}.webhook_delivery").await;
    }
    schema.drop().await;
}

/// People see what waits, and can set the first one aside.
#[tokio::test(flavor = "multi_thread")]
async fn a_parked_job_lets_the_next_one_of_its_order_run() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let inbox = schema.store().inbox();
    for _ in 0..2 {
        accept(&inbox, Lane::default(), Some([1; 16])).await;
    }
    let first = inbox
        .take(&take_ten(new_owner()))
        .await
        .unwrap()
        .jobs
        .remove(0);
    inbox
        .settle(&first.lease, &Ending::GivenBack)
        .await
        .unwrap();
    let action = Action::new("a test", "");
    let ids = [first.lease.id];
    let parked = inbox.change(&ids, Change::Park, &action).await;
    assert_eq!(parked.unwrap(), 1);
    let next = inbox
        .take(&take_ten(new_owner()))
        .await
        .unwrap()
        .jobs
        .remove(0);
    assert!(next.lease.id > first.lease.id);
    schema.drop().await;
}

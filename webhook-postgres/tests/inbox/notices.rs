//! What other processes are told.

use std::time::{Duration, Instant};

use sqlx::postgres::PgListener;
use tokio::time::timeout;
use webhook_inbox::{Action, Change, Ending, Failure, InboxTable as _, TakeRequest};

use crate::accept;
use crate::common::{LONG, Schema, new_key, request};

/// For a machine that does many things at once.
const LIMIT: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn what_one_process_stores_or_requeues_another_is_told() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    // Through a pooler one can tell, and not listen.
    let prefix = format!("{}_", schema.name);
    let builder = || schema.builder().table_prefix(&prefix);
    let store = builder().build().unwrap();
    store.migrate().await.unwrap();
    let sender = store.inbox().notifying();
    let listener = builder().direct().build().unwrap().inbox().notifying();
    let told = async |why: &str| {
        let told = timeout(LIMIT, listener.stored()).await;
        assert!(told.is_ok(), "{why}");
    };
    told("it listens from now on").await;
    accept(&sender, &new_key()).await;
    told("a delivery was stored").await;
    let taken = TakeRequest::new(request().owner, 1, LONG);
    let job = sender.take(&taken).await.unwrap().jobs.remove(0);
    let failure = Failure::new("poison", Duration::ZERO);
    sender
        .settle(&job.lease, &Ending::Dead { failure })
        .await
        .unwrap();
    sender
        .change(&[job.lease.id], Change::Requeue, &Action::new("a test", ""))
        .await
        .unwrap();
    told("a job was requeued").await;
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_sends_few_notifications_however_much_it_stores() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let prefix = format!("{}_", schema.name);
    let store = schema.builder().table_prefix(&prefix).build().unwrap();
    store.migrate().await.unwrap();
    let inbox = store.inbox().notifying();
    let mut listener = PgListener::connect(&schema.url).await.unwrap();
    listener.listen(&format!("{prefix}delivery")).await.unwrap();
    let begun = Instant::now();
    for _ in 0..200 {
        accept(&inbox, &new_key()).await;
    }
    // The first one at once, and one after the last delivery at the latest.
    timeout(LIMIT, listener.recv()).await.unwrap().unwrap();
    drop((inbox, store));
    let mut count = 1;
    while let Ok(Ok(_)) = timeout(Duration::from_millis(500), listener.recv()).await {
        count += 1;
    }
    let most = begun.elapsed().as_millis() / 50 + 1;
    assert!(
        count <= most,
        "{count} notifications in {:?}",
        begun.elapsed()
    );
    schema.drop().await;
}

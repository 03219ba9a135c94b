//! Jobs that are done in the transaction of their effects.

use std::time::Duration;

use sqlx::{AssertSqlSafe, PgConnection};
use webhook_core::StoreErrorKind;
use webhook_core::replay::{LeaseState, TransactionSlot};
use webhook_inbox::{
    Ending, Failure, InboxTable as _, Job, JobState, Step, StepState, TakeRequest,
};
use webhook_postgres::{PgTransaction, PostgresInbox};

use crate::common::{LONG, Schema, new_key, request};

/// An inbox whose handlers write into a table `paid`, and a job.
async fn with_a_job(schema: &Schema) -> (PostgresInbox, Job) {
    schema.run("create table {schema}.paid (n integer)").await;
    let inbox = schema.store().inbox().transactional(schema.pool.clone());
    crate::accept(&inbox, &new_key()).await;
    let job = take(&inbox).await;
    (inbox, job)
}

async fn take(inbox: &PostgresInbox) -> Job {
    let request = TakeRequest::new(request().owner, 1, LONG);
    inbox.take(&request).await.unwrap().jobs.remove(0)
}

async fn pay(schema: &Schema, connection: &mut PgConnection) {
    let insert = AssertSqlSafe(format!("insert into {}.paid values (1)", schema.name));
    sqlx::query(insert).execute(connection).await.unwrap();
}

async fn payments(schema: &Schema) -> i64 {
    schema.number("select count(*) from {schema}.paid").await
}

/// What a handler does with its transaction.
async fn handle(schema: &Schema, slot: &TransactionSlot) -> TransactionSlot {
    let mut transaction: PgTransaction = slot.take().unwrap();
    pay(schema, &mut transaction).await;
    TransactionSlot::new(transaction)
}

async fn begin(inbox: &PostgresInbox, job: &Job) -> TransactionSlot {
    inbox.begin(&job.lease).await.unwrap().unwrap()
}

async fn state(inbox: &PostgresInbox, job: &Job) -> JobState {
    let found = inbox.find(job.lease.id).await.unwrap().unwrap();
    found.info.state
}

#[tokio::test(flavor = "multi_thread")]
async fn the_effects_are_there_if_and_only_if_the_job_is_done() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let (inbox, job) = with_a_job(&schema).await;
    let slot = handle(&schema, &begin(&inbox, &job).await).await;
    // The lease is renewed while the handler's transaction is open.
    let renewed = inbox.renew(&job.lease, LONG).await.unwrap();
    assert_eq!(renewed, LeaseState::Held);
    assert_eq!(payments(&schema).await, 0);
    slot.clear();
    let failure = Failure::new("status 500", Duration::ZERO);
    let after = Duration::ZERO;
    let retry = Ending::Retry { after, failure };
    let settled = inbox.settle(&job.lease, &retry).await.unwrap();
    assert_eq!((settled, payments(&schema).await), (LeaseState::Held, 0));
    let job = take(&inbox).await;
    let slot = handle(&schema, &begin(&inbox, &job).await).await;
    let done = inbox.commit(&job.lease, &slot).await.unwrap();
    assert_eq!((done, payments(&schema).await), (LeaseState::Held, 1));
    assert_eq!(state(&inbox, &job).await, JobState::Done);
    // Settling it as done afterwards is no error.
    let done = inbox.settle(&job.lease, &Ending::Done).await.unwrap();
    assert_eq!(done, LeaseState::Held);
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_remains_of_a_handler_whose_lease_is_lost() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let (inbox, job) = with_a_job(&schema).await;
    let slot = handle(&schema, &begin(&inbox, &job).await).await;
    let mut connection = schema.pool.begin().await.unwrap();
    pay(&schema, &mut connection).await;
    schema.sleep(LONG + Duration::from_secs(60)).await;
    inbox.forget_fronts();
    let second = take(&inbox).await;
    assert_eq!(second.attempt, 2);
    let lost = inbox.commit(&job.lease, &slot).await.unwrap();
    assert_eq!((lost, payments(&schema).await), (LeaseState::Lost, 0));
    let lost = inbox.done_in(&mut connection, &job.lease).await.unwrap();
    assert_eq!(lost, LeaseState::Lost);
    connection.rollback().await.unwrap();
    assert_eq!(state(&inbox, &job).await, JobState::Running);
    let error = inbox.commit(&second.lease, &slot).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{error:?}");
    let without = schema.store().inbox();
    assert!(without.begin(&second.lease).await.unwrap().is_none());
    schema.drop().await;
}

/// Two workers have the job, because one was away for too long. Both do the same step.
#[tokio::test(flavor = "multi_thread")]
async fn a_step_and_its_effects_are_committed_once() {
    let Some(schema) = Schema::new().await else {
        return;
    };
    let (inbox, first) = with_a_job(&schema).await;
    let step = |value: &'static [u8]| Step::done("charge", value);
    let failed = Step::failed("charge", "timeout");
    let put = inbox.put_step(&first.lease, &failed).await.unwrap();
    assert_eq!(put, LeaseState::Held);
    let mut late = schema.pool.begin().await.unwrap();
    pay(&schema, &mut late).await;
    let charged = step(b"first");
    let put = inbox.put_step_in(&mut late, &first.lease, &charged).await;
    assert_eq!(put.unwrap(), LeaseState::Held);
    // The step is not committed, so the second worker does not see it.
    schema.sleep(LONG + Duration::from_secs(60)).await;
    inbox.forget_fronts();
    let second = take(&inbox).await;
    let steps = inbox.steps(second.lease.id).await.unwrap();
    assert_eq!(steps[0].state, StepState::Failed);
    let mut other = schema.pool.begin().await.unwrap();
    pay(&schema, &mut other).await;
    let (lease, again) = (second.lease, step(b"second"));
    let put = inbox.put_step_in(&mut other, &lease, &again);
    // It waits for the first.
    let (put, ()) = tokio::join!(put, async {
        schema.waits_for_a_lock().await;
        late.commit().await.unwrap();
    });
    assert_eq!(put.unwrap(), LeaseState::Lost, "it was done already");
    other.rollback().await.unwrap();
    assert_eq!(payments(&schema).await, 1);
    let steps = inbox.steps(second.lease.id).await.unwrap();
    assert_eq!(steps, [charged]);
    let mut third = schema.pool.begin().await.unwrap();
    let ship = Step::done("ship", &b""[..]);
    let put = inbox.put_step_in(&mut third, &first.lease, &ship).await;
    assert_eq!(put.unwrap(), LeaseState::Lost, "the lease is lost");
    let done = inbox.done_in(&mut third, &lease).await.unwrap();
    assert_eq!(done, LeaseState::Held);
    third.commit().await.unwrap();
    assert_eq!(state(&inbox, &second).await, JobState::Done);
    schema.drop().await;
}

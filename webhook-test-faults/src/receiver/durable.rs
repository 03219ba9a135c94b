//! A receiver that stores deliveries, and runs them later in transactions that end their jobs.

use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use clap::Args;
use rusqlite::{Connection, TransactionBehavior};
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use webhook_axum::inbox::{
    AppConsumer, Consumed, Consumer, Inbox, InboxTable, JobLease, KeyRing, RetryPolicy, SealKeys,
    Stored, Worker, consumer_fn,
};
use webhook_axum::{Endpoint, VerifiedDelivery, WebhookLayer};
use webhook_core::Delivery;
use webhook_core::replay::LeaseState;
use webhook_sqlite::SqliteStore;

use crate::chance::Chance;
use crate::store::{self, Kind, POOL};
use crate::{Failure, SECRET, drivers, effects};

/// How long a transaction waits for the write lock of a file.
const BUSY: Duration = Duration::from_secs(5);
const SECOND: Duration = Duration::from_secs(1);

/// The arguments of the command.
#[derive(Args, Clone, Debug)]
pub(crate) struct Work {
    #[arg(long)]
    inbox: String,
    /// The file with the keys of the seals.
    #[arg(long)]
    keys: PathBuf,
    #[arg(long)]
    port: u16,
    /// In seconds.
    #[arg(long)]
    lease: u64,
    /// How long a handler takes, in milliseconds.
    #[arg(long)]
    takes: u64,
    /// How many of a hundred attempts fail after their effect.
    #[arg(long)]
    fails: u32,
    #[arg(long)]
    seed: u64,
}

/// Serves and works until the process is killed.
pub(crate) async fn work(work: Work) -> Result<(), Failure> {
    let keys = SealKeys::new(&KeyRing::from_file(&work.keys)?);
    match Kind::of(&work.inbox)? {
        Kind::Postgres(url) => {
            let table = store::postgres(url)?.inbox();
            let inbox = Inbox::new(table.transactional(store::pool(url)?), keys);
            let (layer, app) = work.application(&inbox)?;
            let consumer = AppConsumer::new(&layer, app.clone());
            work.serve(inbox, consumer, app).await
        }
        Kind::Sqlite(path) => {
            let inbox = Inbox::new(SqliteStore::open(path)?.inbox(), keys);
            let (layer, app) = work.application(&inbox)?;
            let handles = work.clone();
            let consumer = consumer_fn(layer.endpoint().clone(), move |stored| {
                let work = handles.clone();
                async move { work.consume(&stored).await }
            });
            work.serve(inbox, consumer, app).await
        }
        Kind::Memory | Kind::Redis(_) => Err("this store has no inbox".into()),
    }
}

impl Work {
    fn application<T: InboxTable>(
        &self,
        inbox: &Inbox<T>,
    ) -> Result<(WebhookLayer, Router), Failure>
    where
        Inbox<T>: Clone,
    {
        let endpoint = Endpoint::stripe(SECRET).durable(inbox.clone()).build()?;
        let layer = WebhookLayer::new(endpoint);
        let route = post(handle).layer(layer.clone());
        let app = Router::new().route(drivers::gateway::PATH, route);
        Ok((layer, app.with_state(self.clone())))
    }

    async fn serve<T: InboxTable>(
        &self,
        inbox: Inbox<T>,
        consumer: impl Consumer,
        app: Router,
    ) -> Result<(), Failure> {
        let slots = usize::try_from(POOL)?;
        let _worker = Worker::new(inbox)
            .consumer(consumer)
            .slots(slots)
            .per_lane(slots)
            .lease(Duration::from_secs(self.lease))
            .retry(
                RetryPolicy::default()
                    .waits(SECOND, SECOND)
                    .max_attempts(10_000),
            )
            .spawn()?;
        let listener = TcpListener::bind(("127.0.0.1", self.port))?;
        listener.set_nonblocking(true)?;
        Ok(axum::serve(tokio::net::TcpListener::from_std(listener)?, app).await?)
    }

    fn fails(&self, delivery: &Delivery) -> bool {
        let chance = Chance {
            seed: self.seed,
            percent: self.fails,
        };
        chance.fails(delivery.id().unwrap_or_default(), delivery.attempt())
    }

    /// Takes a while, and then has an effect in the transaction of the job, which the worker
    /// commits.
    async fn record(&self, delivery: &Delivery) -> Result<(), Failure> {
        sleep(Duration::from_millis(self.takes / 2)).await;
        let event = delivery.id().ok_or("the delivery has no id")?;
        effects::record(delivery, event).await?;
        sleep(Duration::from_millis(self.takes / 2)).await;
        match self.fails(delivery) {
            true => Err("on purpose".into()),
            false => Ok(()),
        }
    }

    /// Takes a while, and then ends the job in a short transaction with its effect. SQLite has one
    /// writer, so a longer one would keep deliveries from being stored.
    async fn consume(&self, stored: &Stored) -> Consumed {
        sleep(Duration::from_millis(self.takes)).await;
        let path = self.inbox.trim_start_matches("sqlite:").to_owned();
        let event = stored.delivery().id().unwrap_or_default().to_owned();
        let (lease, fails) = (*stored.lease(), self.fails(stored.delivery()));
        let ended = spawn_blocking(move || end(&path, &event, &lease, fails));
        match ended.await {
            Ok(Ok(true)) => Consumed::Done,
            _ => Consumed::failed("not committed"),
        }
    }
}

/// Returns whether the effect and the end of the job are committed.
fn end(path: &str, event: &str, lease: &JobLease, fails: bool) -> Result<bool, Failure> {
    let mut db = Connection::open(path)?;
    db.busy_timeout(BUSY)?;
    db.execute_batch("pragma synchronous = full")?;
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("insert into effect values (?1)", [event])?;
    let state = webhook_sqlite::transaction::done_in(&transaction, lease)?;
    let commits = state == LeaseState::Held && !fails;
    match commits {
        true => transaction.commit()?,
        false => transaction.rollback()?,
    }
    Ok(commits)
}

async fn handle(
    State(work): State<Work>,
    VerifiedDelivery(delivery): VerifiedDelivery,
) -> StatusCode {
    match work.record(&delivery).await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

//! Two deliveries whose commits come in the other order than their claims, with a reader between.
//!
//! Whoever reads a table by "number greater than" misses the one that commits late. The stores read
//! by key and state, so nothing is missed: between the commits the late one is in flight, and after
//! its commit it is done.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::routing::post;
use common::Database;
use sqlx::postgres::PgPoolOptions;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tower::ServiceExt as _;
use webhook_axum::{Endpoint, Signer, VerifiedDelivery, WebhookLayer, providers};
use webhook_core::ReplayStore;
use webhook_postgres::PostgresStore;
use webhook_redis::RedisStore;
use webhook_sqlite::SqliteStore;
use webhook_test_faults::effects;
use webhook_test_services::{Postgres, Redis};

const SECRET: &str = "whsec_0123456789abcdef";

/// A process: it has its own handle of the store.
#[derive(Clone)]
struct Process {
    app: Router,
    handlers: Handlers,
}

#[derive(Clone)]
struct Handlers {
    /// The events whose handlers have begun.
    begun: Arc<Mutex<Vec<String>>>,
    /// The handler of `evt_early` waits here until it may succeed.
    gate: Arc<Semaphore>,
    is_transactional: bool,
}

async fn handle(
    State(handlers): State<Handlers>,
    VerifiedDelivery(delivery): VerifiedDelivery,
) -> StatusCode {
    let event = delivery.id().unwrap();
    if handlers.is_transactional {
        effects::record(&delivery, event).await.unwrap();
    }
    handlers.begun.lock().unwrap().push(event.to_owned());
    if event == "evt_early" {
        handlers.gate.acquire().await.unwrap().forget();
    }
    StatusCode::OK
}

impl Process {
    fn new(store: impl ReplayStore, is_transactional: bool) -> Self {
        let handlers = Handlers {
            begun: Arc::default(),
            gate: Arc::new(Semaphore::new(0)),
            is_transactional,
        };
        let endpoint = Endpoint::stripe(SECRET).store(store).consumer("orders");
        let route = post(handle).layer(WebhookLayer::new(endpoint.build().unwrap()));
        let app = Router::new().route("/", route).with_state(handlers.clone());
        Self { app, handlers }
    }

    async fn deliver(&self, event: &str) -> u16 {
        let signer = Signer::new(providers::STRIPE, SECRET).unwrap();
        let signed = signer.sign_now(format!(r#"{{"id":"{event}","type":"a"}}"#));
        let request: Request<Body> = signed.to_http("/");
        self.app
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .status()
            .as_u16()
    }

    /// Delivers in the background, and waits until the handler has begun.
    async fn begin(&self, event: &'static str) -> JoinHandle<u16> {
        let process = self.clone();
        let delivery = tokio::spawn(async move { process.deliver(event).await });
        while !self.begun().contains(&event.to_owned()) {
            assert!(!delivery.is_finished(), "{event} was answered at once");
            sleep(Duration::from_millis(1)).await;
        }
        delivery
    }

    fn begun(&self) -> Vec<String> {
        self.handlers.begun.lock().unwrap().clone()
    }

    fn let_go(&self) {
        self.handlers.gate.add_permits(1);
    }
}

/// The early one is claimed first and committed last.
async fn the_late_commit_is_not_missed([early, late, reader]: [Process; 3]) {
    let first = early.begin("evt_early").await;
    assert_eq!(late.deliver("evt_late").await, 200);
    // Between the two commits.
    assert_eq!(reader.deliver("evt_late").await, 200);
    assert_eq!(reader.deliver("evt_early").await, 503, "it is in flight");
    early.let_go();
    assert_eq!(first.await.unwrap(), 200);
    for event in ["evt_early", "evt_late"] {
        assert_eq!(reader.deliver(event).await, 200, "{event}");
    }
    assert_eq!(reader.begun(), [""; 0], "the reader saw only copies");
}

#[tokio::test]
async fn on_postgres_the_late_commit_is_not_missed() {
    let Some(postgres) = Postgres::start(&[]) else {
        return;
    };
    PostgresStore::new(postgres.url())
        .unwrap()
        .migrate()
        .await
        .unwrap();
    let processes = [(); 3].map(|()| {
        let store = PostgresStore::new(postgres.url()).unwrap();
        Process::new(store, false)
    });
    the_late_commit_is_not_missed(processes).await;
}

#[tokio::test]
async fn on_redis_the_late_commit_is_not_missed() {
    let Some(redis) = Redis::start(&[]) else {
        return;
    };
    let processes = [(); 3].map(|()| Process::new(RedisStore::new(redis.url()).unwrap(), false));
    the_late_commit_is_not_missed(processes).await;
}

#[tokio::test]
async fn on_sqlite_the_late_commit_is_not_missed() {
    let database = Database::new();
    let processes =
        [(); 3].map(|()| Process::new(SqliteStore::open(database.file()).unwrap(), false));
    the_late_commit_is_not_missed(processes).await;
}

/// The events that a reader sees, each with one effect.
async fn seen(database: &str) -> Vec<String> {
    let effects = effects::read(database).await.unwrap();
    assert!(effects.values().all(|times| *times == 1), "{effects:?}");
    effects.into_keys().collect()
}

#[tokio::test]
async fn in_transactions_of_postgres_the_late_commit_is_not_missed() {
    let Some(postgres) = Postgres::start(&[]) else {
        return;
    };
    let url = postgres.url();
    PostgresStore::new(url).unwrap().migrate().await.unwrap();
    effects::prepare(url).await.unwrap();
    let [early, late, reader] = [(); 3].map(|()| {
        let pool = PgPoolOptions::new().connect_lazy(url).unwrap();
        Process::new(PostgresStore::new(url).unwrap().transactional(pool), true)
    });
    let first = early.begin("evt_early").await;
    assert_eq!(late.deliver("evt_late").await, 200);
    assert_eq!(seen(url).await, ["evt_late"], "between the two commits");
    assert_eq!(reader.deliver("evt_late").await, 200);
    assert_eq!(reader.deliver("evt_early").await, 503, "it is in flight");
    early.let_go();
    assert_eq!(first.await.unwrap(), 200);
    assert_eq!(seen(url).await, ["evt_early", "evt_late"]);
    assert_eq!(reader.deliver("evt_early").await, 200);
    assert_eq!(reader.begun(), [""; 0], "the reader saw only copies");
}

#[tokio::test]
async fn in_transactions_of_sqlite_no_commit_overtakes_another() {
    let database = Database::new();
    SqliteStore::open(database.file()).unwrap();
    effects::prepare(&database.store()).await.unwrap();
    let [early, late] = [(); 2].map(|()| {
        let store = SqliteStore::open(database.file()).unwrap();
        Process::new(store.transactional().unwrap(), true)
    });
    let first = early.begin("evt_early").await;
    // SQLite has one writer: the other does not begin before this one has ended.
    assert_eq!(late.deliver("evt_late").await, 503);
    assert_eq!(seen(&database.store()).await, [""; 0]);
    early.let_go();
    assert_eq!(first.await.unwrap(), 200);
    assert_eq!(seen(&database.store()).await, ["evt_early"]);
    assert_eq!(late.deliver("evt_late").await, 200);
    assert_eq!(seen(&database.store()).await, ["evt_early", "evt_late"]);
}

//! Requests that are dropped at every await of claim, handler and commit, with one connection to
//! the store: each event runs once, and the next delivery has the connection.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use actix_web::dev::Service;
use actix_web::{HttpResponse, test, web};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::routing::post;
use common::Database;
use sqlx::postgres::PgPoolOptions;
use tokio::task::yield_now;
use tokio::time::sleep;
use tower::ServiceExt as _;
use webhook_axum::{
    Endpoint, EndpointBuilder, SignedRequest, Signer, VerifiedDelivery, WebhookLayer, providers,
};
use webhook_core::Delivery;
use webhook_postgres::PostgresStore;
use webhook_redis::RedisStore;
use webhook_sqlite::SqliteStore;
use webhook_test_faults::effects;
use webhook_test_services::{Postgres, Redis};

const SECRET: &str = "whsec_0123456789abcdef";
/// More polls than a delivery needs with any of these stores.
const POLLS: usize = 12;
/// How often a delivery is dropped after each number of polls.
const REPEATS: usize = 8;

/// How often each event had its effect.
#[derive(Clone)]
struct Ledger {
    /// In transactional mode they are in the database with this address.
    database: Option<String>,
    runs: Arc<Mutex<BTreeMap<String, u64>>>,
}

impl Ledger {
    fn of_handlers() -> Self {
        Self {
            database: None,
            runs: Arc::default(),
        }
    }

    async fn of_transactions(database: &str) -> Self {
        effects::prepare(database).await.unwrap();
        let database = Some(database.to_owned());
        Self {
            database,
            ..Self::of_handlers()
        }
    }

    /// The handler, with several awaits.
    async fn handle(&self, delivery: &Delivery) -> u16 {
        yield_now().await;
        let event = delivery.id().unwrap();
        if self.database.is_some() {
            effects::record(delivery, event).await.unwrap();
        } else {
            *self
                .runs
                .lock()
                .unwrap()
                .entry(event.to_owned())
                .or_default() += 1;
        }
        yield_now().await;
        200
    }

    async fn effects(&self) -> BTreeMap<String, u64> {
        match &self.database {
            Some(database) => effects::read(database).await.unwrap(),
            None => self.runs.lock().unwrap().clone(),
        }
    }
}

/// Polls a future so many times and drops it.
async fn poll_and_drop<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut polls = 0;
    poll_fn(move |cx| {
        if polls == times {
            return Poll::Ready(None);
        }
        polls += 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if polls == times => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Sends each event, drops the request after some polls, and sends it again until it is accepted.
async fn drop_everywhere(ledger: &Ledger, send: impl AsyncFn(SignedRequest) -> u16) {
    let (mut dropped, mut ended) = (0, 0);
    for n in 0..POLLS * REPEATS {
        let signer = Signer::new(providers::STRIPE, SECRET).unwrap();
        let sign = || signer.sign_now(format!(r#"{{"id":"evt_{n}","type":"a"}}"#));
        match poll_and_drop(send(sign()), n % POLLS).await {
            Some(status) => {
                ended += 1;
                assert_eq!(status, 200, "event {n}");
            }
            None => dropped += 1,
        }
        // It goes on without its client, and is in flight until its end.
        loop {
            match send(sign()).await {
                200 => break,
                503 => sleep(Duration::from_millis(2)).await,
                status => panic!("event {n} is answered {status}"),
            }
        }
    }
    assert!(
        dropped > POLLS,
        "only {dropped} requests were dropped, {ended} ended"
    );
    let effects = ledger.effects().await;
    assert_eq!(effects.len(), POLLS * REPEATS);
    assert!(effects.values().all(|runs| *runs == 1), "{effects:?}");
}

async fn in_axum(store: impl FnOnce(EndpointBuilder) -> EndpointBuilder, ledger: Ledger) {
    async fn handle(
        State(ledger): State<Ledger>,
        VerifiedDelivery(delivery): VerifiedDelivery,
    ) -> StatusCode {
        StatusCode::from_u16(ledger.handle(&delivery).await).unwrap()
    }
    let endpoint = store(Endpoint::stripe(SECRET)).build().unwrap();
    let route = post(handle).layer(WebhookLayer::new(endpoint));
    let app = Router::new().route("/", route).with_state(ledger.clone());
    drop_everywhere(&ledger, async |signed| {
        let request: Request<Body> = signed.to_http("/");
        app.clone()
            .oneshot(request)
            .await
            .unwrap()
            .status()
            .as_u16()
    })
    .await;
}

async fn in_actix(store: impl FnOnce(EndpointBuilder) -> EndpointBuilder, ledger: Ledger) {
    async fn handle(
        ledger: web::Data<Ledger>,
        delivery: webhook_actix::VerifiedDelivery,
    ) -> HttpResponse {
        let status = ledger.handle(&delivery.0).await;
        HttpResponse::new(actix_web::http::StatusCode::from_u16(status).unwrap())
    }
    let endpoint = store(Endpoint::stripe(SECRET)).build().unwrap();
    let hook = web::resource("/").wrap(webhook_actix::Webhook::new(endpoint));
    let app = actix_web::App::new()
        .app_data(web::Data::new(ledger.clone()))
        .service(hook.route(web::post().to(handle)));
    let app = test::init_service(app).await;
    drop_everywhere(&ledger, async |signed| {
        let request = webhook_actix::testing::test_request(&signed, "/").to_request();
        match app.call(request).await {
            Ok(answer) => answer.status().as_u16(),
            Err(error) => error.as_response_error().status_code().as_u16(),
        }
    })
    .await;
}

/// One connection, whose owner waits for it as long as a busy machine may need.
fn one_connection(url: &str) -> PostgresStore {
    let builder = PostgresStore::builder(url).unwrap().connections(1);
    builder.timeout(Duration::from_secs(20)).build().unwrap()
}

macro_rules! tests {
    ($($framework:ident: $runs:path, $runtime:meta;)*) => {$(
        mod $framework {
            use super::*;

            #[$runtime]
            async fn on_postgres_each_event_runs_once() {
                let Some(postgres) = Postgres::start(&[]) else { return };
                let store = one_connection(postgres.url());
                store.migrate().await.unwrap();
                $runs(|endpoint| endpoint.store(store), Ledger::of_handlers()).await;
            }

            #[$runtime]
            async fn in_transactions_of_postgres_each_event_runs_once() {
                let Some(postgres) = Postgres::start(&[]) else { return };
                let store = one_connection(postgres.url());
                store.migrate().await.unwrap();
                let pool = PgPoolOptions::new().max_connections(1);
                let store = store.transactional(pool.connect_lazy(postgres.url()).unwrap());
                let ledger = Ledger::of_transactions(postgres.url()).await;
                $runs(|endpoint| endpoint.store(store), ledger).await;
            }

            #[$runtime]
            async fn on_sqlite_each_event_runs_once() {
                let database = Database::new();
                let store = SqliteStore::open(database.file()).unwrap();
                $runs(|endpoint| endpoint.store(store), Ledger::of_handlers()).await;
            }

            #[$runtime]
            async fn in_transactions_of_sqlite_each_event_runs_once() {
                let database = Database::new();
                let store = SqliteStore::open(database.file()).unwrap();
                let store = store.transactional().unwrap();
                let ledger = Ledger::of_transactions(&database.store()).await;
                $runs(|endpoint| endpoint.store(store), ledger).await;
            }

            #[$runtime]
            async fn on_redis_each_event_runs_once() {
                let Some(redis) = Redis::start(&[]) else { return };
                let store = RedisStore::new(redis.url()).unwrap();
                $runs(|endpoint| endpoint.store(store), Ledger::of_handlers()).await;
            }
        }
    )*};
}

tests! {
    axum_adapter: in_axum, tokio::test;
    actix_adapter: in_actix, actix_web::test;
}

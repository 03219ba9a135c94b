//! A process that loses the network to its store while a handler runs, and with that its lease.
//!
//! The handler is cancelled, or told if it must not stop. Another process takes over with a higher
//! epoch, and the commit of the first is refused.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::routing::post;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tower::ServiceExt as _;
use webhook_axum::{
    Endpoint, LostLease, RejectionKind, Signer, VerifiedDelivery, WebhookLayer, providers,
};
use webhook_core::ReplayStore;
use webhook_postgres::PostgresStore;
use webhook_redis::RedisStore;
use webhook_test_faults::proxy::{Mode, Proxy};
use webhook_test_services::{Postgres, Redis};

const SECRET: &str = "whsec_0123456789abcdef";
const LEASE: Duration = Duration::from_secs(2);
/// A handler may run three times as long as its lease.
const HANDLER: Duration = Duration::from_secs(60);
/// A renewal that fails can be repeated twice within a lease.
const STORE: Duration = Duration::from_millis(300);

#[derive(Clone)]
struct Handlers {
    policy: Option<LostLease>,
    seen: Arc<Seen>,
}

#[derive(Debug)]
struct Seen {
    /// The epochs of the handlers that have begun.
    epochs: Mutex<Vec<u64>>,
    /// One for each handler that was dropped before its end.
    cancelled: Semaphore,
    /// One for each handler that was told that its lease is lost.
    told: Semaphore,
    /// A handler that was told goes on from here.
    gate: Semaphore,
}

/// Says so if it is dropped.
struct Cancelled(Arc<Seen>);

impl Drop for Cancelled {
    fn drop(&mut self) {
        self.0.cancelled.add_permits(1);
    }
}

impl Handlers {
    /// Those of a process that loses its lease, or of one that has no such policy and succeeds.
    fn new(policy: Option<LostLease>) -> Self {
        let seen = Seen {
            epochs: Mutex::default(),
            cancelled: Semaphore::new(0),
            told: Semaphore::new(0),
            gate: Semaphore::new(0),
        };
        Self {
            policy,
            seen: Arc::new(seen),
        }
    }

    fn epochs(&self) -> Vec<u64> {
        self.seen.epochs.lock().unwrap().clone()
    }
}

async fn handle(
    State(handlers): State<Handlers>,
    VerifiedDelivery(delivery): VerifiedDelivery,
) -> StatusCode {
    let seen = handlers.seen;
    seen.epochs
        .lock()
        .unwrap()
        .push(delivery.fence().unwrap().epoch);
    match handlers.policy {
        Some(LostLease::Cancel) => {
            let _cancelled = Cancelled(Arc::clone(&seen));
            pending::<()>().await;
        }
        Some(_) => {
            delivery.lease().lost().await;
            seen.told.add_permits(1);
            seen.gate.acquire().await.unwrap().forget();
        }
        None => {}
    }
    StatusCode::OK
}

fn process(store: impl ReplayStore, handlers: &Handlers) -> (Router, Endpoint) {
    let endpoint = Endpoint::stripe(SECRET).store(store).consumer("orders");
    let endpoint = endpoint.lease(LEASE).handler_timeout(HANDLER);
    let endpoint = endpoint.store_timeout(STORE);
    let endpoint = endpoint.on_lost_lease(handlers.policy.unwrap_or_default());
    let endpoint = endpoint.build().unwrap();
    let route = post(handle).layer(WebhookLayer::new(endpoint.clone()));
    let app = Router::new().route("/", route).with_state(handlers.clone());
    (app, endpoint)
}

async fn deliver(app: Router) -> u16 {
    let signer = Signer::new(providers::STRIPE, SECRET).unwrap();
    let request: Request<Body> = signer.sign_now(r#"{"id":"evt_1","type":"a"}"#).to_http("/");
    app.oneshot(request).await.unwrap().status().as_u16()
}

/// Delivers until it is accepted. Every other answer is 503.
async fn deliver_until_accepted(app: &Router) {
    loop {
        match deliver(app.clone()).await {
            200 => return,
            503 => sleep(Duration::from_millis(20)).await,
            status => panic!("answered {status}"),
        }
    }
}

/// The first process reaches the store through the network, and the second directly.
async fn is_fenced_off<S: ReplayStore>(stores: [S; 2], network: &Proxy, policy: LostLease) {
    let [first_store, second_store] = stores;
    let (first_handlers, second_handlers) = (Handlers::new(Some(policy)), Handlers::new(None));
    let (first, endpoint) = process(first_store, &first_handlers);
    let (second, _) = process(second_store, &second_handlers);

    let delivery = tokio::spawn(deliver(first.clone()));
    while first_handlers.epochs().is_empty() {
        assert!(!delivery.is_finished(), "the first delivery does not run");
        sleep(Duration::from_millis(1)).await;
    }
    network.set(Mode::Silent);
    let seen = &first_handlers.seen;
    let is_lost = match policy {
        LostLease::Cancel => &seen.cancelled,
        _ => &seen.told,
    };
    is_lost.acquire().await.unwrap().forget();
    deliver_until_accepted(&second).await;
    network.set(Mode::Pass);
    // A copy is answered, so the store can be reached again. A commit that the store does not
    // answer in time would be tried again later, and the handler's own answer sent.
    deliver_until_accepted(&first).await;
    seen.gate.add_permits(1);
    let status = delivery.await.unwrap();
    assert_eq!(status, 503, "{policy:?}: the first run does not count");

    let ([first_epoch], [second_epoch]) =
        (&first_handlers.epochs()[..], &second_handlers.epochs()[..])
    else {
        panic!(
            "one run each: {:?}, {:?}",
            first_handlers.epochs(),
            second_handlers.epochs()
        );
    };
    assert!(second_epoch > first_epoch, "{policy:?}");
    assert_eq!(
        endpoint.counts().rejected(RejectionKind::LeaseLost),
        1,
        "{policy:?}"
    );
    deliver_until_accepted(&second).await;
    assert_eq!(
        (
            first_handlers.epochs().len(),
            second_handlers.epochs().len()
        ),
        (1, 1)
    );
}

const POLICIES: [LostLease; 2] = [LostLease::Cancel, LostLease::KeepRunning];

#[tokio::test(flavor = "multi_thread")]
async fn on_redis_a_process_that_lost_its_lease_is_fenced_off() {
    for policy in POLICIES {
        let Some(redis) = Redis::start(&[]) else {
            return;
        };
        let network = Proxy::start(redis.port()).await.unwrap();
        let through = format!("redis://127.0.0.1:{}", network.port());
        let stores = [&*through, redis.url()].map(|url| RedisStore::new(url).unwrap());
        is_fenced_off(stores, &network, policy).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_a_process_that_lost_its_lease_is_fenced_off() {
    for policy in POLICIES {
        let Some(postgres) = Postgres::start(&[]) else {
            return;
        };
        let network = Proxy::start(postgres.port()).await.unwrap();
        let through = format!("postgres://postgres@127.0.0.1:{}/postgres", network.port());
        let stores = [&*through, postgres.url()].map(|url| PostgresStore::new(url).unwrap());
        stores[1].migrate().await.unwrap();
        is_fenced_off(stores, &network, policy).await;
    }
}

//! What tenants get, whatever the framework. Each adapter includes this file, and supplies its
//! `Layer` and `serve`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;
use webhook_core::{Endpoint, MemoryStore, SecretSet, SignedRequest, Signer, providers};
use webhook_tower::tenants::{Tenants, from_path};

use super::{Answered, Layer, serve};

const UNAUTHORIZED: &str = r#"{"error":"unauthorized"}"#;
const UNAVAILABLE: &str = r#"{"error":"unavailable"}"#;

/// The secrets of `acme`, `initech`, and of the service itself, under `_`.
#[derive(Clone)]
pub(crate) struct Database {
    asked: Arc<AtomicUsize>,
    held: Arc<Semaphore>,
}

impl Database {
    pub(crate) fn new() -> Self {
        Self {
            asked: Arc::default(),
            held: Arc::new(Semaphore::new(0)),
        }
    }

    async fn secret(self, tenant: Arc<str>) -> Result<Option<String>, &'static str> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match &*tenant {
            "acme" | "initech" | "_" => Ok(Some(secret_of(&tenant))),
            "failing" => Err("connection refused"),
            "slow" => {
                let _ = self.held.acquire().await;
                Ok(None)
            }
            _ => Ok(None),
        }
    }
}

fn secret_of(tenant: &str) -> String {
    format!("whsec_0123456789abcdef-{tenant}")
}

pub(crate) fn layer(database: &Database) -> Layer {
    let template = Endpoint::stripe(SecretSet::per_tenant()).store(MemoryStore::new());
    let database = database.clone();
    let resolver = move |tenant| database.clone().secret(tenant);
    let name = from_path("/hooks/{tenant}");
    Tenants::new(template.build().unwrap(), name, resolver).into()
}

/// Tenants with endpoints of their own.
pub(crate) fn of_endpoints() -> Layer {
    let store = MemoryStore::new();
    let stranger = Endpoint::stripe(SecretSet::per_tenant()).store(store.clone());
    let resolver = move |tenant: Arc<str>| {
        let endpoint = Endpoint::stripe(secret_of(&tenant)).store(store.clone());
        let endpoint = endpoint.consumer("tests").tenant(tenant).build();
        async move { endpoint.map(Some) }
    };
    let stranger = stranger.consumer("tests").build().unwrap();
    Tenants::of_endpoints(stranger, from_path("/hooks/{tenant}"), resolver).into()
}

/// A delivery with the secret of this tenant.
pub(crate) fn sent(tenant: &str, id: &str) -> SignedRequest {
    let signer = Signer::new(providers::STRIPE, secret_of(tenant)).unwrap();
    signer.sign_now(format!(r#"{{"id":"{id}","type":"invoice.paid"}}"#))
}

fn said(answer: &Answered) -> (u16, &str) {
    (answer.status, &answer.body)
}

#[actix_web::test]
async fn an_event_runs_for_its_tenant_and_once_for_each() {
    let app = serve(layer(&Database::new()));
    for tenant in ["acme", "initech", "_"] {
        let path = format!("/hooks/{tenant}");
        let first = app.send(&sent(tenant, "evt_1"), &path).await;
        assert_eq!(said(&first), (200, tenant), "the same id is another event");
        let copy = app.send(&sent(tenant, "evt_1"), &path).await;
        assert_eq!(said(&copy), (200, ""), "{tenant}");
    }
}

#[actix_web::test]
async fn whoever_is_not_the_tenant_gets_the_same_bytes() {
    let app = serve(layer(&Database::new()));
    let forged = app.send(&sent("mallory", "evt_1"), "/hooks/acme").await;
    assert_eq!(said(&forged), (401, UNAUTHORIZED));
    for (what, of, path) in [
        (
            "a tenant's event on another's path",
            "acme",
            "/hooks/initech",
        ),
        ("an unknown tenant", "acme", "/hooks/nobody"),
        ("an unknown tenant, remembered", "acme", "/hooks/nobody"),
        ("the service's own secret for a tenant", "_", "/hooks/acme"),
        ("a tenant's secret for the service", "acme", "/hooks/_"),
        (
            "the service's own secret for an unknown tenant",
            "_",
            "/hooks/nobody",
        ),
        ("another spelling", "acme", "/hooks/ACME"),
    ] {
        let answer = app.send(&sent(of, "evt_1"), path).await;
        assert_eq!(answer, forged, "{what}");
    }
    let mut unsigned = sent("acme", "evt_1");
    unsigned
        .headers
        .retain(|(name, _)| *name != "stripe-signature");
    let known = app.send(&unsigned, "/hooks/acme").await;
    let unknown = app.send(&unsigned, "/hooks/nobody").await;
    assert_eq!(known, unknown, "without a signature");
    // Those who signed nothing did not take the event away.
    let genuine = app.send(&sent("acme", "evt_1"), "/hooks/acme").await;
    assert_eq!(said(&genuine), (200, "acme"));
}

#[actix_web::test]
async fn a_resolver_that_cannot_say_makes_the_sender_retry() {
    tokio::time::pause();
    let app = serve(layer(&Database::new()));
    let failing = app.send(&sent("acme", "evt_1"), "/hooks/failing").await;
    assert_eq!(said(&failing), (503, UNAVAILABLE));
    assert_eq!(failing.header("retry-after"), Some("10"));
    let slow = app.send(&sent("acme", "evt_1"), "/hooks/slow").await;
    assert_eq!(slow, failing);
}

#[actix_web::test]
async fn the_database_is_asked_once_for_a_tenant_and_never_for_rubbish() {
    let database = Database::new();
    let app = serve(layer(&database));
    let mut unsigned = sent("acme", "evt_1");
    unsigned.headers.clear();
    app.send(&unsigned, "/hooks/acme").await;
    assert_eq!(database.asked.load(Ordering::SeqCst), 0);
    for id in ["evt_1", "evt_2", "evt_3"] {
        app.send(&sent("acme", id), "/hooks/acme").await;
    }
    assert_eq!(database.asked.load(Ordering::SeqCst), 1);
}

//! A receiver in axum, over sockets. It can crash and start again.

use std::mem::take;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::post;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use webhook_axum::{Endpoint, SignedRequest, Signer, VerifiedDelivery, WebhookLayer, providers};
use webhook_core::Delivery;

use crate::disguise::disguise;
use crate::flaw::Flaw;
use crate::store::{Durable, FlawedStore};

pub(crate) const SECRET: &str = "whsec_flaws_0123456789abcdef";
/// How long a delivery is remembered.
pub(crate) const RETENTION: Duration = Duration::from_secs(14 * 86_400);
/// The age of a delivery that is refused.
pub(crate) const STALE: Duration = Duration::from_secs(86_400);
/// How many effects `AcknowledgedBeforeDurable` writes at once.
const BATCH: usize = 4;

/// A receiver, what it has on disk, and what the test knows about it.
pub(crate) struct Receiver {
    flaw: Option<Flaw>,
    durable: Durable,
    seen: Arc<Seen>,
    process: Mutex<Process>,
}

/// What has happened, whatever process it was.
#[derive(Default)]
struct Seen {
    runs: Mutex<Vec<Run>>,
    /// The events whose effects are on disk.
    effects: Mutex<Vec<String>>,
}

/// A handler that has begun.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) attempt: u32,
    pub(crate) epoch: u64,
}

struct Process {
    port: u16,
    application: Application,
    server: JoinHandle<()>,
    is_alive: Arc<AtomicBool>,
}

#[derive(Clone)]
struct Application {
    flaw: Option<Flaw>,
    seen: Arc<Seen>,
    gate: Arc<Semaphore>,
    /// Effects that are not on disk.
    batch: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    pub(crate) async fn start(flaw: Option<Flaw>) -> Self {
        let (durable, seen) = (Durable::new(), Arc::<Seen>::default());
        let process = Process::start(flaw, &durable, &seen).await;
        Self {
            flaw,
            durable,
            seen,
            process: Mutex::new(process),
        }
    }

    /// Ends the process as `kill -9` does, and starts another one.
    pub(crate) async fn crash(&self) {
        let next = Process::start(self.flaw, &self.durable, &self.seen).await;
        let mut process = self.process.lock().unwrap();
        process.is_alive.store(false, Ordering::SeqCst);
        process.server.abort();
        *process = next;
    }

    /// Lets this time pass for the store.
    pub(crate) fn pass(&self, time: Duration) {
        *self.durable.clock.lock().unwrap() += time;
    }

    /// Lets so many handlers go on that wait, the first one first.
    pub(crate) fn let_go(&self, handlers: usize) {
        let process = self.process.lock().unwrap();
        process.application.gate.add_permits(handlers);
    }

    /// The handlers that have begun.
    pub(crate) fn runs(&self) -> Vec<Run> {
        self.seen.runs.lock().unwrap().clone()
    }

    /// Waits until so many handlers have begun.
    pub(crate) async fn has_begun(&self, handlers: usize) {
        while self.runs().len() < handlers {
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// Whether the effect of an event is on disk.
    pub(crate) fn has_effect(&self, event: &str) -> bool {
        let effects = self.seen.effects.lock().unwrap();
        effects.iter().any(|effect| effect == event)
    }

    /// Delivers an event, whose handler then does what is said: `succeed`, `fail` or `wait`.
    /// Returns the status.
    pub(crate) async fn deliver(&self, then: &str) -> u16 {
        self.send(&signer().sign_now(body(then))).await
    }

    pub(crate) async fn send(&self, signed: &SignedRequest) -> u16 {
        let port = self.process.lock().unwrap().port;
        let mut request = "POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n".to_owned();
        for (name, value) in &signed.headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!("content-length: {}\r\n\r\n", signed.body.len());
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.write_all(&signed.body).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer[9..12].parse().unwrap()
    }
}

pub(crate) fn signer() -> Signer {
    Signer::new(providers::STRIPE, SECRET).unwrap()
}

/// The body of the one event that a scenario is about. Serialised again, it is the same.
pub(crate) fn body(then: &str) -> String {
    format!(r#"{{"id":"evt_1","then":"{then}","type":"flaw"}}"#)
}

impl Process {
    async fn start(flaw: Option<Flaw>, durable: &Durable, seen: &Arc<Seen>) -> Self {
        let is_alive = Arc::new(AtomicBool::new(true));
        let store = FlawedStore {
            flaw,
            durable: durable.clone(),
            is_alive: Arc::clone(&is_alive),
        };
        let application = Application {
            flaw,
            seen: Arc::clone(seen),
            gate: Arc::new(Semaphore::new(0)),
            batch: Arc::default(),
        };
        let endpoint = Endpoint::stripe(SECRET).store(store).consumer("flaws");
        let endpoint = match flaw {
            Some(Flaw::AcceptsStaleDeliveries) => endpoint.tolerance(2 * STALE),
            _ => endpoint,
        };
        let endpoint = endpoint.retention(RETENTION);
        let route = post(handle).layer(WebhookLayer::new(endpoint.build().unwrap()));
        let app = Router::new()
            .route("/", route)
            .layer(from_fn_with_state(flaw, disguise))
            .with_state(application.clone());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            port,
            application,
            server,
            is_alive,
        }
    }
}

async fn handle(
    State(application): State<Application>,
    VerifiedDelivery(delivery): VerifiedDelivery,
) -> StatusCode {
    application.begin(&delivery);
    let body: Value = serde_json::from_slice(delivery.raw()).unwrap();
    match body["then"].as_str() {
        Some("fail") => return StatusCode::INTERNAL_SERVER_ERROR,
        Some("wait") => application.gate.acquire().await.unwrap().forget(),
        _ => {}
    }
    application.write(delivery.id().unwrap());
    StatusCode::OK
}

impl Application {
    fn begin(&self, delivery: &Delivery) {
        self.seen.runs.lock().unwrap().push(Run {
            attempt: delivery.attempt(),
            epoch: delivery.fence().unwrap().epoch,
        });
    }

    fn write(&self, event: &str) {
        let mut batch = self.batch.lock().unwrap();
        batch.push(event.to_owned());
        if self.flaw != Some(Flaw::AcknowledgedBeforeDurable) || batch.len() == BATCH {
            self.seen.effects.lock().unwrap().extend(take(&mut *batch));
        }
    }
}

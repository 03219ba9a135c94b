//! The service that a gateway forwards to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::Failure;
use crate::chance::Chance;

/// What arrived, and what became of it.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) webhook_id: String,
    pub(super) attempt: u32,
    pub(super) sha256: [u8; 32],
    pub(super) is_accepted: bool,
}

/// The requests of each event, in the order of their arrival. A body that names no event is one of
/// the event without a name.
pub(super) type Requests = BTreeMap<String, Vec<Request>>;

/// A service in this process, which the kills do not concern.
#[derive(Debug)]
pub(super) struct Upstream {
    pub(super) port: u16,
    log: Arc<Log>,
    serving: JoinHandle<std::io::Result<()>>,
}

#[derive(Debug)]
struct Log {
    chance: Chance,
    takes: Duration,
    requests: Mutex<Requests>,
}

impl Log {
    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a request down, before anybody learns of it. Returns whether it is accepted.
    fn write(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let event = event(body);
        let mut requests = self.requests();
        let earlier = requests.entry(event.clone()).or_default();
        let nth = u32::try_from(earlier.len()).unwrap_or(u32::MAX);
        let is_accepted = !self.chance.fails(&event, nth);
        earlier.push(Request {
            webhook_id: header("webhook-id").unwrap_or_default().to_owned(),
            attempt: header("x-delivery-attempt")
                .and_then(|attempt| attempt.parse().ok())
                .unwrap_or_default(),
            sha256: Sha256::digest(body).into(),
            is_accepted,
        });
        is_accepted
    }
}

impl Upstream {
    pub(super) async fn start(chance: Chance, takes: Duration) -> Result<Self, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let log = Arc::new(Log {
            chance,
            takes,
            requests: Mutex::default(),
        });
        let app = Router::new().route("/in", post(receive));
        let app = app.with_state(Arc::clone(&log));
        let serving = tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self { port, log, serving })
    }

    /// Everything that has arrived so far.
    pub(super) fn requests(&self) -> Requests {
        self.log.requests().clone()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn receive(State(log): State<Arc<Log>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let is_accepted = log.write(&headers, &body);
    sleep(log.takes).await;
    match is_accepted {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn event(body: &[u8]) -> String {
    let payload: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    payload["id"].as_str().unwrap_or_default().to_owned()
}

//! A service that an application calls, as a test needs it: slow, broken, and with a memory.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::StatusCode;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::Server;
use crate::socket::PATIENCE;

/// A server that answers each path with one document, and remembers what it was asked. Its effects
/// are those of a service with idempotency keys: two requests of one key have one effect.
#[derive(Debug)]
pub struct StandIn {
    server: Server,
    book: Arc<Book>,
}

/// A request to a [`StandIn`].
#[derive(Clone, Debug)]
pub struct Call {
    /// Its path.
    pub path: String,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Bytes,
}

#[derive(Debug)]
struct Book {
    paths: Mutex<HashMap<String, Rule>>,
    calls: Mutex<Vec<Call>>,
    changed: watch::Sender<u64>,
}

/// How a path is answered.
#[derive(Clone, Debug, Default)]
struct Rule {
    document: Value,
    /// So many calls are answered 500 before one succeeds.
    failures: u32,
    /// Calls get no answer.
    is_held: bool,
}

impl StandIn {
    /// A service with these paths and their documents. Others are answered 404.
    pub async fn start<'a>(documents: impl IntoIterator<Item = (&'a str, Value)>) -> Self {
        let paths = documents.into_iter().map(|(path, document)| {
            let rule = Rule {
                document,
                ..Rule::default()
            };
            (path.to_owned(), rule)
        });
        let book = Arc::new(Book {
            paths: Mutex::new(paths.collect()),
            calls: Mutex::default(),
            changed: watch::Sender::new(0),
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&book));
        let server = Server::start(router).await;
        Self { server, book }
    }

    /// Its URL, without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// Gives calls of this path no answer, until it is let go.
    pub fn hold(&self, path: &str) {
        self.book.rule(path, |rule| rule.is_held = true);
    }

    /// Answers the calls that are held, and later ones.
    pub fn let_go(&self, path: &str) {
        self.book.rule(path, |rule| rule.is_held = false);
    }

    /// Answers the next calls of this path 500. They have no effect.
    pub fn fail(&self, path: &str, times: u32) {
        self.book.rule(path, |rule| rule.failures = times);
    }

    /// The calls of this path.
    pub fn calls(&self, path: &str) -> Vec<Call> {
        let calls = locked(&self.book.calls);
        let of_path = calls.iter().filter(|call| call.path == path);
        of_path.cloned().collect()
    }

    /// Waits until this path was called so often.
    pub async fn called(&self, path: &str, times: usize) -> Vec<Call> {
        let mut changed = self.book.changed.subscribe();
        let waiting = async {
            while self.calls(path).len() < times {
                changed.changed().await.expect("a sender that is kept");
            }
        };
        let waited = timeout(PATIENCE, waiting).await;
        waited
            .unwrap_or_else(|_| panic!("{path}: not called {times} times: {:?}", self.calls(path)));
        self.calls(path)
    }

    /// How many effects the calls of this path have had.
    pub fn effects(&self, path: &str) -> usize {
        let calls = self.calls(path);
        let keys: HashSet<_> = calls
            .iter()
            .map(|call| call.header("idempotency-key"))
            .collect();
        keys.len()
    }
}

impl Call {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find_map(|(known, value)| (known == name).then_some(&**value))
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

impl Book {
    fn rule(&self, path: &str, change: impl FnOnce(&mut Rule)) {
        let mut paths = locked(&self.paths);
        change(paths.get_mut(path).expect("a path of the service"));
        drop(paths);
        self.changed.send_modify(|count| *count += 1);
    }
}

async fn answer(State(book): State<Arc<Book>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let Some(rule) = locked(&book.paths).get(&path).cloned() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let body = body.collect().await.expect("a whole body").to_bytes();
    if rule.failures > 0 {
        book.rule(&path, |rule| rule.failures -= 1);
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = value.to_str().expect("visible ASCII");
        (name.as_str().to_owned(), value.to_owned())
    });
    let (headers, mut changed) = (headers.collect(), book.changed.subscribe());
    locked(&book.calls).push(Call {
        path: path.clone(),
        headers,
        body,
    });
    book.changed.send_modify(|count| *count += 1);
    while locked(&book.paths)[&path].is_held {
        changed.changed().await.expect("a sender that is kept");
    }
    axum::Json(rule.document).into_response()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{Request, StatusCode};
use tower::ServiceExt as _;
use webhook_axum::{VerifiedDelivery, WebhookLayer};
use webhook_core::{Delivery, Endpoint, EndpointBuilder, RejectionKind};

use crate::request::Sent;
use crate::socket::{Client, Server};
use crate::store::{Calls, CountingStore};
use crate::{PATIENCE, Reply};

/// A row of a table of refusals: the catalogue id and a sentence, the request, and the reason for
/// its refusal.
#[derive(Clone, Debug)]
pub struct Row {
    /// `A01: a missing signature is refused`.
    pub name: String,
    /// What is sent.
    pub sent: Sent,
    /// Why it is refused. The sender does not learn it; logs and counters do.
    pub kind: RejectionKind,
}

impl Row {
    /// A row.
    pub fn new(name: impl Into<String>, kind: RejectionKind, sent: Sent) -> Self {
        Self {
            name: name.into(),
            sent,
            kind,
        }
    }
}

/// The public door: an axum server with a layer over an endpoint, and a handler that records what
/// reached it.
#[derive(Debug)]
pub struct Door {
    /// The layer.
    pub layer: WebhookLayer,
    /// The store behind it.
    pub store: CountingStore,
    /// The application.
    pub router: Router,
    /// Where it is served.
    pub server: Server,
    runs: Runs,
}

type Runs = Arc<Mutex<Vec<Delivery>>>;

impl Door {
    /// A door whose handler answers 200.
    pub async fn open(builder: EndpointBuilder) -> Self {
        Self::with(builder, |_| async { StatusCode::OK }).await
    }

    /// A door with this handler.
    pub async fn with<F, Fut, R>(builder: EndpointBuilder, handler: F) -> Self
    where
        F: Fn(Delivery) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = R> + Send + 'static,
        R: IntoResponse + 'static,
    {
        Self::inside(builder, CountingStore::new(), handler, |router| router).await
    }

    /// A door with this store, this handler, and whatever `outside` puts around the layer.
    pub async fn inside<F, Fut, R>(
        builder: EndpointBuilder,
        store: CountingStore,
        handler: F,
        outside: impl FnOnce(Router) -> Router,
    ) -> Self
    where
        F: Fn(Delivery) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = R> + Send + 'static,
        R: IntoResponse + 'static,
    {
        let endpoint = builder.store(store.clone()).build();
        let layer = WebhookLayer::new(endpoint.expect("a usable endpoint"));
        let runs = Runs::default();
        let seen = Arc::clone(&runs);
        let handler = move |VerifiedDelivery(delivery): VerifiedDelivery| {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.push(delivery.clone());
            drop(seen);
            let run = handler(delivery);
            async move { run.await.into_response() }
        };
        let router = Router::new().fallback(handler).layer(layer.clone());
        let router = outside(router);
        let server = Server::start(router.clone()).await;
        Self {
            layer,
            store,
            router,
            server,
            runs,
        }
    }

    /// The endpoint.
    pub fn endpoint(&self) -> &Endpoint {
        self.layer.endpoint()
    }

    /// The deliveries that reached the handler.
    pub fn ran(&self) -> Vec<Delivery> {
        self.runs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How many they are.
    pub fn runs(&self) -> usize {
        self.ran().len()
    }

    /// A new connection.
    pub async fn connect(&self) -> Client {
        Client::connect(self.server.address).await
    }

    /// Sends over a connection of its own.
    pub async fn send(&self, sent: &Sent) -> Reply {
        self.try_send(&sent.wire())
            .await
            .expect("an answer, not a dead connection")
    }

    /// Sends these bytes over a connection of their own; `None` if it ends without an answer.
    pub async fn try_send(&self, wire: &[u8]) -> Option<Reply> {
        let mut client = self.connect().await;
        client.send(wire).await;
        client.reply().await
    }

    /// Hands the request to the service, without a socket.
    pub async fn oneshot(&self, request: Request<Body>) -> Reply {
        let answered: Result<Response, _> =
            tokio::time::timeout(PATIENCE, self.router.clone().oneshot(request))
                .await
                .expect("an answer in time");
        let Ok(response) = answered;
        let reply = Reply::from_response(response).await;
        reply.expect("the body of a response")
    }

    /// What has got past the door: runs, and what was asked of the store.
    pub fn trace(&self) -> (usize, Calls) {
        (self.runs(), self.store.calls())
    }

    /// Panics unless the row is refused, over a socket and in process: with the constant answer of
    /// its status, for its reason, without a run and without a call of the store.
    pub async fn refuses(&self, row: &Row, status: u16) {
        let (before, counted) = (self.trace(), self.count(row.kind));
        let reply = self.send(&row.sent).await;
        self.refused(row, status, &reply, before, counted);
        if row.sent.request().is_some() {
            self.refuses_in_process(row, status).await;
        }
    }

    /// The same without a socket, for what HTTP/1.1 cannot say, and for great numbers.
    pub async fn refuses_in_process(&self, row: &Row, status: u16) {
        let (before, counted) = (self.trace(), self.count(row.kind));
        let request = row.sent.request().expect("a request the http crate knows");
        let reply = self.oneshot(request).await;
        self.refused(row, status, &reply, before, counted);
    }

    fn refused(&self, row: &Row, status: u16, reply: &Reply, before: (usize, Calls), counted: u64) {
        reply.assert_refusal(&row.name, status);
        assert_eq!(self.trace(), before, "{}: something got in", row.name);
        assert_eq!(
            self.count(row.kind),
            counted + 1,
            "{}: not refused as {}, but: {:?}",
            row.name,
            row.kind,
            self.endpoint().counts()
        );
    }

    fn count(&self, kind: RejectionKind) -> u64 {
        self.endpoint().counts().rejected(kind)
    }

    /// Panics unless the request is accepted over a socket: one more run, claimed and committed
    /// once.
    pub async fn accepts(&self, row: &str, sent: &Sent) -> Delivery {
        let (runs, calls) = self.trace();
        let reply = self.send(sent).await;
        assert_eq!(reply.status, 200, "{row}: {reply:?}");
        assert_eq!(self.runs(), runs + 1, "{row}: it did not run once");
        let expected = Calls {
            claims: calls.claims + 1,
            commits: calls.commits + 1,
            ..calls
        };
        assert_eq!(self.store.calls(), expected, "{row}");
        self.ran().pop().expect("a run")
    }

    /// Panics unless the request is answered as a duplicate: an empty 200 and no run.
    pub async fn knows(&self, row: &str, sent: &Sent) {
        let (runs, calls) = self.trace();
        self.send(sent).await.assert_duplicate(row);
        assert_eq!(self.runs(), runs, "{row}: a copy ran");
        let expected = Calls {
            claims: calls.claims + 1,
            ..calls
        };
        assert_eq!(self.store.calls(), expected, "{row}");
    }
}

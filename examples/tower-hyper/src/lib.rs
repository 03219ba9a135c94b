//! hyper takes connections, a `match` takes paths, and [`WebhookLayer`] stands around a plain function. See `main.rs` for
//! how to run it.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use serde::Deserialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tower::{Service, ServiceBuilder, ServiceExt, service_fn};
use webhook_core::Delivery;
use webhook_tower::{RequestBody, ResponseBody, WebhookLayer};

/// Why the program ends early.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What came in, in cents. In an application this is a row in a database.
#[derive(Clone, Debug, Default)]
pub struct Takings(Arc<AtomicU64>);

impl Takings {
    /// The sum.
    #[must_use]
    pub fn cents(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The events this application knows, and the rest: Stripe adds new ones, and they are no errors.
#[derive(Deserialize)]
#[serde(tag = "type")]
enum StripeEvent {
    #[serde(rename = "invoice.paid")]
    InvoicePaid { data: Data },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Data {
    object: Invoice,
}

#[derive(Deserialize)]
struct Invoice {
    amount_paid: u64,
}

/// The handler: an `async fn` from request to response, behind the layer. The request's body is whole and verified, and the
/// [`Delivery`] in its extensions is the proof: nothing else can put one there.
///
/// What it answers settles the delivery. 2xx: done, copies are answered 200 without running. Anything else: Stripe's
/// retry runs again. So a handler answers 2xx when, and only when, its work is stored.
async fn paid(request: Request<RequestBody>, takings: Takings) -> Response<Full<Bytes>> {
    let Some(delivery) = request.extensions().get::<Delivery>() else {
        return status(StatusCode::INTERNAL_SERVER_ERROR); // somebody took the layer away
    };
    match delivery.json() {
        Ok(StripeEvent::InvoicePaid { data }) => {
            takings
                .0
                .fetch_add(data.object.amount_paid, Ordering::SeqCst);
            status(StatusCode::OK)
        }
        Ok(StripeEvent::Other) => status(StatusCode::OK),
        // Genuine, and not what this code expects. With 200 it would be lost in silence; with 422 Stripe retries for three
        // days, time enough to mend the type.
        Err(error) => {
            eprintln!("{:?}: {error}", delivery.event_type());
            status(StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

type Answer = Response<Either<ResponseBody<Full<Bytes>>, Full<Bytes>>>;

/// The application: one path behind the layer, the others as they are.
fn app(
    webhooks: WebhookLayer,
    takings: Takings,
) -> impl Service<Request<Incoming>, Response = Answer, Error = Infallible, Future: Send> + Clone + Send
{
    let stripe = ServiceBuilder::new()
        .layer(webhooks)
        .service(service_fn(move |request| {
            let takings = takings.clone();
            async move { Ok::<_, Infallible>(paid(request, takings).await) }
        }));
    service_fn(move |request: Request<Incoming>| {
        let stripe = stripe.clone();
        async move {
            Ok(match request.uri().path() {
                "/webhooks/stripe" => stripe.oneshot(request).await?.map(Either::Left),
                "/healthz" => status(StatusCode::OK).map(Either::Right),
                _ => status(StatusCode::NOT_FOUND).map(Either::Right),
            })
        }
    })
}

/// Serves until `stop`, then lets everything that has begun come to its end. Gives the number of deliveries that were
/// cut off nevertheless.
pub async fn serve(
    listener: TcpListener,
    webhooks: WebhookLayer,
    takings: Takings,
    stop: impl Future<Output = ()>,
) -> usize {
    let app = app(webhooks.clone(), takings);
    let connections = GracefulShutdown::new();
    tokio::select! {
        () = accept(&listener, &app, &connections) => {}
        () = stop => {}
    }
    drop(listener);
    // First the connections: each finishes the request it is at, and takes no other. Then the handlers whose client went
    // away: they run on without a connection, and only the layer knows of them.
    let _ = timeout(CLOSE, connections.shutdown()).await;
    webhooks.drain(DRAIN).await
}

async fn accept<S>(listener: &TcpListener, app: &S, connections: &GracefulShutdown)
where
    S: Service<Request<Incoming>, Response = Answer, Error = Infallible, Future: Send>,
    S: Clone + Send + 'static,
{
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connections.watch(connection(stream, app.clone())));
            }
            // No file descriptor left, for example: it concerns one connection, and passes.
            Err(error) => {
                eprintln!("connection not accepted: {error}");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// The body has a deadline of the layer's own; the head is hyper's, and hyper holds it to its 30 s only if it has a timer.
fn connection<S>(
    stream: TcpStream,
    app: S,
) -> http1::Connection<TokioIo<TcpStream>, TowerToHyperService<S>>
where
    S: Service<Request<Incoming>, Response = Answer, Error = Infallible, Future: Send>,
    S: Clone + Send + 'static,
{
    http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app))
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

/// Together below the 30 s that supervisors commonly wait before they kill.
const CLOSE: Duration = Duration::from_secs(20);
const DRAIN: Duration = Duration::from_secs(5);

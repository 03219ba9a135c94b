//! hyper serves the connections, a `match` routes the paths, and [`WebhookLayer`] wraps a plain
//! function. `main.rs` says how to run the example.

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
use tower_http::timeout::TimeoutLayer;
use webhook_tower::{Delivery, NotAnEvent, RequestBody, ResponseBody, WebhookLayer};

/// Why the program ends early.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The sum of all payments, in cents. An application keeps it in its database.
#[derive(Clone, Debug, Default)]
pub struct Takings(Arc<AtomicU64>);

impl Takings {
    /// The sum.
    #[must_use]
    pub fn cents(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The events that this application knows, and all others. Stripe adds event types: an unknown one
/// is not an error.
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

/// The handler: an `async fn` from request to response, inside the layer. The body is complete and
/// verified. The [`Delivery`] in the extensions proves it: only the layer can insert one.
///
/// The answer settles the delivery. After 2xx the event is handled: the layer answers copies itself
/// and does not run them. After any other answer, Stripe's retry runs again. So answer 2xx only
/// after the work is stored.
async fn paid(request: Request<RequestBody>, takings: Takings) -> Response<Full<Bytes>> {
    let Some(delivery) = request.extensions().get::<Delivery>() else {
        return status(StatusCode::INTERNAL_SERVER_ERROR); // the layer is missing
    };
    match cents_of(delivery) {
        Ok(cents) => {
            takings.0.fetch_add(cents, Ordering::SeqCst);
            status(StatusCode::OK)
        }
        // Genuine, but not of the expected form. With 200 the event would be lost. With 422 Stripe
        // retries for three days, which is time to correct the type.
        Err(rejection) => rejection.into_response(),
    }
}

/// The payment in an event. The `?` logs where a payload differs from the type.
fn cents_of(delivery: &Delivery) -> Result<u64, NotAnEvent> {
    Ok(match delivery.json()? {
        StripeEvent::InvoicePaid { data } => data.object.amount_paid,
        StripeEvent::Other => 0,
    })
}

type HyperRequest = Request<Incoming>;
type Answer = Response<Either<ResponseBody<Full<Bytes>>, Full<Bytes>>>;

/// The application: one path inside the layer, the others outside.
fn app(
    webhooks: WebhookLayer,
    takings: Takings,
    patience: Duration,
) -> impl Service<HyperRequest, Response = Answer, Error = Infallible, Future: Send> + Clone + Send
{
    // From the outside in. The timeout ends the request. A handler that has begun finishes all the
    // same, and the layer answers Stripe's retry as a duplicate.
    let stripe = ServiceBuilder::new()
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            patience,
        ))
        .layer(webhooks)
        .service(service_fn(move |request| {
            let takings = takings.clone();
            async move { Ok::<_, Infallible>(paid(request, takings).await) }
        }));
    service_fn(move |request: HyperRequest| {
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

/// Serves until `stop`, then waits for every request in flight. `patience` is the time limit for a
/// delivery. Returns the number of deliveries that did not finish in time.
pub async fn serve(
    listener: TcpListener,
    webhooks: WebhookLayer,
    takings: Takings,
    patience: Duration,
    stop: impl Future<Output = ()>,
) -> usize {
    let app = app(webhooks.clone(), takings, patience);
    let connections = GracefulShutdown::new();
    tokio::select! {
        () = accept(&listener, &app, &connections) => {}
        () = stop => {}
    }
    drop(listener);
    // First the connections: each finishes its request and takes no other. Then the handlers whose
    // client has left: they have no connection, so only the layer knows them.
    let _ = timeout(CLOSE, connections.shutdown()).await;
    webhooks.drain(DRAIN).await
}

async fn accept<S>(listener: &TcpListener, app: &S, connections: &GracefulShutdown)
where
    S: Service<HyperRequest, Response = Answer, Error = Infallible, Future: Send>,
    S: Clone + Send + 'static,
{
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connections.watch(connection(stream, app.clone())));
            }
            // For example, no file descriptor is free. The error concerns one connection, and
            // passes.
            Err(error) => {
                eprintln!("connection not accepted: {error}");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// The layer limits the time for the body. hyper limits the time for the head to 30 s, but only
/// with a timer.
fn connection<S>(
    stream: TcpStream,
    app: S,
) -> http1::Connection<TokioIo<TcpStream>, TowerToHyperService<S>>
where
    S: Service<HyperRequest, Response = Answer, Error = Infallible, Future: Send>,
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

/// Together below the 30 s that supervisors commonly wait before they kill a process.
const CLOSE: Duration = Duration::from_secs(20);
const DRAIN: Duration = Duration::from_secs(5);

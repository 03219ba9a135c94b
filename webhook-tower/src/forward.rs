//! Forwards verified deliveries to another server.
//!
//! [`Forward`] is a service to put inside a [`WebhookLayer`](crate::WebhookLayer). It takes nothing
//! but what the layer has verified. [`Forwarder`] says where to, and proves to the receiver that a
//! request comes from it: the type asks for a credential.
//!
//! ```
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::{BodyExt as _, Full};
//! use tower::{Layer as _, Service as _, ServiceExt as _};
//! use webhook_tower::forward::{Forward, Forwarder};
//! use webhook_tower::{Signer, WebhookLayer, providers};
//! # use hyper_util::rt::{TokioExecutor, TokioIo};
//! # use hyper_util::server::conn::auto::Builder;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (secret, hop) = ("whsec_0123456789abcdef", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
//!
//! // The receiver verifies that a request comes from the forwarder.
//! let receiver = WebhookLayer::standard_webhooks(hop).layer(tower::service_fn(
//!     async |request: Request<webhook_tower::RequestBody>| {
//!         let kind = &request.headers()["x-delivery-type"];
//!         println!("{kind:?} happened");
//!         Ok::<_, std::convert::Infallible>(Response::new(Full::<Bytes>::default()))
//!     },
//! ));
//! # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! # let address = listener.local_addr()?;
//! # tokio::spawn(async move {
//! #     loop {
//! #         let (stream, _) = listener.accept().await.expect("a connection");
//! #         let service = hyper_util::service::TowerToHyperService::new(receiver.clone());
//! #         let server = Builder::new(TokioExecutor::new());
//! #         tokio::spawn(async move {
//! #             let _ = server.serve_connection(TokioIo::new(stream), service).await;
//! #         });
//! #     }
//! # });
//!
//! // The gateway verifies that a delivery comes from Stripe.
//! let forwarder = Forwarder::to(format!("http://{address}/hooks")).signed_with(hop).build()?;
//! let mut gateway = WebhookLayer::stripe(secret).layer(Forward::new(forwarder));
//!
//! let signer = Signer::new(providers::STRIPE, secret)?;
//! let delivery = signer.sign_now(r#"{"id":"evt_1","type":"invoice.paid"}"#);
//! let request: Request<Full<Bytes>> = delivery.to_http("/webhooks/stripe");
//! assert_eq!(gateway.call(request).await?.status(), 200);
//! # Ok(())
//! # }
//! ```

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use tower_service::Service;
use webhook_core::adapter::LogLimit;
use webhook_core::{Answer, Delivery, Head, RejectionClass};
#[doc(inline)]
pub use webhook_forward::{
    Destination, ForwardCounts, ForwardError, ForwardOutcome, Forwarded, Forwarder,
    ForwarderBuilder,
};

use crate::answer::respond;
use crate::body::RequestBody;

/// A service that forwards verified deliveries. Put it inside a
/// [`WebhookLayer`](crate::WebhookLayer).
///
/// The response has a [`Disposition`](webhook_core::Disposition) and the [`ForwardOutcome`] in its
/// extensions. A request without a verified delivery is answered 500 and logged, and is never
/// forwarded.
#[derive(Clone, Debug)]
pub struct Forward {
    forwarder: Forwarder,
}

impl Forward {
    /// A service that forwards with this forwarder.
    #[must_use]
    pub const fn new(forwarder: Forwarder) -> Self {
        Self { forwarder }
    }

    /// The forwarder, with its counters.
    #[must_use]
    pub const fn forwarder(&self) -> &Forwarder {
        &self.forwarder
    }
}

impl From<Forwarder> for Forward {
    fn from(forwarder: Forwarder) -> Self {
        Self::new(forwarder)
    }
}

impl<B> Service<Request<B>> for Forward {
    type Response = Response<ForwardBody>;
    type Error = Infallible;
    type Future = ForwardFuture;

    /// Always ready.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> ForwardFuture {
        let Some(delivery) = request.extensions().get::<Delivery>() else {
            report_missing_layer();
            let answer = Answer::from(RejectionClass::HandlerFailed);
            return ForwardFuture(Box::pin(async { respond(answer) }));
        };
        let target = request.uri().path_and_query();
        let head = Head {
            method: request.method().as_str(),
            path_and_query: target.map_or("", |target| target.as_str()),
            headers: request.headers(),
        };
        let forwarding = self.forwarder.forward(delivery, &head);
        ForwardFuture(Box::pin(async { response(forwarding.await) }))
    }
}

fn response(forwarded: Forwarded) -> Response<ForwardBody> {
    let (disposition, outcome) = (forwarded.disposition(), forwarded.outcome());
    let mut response: Response<ForwardBody> = respond(forwarded.into_answer());
    response.extensions_mut().insert(disposition);
    response.extensions_mut().insert(outcome);
    response
}

#[cold]
fn report_missing_layer() {
    // Senders cause this line.
    static LINE: LogLimit = LogLimit::new();
    if let Some(suppressed) = LINE.pass() {
        tracing::error!(
            target: "webhook",
            reason = "layer_missing",
            suppressed,
            "no verified delivery in this request, so it is not forwarded: \
             put the service inside a WebhookLayer"
        );
    }
}

/// Response future of [`Forward`].
#[must_use = "futures do nothing unless they are awaited"]
pub struct ForwardFuture(Pin<Box<dyn Future<Output = Response<ForwardBody>> + Send>>);

impl Future for ForwardFuture {
    type Output = Result<Response<ForwardBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx).map(Ok)
    }
}

impl fmt::Debug for ForwardFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForwardFuture").finish_non_exhaustive()
    }
}

/// Response body of [`Forward`].
#[derive(Clone, Debug, Default)]
pub struct ForwardBody(RequestBody);

impl From<Bytes> for ForwardBody {
    fn from(bytes: Bytes) -> Self {
        Self(RequestBody::new(bytes))
    }
}

impl Body for ForwardBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

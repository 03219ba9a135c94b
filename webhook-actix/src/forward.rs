//! Forwards verified deliveries to another server.
//!
//! [`Forward`] is a handler for a route inside a [`Webhook`](crate::Webhook) middleware:
//!
//! ```
//! use actix_web::web::{self, ServiceConfig};
//! use webhook_actix::Webhook;
//! use webhook_actix::forward::{Forward, ForwardError, Forwarder};
//!
//! fn forward(hop: &str) -> Result<Forward, ForwardError> {
//!     let forwarder = Forwarder::to("http://127.0.0.1:3000/hooks").signed_with(hop).build()?;
//!     Ok(Forward::new(forwarder))
//! }
//!
//! fn stripe(app: &mut ServiceConfig, stripe: Webhook, forward: Forward) {
//!     let route = web::route().to(forward);
//!     app.service(web::resource("/webhooks/stripe").wrap(stripe).route(route));
//! }
//! # forward("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
//! ```
//!
//! The receiver verifies the requests with `Webhook::standard_webhooks(hop)`, in whatever framework
//! it is. [`Forwarder`] has the other credentials and all settings, and
//! [`webhook_forward`](https://docs.rs/webhook-forward) says what is sent.
//!
//! Make the forwarder once, outside the closure of `HttpServer::new`: the workers then share its
//! counters and its connections.

use std::future::Future;
use std::pin::Pin;

use actix_web::{Handler, HttpRequest, HttpResponse};
use webhook_core::Head;
#[doc(inline)]
pub use webhook_forward::{
    Destination, ForwardCounts, ForwardError, ForwardOutcome, Forwarded, Forwarder,
    ForwarderBuilder,
};

use crate::answer::respond;
use crate::extract::VerifiedDelivery;
use crate::headers::Map;

/// A handler that forwards verified deliveries. Put its route inside a
/// [`Webhook`](crate::Webhook).
///
/// The response has a [`Disposition`](webhook_core::Disposition) and the [`ForwardOutcome`] in its
/// extensions. A request without a verified delivery is answered 500 and logged, and is never
/// forwarded.
#[derive(Clone, Debug)]
pub struct Forward {
    forwarder: Forwarder,
}

impl Forward {
    /// A handler that forwards with this forwarder.
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

impl Handler<(HttpRequest, VerifiedDelivery)> for Forward {
    type Output = HttpResponse;
    type Future = Pin<Box<dyn Future<Output = HttpResponse>>>;

    fn call(&self, (request, delivery): (HttpRequest, VerifiedDelivery)) -> Self::Future {
        let target = request.uri().path_and_query();
        let head = Head {
            method: request.method().as_str(),
            path_and_query: target.map_or("", |target| target.as_str()),
            headers: &Map(request.headers()),
        };
        let forwarding = self.forwarder.forward(&delivery, &head);
        Box::pin(async { response(forwarding.await) })
    }
}

fn response(forwarded: Forwarded) -> HttpResponse {
    let (disposition, outcome) = (forwarded.disposition(), forwarded.outcome());
    let mut response = respond(forwarded.into_answer());
    response.extensions_mut().insert(disposition);
    response.extensions_mut().insert(outcome);
    response
}

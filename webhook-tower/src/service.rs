use std::fmt;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;
use webhook_core::{Begun, Delivery};
use webhook_runtime::TrackedEndpoint;
use webhook_runtime::tenants::FoundTenant;

use crate::body::{RequestBody, ResponseBody};
use crate::future::ResponseFuture;
use crate::layer::WebhookLayer;

/// A service inside a [`WebhookLayer`](crate::WebhookLayer).
///
/// The [crate docs](crate) have an example.
#[derive(Clone)]
pub struct Webhook<S> {
    inner: S,
    layer: WebhookLayer,
}

impl<S> Webhook<S> {
    pub(crate) fn new(inner: S, layer: WebhookLayer) -> Self {
        Self { inner, layer }
    }

    /// A reference to the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// A mutable reference to the inner service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S: fmt::Debug> fmt::Debug for Webhook<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("inner", &self.inner)
            .field("endpoint", self.layer.endpoint())
            .finish_non_exhaustive()
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Webhook<S>
where
    S: Service<Request<RequestBody>, Response = Response<ResBody>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send + 'static,
    ReqBody: Body,
    ResBody: Body<Data = Bytes, Error: Send> + Send + 'static,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S, ReqBody, ResBody>;

    /// Always ready. The layer polls the clone that it calls, once a delivery is verified, so a
    /// forgery neither waits for the capacity of the inner service nor takes it.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let (parts, body) = request.into_parts();
        let (layer, inner) = (&self.layer, self.inner.clone());
        let verified = parts.extensions.get::<Delivery>();
        let found = match verified {
            Some(delivery) if delivery.is_of(layer.endpoint()) => None,
            _ => layer.find_tenant(&parts),
        };
        let of_tenant = match found {
            None => None,
            Some(FoundTenant::Endpoint(endpoint)) => Some(endpoint),
            Some(FoundTenant::Refused(rejection)) => {
                return ResponseFuture::begin(Begun::Refused(rejection), inner, parts, body);
            }
            Some(FoundTenant::Wait(wait)) => {
                return ResponseFuture::resolve(wait, layer.clone(), inner, parts, body);
            }
        };
        let endpoint = of_tenant.as_ref().map(TrackedEndpoint::endpoint);
        let endpoint = endpoint.unwrap_or(layer.endpoint());
        if let Some(delivery) = verified.filter(|delivery| delivery.is_of(endpoint)) {
            // The same layer further out has verified it, or it was stored.
            delivery.passes_layer();
            let body = RequestBody::new(delivery.raw().clone());
            return ResponseFuture::pass(inner, Request::from_parts(parts, body));
        }
        let begun = layer.begin(&parts, of_tenant.as_ref());
        ResponseFuture::begin(begun, inner, parts, body)
    }
}

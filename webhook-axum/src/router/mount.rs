use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::Response;
use pin_project_lite::pin_project;
use tower_layer::Layer as _;
use tower_service::Service;
use webhook_tower::RequestBody;

use super::handlers::{Dispatching, Handlers};
use crate::{Webhook, WebhookLayer};

/// The layer and what runs in it, as a handler of axum's: the state comes with each request, for
/// which axum clones the handler.
pub(super) struct Mounted<S>(Arc<Parts<S>>);

struct Parts<S> {
    layer: WebhookLayer,
    handlers: Arc<Handlers<S>>,
}

impl<S> Mounted<S> {
    pub(super) fn new(layer: WebhookLayer, handlers: Handlers<S>) -> Self {
        let handlers = Arc::new(handlers);
        Self(Arc::new(Parts { layer, handlers }))
    }
}

impl<S> Clone for Mounted<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Clone + Send + Sync + 'static> Handler<(), S> for Mounted<S> {
    type Future = Mounting<S>;

    fn call(self, request: Request, state: S) -> Mounting<S> {
        let Parts { layer, handlers } = &*self.0;
        let inner = Inner {
            handlers: Arc::clone(handlers),
            state,
        };
        Mounting {
            future: layer.layer(inner).call(request),
        }
    }
}

/// The service in the layer.
#[derive(Clone)]
pub(super) struct Inner<S> {
    handlers: Arc<Handlers<S>>,
    state: S,
}

impl<S: Clone + Send + Sync + 'static> Service<http::Request<RequestBody>> for Inner<S> {
    type Response = Response;
    type Error = Infallible;
    type Future = Infallibly<Dispatching<S>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<RequestBody>) -> Self::Future {
        let request = request.map(|body| Body::from(body.into_bytes()));
        Infallibly(self.handlers.dispatch(request, self.state.clone()))
    }
}

/// A future that does not fail, as that of a service.
pub(super) struct Infallibly<F>(F);

impl<F: Future + Unpin> Future for Infallibly<F> {
    type Output = Result<F::Output, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map(Ok)
    }
}

type Layered<S> = <Webhook<Inner<S>> as Service<Request>>::Future;

pin_project! {
    pub(super) struct Mounting<S>
    where
        S: Clone,
        S: Send,
        S: Sync,
        S: 'static,
    {
        #[pin]
        future: Layered<S>,
    }
}

impl<S: Clone + Send + Sync + 'static> Future for Mounting<S> {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response> {
        let Ok(response) = ready!(self.project().future.poll(cx));
        Poll::Ready(response)
    }
}

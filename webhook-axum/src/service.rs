use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;
use webhook_tower::{NotInner, ResponseBody};

/// A service behind a [`WebhookLayer`](crate::WebhookLayer). Its responses use axum's body type.
/// axum allocates a box for every other type.
#[derive(Clone)]
pub struct Webhook<S>(webhook_tower::Webhook<S>);

impl<S> Webhook<S> {
    pub(crate) fn new(service: webhook_tower::Webhook<S>) -> Self {
        Self(service)
    }

    /// A reference to the inner service.
    pub fn get_ref(&self) -> &S {
        self.0.get_ref()
    }

    /// A mutable reference to the inner service.
    pub fn get_mut(&mut self) -> &mut S {
        self.0.get_mut()
    }

    /// The inner service.
    pub fn into_inner(self) -> S {
        self.0.into_inner()
    }
}

impl<S: fmt::Debug> fmt::Debug for Webhook<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Webhook<S>
where
    webhook_tower::Webhook<S>:
        Service<Request<ReqBody>, Response = Response<ResponseBody<ResBody>>>,
    ResBody: HttpBody<Data = Bytes> + Send + 'static,
    ResBody::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = <webhook_tower::Webhook<S> as Service<Request<ReqBody>>>::Error;
    type Future = ResponseFuture<<webhook_tower::Webhook<S> as Service<Request<ReqBody>>>::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        ResponseFuture {
            future: self.0.call(request),
        }
    }
}

pin_project! {
    /// Response future of [`Webhook`].
    ///
    /// Dropped before it is done, it leaves a handler that has begun running, as a task.
    #[derive(Debug)]
    pub struct ResponseFuture<F> {
        #[pin]
        future: F,
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<ResponseBody<B>>, E>>,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<Body>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let response = ready!(self.project().future.poll(cx))?;
        Poll::Ready(Ok(response.map(|body| match body.into_inner() {
            Ok(body) => Body::new(body),
            Err(NotInner::Bytes(bytes)) => Body::from(bytes),
            Err(NotInner::Begun(body)) => Body::new(body),
        })))
    }
}

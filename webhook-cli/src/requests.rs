//! The requests of one connection.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use hyper::service::Service;
use tower::ServiceExt as _;
use webhook_axum::UnverifiedLimit;

use crate::activity::{Activity, Receiving};

/// The router, told to one connection: its [`Activity`] knows of each request, from its head to its answer.
pub(crate) struct Requests {
    router: Router,
    activity: Arc<Activity>,
    /// Of the bodies of this connection, on top of the bound of the server.
    unverified: UnverifiedLimit,
}

/// Bytes of bodies that one connection may have unverified: one of the largest that any provider
/// sends (25 MiB), and half of what the server holds.
const UNVERIFIED: usize = 32 * 1024 * 1024;

impl Requests {
    pub(crate) fn new(router: Router, activity: Arc<Activity>) -> Self {
        Self {
            router,
            activity,
            unverified: UnverifiedLimit::new(UNVERIFIED),
        }
    }
}

impl Service<Request<Incoming>> for Requests {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (unanswered, receiving) = self.activity.begin();
        let mut request = request.map(|body| Body::new(RequestBody::new(body, receiving)));
        request.extensions_mut().insert(self.unverified.clone());
        let answered = self.router.clone().oneshot(request);
        Box::pin(async move {
            let answered = answered.await;
            drop(unanswered);
            answered
        })
    }
}

/// The body of a request. It tells how much of it has come, and when it ends.
struct RequestBody {
    body: Incoming,
    /// Until the end.
    receiving: Option<Receiving>,
}

impl RequestBody {
    fn new(body: Incoming, receiving: Receiving) -> Self {
        let receiving = (!body.is_end_stream()).then_some(receiving);
        Self { body, receiving }
    }
}

impl hyper::body::Body for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let (Some(Ok(frame)), Some(receiving)) = (&frame, &self.receiving) {
            receiving.received(frame.data_ref().map_or(0, Bytes::len));
        }
        if !matches!(frame, Some(Ok(_))) || self.body.is_end_stream() {
            self.receiving = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

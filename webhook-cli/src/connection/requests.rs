//! The requests of one connection.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use hyper::service::Service;
use tower::ServiceExt as _;
use webhook_axum::UnverifiedLimit;

use super::activity::{Activity, Receiving};
use crate::routes::Routes;

/// The routes, as the service of one connection. It records each request in the [`Activity`].
pub(crate) struct Requests {
    routes: Routes,
    activity: Arc<Activity>,
    /// The bound on this connection's unverified bytes. The server has another.
    unverified: UnverifiedLimit,
}

impl Requests {
    pub(crate) fn new(routes: Routes, activity: Arc<Activity>) -> Self {
        Self {
            routes,
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
        let mut entered = self.routes.enter();
        let answered = std::mem::take(&mut entered.router).oneshot(request);
        Box::pin(async move {
            let answered = answered.await;
            drop((unanswered, entered));
            answered
        })
    }
}

/// The body of a request. It records the bytes that arrive, and its end.
struct RequestBody {
    body: Incoming,
    /// `None` after the end of the body.
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

/// Bytes of bodies that one connection can have unverified. The largest delivery of any provider is
/// 25 MiB; the server holds twice this limit by default.
const UNVERIFIED: usize = 32 * 1024 * 1024;

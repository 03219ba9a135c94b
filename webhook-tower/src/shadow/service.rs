use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;
use webhook_core::Begun;
use webhook_runtime::shadow::observe;
use webhook_runtime::tenants::FoundTenant;

use crate::layer::WebhookLayer;
use crate::shadow::ShadowBody;

/// A service inside a [`ShadowLayer`](crate::ShadowLayer).
#[derive(Clone)]
pub struct Shadow<S> {
    inner: S,
    layer: WebhookLayer,
}

impl<S> Shadow<S> {
    pub(super) fn new(inner: S, layer: WebhookLayer) -> Self {
        Self { inner, layer }
    }
}

impl<S: fmt::Debug> fmt::Debug for Shadow<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shadow")
            .field("inner", &self.inner)
            .field("endpoint", self.layer.endpoint())
            .finish_non_exhaustive()
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Shadow<S>
where
    S: Service<Request<ShadowBody<ReqBody>>, Response = Response<ResBody>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send + 'static,
    ReqBody: Body<Error: Send> + Send + 'static,
    ResBody: Send + 'static,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = ShadowFuture<Response<ResBody>, S::Error>;

    /// As ready as the inner service: nothing is refused.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        // The service that is ready goes, and its clone stays.
        let clone = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, clone);
        let layer = self.layer.clone();
        ShadowFuture(Box::pin(call(inner, layer, request)))
    }
}

async fn call<S, ReqBody, ResBody>(
    mut inner: S,
    layer: WebhookLayer,
    request: Request<ReqBody>,
) -> Result<Response<ResBody>, S::Error>
where
    S: Service<Request<ShadowBody<ReqBody>>, Response = Response<ResBody>>,
    ReqBody: Body,
{
    let (mut head, body) = request.into_parts();
    let mut body = Box::pin(body);
    let begun = match layer.find_tenant(&head) {
        None => layer.begin(&head, None),
        Some(FoundTenant::Endpoint(endpoint)) => layer.begin(&head, Some(&endpoint)),
        Some(FoundTenant::Refused(rejection)) => Begun::Refused(rejection),
        Some(FoundTenant::Wait(wait)) => match wait.await {
            Ok(endpoint) => layer.begin(&head, Some(&endpoint)),
            Err(rejection) => Begun::Refused(rejection),
        },
    };
    let (observed, read) = observe(begun, |cx| {
        let frame = body.as_mut().poll_frame(cx);
        frame.map_ok(|frame| frame.into_data().ok())
    })
    .await;
    let (shadowed, run) = observed.claim().await;
    head.extensions.insert(shadowed);
    let request = Request::from_parts(head, ShadowBody::new(read, body));
    let result = inner.call(request).await;
    let ended = result.as_ref().ok().map(|response| {
        let disposition = response.extensions().get().copied();
        (response.status().as_u16(), disposition)
    });
    run.settle(ended).await;
    result
}

/// Response future of [`Shadow`].
#[must_use = "futures do nothing unless they are awaited"]
pub struct ShadowFuture<R, E>(Pin<Box<dyn Future<Output = Result<R, E>> + Send>>);

impl<R, E> Future for ShadowFuture<R, E> {
    type Output = Result<R, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl<R, E> fmt::Debug for ShadowFuture<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShadowFuture").finish_non_exhaustive()
    }
}

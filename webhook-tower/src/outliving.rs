//! What goes on when nobody waits for it any more.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tracing::Instrument as _;
use webhook_core::{Endpoint, Rejection, RejectionKind};

use crate::guard::Guarded;
use crate::tracker::Running;

/// A future that goes on as a task when it is dropped before its end.
pub(crate) struct Outliving<F> {
    run: Option<Guarded<F>>,
    endpoint: Endpoint,
    span: tracing::Span,
    running: Option<Running>,
    /// [`detach`] for this type, kept from where it was known to be `'static`.
    detach: fn(Guarded<F>, Endpoint, Running, &tracing::Span),
}

impl<F> Outliving<F>
where
    F: Future<Output: Send> + Unpin + Send + 'static,
{
    pub(crate) fn new(running: Running, endpoint: Endpoint, run: F) -> Self {
        Self {
            run: Some(Guarded::new(run)),
            endpoint,
            span: tracing::Span::current(),
            running: Some(running),
            detach,
        }
    }
}

impl<F: Future + Unpin> Outliving<F> {
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<F::Output, Rejection>> {
        let run = self
            .run
            .as_mut()
            .expect("ResponseFuture polled after completion");
        let output = ready!(Pin::new(run).poll(cx));
        self.run = None;
        Poll::Ready(output.map_err(|_| unanswered(&self.endpoint)))
    }
}

impl<F> Drop for Outliving<F> {
    fn drop(&mut self) {
        if let (Some(run), Some(running)) = (self.run.take(), self.running.take()) {
            (self.detach)(run, self.endpoint.clone(), running, &self.span);
        }
    }
}

/// A store or a hook may panic as well, and is then no better than one that gives no answer. What the handler did or did
/// not do is not known, so the sender has to try again.
fn unanswered(endpoint: &Endpoint) -> Rejection {
    endpoint.reject(RejectionKind::StoreUnavailable.into())
}

/// Outside of a runtime the run is dropped: its claim is released, or ends with its lease, as the drop of its permit
/// says.
fn detach<F>(run: Guarded<F>, endpoint: Endpoint, running: Running, span: &tracing::Span)
where
    F: Future<Output: Send> + Unpin + Send + 'static,
{
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        let detached = running.tracker().detach();
        let rest = async move {
            let _held = (running, detached);
            if run.await.is_err() {
                let _ = unanswered(&endpoint);
            }
        };
        runtime.spawn(rest.instrument(span.clone()));
    }
}

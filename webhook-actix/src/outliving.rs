use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::future::LocalBoxFuture;
use tracing::Instrument as _;
use webhook_core::{Endpoint, Rejection, RejectionKind};
use webhook_tower::adapter::{Guarded, Running};

/// A future that goes on as a task of its worker when it is dropped before its end.
///
/// It is guarded outside of its box, where a guard is moved cheaply.
pub(crate) struct Outliving<T: 'static> {
    run: Option<Guarded<LocalBoxFuture<'static, T>>>,
    endpoint: Endpoint,
    span: tracing::Span,
    running: Option<Running>,
}

impl<T> Outliving<T> {
    pub(crate) fn new(
        running: Running,
        endpoint: Endpoint,
        run: impl Future<Output = T> + 'static,
    ) -> Self {
        Self {
            run: Some(Guarded::new(Box::pin(run))),
            endpoint,
            span: tracing::Span::current(),
            running: Some(running),
        }
    }
}

impl<T> Future for Outliving<T> {
    type Output = Result<T, Rejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let run = self.run.as_mut().expect("polled after completion");
        let output = ready!(Pin::new(run).poll(cx));
        self.run = None;
        Poll::Ready(output.map_err(|_| unanswered(&self.endpoint)))
    }
}

impl<T> Drop for Outliving<T> {
    fn drop(&mut self) {
        let (Some(run), Some(running)) = (self.run.take(), self.running.take()) else {
            return;
        };
        if tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        let (detached, endpoint) = (running.tracker().detach(), self.endpoint.clone());
        let rest = async move {
            let _held = (running, detached);
            if run.await.is_err() {
                let _ = unanswered(&endpoint);
            }
        };
        let rest = rest.instrument(self.span.clone());
        // A worker that is gone takes no tasks, and says so by a panic. The run is dropped then: its claim is released, or ends
        // with its lease.
        let _ = catch_unwind(AssertUnwindSafe(|| actix_web::rt::spawn(rest)));
    }
}

/// A store or a hook may panic as well, and is then no better than one that gives no answer. What the handler did or did
/// not do is not known, so the sender has to try again.
fn unanswered(endpoint: &Endpoint) -> Rejection {
    endpoint.reject(RejectionKind::StoreUnavailable.into())
}

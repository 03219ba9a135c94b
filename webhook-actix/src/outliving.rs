use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::future::LocalBoxFuture;
use tracing::Instrument as _;
use webhook_tower::adapter::Running;

/// A future that goes on as a task of its worker when it is dropped before its end.
pub(crate) struct Outliving<T: 'static> {
    run: Option<LocalBoxFuture<'static, T>>,
    span: tracing::Span,
    running: Option<Running>,
}

impl<T> Outliving<T> {
    pub(crate) fn new(running: Running, run: impl Future<Output = T> + 'static) -> Self {
        Self {
            run: Some(Box::pin(run)),
            span: tracing::Span::current(),
            running: Some(running),
        }
    }
}

impl<T> Future for Outliving<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let run = self.run.as_mut().expect("polled after completion");
        let output = ready!(run.as_mut().poll(cx));
        self.run = None;
        Poll::Ready(output)
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
        let detached = running.tracker().detach();
        let rest = async move {
            let _held = (running, detached);
            run.await;
        };
        let rest = rest.instrument(self.span.clone());
        // A worker that is gone takes no tasks, and says so by a panic. The run is dropped then: its claim is released, or ends
        // with its lease.
        let _ = catch_unwind(AssertUnwindSafe(|| actix_web::rt::spawn(rest)));
    }
}

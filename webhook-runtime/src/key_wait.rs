use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::timeout;
use webhook_core::Pending;
use webhook_core::adapter::DeliverySpan;

use crate::body_result::BodyResult;
use crate::guard::Guarded;
use crate::policy::KEY_TIMEOUT;
use crate::tracked_endpoint::TrackedEndpoint;
use crate::unverified::UnverifiedBytes;

/// Waits until the key or the object that a delivery names is fetched, or its subscription
/// confirmed.
///
/// It gives up after [`KEY_TIMEOUT`]. Its bytes count as unverified until then. Dropped, it leaves
/// the fetching to the next delivery that needs the key.
#[must_use = "futures do nothing unless they are awaited"]
pub struct KeyWait {
    resolving: Pin<Box<dyn Future<Output = BodyResult> + Send>>,
    span: DeliverySpan,
}

impl KeyWait {
    pub(crate) fn new(
        pending: Pending,
        endpoint: TrackedEndpoint,
        mut unverified: UnverifiedBytes,
    ) -> Self {
        unverified.show(endpoint.endpoint());
        Self {
            span: pending.span(),
            resolving: Box::pin(resolve(pending, endpoint, unverified)),
        }
    }
}

/// A source that panics or takes too long is one that cannot tell.
async fn resolve(
    mut pending: Pending,
    endpoint: TrackedEndpoint,
    unverified: UnverifiedBytes,
) -> BodyResult {
    let kind = pending.timeout_kind();
    let if_dropped = pending.if_dropped();
    let mut resolving = Box::pin(Guarded::new(pending.resolve()));
    let resolved = timeout(KEY_TIMEOUT, &mut resolving).await;
    let finished = match resolved {
        Ok(Ok(finished)) => finished,
        Ok(Err(_)) | Err(_) => {
            // The delivery is in the future that is dropped here, and not at the client's leave.
            let _ = if_dropped.set(kind);
            drop(resolving);
            Err(endpoint.reject(kind))
        }
    };
    BodyResult::new(finished, &endpoint, unverified)
}

impl Future for KeyWait {
    type Output = BodyResult;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<BodyResult> {
        let this = &mut *self;
        let resolving = this.resolving.as_mut();
        this.span.in_scope(|| resolving.poll(cx))
    }
}

impl fmt::Debug for KeyWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyWait").finish_non_exhaustive()
    }
}

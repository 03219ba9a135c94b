use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::time::timeout;
use tracing::Instrument as _;
use webhook_core::adapter::{TenantLookup, excerpt};
use webhook_core::{Endpoint, Rejection, RejectionKind};

use crate::guard::Guarded;
use crate::tenants::Tenants;
use crate::tracked_endpoint::TrackedEndpoint;

/// Waits until the resolver has said which secrets a tenant has. The output is the endpoint for
/// the request, or the refusal if nobody could say.
#[must_use = "futures do nothing unless they are awaited"]
pub struct TenantWait(Pin<Box<dyn Future<Output = Output> + Send>>);

type Output = Result<TrackedEndpoint, Rejection>;

impl TenantWait {
    pub(super) fn new(tenants: Arc<Tenants>, name: Arc<str>) -> Self {
        let unbegun = tenants.template.endpoint().count_unbegun();
        let endpoint = tenants.template.endpoint();
        let span = tracing::info_span!(
            target: "webhook",
            "tenant lookup",
            "webhook.provider" = endpoint.provider().name(),
        );
        let resolving = async move {
            let resolved = tenants.resolve(&name).await;
            // From here on it is the endpoint that counts the request.
            unbegun.forget();
            resolved.map_err(|Unresolved| tenants.template.refuse(RejectionKind::TenantUnavailable))
        };
        Self(Box::pin(resolving.instrument(span)))
    }
}

impl Tenants {
    async fn resolve(&self, name: &Arc<str>) -> Result<TrackedEndpoint, Unresolved> {
        let asked = self.cache.get_or_ask(name, self.look_up(name));
        let (result, resolved) = match timeout(self.timeout, asked).await {
            Ok(Ok(Some(endpoint))) => {
                let endpoint = self.template.with_endpoint(endpoint);
                (TenantLookup::Found, Ok(endpoint))
            }
            Ok(Ok(None)) => (TenantLookup::NotFound, Ok(self.template.clone())),
            Ok(Err(unresolved)) => (TenantLookup::Failed, Err(unresolved)),
            Err(_) => {
                self.log(name, "the resolver took too long");
                (TenantLookup::TimedOut, Err(Unresolved))
            }
        };
        self.count(result);
        resolved
    }

    /// Asks the resolver.
    async fn look_up(&self, name: &Arc<str>) -> Result<Option<Endpoint>, Unresolved> {
        // The semaphore is never closed.
        let _permit = self.lookups.acquire().await;
        let resolving = async { (self.resolver)(self.template.endpoint(), Arc::clone(name)).await };
        match Guarded::new(resolving).await {
            Ok(Ok(endpoint)) => Ok(endpoint),
            Ok(Err(error)) => {
                self.log(name, &error.to_string());
                Err(Unresolved)
            }
            Err(_) => {
                self.log(name, "the resolver panicked");
                Err(Unresolved)
            }
        }
    }

    /// The resolver's error may have a sender's text in it, and the name is one.
    fn log(&self, name: &str, error: &str) {
        if let Some(suppressed) = self.line.pass() {
            tracing::error!(
                target: "webhook",
                provider = self.template.endpoint().provider().name(),
                tenant = excerpt(name),
                error = excerpt(error),
                suppressed,
                "secrets of a tenant could not be resolved"
            );
        }
    }
}

/// The resolver could not say. Why is logged.
struct Unresolved;

impl Future for TenantWait {
    type Output = Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Output> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for TenantWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantWait").finish_non_exhaustive()
    }
}

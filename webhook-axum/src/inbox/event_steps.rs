//! The steps of a handler.

use std::error::Error;
use std::fmt;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use webhook_core::adapter::LogLimit;
use webhook_core::{Answer, RejectionClass};
use webhook_tower::respond;

use super::Steps;

/// The [steps](super::steps) of a handler that a worker runs.
///
/// ```
/// use webhook_axum::inbox::EventSteps;
/// use webhook_axum::{HookResult, VerifiedEvent};
/// # #[derive(serde::Deserialize)] struct Payment {}
/// # async fn issue(_: &Payment, _: &str) -> std::io::Result<u64> { Ok(1) }
/// # async fn ship(_: u64, _: &str) -> std::io::Result<()> { Ok(()) }
///
/// async fn confirmed(
///     VerifiedEvent(event): VerifiedEvent<Payment>,
///     EventSteps(steps): EventSteps,
/// ) -> HookResult {
///     let key = steps.key("invoice");
///     let invoice: u64 = steps.run("invoice", async || issue(&event.data, &key).await).await?;
///     let key = steps.key("ship");
///     steps.run("ship", async || ship(invoice, &key).await).await?;
///     Ok(())
/// }
/// # let _: axum::routing::MethodRouter = axum::routing::post(confirmed);
/// ```
///
/// # Rejections
///
/// 500 and an error in the log, if the handler does not run in a worker: its layer is not durable,
/// or the sender waits for the answer.
#[derive(Clone, Debug)]
pub struct EventSteps(pub Steps);

/// The handler does not run in a worker. Answered 500.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MissingWorker;

impl MissingWorker {
    fn report() -> Self {
        // Senders cause this line.
        static LINE: LogLimit = LogLimit::new();
        if let Some(suppressed) = LINE.pass() {
            tracing::error!(target: "webhook", reason = "worker_missing", suppressed, "{Self}");
        }
        Self
    }
}

impl fmt::Display for MissingWorker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a handler with steps runs in a worker: make the layer durable, and run its consumer in \
             a `Worker`",
        )
    }
}

impl Error for MissingWorker {}

impl IntoResponse for MissingWorker {
    fn into_response(self) -> Response {
        respond::<Body>(Answer::from(RejectionClass::HandlerFailed))
    }
}

impl<S: Sync> FromRequestParts<S> for EventSteps {
    type Rejection = MissingWorker;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MissingWorker> {
        let steps = parts.extensions.get::<Steps>().cloned();
        steps.map(Self).ok_or_else(MissingWorker::report)
    }
}

//! The steps of a handler.

use std::error::Error;
use std::fmt;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError};
use webhook_core::adapter::LogLimit;
use webhook_core::{Answer, RejectionClass};

use super::Steps;
use crate::answer::respond;

/// The [steps](super::steps) of a handler that a worker runs.
///
/// ```
/// use webhook_actix::inbox::EventSteps;
/// use webhook_actix::{HookResult, VerifiedEvent};
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
/// # let _ = actix_web::web::post().to(confirmed);
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

impl ResponseError for MissingWorker {
    fn status_code(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }

    fn error_response(&self) -> HttpResponse {
        respond(Answer::from(RejectionClass::HandlerFailed))
    }
}

impl FromRequest for EventSteps {
    type Error = MissingWorker;
    type Future = Ready<Result<Self, MissingWorker>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let steps = request.extensions().get::<Steps>().cloned();
        ready(steps.map(Self).ok_or_else(MissingWorker::report))
    }
}

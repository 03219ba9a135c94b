use std::error::Error;
use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use webhook_core::adapter::Failure;
use webhook_core::{Delivery, Verdict};

use crate::answer::{respond, status};

/// The result of a handler: `Ok` commits the event.
pub type HookResult<T = ()> = Result<T, HookError>;

/// Why a handler did not handle its event. `?` makes it from every error.
///
/// By default the sender retries: the claim is released and the answer is 500, because a lost event
/// is worse than one that runs twice. [`HookResultExt`] says otherwise where the error happens.
///
/// ```
/// use webhook_actix::{HookResult, HookResultExt as _, VerifiedEvent};
///
/// #[derive(serde::Deserialize)]
/// struct Invoice {
///     currency: String,
/// }
///
/// async fn paid(VerifiedEvent(event): VerifiedEvent<Invoice>) -> HookResult {
///     record(&event.data).await?; // 500: the sender retries
///     currency(&event.data.currency).permanent()?; // 200 with a warning: the sender stops
///     Ok(())
/// }
/// # async fn record(_: &Invoice) -> Result<(), std::io::Error> { Ok(()) }
/// # fn currency(_: &str) -> Result<(), std::fmt::Error> { Ok(()) }
/// # let _ = actix_web::web::post().to(paid);
/// ```
///
/// Like `anyhow::Error`, it is no [`Error`] itself.
#[derive(Clone)]
pub struct HookError(Failure);

type Source = Box<dyn Error + Send + Sync + 'static>;

impl HookError {
    /// An error with this verdict.
    pub fn new(verdict: Verdict, source: impl Into<Source>) -> Self {
        Self(Failure::new(verdict, source))
    }

    /// What becomes of the event.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.0.verdict()
    }

    /// The same error with another verdict.
    #[must_use]
    pub fn with_verdict(self, verdict: Verdict) -> Self {
        Self(self.0.with_verdict(verdict))
    }

    /// The cause, if it is an `E`.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.0.source().downcast_ref()
    }

    /// The cause.
    #[must_use]
    pub fn source(&self) -> &(dyn Error + Send + Sync + 'static) {
        self.0.source()
    }

    pub(super) fn failure(&self) -> &Failure {
        &self.0
    }

    /// The answer of the endpoint that made the delivery.
    pub(super) fn respond(&self, delivery: Option<&Delivery>) -> HttpResponse {
        let mut response = respond(self.0.answer(delivery));
        response.extensions_mut().insert(self.0.disposition());
        response
    }
}

/// Every error is one to retry.
impl<E: Into<Source>> From<E> for HookError {
    fn from(error: E) -> Self {
        Self::new(Verdict::Retry, error)
    }
}

/// The cause and its own causes, in one line.
impl fmt::Display for HookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for HookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookError")
            .field("verdict", &self.verdict())
            .field("source", &self.source())
            .finish()
    }
}

/// The answer of the [verdict](Self::verdict).
impl ResponseError for HookError {
    fn status_code(&self) -> StatusCode {
        status(&self.0.answer(None))
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = self.respond(None);
        // For the router around the handler, which knows the endpoint.
        response.extensions_mut().insert(self.clone());
        response
    }
}

/// Says of a result what becomes of the event if it is an error.
pub trait HookResultExt<T> {
    /// The event is given up: it can never be handled. It is recorded as dead, copies do not run,
    /// and the answer is 200 with a warning in its body, so that the sender stops.
    ///
    /// # Errors
    ///
    /// The error, with this verdict.
    fn permanent(self) -> HookResult<T>;

    /// The sender retries, not before this time has passed if it honours `Retry-After`. The answer
    /// is 503.
    ///
    /// # Errors
    ///
    /// The error, with this verdict.
    fn retry_after(self, after: Duration) -> HookResult<T>;
}

impl<T, E: Into<Source>> HookResultExt<T> for Result<T, E> {
    fn permanent(self) -> HookResult<T> {
        self.map_err(|error| HookError::new(Verdict::GiveUp, error))
    }

    fn retry_after(self, after: Duration) -> HookResult<T> {
        self.map_err(|error| HookError::new(Verdict::RetryAfter(after), error))
    }
}

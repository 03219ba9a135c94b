use std::error::Error;
use std::fmt;
use std::ops::Deref;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use webhook_core::adapter::LogLimit;
use webhook_core::{Answer, RejectionClass};
use webhook_runtime::shadow::Shadowed;
use webhook_tower::respond;

/// A request behind a [shadow](crate::WebhookLayer::shadow), which anybody may have sent.
///
/// It has the verdict of the shadow. Head and body are those of the request: take them with
/// axum's extractors.
///
/// ```
/// use axum::{Router, http::StatusCode, routing::post};
/// use serde_json::json;
/// use tower::ServiceExt;
/// use webhook_axum::testing::TestSender;
/// use webhook_axum::{ShadowVerdict, UnverifiedRequest, WebhookLayer};
///
/// async fn live(UnverifiedRequest(shadowed): UnverifiedRequest, body: String) -> StatusCode {
///     match shadowed.verdict() {
///         ShadowVerdict::Run => println!("verified: {} bytes", body.len()),
///         other => println!("{other:?}"),
///     }
///     StatusCode::OK // what the application does today
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = "whsec_0123456789abcdef";
/// let layer = WebhookLayer::stripe(secret).shadow();
/// let app: Router = Router::new().route("/webhooks/stripe", post(live).layer(layer));
///
/// let stripe = TestSender::stripe(secret).path("/webhooks/stripe");
/// let event = stripe.event("invoice.paid", json!({}));
/// assert_eq!(app.oneshot(stripe.forged(&event)).await?.status(), 200);
/// # Ok(())
/// # }
/// ```
///
/// # Rejections
///
/// The route has no shadow: 500, and an error in the log.
#[derive(Clone, Debug)]
#[must_use]
pub struct UnverifiedRequest(pub Shadowed);

impl Deref for UnverifiedRequest {
    type Target = Shadowed;

    fn deref(&self) -> &Shadowed {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for UnverifiedRequest {
    type Rejection = MissingShadow;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MissingShadow> {
        let shadowed = parts.extensions.get::<Shadowed>().cloned();
        shadowed.map(Self).ok_or_else(MissingShadow::report)
    }
}

/// The route has no [shadow](crate::WebhookLayer::shadow). Answered 500.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MissingShadow;

impl MissingShadow {
    fn report() -> Self {
        // Senders cause this line.
        static LINE: LogLimit = LogLimit::new();
        if let Some(suppressed) = LINE.pass() {
            tracing::error!(target: "webhook", reason = "shadow_missing", suppressed, "{Self}");
        }
        Self
    }
}

impl fmt::Display for MissingShadow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "no shadow around this route: take a VerifiedEvent, or observe with \
             `.layer(WebhookLayer::….shadow())`",
        )
    }
}

impl Error for MissingShadow {}

impl IntoResponse for MissingShadow {
    fn into_response(self) -> Response {
        respond::<Body>(Answer::from(RejectionClass::HandlerFailed))
    }
}

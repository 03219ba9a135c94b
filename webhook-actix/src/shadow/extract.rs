use std::fmt;
use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError};
use webhook_core::adapter::LogLimit;
use webhook_core::{Answer, RejectionClass};
use webhook_runtime::shadow::Shadowed;

use crate::answer::respond;

/// A request behind a [shadow](crate::Webhook::shadow), which anybody may have sent.
///
/// It has the verdict of the shadow. Head and body are those of the request: take them with
/// actix-web's extractors.
///
/// ```
/// use actix_web::{App, HttpResponse, test, web};
/// use serde_json::json;
/// use webhook_actix::testing::TestSender;
/// use webhook_actix::{ShadowVerdict, UnverifiedRequest, Webhook};
///
/// async fn live(UnverifiedRequest(shadowed): UnverifiedRequest, body: String) -> HttpResponse {
///     match shadowed.verdict() {
///         ShadowVerdict::Run => println!("verified: {} bytes", body.len()),
///         other => println!("{other:?}"),
///     }
///     HttpResponse::Ok().finish() // what the application does today
/// }
///
/// # #[actix_web::main]
/// # async fn main() {
/// let secret = "whsec_0123456789abcdef";
/// let resource = web::resource("/webhooks/stripe").wrap(Webhook::stripe(secret).shadow());
/// let app = App::new().service(resource.route(web::post().to(live)));
/// let app = test::init_service(app).await;
///
/// let stripe = TestSender::stripe(secret).path("/webhooks/stripe");
/// let event = stripe.event("invoice.paid", json!({}));
/// let forged = stripe.forged(&event).to_request();
/// assert_eq!(test::call_service(&app, forged).await.status(), 200);
/// # }
/// ```
///
/// # Errors
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

impl FromRequest for UnverifiedRequest {
    type Error = MissingShadow;
    type Future = Ready<Result<Self, MissingShadow>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let shadowed = request.extensions().get::<Shadowed>().cloned();
        ready(shadowed.map(Self).ok_or_else(MissingShadow::report))
    }
}

/// The route has no [shadow](crate::Webhook::shadow). Answered 500.
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
             `.wrap(Webhook::….shadow())`",
        )
    }
}

impl ResponseError for MissingShadow {
    fn status_code(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }

    fn error_response(&self) -> HttpResponse {
        respond(Answer::from(RejectionClass::HandlerFailed))
    }
}

//! Test requests for every provider: genuine, forged, stale, repeated and too large.
//!
//! ```
//! use actix_web::{App, HttpResponse, test, web};
//! use serde_json::json;
//! use webhook_actix::{VerifiedDelivery, Webhook, testing::TestSender};
//!
//! async fn paid(_: VerifiedDelivery) -> HttpResponse {
//!     HttpResponse::Ok().finish()
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let secret = "whsec_0123456789abcdef";
//! let resource = web::resource("/webhooks/stripe").wrap(Webhook::stripe(secret));
//! let app = App::new().service(resource.route(web::post().to(paid)));
//! let app = test::init_service(app).await;
//!
//! let stripe = TestSender::stripe(secret).path("/webhooks/stripe");
//! let event = stripe.event("invoice.paid", json!({"amount_paid": 1999}));
//! let forged = stripe.forged(&event).to_request();
//! assert_eq!(test::call_service(&app, forged).await.status(), 401);
//! let genuine = stripe.signed(&event).to_request();
//! assert_eq!(test::call_service(&app, genuine).await.status(), 200);
//! # }
//! ```

use actix_web::http::Method;
use actix_web::test::TestRequest;
use webhook_core::SignedRequest;
#[doc(inline)]
pub use webhook_core::testing::{Framework, MockEvent, PlainSender, TestClock, TestPayload};

/// Sends what a provider and its attackers send, as a
/// [`TestRequest`]: see [`webhook_core::testing::TestSender`].
pub type TestSender = webhook_core::testing::TestSender<ActixWeb>;

/// The requests of [`actix_web::test`](mod@actix_web::test).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ActixWeb {}

impl Framework for ActixWeb {
    type Request = TestRequest;

    fn request(signed: SignedRequest) -> TestRequest {
        let path = signed.path_and_query.split('?').next();
        test_request(&signed, path.unwrap_or("/"))
    }
}

/// A request that a [`Signer`](webhook_core::Signer) signed, as a request for the route `path` with
/// the query that was signed. A [`TestSender`] makes its requests itself.
///
/// If the provider signs the path, sign for the same one:
/// [`Signer::path_and_query`](webhook_core::Signer::path_and_query).
///
/// # Panics
///
/// If `path`, or a header that was passed to the signer, is not valid in a request.
#[must_use]
pub fn test_request(signed: &SignedRequest, path: &str) -> TestRequest {
    let method = Method::from_bytes(signed.method.as_bytes());
    let uri = match signed.path_and_query.split_once('?') {
        Some((_, query)) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let request = TestRequest::with_uri(&uri).method(method.expect("a provider sends a method"));
    let headers = signed.headers.iter();
    let request = headers.fold(request, |request, (name, value)| {
        request.append_header((name.as_str(), value.as_str()))
    });
    request.set_payload(signed.body.clone())
}

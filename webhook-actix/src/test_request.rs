use actix_web::http::Method;
use actix_web::test::TestRequest;
use webhook_core::SignedRequest;

/// A signed delivery as a request for the service of
/// [`actix_web::test::init_service`], sent to the route `path` with the query that was signed.
///
/// ```
/// use actix_web::{App, HttpResponse, test, web};
/// use webhook_actix::{Signer, VerifiedDelivery, Webhook, providers, test_request};
///
/// async fn paid(_: VerifiedDelivery) -> HttpResponse {
///     HttpResponse::Ok().finish()
/// }
///
/// # #[actix_web::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = "whsec_0123456789abcdef";
/// let stripe = web::resource("/webhooks/stripe").wrap(Webhook::stripe(secret));
/// let app = App::new().service(stripe.route(web::post().to(paid)));
/// let app = test::init_service(app).await;
///
/// let delivery = Signer::new(providers::STRIPE, secret)?.sign_now(r#"{"id":"evt_1"}"#);
/// let genuine = test_request(&delivery, "/webhooks/stripe");
/// assert_eq!(test::call_service(&app, genuine.to_request()).await.status(), 200);
/// # Ok(())
/// # }
/// ```
///
/// Where a provider signs the path, sign for the same one: [`Signer::path_and_query`].
///
/// [`Signer::path_and_query`]: webhook_core::Signer::path_and_query
///
/// # Panics
///
/// If `path`, or a header that was given to the signer, cannot be in a request.
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

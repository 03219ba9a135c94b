//! What a flawed receiver does to a request before it is verified.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::Response;
use serde_json::Value;
use webhook_axum::{Signer, UnixTime, providers};

use crate::flaw::Flaw;
use crate::receiver::SECRET;

pub(crate) async fn disguise(
    State(flaw): State<Option<Flaw>>,
    request: Request,
    next: Next,
) -> Response {
    let (mut head, body) = request.into_parts();
    let mut body = to_bytes(body, usize::MAX).await.unwrap();
    match flaw {
        // A signature that is not compared is as good as a right one.
        Some(Flaw::AcceptsForgedDeliveries) => {
            let signed = head.headers.get("stripe-signature");
            let signed = signed.and_then(|signed| signed.to_str().ok()).unwrap_or("");
            let time = signed.split(',').find_map(|part| part.strip_prefix("t="));
            let time = time.and_then(|time| time.parse().ok()).unwrap_or(0);
            let signer = Signer::new(providers::STRIPE, SECRET).unwrap();
            let signed = signer.sign(UnixTime::from_secs(time), body.clone());
            let [(_, signature), ..] = &signed.headers[..] else {
                panic!("it has a signature");
            };
            let signature = HeaderValue::from_str(signature).unwrap();
            head.headers.insert("stripe-signature", signature);
        }
        Some(Flaw::VerifiesReserialisedBody) => {
            if let Ok(parsed) = serde_json::from_slice::<Value>(&body) {
                body = parsed.to_string().into();
                head.headers.insert(CONTENT_LENGTH, body.len().into());
            }
        }
        _ => {}
    }
    next.run(Request::from_parts(head, Body::from(body))).await
}

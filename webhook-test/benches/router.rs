//! What a router over 100 event types costs, compared with one handler behind the same layer.
//!
//! ```sh
//! cargo bench -p webhook-test --bench router
//! ```
//!
//! All rows are measured in one run and in turns. Differences are computed within a round, and the
//! median of the rounds counts.

#![allow(
    clippy::cast_precision_loss,
    reason = "nanoseconds and operations are few"
)]

use std::hint::black_box;
use std::time::Instant;

use actix_web::dev::{Service, ServiceResponse};
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, Error, HttpResponse, web};
use axum::Router;
use axum::body::Body;
use axum::routing::post;
use tower::Service as _;
use webhook_actix::{Webhook, testing::test_request};
use webhook_axum::{Endpoint, SignedRequest, Signer, VerifiedDelivery, WebhookLayer, providers};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BATCH: usize = 256;
const TYPES: usize = 100;
/// The types that are sent: one that is registered, one with a prefix that is, and another one.
const SENT: [&str; 3] = ["type.57.happened", "prefix.57.happened", "unknown"];

#[actix_web::main]
async fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let rounds = if quick { 41 } else { 401 };
    println!("ns above a handler behind the same layer, median of {rounds} rounds");
    on_axum(rounds).await;
    on_actix(rounds).await;
}

fn endpoint() -> Endpoint {
    let endpoint = Endpoint::stripe(SECRET).without_replay_protection();
    endpoint.build().expect("it fits")
}

fn types() -> impl Iterator<Item = (String, String)> {
    (0..TYPES).map(|n| (format!("type.{n}.happened"), format!("prefix.{n}.*")))
}

fn signed(kind: &str) -> SignedRequest {
    let signer = Signer::new(providers::STRIPE, SECRET).expect("a usable secret");
    signer.sign_now(format!(r#"{{"id":"evt_1","type":"{kind}"}}"#))
}

async fn on_axum(rounds: usize) {
    /// It reads the type, as a handler for all types does.
    async fn handle(VerifiedDelivery(delivery): VerifiedDelivery) {
        black_box(delivery.event_type());
    }
    let direct: Router =
        Router::new().route("/", post(handle).layer(WebhookLayer::new(endpoint())));
    let mut hooks = webhook_axum::WebhookRouter::<()>::new(WebhookLayer::new(endpoint()));
    for (exact, prefix) in types() {
        hooks = hooks.on(&*exact, handle).on(&*prefix, handle);
    }
    let routed: Router = Router::new().route("/", hooks.fallback(handle).into());
    for kind in SENT {
        let delivery = signed(kind);
        let (mut direct, mut routed) = (direct.clone(), routed.clone());
        let mut differences = Vec::with_capacity(rounds);
        for _ in 0..rounds {
            let mut took = [0.0; 2];
            for (app, took) in [&mut direct, &mut routed].into_iter().zip(&mut took) {
                let requests: Vec<_> = (0..BATCH).map(|_| delivery.to_http::<Body>("/")).collect();
                let begun = Instant::now();
                for request in requests {
                    let answer = app.call(request).await;
                    assert_eq!(answer.map(|answer| answer.status().as_u16()), Ok(200));
                }
                *took = begun.elapsed().as_nanos() as f64 / BATCH as f64;
            }
            differences.push(took[1] - took[0]);
        }
        println!("axum  {kind:20} {:6.0}", median(differences));
    }
}

async fn on_actix(rounds: usize) {
    async fn handle(
        webhook_actix::VerifiedDelivery(delivery): webhook_actix::VerifiedDelivery,
    ) -> HttpResponse {
        black_box(delivery.event_type());
        HttpResponse::Ok().finish()
    }
    let resource = web::resource("/").wrap(Webhook::new(endpoint()));
    let direct = init_service(App::new().service(resource.to(handle))).await;
    let mut hooks = webhook_actix::WebhookRouter::new(Webhook::new(endpoint()));
    for (exact, prefix) in types() {
        hooks = hooks.on(&*exact, handle).on(&*prefix, handle);
    }
    let routed = init_service(App::new().service(hooks.fallback(handle).at("/"))).await;
    for kind in SENT {
        let delivery = signed(kind);
        let mut differences = Vec::with_capacity(rounds);
        for _ in 0..rounds {
            let direct = batch(&direct, &delivery).await;
            differences.push(batch(&routed, &delivery).await - direct);
        }
        println!("actix {kind:20} {:6.0}", median(differences));
    }
}

async fn batch<S, B>(app: &S, delivery: &SignedRequest) -> f64
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error>,
{
    let request = || TestRequest::to_request(test_request(delivery, "/"));
    let requests: Vec<_> = (0..BATCH).map(|_| request()).collect();
    let begun = Instant::now();
    for request in requests {
        let answer = app.call(request).await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200);
    }
    begun.elapsed().as_nanos() as f64 / BATCH as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

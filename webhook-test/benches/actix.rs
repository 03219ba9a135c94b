//! The cost of the actix-web middleware, compared with the nearest published extractor, the bare
//! route and the hash alone.
//!
//! All rows are measured in one run and in turns. Differences are computed within a round, and the
//! median of the rounds counts.

#![allow(
    clippy::cast_precision_loss,
    reason = "nanoseconds and operations are few"
)]

use std::cell::Cell;
use std::hint::black_box;
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, Error, HttpResponse, web};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use webhook_actix::{
    Clock as _, Endpoint, MemoryStore, SignedRequest, Signer, SystemClock, Webhook, providers,
};
use webhook_verify::actix::{VerifiedBody, WebhookConfig};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BATCH: usize = 128;

#[actix_web::main]
async fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let rounds = if quick { 41 } else { 401 };
    let number = Cell::new(0_u32);
    let signer = Signer::new(providers::STRIPE, SECRET).expect("a usable secret");
    let batch = || -> Vec<SignedRequest> {
        let now = SystemClock.now().expect("a time");
        let sign = |_| signer.sign(now, event(number.replace(number.get() + 1)));
        (0..BATCH).map(sign).collect()
    };

    let answer = || async { HttpResponse::Ok().finish() };
    let bare = init_service(App::new().route("/", web::post().to(move |_: web::Bytes| answer())));
    let config = WebhookConfig::new(
        webhook_verify::Provider::Stripe,
        webhook_verify::Secret::new(SECRET),
    );
    let peer = App::new().app_data(config);
    let peer = init_service(peer.route("/", web::post().to(move |_: VerifiedBody| answer())));
    let endpoint = || Endpoint::stripe(SECRET);
    let behind = |webhook: Webhook| {
        let app = App::new().wrap(webhook);
        init_service(app.route("/", web::post().to(move |_: web::Bytes| answer())))
    };
    let verifying = endpoint().without_replay_protection().build();
    let everything = endpoint().store(MemoryStore::new()).build();
    let verifying = behind(Webhook::new(verifying.expect("it fits"))).await;
    let everything = behind(Webhook::new(everything.expect("it fits"))).await;
    let (bare, peer) = (bare.await, peer.await);
    let key: Hmac<Sha256> = Hmac::new_from_slice(SECRET.as_bytes()).expect("any length");

    let mut costs: [Vec<f64>; 5] = Default::default();
    for round in 0..=rounds {
        let took = [
            {
                let signed = batch();
                let start = Instant::now();
                for signed in &signed {
                    let mut mac = key.clone();
                    mac.update(b"1800000000.");
                    mac.update(&signed.body);
                    black_box(mac.finalize().into_bytes());
                }
                start.elapsed()
            },
            send(&bare, &batch()).await,
            send(&peer, &batch()).await,
            send(&verifying, &batch()).await,
            send(&everything, &batch()).await,
        ];
        // The first warms up.
        if round > 0 {
            for (costs, took) in costs.iter_mut().zip(took) {
                costs.push(took.as_secs_f64() * 1e9 / BATCH as f64);
            }
        }
    }
    let [raw, bare, ..] = &costs;
    println!("| what, 1 KiB Stripe | ns | above the bare route | above it and raw HMAC | reach |");
    println!("|---|---|---|---|---|");
    let rows = [
        ("raw HMAC", ""),
        ("bare route", ""),
        ("webhook-verify 0.1.0, verification only", ""),
        ("ours, without replay protection", "≤ 800 ns"),
        ("ours, everything on", "≤ 1400 ns"),
    ];
    for ((name, reach), own) in rows.iter().zip(&costs) {
        let above = median(own.iter().zip(bare).map(|(own, bare)| own - bare));
        let both = raw.iter().zip(bare).map(|(raw, bare)| raw + bare);
        let above_both = median(own.iter().zip(both).map(|(own, both)| own - both));
        let ns = median(own.iter().copied());
        println!("| {name} | {ns:.0} | {above:.0} | {above_both:.0} | {reach} |");
    }
}

async fn send<S, B>(app: &S, signed: &[SignedRequest]) -> Duration
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let request = |signed: &SignedRequest| {
        let mut request = TestRequest::post().set_payload(signed.body.clone());
        for (name, value) in &signed.headers {
            request = request.insert_header((name.as_str(), value.as_str()));
        }
        request.to_request()
    };
    let requests: Vec<_> = signed.iter().map(request).collect();
    let start = Instant::now();
    for request in requests {
        let response = app.call(request).await.expect("a response");
        assert_eq!(response.status(), 200);
    }
    start.elapsed()
}

fn event(number: u32) -> String {
    let padding = "x".repeat(900);
    format!(
        concat!(
            r#"{{"id":"evt_1NG8Du2eZvKYlo2CUI{number:08}","#,
            r#""data":{{"object":{{"note":"{padding}"}}}},"#,
            r#""livemode":false,"type":"invoice.paid"}}"#
        ),
        number = number,
        padding = padding
    )
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

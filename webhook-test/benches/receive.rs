//! What receiving a webhook costs, beside what the hash alone costs and what the same route costs without us.
//!
//! Rows of a group are measured in turns, so that a busy moment of the machine meets all of them, and the fastest round
//! of each counts. What is compared is therefore measured in one run; the absolute numbers are this machine's.

#![allow(
    clippy::cast_precision_loss,
    reason = "counts of a benchmark are far below 2^52"
)]

use std::alloc::System;
use std::cell::Cell;
use std::convert::Infallible;
use std::future::{Future, ready};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use sha2::Sha256;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tower::{Layer, Service};
use webhook_core::replay::{Claim, ClaimRequest, Owner};
use webhook_core::{
    Endpoint, Head, MemoryStore, Options, Provider, ReplayKey, ReplayStore, SignedRequest, Signer,
    UnixTime, Verifier, providers,
};
use webhook_tower::WebhookLayer;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
const KIB: usize = 1024;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let rounds = if quick { 7 } else { 41 };
    println!("| what | ns | allocations | against | target | |");
    println!("|---|---|---|---|---|---|");
    verify(rounds);
    candidates(rounds);
    for size in [KIB, 4 * KIB] {
        layer(rounds, size);
    }
    store(rounds);
    straightness(rounds);
    memory_per_upload();
}

/// One row of a group.
type Row<'a> = Box<dyn FnMut() + 'a>;

/// What one run took.
#[derive(Clone, Copy)]
struct Cost {
    ns: f64,
    allocations: f64,
}

fn row<'a>(run: impl FnMut() + 'a) -> Row<'a> {
    Box::new(run)
}

/// Measures the rows in turns; the fastest round of each counts.
fn measure(rounds: usize, iterations: u32, rows: &mut [Row<'_>]) -> Vec<Cost> {
    let mut costs = vec![
        Cost {
            ns: f64::INFINITY,
            allocations: 0.0
        };
        rows.len()
    ];
    for _ in 0..rounds {
        for (row, cost) in rows.iter_mut().zip(&mut costs) {
            let region = Region::new(ALLOCATOR);
            let start = Instant::now();
            for _ in 0..iterations {
                row();
            }
            let elapsed = start.elapsed();
            let allocations = region.change().allocations;
            cost.ns = cost
                .ns
                .min(elapsed.as_secs_f64() * 1e9 / f64::from(iterations));
            cost.allocations = allocations as f64 / f64::from(iterations);
        }
    }
    costs
}

fn report(what: &str, cost: Cost, against: &str, target: &str, ok: Option<bool>) {
    let verdict = match ok {
        Some(true) => "ok",
        Some(false) => "missed",
        None => "",
    };
    println!(
        "| {what} | {:.0} | {:.1} | {against} | {target} | {verdict} |",
        cost.ns, cost.allocations
    );
}

/// A Stripe event of about `size` bytes.
fn event(size: usize, number: usize) -> String {
    let mut body = format!(
        r#"{{"id":"evt_1NG8Du2eZvKYlo2CUI79vXWy{number:08}","object":"event","api_version":"2025-03-31","created":1800000000,"data":{{"object":{{"id":"seti_1NG8Du2eZvKYlo2C9XMqbR0x","object":"setup_intent","application":null,"automatic_payment_methods":null,"client_secret":"seti_1_secret","created":1800000000,"description":null,"last_setup_error":null,"latest_attempt":null,"livemode":false,"mandate":null,"metadata":{{"order":"6735"}},"next_action":null,"payment_method":"pm_1NG8Du2eZvKYlo2CYzzldNr7","status":"requires_confirmation","usage":"off_session","lines":["#
    );
    let mut line = 0;
    while body.len() + 170 < size {
        if line > 0 {
            body.push(',');
        }
        body.push_str(&format!(
            r#"{{"id":"il_{line:06}","amount":1999,"currency":"eur"}}"#
        ));
        line += 1;
    }
    body.push_str(r#"]}},"livemode":false,"pending_webhooks":1,"request":{"id":null,"idempotency_key":null},"type":"setup_intent.created"}"#);
    body
}

fn signer(provider: Provider) -> Signer {
    Signer::new(provider, SECRET)
        .expect("the secret fits")
        .public_url("https://shop.example/hooks")
}

fn headers(signed: &SignedRequest) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("shop.example"));
    headers.insert("user-agent", HeaderValue::from_static("Stripe/1.0"));
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("content-length", signed.body.len().into());
    for (name, value) in &signed.headers {
        let name: HeaderName = name.parse().expect("a header name");
        headers.insert(name, value.parse().expect("a header value"));
    }
    headers
}

fn raw_hmac() -> Hmac<Sha256> {
    Hmac::new_from_slice(SECRET.as_bytes()).expect("any length")
}

fn verify(rounds: usize) {
    let cases = [
        (providers::GITHUB, KIB, Some(1.10)),
        (providers::STRIPE, KIB, Some(1.20)),
        (providers::STANDARD_WEBHOOKS, KIB, Some(1.20)),
        (providers::SQUARE, KIB, None),
        (providers::GITHUB, 64 * KIB, Some(1.01)),
    ];
    for (provider, size, target) in cases {
        let options = || {
            let mut options = Options::default();
            options.public_url = Some("https://shop.example/hooks".to_owned());
            options
        };
        let verifier = Verifier::new(provider, SECRET, options()).expect("the secret fits");
        let signed = signer(provider).sign(NOW, event(size, 1));
        let headers = headers(&signed);
        let head = Head {
            method: "POST",
            path_and_query: "/hooks",
            headers: &headers,
        };
        let key = raw_hmac();
        let iterations = if size > 8 * KIB { 200 } else { 4000 };
        let costs = measure(
            rounds,
            iterations,
            &mut [
                row(|| {
                    let mut mac = key.clone();
                    mac.update(black_box(&signed.body));
                    black_box(mac.finalize().into_bytes());
                }),
                row(|| {
                    let verified = verifier.verify(&head, black_box(&signed.body), NOW);
                    black_box(verified).expect("genuine");
                }),
            ],
        );
        let ratio = costs[1].ns / costs[0].ns;
        report(
            &format!("verify {}, {} KiB", provider.name(), size / KIB),
            costs[1],
            &format!("{ratio:.3} × raw HMAC ({:.0} ns)", costs[0].ns),
            &target.map_or("–".to_owned(), |target| {
                format!("≤ {target:.2} ×, 0 allocations")
            }),
            target.map(|target| ratio <= target && costs[1].allocations == 0.0),
        );
    }
}

fn candidates(rounds: usize) {
    let verifier = Verifier::new(providers::STRIPE, SECRET, Options::default()).expect("fits");
    let body = event(KIB, 1);
    let head = |wrong: usize| {
        let tags = format!(",v1={}", "ab".repeat(32)).repeat(wrong);
        vec![("stripe-signature", format!("t={}{tags}", NOW.as_secs()))]
    };
    let [one, sixteen, hundred] = [head(1), head(16), head(100)];
    let run = |headers: &Vec<(&str, String)>| {
        let head = Head {
            method: "POST",
            path_and_query: "/",
            headers,
        };
        black_box(verifier.verify(&head, body.as_bytes(), NOW)).expect_err("forged");
    };
    let costs = measure(
        rounds,
        2000,
        &mut [
            row(|| run(&one)),
            row(|| run(&sixteen)),
            row(|| run(&hundred)),
        ],
    );
    for (cost, count) in costs.iter().zip([1, 16, 100]).skip(1) {
        let ratio = cost.ns / costs[0].ns;
        report(
            &format!("{count} wrong candidate tags"),
            *cost,
            &format!("{ratio:.2} × one"),
            if count == 100 { "≤ 1.1 ×" } else { "–" },
            (count == 100).then_some(ratio <= 1.1),
        );
    }
}

/// A layer that does nothing, as the base line of what a layer costs.
#[derive(Clone)]
struct NoOp;

#[derive(Clone)]
struct Through<S>(S);

impl<S> Layer<S> for NoOp {
    type Service = Through<S>;

    fn layer(&self, inner: S) -> Through<S> {
        Through(inner)
    }
}

impl<S: Service<R>, R> Service<R> for Through<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.0.call(request)
    }
}

/// Nothing in these routes waits, so one poll is all.
fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("something waited"),
    }
}

fn layer(rounds: usize, size: usize) {
    const POOL: usize = 512;
    let pool: Vec<_> = (0..POOL)
        .map(|number| {
            let signed = signer(providers::STRIPE).sign(NOW, event(size, number));
            (headers(&signed), signed.body)
        })
        .collect();
    let forged: Vec<_> = pool
        .iter()
        .map(|(headers, body)| {
            let mut headers = headers.clone();
            headers.remove("stripe-signature");
            (headers, body.clone())
        })
        .collect();
    let route = || Router::new().route("/hooks", post(|| ready(())));
    let endpoint = || Endpoint::stripe(SECRET).clock(NOW);
    let build =
        |builder: webhook_core::EndpointBuilder| WebhookLayer::new(builder.build().expect("fits"));
    let next = Cell::new(0);
    let send = |router: &mut Router, pool: &[(HeaderMap, Bytes)]| {
        let (headers, body) = &pool[next.replace((next.get() + 1) % POOL)];
        let mut request = Request::new(Body::from(body.clone()));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = http::Uri::from_static("/hooks");
        *request.headers_mut() = headers.clone();
        let response: Result<_, Infallible> = at_once(router.call(request));
        response.expect("infallible").status().as_u16()
    };
    let mut bare = route();
    let mut no_op = route().layer(NoOp);
    let mut verified = route().layer(build(endpoint().without_replay_protection()));
    let store = MemoryStore::new();
    let mut everything = route().layer(build(endpoint().store(store.clone())));
    let mut refusing = route().layer(build(endpoint().store(store)));
    let known = MemoryStore::new();
    let mut duplicates = route().layer(build(endpoint().store(known)));
    for _ in 0..POOL {
        assert_eq!(send(&mut duplicates, &pool), 200);
    }
    let key = raw_hmac();
    let body = &pool[0].1;

    // Each delivery of the pool must be new each time, so the store starts afresh with every pass over it.
    let mut passes = 0;
    let mut fresh = || {
        if passes % POOL == 0 {
            let store = MemoryStore::new();
            everything = route().layer(build(endpoint().store(store)));
        }
        passes += 1;
        assert_eq!(send(&mut everything, &pool), 200);
    };
    let iterations = u32::try_from(POOL * 8).expect("small");
    let costs = measure(
        rounds,
        iterations,
        &mut [
            row(|| {
                let mut mac = key.clone();
                mac.update(black_box(body));
                black_box(mac.finalize().into_bytes());
            }),
            row(|| assert_eq!(send(&mut bare, &pool), 200)),
            row(|| assert_eq!(send(&mut no_op, &pool), 200)),
            row(|| assert_eq!(send(&mut verified, &pool), 200)),
            row(&mut fresh),
            row(|| assert_eq!(send(&mut duplicates, &pool), 200)),
            row(|| assert_eq!(send(&mut refusing, &forged), 401)),
        ],
    );
    let names = ["raw HMAC", "bare route", "route with a no-op layer"];
    for (name, cost) in names.iter().zip(&costs) {
        report(&format!("{name}, {} KiB", size / KIB), *cost, "", "", None);
    }
    let (raw, base) = (costs[0].ns, costs[2]);
    let small = size == KIB;
    let targets = [
        (
            "axum, without replay protection",
            if small { Some(400.0) } else { None },
            raw,
        ),
        (
            "axum, everything on",
            Some(if small { 1600.0 } else { 2600.0 }),
            raw,
        ),
        (
            "axum, a finished duplicate",
            Some(if small { 900.0 } else { 1800.0 }),
            raw,
        ),
        (
            "axum, a bad head",
            if small { Some(1000.0) } else { None },
            0.0,
        ),
    ];
    for ((name, target, hash), cost) in targets.into_iter().zip(costs.iter().skip(3)) {
        let above = cost.ns - base.ns - hash;
        let allocations = cost.allocations - base.allocations;
        report(
            &format!("{name}, {} KiB", size / KIB),
            *cost,
            &format!(
                "{above:.0} ns and {allocations:.1} allocations above no-op layer{}",
                if hash > 0.0 { " and raw HMAC" } else { "" }
            ),
            &target.map_or("–".to_owned(), |target| {
                format!("≤ {target:.0} ns, ≤ 6 allocations")
            }),
            target.map(|target| above <= target && allocations <= 6.0),
        );
    }
}

fn key(number: u64) -> ReplayKey {
    let mut bytes = [0; 32];
    for (chunk, factor) in
        bytes
            .chunks_exact_mut(8)
            .zip([0x9E37_79B9_7F4A_7C15_u64, 0xD1B5_4A32_D192_ED03, 3, 5])
    {
        chunk.copy_from_slice(&number.wrapping_mul(factor).to_le_bytes());
    }
    ReplayKey::from_bytes(bytes)
}

fn take(store: &MemoryStore, number: u64) {
    let request = ClaimRequest::new(
        Owner::from_bits(number.into()),
        Duration::from_secs(60),
        Duration::from_secs(7 * 24 * 3600),
    );
    at_once(async {
        match store.claim(&key(number), &request).await {
            Ok(Claim::Acquired(lease)) => store.commit(&lease).await.map(|_| ()),
            other => panic!("{other:?}"),
        }
    })
    .expect("the store answers");
}

fn store(rounds: usize) {
    let store = MemoryStore::new();
    let mut number = 0;
    let costs = measure(
        rounds,
        2000,
        &mut [row(|| {
            number += 1;
            take(&store, number);
        })],
    );
    let ok = costs[0].ns <= 400.0;
    report(
        "memory store, claim and commit",
        costs[0],
        "",
        "≤ 400 ns",
        Some(ok),
    );

    const IDS: u64 = 1_000_000;
    let full = MemoryStore::builder().capacity(2_000_000).build();
    let region = Region::new(ALLOCATOR);
    (0..IDS).for_each(|number| take(&full, number));
    let stats = region.change();
    let live = stats.bytes_allocated as f64 - stats.bytes_deallocated as f64;
    let bytes = live / IDS as f64;
    println!(
        "| memory store, a million ids | {bytes:.0} bytes an id | | | ≤ 100 bytes | {} |",
        if bytes <= 100.0 { "ok" } else { "missed" }
    );
    drop(full);
}

/// Cost against body size: how far the sizes between lie off the line from the smallest to the largest.
fn straightness(rounds: usize) {
    let verifier = Verifier::new(providers::STRIPE, SECRET, Options::default()).expect("fits");
    let sizes = [1, 4, 16, 64, 256, 1024];
    let signed: Vec<_> = sizes
        .iter()
        .map(|kib| signer(providers::STRIPE).sign(NOW, vec![b'x'; kib * KIB]))
        .collect();
    let mut costs = Vec::new();
    for (signed, kib) in signed.iter().zip(sizes) {
        let headers = headers(signed);
        let head = Head {
            method: "POST",
            path_and_query: "/",
            headers: &headers,
        };
        let iterations = (4096 / kib).clamp(4, 2000);
        let iterations = u32::try_from(iterations).expect("small");
        let cost = measure(
            rounds,
            iterations,
            &mut [row(|| {
                black_box(verifier.verify(&head, &signed.body, NOW)).expect("genuine");
            })],
        );
        costs.push((kib as f64, cost[0].ns));
    }
    let ((x0, y0), (x1, y1)) = (costs[0], costs[costs.len() - 1]);
    let off = costs
        .iter()
        .map(|(x, y)| (y / (y0 + (y1 - y0) * (x - x0) / (x1 - x0)) - 1.0).abs())
        .fold(0.0, f64::max);
    println!(
        "| verify, 1 KiB to 1 MiB | | | {:.1} % off a straight line | ≤ 2 % | {} |",
        off * 100.0,
        if off <= 0.02 { "ok" } else { "missed" }
    );
}

/// What an upload of 1 MiB in chunks of 8 KiB holds when its last byte has come.
fn memory_per_upload() {
    let signed = signer(providers::STRIPE).sign(NOW, vec![b'x'; KIB * KIB]);
    let endpoint = Endpoint::stripe(SECRET)
        .clock(NOW)
        .without_replay_protection();
    let endpoint = endpoint.build().expect("fits");
    for (name, announced) in [("plain", true), ("chunked", false)] {
        let mut headers = headers(&signed);
        if !announced {
            headers.remove("content-length");
        }
        let head = Head {
            method: "POST",
            path_and_query: "/",
            headers: &headers,
        };
        let region = Region::new(ALLOCATOR);
        let mut intake = endpoint.begin(&head).expect("a good head");
        for chunk in signed.body.chunks(8 * KIB) {
            intake
                .push(Bytes::copy_from_slice(chunk))
                .expect("within the limit");
        }
        let stats = region.change();
        let live = stats.bytes_allocated as f64 - stats.bytes_deallocated as f64;
        let held = live / (KIB * KIB) as f64;
        drop(intake);
        println!(
            "| memory held by a {name} 1 MiB upload | {held:.2} MiB | | | ≤ 1.1 MiB | {} |",
            if held <= 1.1 { "ok" } else { "missed" }
        );
    }
}

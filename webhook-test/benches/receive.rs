//! The cost of receiving a webhook, compared with the hash alone and with the same route without
//! this library.
//!
//! The rows of a group are measured in turns, so that a busy moment of the machine affects all of
//! them. Ratios and differences are computed within a round, and the median over the rounds counts.
//! The absolute numbers depend on the machine. Allocations are counted in the same run, which costs
//! about 10 ns for each. Reallocations count too.

#![allow(
    clippy::cast_precision_loss,
    reason = "counts of a benchmark are far below 2^52"
)]

use std::alloc::System;
use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::{Future, ready};
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    VerificationAlgorithm,
};
use axum::Router;
use axum::body::Body;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body::Frame;
use sha2::{Sha256, Sha512};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tower::{Layer, Service, ServiceExt as _};
use webhook_core::replay::{Claim, ClaimRequest, Owner};
use webhook_core::{
    Endpoint, EndpointBuilder, Head, MemoryStore, Options, Provider, ReplayKey, ReplayStore,
    SignedRequest, Signer, UnixTime, Verifier, providers,
};
use webhook_tower::WebhookLayer;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const URL: &str = "https://shop.example/hooks";
const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
const KIB: usize = 1024;

/// Arguments: `--quick`, `--recorder`, and the names of the groups to run; all of them unless named.
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let rounds = if quick { 7 } else { 41 };
    let named = |group: &str| {
        let mut names = arguments.iter().filter(|name| !name.starts_with("--"));
        names.clone().next().is_none() || names.any(|name| name == group)
    };
    // With the feature `metrics`, the metrics go nowhere, or to the recorder of an application.
    #[cfg(feature = "metrics")]
    if arguments.iter().any(|argument| argument == "--recorder") {
        let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
        metrics::set_global_recorder(recorder).expect("the only one");
    }
    println!("| what | ns | fastest | allocations | bytes | against | target | |");
    println!("|---|---|---|---|---|---|---|---|");
    if named("verify") {
        verify(rounds);
        candidates(rounds);
        signatures(rounds);
        straightness(rounds);
    }
    if named("layer") {
        layer(rounds * 4, KIB);
        layer(rounds * 4, 4 * KIB);
    }
    if named("store") {
        store(rounds);
    }
    if named("memory") {
        uploads();
    }
}

/// What one operation took, on average over a round.
#[derive(Clone, Copy)]
struct Cost {
    ns: f64,
    allocations: f64,
    bytes: f64,
}

/// One row of a group: runs a round of it, with whatever setup it needs outside of what is timed.
type Row<'a> = Box<dyn FnMut() -> Cost + 'a>;

fn row<'a>(iterations: u32, mut run: impl FnMut() + 'a) -> Row<'a> {
    Box::new(move || {
        timed(iterations, || {
            for _ in 0..iterations {
                run();
            }
        })
    })
}

fn timed(operations: u32, run: impl FnOnce()) -> Cost {
    let region = Region::new(ALLOCATOR);
    let start = Instant::now();
    run();
    let elapsed = start.elapsed();
    let change = region.change();
    let operations = f64::from(operations);
    Cost {
        ns: elapsed.as_secs_f64() * 1e9 / operations,
        allocations: (change.allocations + change.reallocations) as f64 / operations,
        bytes: change.bytes_allocated as f64 / operations,
    }
}

/// The rounds of a row.
struct Costs(Vec<Cost>);

impl Costs {
    fn ns(&self) -> f64 {
        median(self.0.iter().map(|cost| cost.ns))
    }

    fn fastest(&self) -> f64 {
        self.0.iter().map(|cost| cost.ns).fold(f64::MAX, f64::min)
    }

    fn allocations(&self) -> f64 {
        median(self.0.iter().map(|cost| cost.allocations))
    }

    fn bytes(&self) -> f64 {
        median(self.0.iter().map(|cost| cost.bytes))
    }

    fn ratio(&self, base: &Self) -> f64 {
        median(
            self.0
                .iter()
                .zip(&base.0)
                .map(|(own, base)| own.ns / base.ns),
        )
    }

    /// Nanoseconds above all of `bases` together.
    fn above(&self, bases: &[&Self]) -> f64 {
        median(
            self.0.iter().enumerate().map(|(round, own)| {
                own.ns - bases.iter().map(|base| base.0[round].ns).sum::<f64>()
            }),
        )
    }

    fn report(&self, what: &str, against: &str, target: &str, ok: Option<bool>) {
        println!(
            "| {what} | {:.0} | {:.0} | {:.1} | {:.0} | {against} | {target} | {} |",
            self.ns(),
            self.fastest(),
            self.allocations(),
            self.bytes(),
            verdict(ok)
        );
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn verdict(ok: Option<bool>) -> &'static str {
    match ok {
        Some(true) => "ok",
        Some(false) => "MISSED",
        None => "",
    }
}

/// Measures the rows in turns, after a warm-up round that does not count. Each round starts with a
/// different row.
fn measure(rounds: usize, rows: &mut [Row<'_>]) -> Vec<Costs> {
    let mut costs: Vec<Costs> = rows.iter().map(|_| Costs(Vec::new())).collect();
    for run in rows.iter_mut() {
        run();
    }
    for round in 0..rounds {
        for turn in 0..rows.len() {
            let index = (round + turn) % rows.len();
            costs[index].0.push(rows[index]());
        }
    }
    costs
}

/// A Stripe event of `size` bytes as Stripe sends it: indented, `id` first, `type` last.
fn event(size: usize, number: usize) -> String {
    let mut body = format!(
        r#"{{
  "id": "evt_1NG8Du2eZvKYlo2CUI{number:08}",
  "object": "event",
  "api_version": "2025-03-31.basil",
  "created": 1800000000,
  "data": {{
    "object": {{
      "id": "in_1NG8Du2eZvKYlo2C9XMqbR0x",
      "object": "invoice",
      "amount_due": 1999,
      "amount_paid": 1999,
      "currency": "eur",
      "customer": "cus_NffrFeUfNV2Hib",
      "lines": {{
        "object": "list",
        "data": ["#
    );
    let tail = r#"
      },
      "paid": true,
      "status": "paid",
      "subscription": "sub_1NG8Du2eZvKYlo2CvCzzldNr"
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {
    "id": "req_IvF1DVnO7y9Yl1",
    "idempotency_key": "4f1cd7fe-da98-4267-86b7-d482c4badebb"
  },
  "type": "invoice.paid"
}"#;
    let mut lines = 0;
    let note = "],\n        \"has_more\": false,\n        \"url\": \"\"";
    loop {
        let line = format!(
            r#"{}
          {{
            "id": "il_1NG8Du2eZvKYlo2C{lines:06}",
            "object": "line_item",
            "amount": 1999,
            "currency": "eur",
            "description": "1 × Monthly plan (at €19.99 / month)",
            "discountable": true,
            "livemode": false,
            "metadata": {{
              "order": "6735"
            }},
            "period": {{
              "end": 1802592000,
              "start": 1800000000
            }},
            "quantity": 1
          }}"#,
            if lines > 0 { "," } else { "" }
        );
        if body.len() + line.len() + note.len() + tail.len() > size {
            break;
        }
        body.push_str(&line);
        lines += 1;
    }
    let rest = size - body.len() - note.len() - tail.len();
    body.push_str(&note[..note.len() - 1]);
    body.extend(std::iter::repeat_n('/', rest));
    body.push('"');
    body.push_str(tail);
    body
}

/// The same event as dense JSON: no white space, and an array of small objects. The worst case for
/// the pass that finds id and type.
fn dense_event(size: usize, number: usize) -> String {
    let mut body = format!(
        concat!(
            r#"{{"id":"evt_1NG8Du2eZvKYlo2CUI79vXWy{number:08}","object":"event","#,
            r#""api_version":"2025-03-31","created":1800000000,"data":{{"object":{{"#,
            r#""id":"seti_1NG8Du2eZvKYlo2C9XMqbR0x","object":"setup_intent","#,
            r#""application":null,"automatic_payment_methods":null,"#,
            r#""client_secret":"seti_1_secret","created":1800000000,"description":null,"#,
            r#""last_setup_error":null,"latest_attempt":null,"livemode":false,"#,
            r#""mandate":null,"metadata":{{"order":"6735"}},"next_action":null,"#,
            r#""payment_method":"pm_1NG8Du2eZvKYlo2CYzzldNr7","#,
            r#""status":"requires_confirmation","usage":"off_session","lines":["#
        ),
        number = number
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
    body.push_str(concat!(
        r#"]}},"livemode":false,"pending_webhooks":1,"#,
        r#""request":{"id":null,"idempotency_key":null},"type":"setup_intent.created"}"#
    ));
    body
}

fn signer(provider: Provider) -> Signer {
    Signer::new(provider, secret(&provider))
        .expect("the secret fits")
        .public_url(URL)
}

/// In the provider's own format.
fn secret(provider: &Provider) -> &'static str {
    if provider.name() == providers::SMARTPAY.name() {
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    } else {
        SECRET
    }
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

fn keyed<M: KeyInit>() -> M {
    M::new_from_slice(SECRET.as_bytes()).expect("any length")
}

/// The hash alone, over the bytes that are signed before the body, and the body.
fn raw_hmac<M: Mac + Clone>(key: &M, before: &[u8], body: &[u8]) {
    let mut mac = key.clone();
    if !before.is_empty() {
        mac.update(black_box(before));
    }
    mac.update(black_box(body));
    black_box(mac.finalize().into_bytes());
}

fn verify(rounds: usize) {
    let cases = [
        (providers::GITHUB, KIB, "", Some(1.10)),
        (providers::STRIPE, KIB, "1800000000.", Some(1.20)),
        (
            providers::STANDARD_WEBHOOKS,
            KIB,
            "msg_test.1800000000.",
            Some(1.20),
        ),
        (providers::SQUARE, KIB, URL, None),
        (providers::PAYSTACK, KIB, "", None),
        (providers::SMARTPAY, KIB, "1800000000000.", None),
        (providers::GITHUB, 64 * KIB, "", Some(1.01)),
    ];
    for (provider, size, before, target) in cases {
        let mut options = Options::default();
        if provider.name() == providers::SQUARE.name() {
            options.public_url = Some(URL.to_owned());
        }
        let verifier = Verifier::new(provider, secret(&provider), options).expect("it all fits");
        let signed = signer(provider).sign(NOW, event(size, 1));
        let headers = headers(&signed);
        let head = Head {
            method: "POST",
            path_and_query: "/hooks",
            headers: &headers,
        };
        let (key, wide_key): (Hmac<Sha256>, Hmac<Sha512>) = (keyed(), keyed());
        let is_wide = provider.name() == providers::PAYSTACK.name();
        let (before, body) = (before.as_bytes(), &signed.body);
        let iterations = if size > 8 * KIB { 40 } else { 1000 };
        let costs = measure(
            rounds,
            &mut [
                if is_wide {
                    row(iterations, || raw_hmac(&wide_key, before, body))
                } else {
                    row(iterations, || raw_hmac(&key, before, body))
                },
                row(iterations, || {
                    let verified = verifier.verify(&head, black_box(body), NOW);
                    black_box(verified).expect("genuine");
                }),
            ],
        );
        let ratio = costs[1].ratio(&costs[0]);
        costs[1].report(
            &format!("verify {}, {} KiB", provider.name(), size / KIB),
            &format!("{ratio:.3} × raw HMAC ({:.0} ns)", costs[0].ns()),
            &target.map_or("–".to_owned(), |target| {
                format!("≤ {target:.2} ×, 0 allocations")
            }),
            target.map(|target| ratio <= target && costs[1].allocations() == 0.0),
        );
    }
}

/// Sixteen is as many as are taken: a header with more is refused before the body is hashed.
/// Public keys, beside what the library that verifies them takes for the same message in one piece.
fn signatures(rounds: usize) {
    macro_rules! key {
        ($name:literal) => {
            include_str!(concat!("../vectors/keys/", $name, ".pem"))
        };
    }
    let cases: [(Provider, &str, &str, &'static dyn VerificationAlgorithm); 3] = [
        (
            providers::TELNYX,
            key!("ed25519"),
            key!("ed25519.pub"),
            &ED25519,
        ),
        (
            providers::SENDGRID,
            key!("p256"),
            key!("p256.pub"),
            &ECDSA_P256_SHA256_ASN1,
        ),
        (
            providers::WISE,
            key!("rsa"),
            key!("rsa.pub"),
            &RSA_PKCS1_2048_8192_SHA256,
        ),
    ];
    for (provider, private, public, algorithm) in cases {
        let verifier = Verifier::new(provider, public, Options::default()).expect("a good key");
        let signer = Signer::new(provider, private).expect("a good key");
        let signed = signer.sign(NOW, event(KIB, 1));
        let headers = headers(&signed);
        let head = Head {
            method: "POST",
            path_and_query: "/hooks",
            headers: &headers,
        };
        let before = match provider.name() {
            "telnyx" => "1800000000|",
            "sendgrid" => "1800000000",
            _ => "",
        };
        let message = [before.as_bytes(), &signed.body].concat();
        let signature = STANDARD.decode(&signed.headers[0].1).expect("base64");
        let spki: String = public.lines().filter(|line| !line.contains('-')).collect();
        let spki = STANDARD.decode(spki).expect("base64");
        let key = ParsedPublicKey::new(algorithm, spki).expect("a good key");
        let costs = measure(
            rounds,
            &mut [
                row(100, || {
                    let verified = key.verify_sig(black_box(&message), &signature);
                    black_box(verified).expect("genuine");
                }),
                row(100, || {
                    let verified = verifier.verify(&head, black_box(&signed.body), NOW);
                    black_box(verified).expect("genuine");
                }),
            ],
        );
        let ratio = costs[1].ratio(&costs[0]);
        costs[1].report(
            &format!("verify {}, 1 KiB", provider.name()),
            &format!("{ratio:.3} × aws-lc-rs alone ({:.0} ns)", costs[0].ns()),
            "≤ 1.10 ×",
            Some(ratio <= 1.10),
        );
    }
}

fn candidates(rounds: usize) {
    let verifier = Verifier::new(providers::STRIPE, SECRET, Options::default()).expect("fits");
    let body = event(KIB, 1);
    let head = |wrong: usize| {
        let tags = format!(",v1={}", "ab".repeat(32)).repeat(wrong);
        let mut headers = HeaderMap::new();
        let value = format!("t={}{tags}", NOW.as_secs());
        headers.insert("stripe-signature", value.parse().expect("a header value"));
        headers
    };
    let [one, sixteen, hundred] = [head(1), head(16), head(100)];
    let run = |headers: &HeaderMap| {
        let head = Head {
            method: "POST",
            path_and_query: "/",
            headers,
        };
        black_box(verifier.verify(&head, black_box(body.as_bytes()), NOW)).expect_err("forged");
    };
    let costs = measure(
        rounds,
        &mut [
            row(1000, || run(&one)),
            row(1000, || run(&sixteen)),
            row(1000, || run(&hundred)),
        ],
    );
    costs[0].report("1 wrong candidate tag, 1 KiB", "", "", None);
    for (costs_of, name, target) in [
        (&costs[1], "16 wrong candidate tags, all compared", None),
        (
            &costs[2],
            "100 wrong candidate tags, refused at the 17th",
            Some(1.1),
        ),
    ] {
        let ratio = costs_of.ratio(&costs[0]);
        let against = format!("{ratio:.2} × one");
        let reach = target.map_or("–".to_owned(), |target| format!("≤ {target} ×"));
        costs_of.report(name, &against, &reach, target.map(|target| ratio <= target));
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

/// The memory store never waits, so one poll is all.
fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("something waited"),
    }
}

/// A body that tells when somebody wants it.
struct Unwanted;

static PULLED: AtomicUsize = AtomicUsize::new(0);

impl http_body::Body for Unwanted {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        PULLED.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(None)
    }
}

/// Requests of a round. Few enough to stay in the cache, as one that was just received does.
const BATCH: u32 = 128;
/// Deliveries a store already knows, so that its growth is not what is measured.
const KNOWN: u64 = 100_000;

fn layer(rounds: usize, size: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let signer = signer(providers::STRIPE);
    let number = Cell::new(0);
    let request = |signed: &SignedRequest| {
        let mut request = Request::new(Body::from(signed.body.clone()));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = http::Uri::from_static("/hooks");
        *request.headers_mut() = headers(signed);
        request
    };
    // Each is new, and signed before the time is taken.
    let signed_batch = |event: fn(usize, usize) -> String| -> Vec<SignedRequest> {
        let sign = |_| {
            let number = number.replace(number.get() + 1);
            signer.sign(NOW, event(size, number))
        };
        (0..BATCH).map(sign).collect()
    };
    let batch = || -> Vec<Request<Body>> { signed_batch(event).iter().map(request).collect() };
    let send = |router: &Router, requests: Vec<Request<Body>>, status: u16| {
        runtime.block_on(async {
            let region = Region::new(ALLOCATOR);
            let start = Instant::now();
            for request in requests {
                let response = router.clone().oneshot(request).await;
                assert_eq!(response.expect("infallible").status(), status);
            }
            let (elapsed, change) = (start.elapsed(), region.change());
            let operations = f64::from(BATCH);
            Cost {
                ns: elapsed.as_secs_f64() * 1e9 / operations,
                allocations: (change.allocations + change.reallocations) as f64 / operations,
                bytes: change.bytes_allocated as f64 / operations,
            }
        })
    };

    let route = || Router::new().route("/hooks", post(|| ready(())));
    let endpoint = || Endpoint::stripe(SECRET).clock(NOW);
    let known_store = || {
        let store = MemoryStore::new();
        (0..KNOWN).for_each(|number| take(&store, number));
        store
    };
    let behind = |builder: EndpointBuilder| {
        route().layer(WebhookLayer::new(builder.build().expect("it fits")))
    };
    let bare = route();
    let no_op = route().layer(NoOp);
    let verifying = behind(endpoint().without_replay_protection());
    let everything = behind(endpoint().store(known_store()));
    let dense = behind(endpoint().store(known_store()));
    let duplicating = behind(endpoint().store(known_store()));
    let refusing = behind(endpoint().store(known_store()));
    let key: Hmac<Sha256> = keyed();
    let bodies = RefCell::new(Vec::new());

    let bad = |change: &dyn Fn(&mut Request<Body>)| {
        let mut requests = batch();
        for request in &mut requests {
            *request.body_mut() = Body::new(Unwanted);
            change(request);
        }
        requests
    };
    let unsigned = |request: &mut Request<Body>| {
        request.headers_mut().remove("stripe-signature");
    };
    let stale = |request: &mut Request<Body>| {
        let value = format!("t=1700000000,v1={}", "ab".repeat(32));
        let value = value.parse().expect("a header value");
        request.headers_mut().insert("stripe-signature", value);
    };
    let costs = measure(
        rounds,
        &mut [
            Box::new(|| {
                bodies.replace(signed_batch(event));
                timed(BATCH, || {
                    for signed in &*bodies.borrow() {
                        raw_hmac(&key, b"1800000000.", &signed.body);
                    }
                })
            }),
            Box::new(|| send(&bare, batch(), 200)),
            Box::new(|| send(&no_op, batch(), 200)),
            Box::new(|| send(&verifying, batch(), 200)),
            Box::new(|| send(&everything, batch(), 200)),
            Box::new(|| {
                let signed = signed_batch(event);
                send(&duplicating, signed.iter().map(request).collect(), 200);
                send(&duplicating, signed.iter().map(request).collect(), 200)
            }),
            Box::new(|| {
                let signed = signed_batch(dense_event);
                send(&dense, signed.iter().map(request).collect(), 200)
            }),
            Box::new(|| send(&refusing, bad(&unsigned), 401)),
            Box::new(|| send(&refusing, bad(&stale), 401)),
        ],
    );
    let kib = size / KIB;
    let names = ["raw HMAC", "bare route", "route with a no-op layer"];
    for (name, costs) in names.iter().zip(&costs) {
        costs.report(&format!("{name}, {kib} KiB"), "", "", None);
    }
    let (raw, base) = (&costs[0], &costs[2]);
    let small = size == KIB;
    let targets = [
        ("without replay protection", small.then_some(400.0)),
        ("everything on", Some(if small { 1600.0 } else { 2600.0 })),
        (
            "a finished duplicate",
            Some(if small { 900.0 } else { 1800.0 }),
        ),
        ("everything on, dense JSON", None),
    ];
    for ((name, target), own) in targets.into_iter().zip(costs.iter().skip(3)) {
        let above = own.above(&[raw, base]);
        let allocations = own.allocations() - base.allocations();
        own.report(
            &format!("axum, {name}, {kib} KiB"),
            &format!(
                "{above:.0} ns and {allocations:.1} allocations above no-op layer and raw HMAC"
            ),
            &target.map_or("–".to_owned(), |target| {
                format!("≤ {target:.0} ns, ≤ 6 allocations")
            }),
            target.map(|target| above <= target && allocations <= 6.0),
        );
    }
    let pulled = PULLED.load(Ordering::Relaxed);
    for (name, own) in ["no signature", "a stale signature"]
        .iter()
        .zip(&costs[7..])
    {
        let above = own.above(&[base]);
        let allocations = own.allocations() - base.allocations();
        own.report(
            &format!("axum, {name}, {kib} KiB"),
            &format!(
                "{above:.0} ns and {allocations:.1} allocations above no-op layer, \
                 {pulled} body frames pulled"
            ),
            "≤ 1000 ns, body not read",
            Some(above <= 1000.0 && pulled == 0),
        );
    }
}

/// As even as a digest.
fn key(number: u64) -> ReplayKey {
    let mut bytes = [0; 32];
    let mut rng = webhook_test::Rng::new(number.wrapping_mul(0xD1B5_4A32_D192_ED03));
    for chunk in bytes.chunks_exact_mut(8) {
        chunk.copy_from_slice(&rng.bits().to_le_bytes());
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
            Ok(Claim::Acquired(lease)) => store.commit(&lease, None).await.map(|_| ()),
            other => panic!("{other:?}"),
        }
    })
    .expect("the store answers");
}

fn store(rounds: usize) {
    const IDS: u64 = 1_000_000;
    let full = MemoryStore::builder().capacity(2_000_000).build();
    let region = Region::new(ALLOCATOR);
    (0..IDS).for_each(|number| take(&full, number));
    let change = region.change();
    let live = change.bytes_allocated as f64 - change.bytes_deallocated as f64;

    let small = MemoryStore::new();
    (0..KNOWN).for_each(|number| take(&small, number));
    let (mut next, mut next_of_full) = (KNOWN, IDS);
    let costs = measure(
        rounds,
        &mut [
            row(1000, || {
                next += 1;
                take(&small, next);
            }),
            row(1000, || {
                next_of_full += 1;
                take(&full, next_of_full);
            }),
        ],
    );
    for (costs, ids) in costs.iter().zip(["100 000", "1 000 000"]) {
        let ok = Some(costs.ns() <= 400.0);
        let what = format!("memory store of {ids} ids, claim and commit");
        costs.report(&what, "", "≤ 400 ns", ok);
    }
    let bytes = live / IDS as f64;
    let ok = verdict(Some(bytes <= 100.0));
    println!(
        "| memory store of 1 000 000 ids | | | | | {bytes:.0} bytes an id | ≤ 100 bytes | {ok} |"
    );
}

/// Cost against body size: how far the sizes in between deviate from the line from the smallest to
/// the largest.
fn straightness(rounds: usize) {
    let verifier = Verifier::new(providers::STRIPE, SECRET, Options::default()).expect("fits");
    let sizes = [1, 4, 16, 64, 256, 1024];
    let cases: Vec<_> = sizes
        .iter()
        .map(|kib| {
            let signed = signer(providers::STRIPE).sign(NOW, vec![b'x'; kib * KIB]);
            (headers(&signed), signed.body)
        })
        .collect();
    let mut rows: Vec<Row<'_>> = cases
        .iter()
        .zip(sizes)
        .map(|((headers, body), kib)| {
            let iterations = u32::try_from((2048 / kib).clamp(2, 1000)).expect("small");
            row(iterations, || {
                let head = Head {
                    method: "POST",
                    path_and_query: "/",
                    headers,
                };
                black_box(verifier.verify(&head, black_box(body), NOW)).expect("genuine");
            })
        })
        .collect();
    let costs = measure(rounds, &mut rows);
    let point = |index: usize| (sizes[index] as f64, costs[index].fastest());
    let ((x0, y0), (x1, y1)) = (point(0), point(sizes.len() - 1));
    let (off, at) = (0..sizes.len())
        .map(|index| {
            let (x, y) = point(index);
            let line = y0 + (y1 - y0) * (x - x0) / (x1 - x0);
            ((y / line - 1.0).abs() * 100.0, sizes[index])
        })
        .fold(
            (0.0, 0),
            |worst, next| if next.0 > worst.0 { next } else { worst },
        );
    let ok = verdict(Some(off <= 2.0));
    println!(
        "| verify, 1 KiB to 1 MiB | | | | | {off:.1} % off a straight line, at {at} KiB \
         | ≤ 2 % | {ok} |"
    );
}

/// The most an upload of 1 MiB holds at any time, the chunk that is arriving included.
fn uploads() {
    const BODY: usize = KIB * KIB;
    let stripe = Endpoint::stripe(SECRET);
    let github = Endpoint::github(SECRET);
    for (name, provider, builder, chunk, announced) in [
        ("one piece", providers::STRIPE, &stripe, BODY, true),
        (
            "8 KiB pieces, length announced",
            providers::STRIPE,
            &stripe,
            8 * KIB,
            true,
        ),
        (
            "8 KiB pieces, chunked",
            providers::STRIPE,
            &stripe,
            8 * KIB,
            false,
        ),
        (
            "8 KiB pieces, chunked, limit 5 MiB",
            providers::GITHUB,
            &github,
            8 * KIB,
            false,
        ),
    ] {
        let endpoint = builder.clone().clock(NOW).without_replay_protection();
        let endpoint = endpoint.build().expect("it fits");
        let signed = signer(provider).sign(NOW, vec![b'x'; BODY]);
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
        let live = || {
            let change = region.change();
            change.bytes_allocated as f64 - change.bytes_deallocated as f64
        };
        let mut intake = endpoint.begin(&head).intake().expect("a good head");
        let mut most = live();
        for piece in signed.body.chunks(chunk) {
            let piece = Bytes::copy_from_slice(piece);
            // What arrives is held beside what is kept, until it is copied there.
            most = most.max(live());
            intake.push(piece).expect("within the limit");
            most = most.max(live());
        }
        let finished = intake.finish().expect("genuine");
        most = most.max(live());
        drop(finished);
        let held = most / BODY as f64;
        let ok = verdict(Some(held <= 1.1));
        println!("| 1 MiB upload in {name} | | | | | {held:.2} MiB at most | ≤ 1.1 MiB | {ok} |");
    }
}

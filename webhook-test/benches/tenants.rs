//! What tenants cost: time above a layer with one endpoint, bytes a tenant, and whether the answer
//! to an unknown tenant takes another time than that to a bad signature.
//!
//! ```sh
//! cargo bench -p webhook-test --bench tenants
//! ```
//!
//! All rows are measured in one run and in turns. Differences are computed within a round, and the
//! median of the rounds counts.

#![allow(
    clippy::cast_precision_loss,
    reason = "nanoseconds, bytes and operations are few"
)]

use std::alloc::System;
use std::collections::HashMap;
use std::convert::Infallible;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tower::{Layer as _, Service, service_fn};
use webhook_test::Rng;
use webhook_tower::tenants::{Tenants, from_path};
use webhook_tower::{
    Endpoint, RequestBody, SecretSet, SignedRequest, Signer, Webhook, WebhookLayer, providers,
};

const BATCH: usize = 256;
const MANY: usize = 100_000;
/// What a tenant takes, see [`bytes_of_a_tenant`].
const BYTES: usize = 478;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let rounds = if quick { 41 } else { 401 };
    bytes_of_a_tenant().await;
    println!("ns above a layer with one endpoint, median of {rounds} rounds");
    one_tenant(rounds).await;
    many_tenants(rounds).await;
    unknown_tenant(if quick { 1_000 } else { 10_000 }).await;
}

fn secret_of(tenant: &str) -> String {
    format!("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw-{tenant}")
}

fn builder(secrets: impl Into<SecretSet>) -> Endpoint {
    let endpoint = Endpoint::stripe(secrets).without_replay_protection();
    endpoint.build().expect("it fits")
}

/// Tenants are those whose names begin with `t`.
fn tenants() -> Tenants {
    let template = builder(SecretSet::per_tenant());
    let name = from_path("/hooks/{tenant}");
    Tenants::new(template, name, |tenant: Arc<str>| async move {
        let secret = tenant.starts_with('t').then(|| secret_of(&tenant));
        Ok::<_, Infallible>(secret)
    })
}

fn signed(tenant: &str) -> SignedRequest {
    let signer = Signer::new(providers::STRIPE, secret_of(tenant)).expect("a usable secret");
    signer.sign_now(r#"{"id":"evt_1","type":"invoice.paid"}"#)
}

async fn handle(request: Request<RequestBody>) -> Result<Response<Full<Bytes>>, Infallible> {
    black_box(request);
    Ok(Response::default())
}

fn served(layer: &WebhookLayer) -> Webhook<impl Handler> {
    layer.layer(service_fn(handle))
}

trait Handler:
    Service<
        Request<RequestBody>,
        Response = Response<Full<Bytes>>,
        Error = Infallible,
        Future: Send,
    > + Clone
    + Send
    + 'static
{
}

impl<S> Handler for S where
    S: Service<
            Request<RequestBody>,
            Response = Response<Full<Bytes>>,
            Error = Infallible,
            Future: Send,
        > + Clone
        + Send
        + 'static
{
}

fn request(delivery: &SignedRequest, tenant: &str) -> Request<Full<Bytes>> {
    delivery.to_http(&format!("/hooks/{tenant}"))
}

async fn send(service: &mut Webhook<impl Handler>, request: Request<Full<Bytes>>, status: u16) {
    let answer = service.call(request).await;
    assert_eq!(answer.map(|answer| answer.status().as_u16()), Ok(status));
}

/// The nanoseconds of each request, on average.
async fn batch(service: &mut Webhook<impl Handler>, requests: Vec<Request<Full<Bytes>>>) -> f64 {
    let count = requests.len() as f64;
    let begun = Instant::now();
    for request in requests {
        send(service, request, 200).await;
    }
    begun.elapsed().as_nanos() as f64 / count
}

async fn bytes_of_a_tenant() {
    let tenants = tenants().capacity(MANY);
    let mut service = served(&tenants.into());
    let delivery = signed("t");
    let region = Region::new(ALLOCATOR);
    for tenant in 0..MANY {
        // The signature is another tenant's: what is kept is the same.
        let request = request(&delivery, &format!("t{tenant}"));
        send(&mut service, request, 401).await;
    }
    let stats = region.change();
    let kept = stats
        .bytes_allocated
        .saturating_sub(stats.bytes_deallocated);
    println!(
        "bytes a tenant, of {MANY}: {:.0}",
        kept as f64 / MANY as f64
    );
}

async fn one_tenant(rounds: usize) {
    let mut fixed = served(&WebhookLayer::new(builder(secret_of("t1"))));
    let mut resolved = served(&tenants().into());
    let delivery = signed("t1");
    let mut differences = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let requests = || (0..BATCH).map(|_| request(&delivery, "t1")).collect();
        let fixed = batch(&mut fixed, requests()).await;
        differences.push(batch(&mut resolved, requests()).await - fixed);
    }
    println!("one tenant, warm   {:6.0}", median(differences));
}

/// Tenants in turns, so that nothing of the last one is in a cache of the processor: one after the
/// other as they came, and far apart in memory.
async fn many_tenants(rounds: usize) {
    let one = builder(secret_of("t"));
    let mut fixed = served(&WebhookLayer::new(one));
    let template = builder(SecretSet::per_tenant());
    let name = from_path("/hooks/{tenant}");
    let many = Tenants::new(template, name, |_: Arc<str>| async {
        Ok::<_, Infallible>(Some(secret_of("t")))
    });
    let mut resolved = served(&many.capacity(MANY * 2).into());
    let delivery = signed("t");
    for tenant in 0..MANY {
        send(&mut resolved, request(&delivery, &tenant.to_string()), 200).await;
    }
    for (what, step) in [("in order", 1), ("far apart", 7_919)] {
        let mut differences = Vec::with_capacity(rounds);
        let mut next = 0;
        for _ in 0..rounds {
            let requests: Vec<_> = (0..BATCH)
                .map(|_| {
                    next = (next + step) % MANY;
                    request(&delivery, &next.to_string())
                })
                .collect();
            let same = (0..BATCH).map(|_| request(&delivery, "1")).collect();
            let fixed = batch(&mut fixed, same).await;
            differences.push(batch(&mut resolved, requests).await - fixed);
        }
        let floor = memory_alone(rounds, step);
        println!(
            "{MANY} {what:10} {:6.0}, of which memory {floor:6.0}",
            median(differences)
        );
    }
}

/// What it takes to find as many bytes as a tenant has in a hash map, and to read them.
fn memory_alone(rounds: usize, step: usize) -> f64 {
    const LINE: usize = 64;
    let tenant = |tenant: usize| (tenant.to_string().into(), Arc::new([1_u8; BYTES]));
    let tenants: HashMap<Box<str>, Arc<[u8; BYTES]>> = (0..MANY).map(tenant).collect();
    let mut took = Vec::with_capacity(rounds);
    let mut next = 0;
    for _ in 0..rounds {
        let names: Vec<_> = (0..BATCH)
            .map(|_| {
                next = (next + step) % MANY;
                next.to_string()
            })
            .collect();
        let begun = Instant::now();
        for name in &names {
            let bytes = tenants.get(&**name).map(Arc::clone);
            let lines = bytes.iter().flat_map(|bytes| bytes.iter().step_by(LINE));
            black_box(lines.copied().fold(0_u8, u8::wrapping_add));
        }
        took.push(begun.elapsed().as_nanos() as f64 / BATCH as f64);
    }
    median(took)
}

/// The two refusals in random order, each timed for itself.
async fn unknown_tenant(times: usize) {
    let mut service = served(&tenants().into());
    let delivery = signed("mallory");
    let mut rng = Rng::new(7);
    let mut left = [times; 2];
    let mut took = [Vec::with_capacity(times), Vec::with_capacity(times)];
    for name in ["t1", "unknown"] {
        send(&mut service, request(&delivery, name), 401).await;
    }
    while left != [0, 0] {
        let which = usize::from(rng.below(2) == 1);
        if left[which] == 0 {
            continue;
        }
        left[which] -= 1;
        let request = request(&delivery, ["t1", "unknown"][which]);
        let begun = Instant::now();
        send(&mut service, request, 401).await;
        took[which].push(begun.elapsed().as_nanos() as f64);
    }
    let [bad, unknown] = took.map(median);
    println!(
        "bad signature {bad:.0} ns, unknown tenant {unknown:.0} ns: {:+.1} %, {times} each",
        (unknown / bad - 1.0) * 100.0
    );
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

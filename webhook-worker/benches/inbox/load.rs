//! Deliveries, clients and workers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use webhook_core::replay::{ClaimRequest, LeaseState, Owner};
use webhook_core::secret_store::KeyRing;
use webhook_core::{
    Checked, Claimed, Endpoint, Finished, Head, ReplayKey, SealKeys, SealedDelivery, Signer,
    UnixTime, providers,
};
use webhook_inbox::{Acceptance, Accepted, Ending, Inbox, InboxTable, Lane, TakeRequest};
use webhook_worker::{Consumed, Stored, Worker, consumer_fn};

const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const SECRET: &str = "whsec_0123456789abcdef0123456789abcdef";

/// The n-th delivery, with a body of a kibibyte.
pub(crate) fn acceptance(n: u64) -> Acceptance {
    let request = ClaimRequest::new(owner(), WEEK, WEEK);
    let sealed = SealedDelivery::from_bytes(vec![7; 350]);
    let (key, lane) = (ReplayKey::from_bytes(key(n)), Lane::default());
    Acceptance::new(key, request, lane, "stripe", sealed, body(n).into())
        .with_event_type(Some("invoice.paid"))
}

/// Keys are spread evenly, as digests are.
pub(crate) fn key(n: u64) -> [u8; 32] {
    let mut key = [0; 32];
    for (place, chunk) in (0..).zip(key.chunks_exact_mut(8)) {
        chunk.copy_from_slice(&mixed(n.wrapping_add(place << 48)).to_be_bytes());
    }
    key
}

pub(crate) fn body(n: u64) -> Vec<u8> {
    (0..1024)
        .map(|at| b'a' + (mixed(n + at) % 26) as u8)
        .collect()
}

/// SplitMix64.
fn mixed(mut number: u64) -> u64 {
    number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

pub(crate) fn owner() -> Owner {
    static LAST: AtomicU64 = AtomicU64::new(1);
    Owner::from_bits(LAST.fetch_add(1, Relaxed).into())
}

/// Deliveries that many clients store, and then jobs that as many tasks take and end.
pub(crate) async fn table<T: InboxTable + Clone>(
    name: &str,
    table: &T,
    clients: usize,
    time: Duration,
) {
    let next = Arc::new(AtomicU64::new(1));
    let accepts = (0..clients).map(|_| {
        let (table, next) = (table.clone(), next.clone());
        tokio::spawn(repeat(time, move || {
            let (table, n) = (table.clone(), next.fetch_add(1, Relaxed));
            async move {
                let accepted = table.accept(&acceptance(n)).await;
                assert_eq!(accepted.unwrap(), Accepted::New);
                1
            }
        }))
    });
    let accepts = accepts.collect();
    report(&format!("{name}: accept, {clients} clients"), accepts).await;
    // A worker takes 64 jobs at a time, and ends each of them on its own, all at once.
    let pairs = (0..clients.min(4)).map(|_| {
        let table = table.clone();
        tokio::spawn(repeat(time, move || take_and_end(table.clone(), clients)))
    });
    let pairs = pairs.collect();
    report(&format!("{name}: take and done, {clients} at once"), pairs).await;
}

pub(crate) async fn take_and_end<T: InboxTable + Clone>(table: T, clients: usize) -> u64 {
    let request = TakeRequest::new(owner(), clients.min(64), WEEK);
    let jobs = table.take(&request).await.unwrap().jobs;
    let ends = jobs.iter().map(|job| {
        let (table, lease) = (table.clone(), job.lease);
        tokio::spawn(async move {
            let state = table.settle(&lease, &Ending::Done).await;
            assert_eq!(state.unwrap(), LeaseState::Held);
        })
    });
    for end in ends.collect::<Vec<_>>() {
        end.await.unwrap();
    }
    jobs.len() as u64
}

/// Deliveries that are verified, stored, opened, handled by nothing and done, by 64 clients and a
/// worker at the same time. The rate is that of what is done.
pub(crate) async fn end_to_end<T: InboxTable + Clone>(name: &str, table: T, time: Duration) {
    let ring = KeyRing::parse(&KeyRing::fresh_entry("1").unwrap()).unwrap();
    let inbox = Inbox::new(table, SealKeys::new(&ring));
    let endpoint = Endpoint::stripe(SECRET)
        .durable(inbox.clone())
        .build()
        .unwrap();
    let handled = Arc::new(AtomicU64::new(0));
    let consumer = {
        let handled = handled.clone();
        consumer_fn(endpoint.clone(), move |_: Stored| {
            handled.fetch_add(1, Relaxed);
            async { Consumed::Done }
        })
    };
    let worker = Worker::new(inbox.clone())
        .slots(256)
        .per_lane(256)
        .consumer(consumer);
    let worker = worker.spawn().unwrap();
    let (begun, next) = (Instant::now(), Arc::new(AtomicU64::new(1)));
    let clients = (0..64).map(|_| {
        let (endpoint, next) = (endpoint.clone(), next.clone());
        tokio::spawn(repeat(time, move || {
            let (endpoint, n) = (endpoint.clone(), next.fetch_add(1, Relaxed));
            async move {
                store(&endpoint, n).await;
                1
            }
        }))
    });
    let clients = clients.collect();
    let accepted = report(&format!("{name}: accept, with a worker"), clients).await;
    while inbox.table().stats().await.unwrap().due > 0 || worker.running() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let (took, handled) = (begun.elapsed(), handled.load(Relaxed));
    assert_eq!(handled, accepted);
    let rate = handled as f64 / took.as_secs_f64();
    println!(
        "{:<56} {rate:>9.0}",
        format!("{name}: accepted, handled and done")
    );
    worker.drain(Duration::from_secs(10)).await;
}

async fn store(endpoint: &Endpoint, n: u64) {
    let checked = verified(endpoint, n);
    assert!(matches!(checked.claim().await, Ok(Claimed::Stored(_))));
}

fn verified(endpoint: &Endpoint, n: u64) -> Checked {
    let rest = String::from_utf8(body(n)).unwrap();
    let body = format!(r#"{{"id":"evt_{n}","type":"invoice.paid","data":"{rest}"}}"#);
    let signed = Signer::new(providers::STRIPE, SECRET).unwrap();
    let signed = signed.sign(UnixTime::now(), body);
    let head = Head::new("POST", "/hooks/stripe", &signed.headers);
    let mut intake = endpoint.begin(&head).intake().unwrap();
    intake.push(signed.body.clone()).unwrap();
    match intake.finish() {
        Ok(Finished::Event(checked)) => checked,
        _ => panic!("no event"),
    }
}

/// How many, and how long each call took.
pub(crate) async fn repeat<F: Future<Output = u64>>(
    time: Duration,
    operation: impl Fn() -> F,
) -> (u64, Vec<Duration>) {
    let (begun, mut count, mut times) = (Instant::now(), 0, Vec::new());
    while begun.elapsed() < time {
        let begun = Instant::now();
        match operation().await {
            // Nothing is left.
            0 => break,
            done => count += done,
        }
        times.push(begun.elapsed());
    }
    (count, times)
}

pub(crate) type Running = JoinHandle<(u64, Vec<Duration>)>;

/// Prints a line, and returns how many there were.
pub(crate) async fn report(name: &str, running: Vec<Running>) -> u64 {
    let (begun, mut count, mut times) = (Instant::now(), 0, Vec::new());
    for task in running {
        let (done, took) = task.await.unwrap();
        count += done;
        times.extend(took);
    }
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 100).copied();
    let [middle, late] = [50, 99].map(|part| at(part).unwrap_or_default());
    println!("{name:<56} {rate:>9.0} {middle:>9.0?} {late:>9.0?}");
    count
}

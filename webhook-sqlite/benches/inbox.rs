//! How many deliveries a second are stored, and how many jobs are taken and ended.
//!
//! ```sh
//! BENCH_DIR=/srv/data BENCH_SECS=10 cargo bench -p webhook-sqlite --features inbox --bench inbox
//! ```
//!
//! `BENCH_DIR` chooses the disk, and `BENCH_SECS` the length of a run (default 3).

#![allow(clippy::cast_possible_truncation, reason = "numbers to look at")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use webhook_core::replay::{ClaimRequest, LeaseState, Owner};
use webhook_core::{ReplayKey, SealedDelivery};
use webhook_inbox::{Acceptance, Accepted, Ending, InboxTable, Lane, TakeRequest};
use webhook_sqlite::SqliteStore;

const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

fn main() {
    let folder = std::env::var("BENCH_DIR").map_or_else(|_| std::env::temp_dir(), Into::into);
    let folder = folder.join(format!("webhook-inbox-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let secs = std::env::var("BENCH_SECS")
        .ok()
        .and_then(|secs| secs.parse().ok());
    let time = Duration::from_secs(secs.unwrap_or(3));
    println!("{:<44} {:>9} {:>9} {:>9}", "", "a second", "p50", "p99");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts");
    for clients in [1, 16, 64] {
        let store = SqliteStore::open(folder.join(format!("{clients}.db")));
        let table = store.expect("the store opens").inbox();
        runtime.block_on(measure("SQLite", &table, clients, time));
    }
    std::fs::remove_dir_all(folder).expect("the folder can be removed");
}

/// The n-th delivery, with a body of a kibibyte.
fn acceptance(n: u64) -> Acceptance {
    let mut key = [0; 32];
    for (place, chunk) in (0..).zip(key.chunks_exact_mut(8)) {
        chunk.copy_from_slice(&mixed(n.wrapping_add(place << 48)).to_be_bytes());
    }
    let request = ClaimRequest::new(owner(), WEEK, WEEK);
    let body: Vec<u8> = (0..1024)
        .map(|at| b'a' + (mixed(n + at) % 26) as u8)
        .collect();
    let sealed = SealedDelivery::from_bytes(vec![7; 350]);
    let (key, lane) = (ReplayKey::from_bytes(key), Lane::default());
    Acceptance::new(key, request, lane, "stripe", sealed, body.into())
        .with_event_type(Some("invoice.paid"))
}

/// SplitMix64: keys are spread evenly, as digests are.
fn mixed(mut number: u64) -> u64 {
    number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

fn owner() -> Owner {
    static LAST: AtomicU64 = AtomicU64::new(1);
    Owner::from_bits(LAST.fetch_add(1, Relaxed).into())
}

/// Deliveries that many clients store, and then jobs that as many workers take and end.
async fn measure<T: InboxTable + Clone>(name: &str, table: &T, clients: usize, time: Duration) {
    let next = Arc::new(AtomicU64::new(1));
    let accepts = (0..clients).map(|_| {
        let (table, next) = (table.clone(), next.clone());
        tokio::spawn(run(time, move || {
            let (table, n) = (table.clone(), next.fetch_add(1, Relaxed));
            async move {
                let accepted = table.accept(&acceptance(n)).await;
                assert_eq!(accepted.expect("it is stored"), Accepted::New);
                1
            }
        }))
    });
    report(
        &format!("{name}: accept, {clients} clients"),
        accepts.collect(),
        time,
    )
    .await;
    // A worker takes 64 jobs at a time, and ends each of them on its own, all at once.
    let pairs = (0..clients.min(4)).map(|_| {
        let table = table.clone();
        tokio::spawn(run(time, move || take_and_end(table.clone(), clients)))
    });
    report(
        &format!("{name}: take and done, {clients} at once"),
        pairs.collect(),
        time,
    )
    .await;
}

async fn take_and_end<T: InboxTable + Clone>(table: T, clients: usize) -> u64 {
    let request = TakeRequest::new(owner(), clients.min(64), WEEK);
    let jobs = table.take(&request).await.expect("jobs are taken").jobs;
    let ends = jobs.iter().map(|job| {
        let (table, lease) = (table.clone(), job.lease);
        tokio::spawn(async move {
            let state = table.settle(&lease, &Ending::Done).await;
            assert_eq!(state.expect("it is done"), LeaseState::Held);
        })
    });
    for end in ends.collect::<Vec<_>>() {
        end.await.expect("a task ends");
    }
    jobs.len() as u64
}

/// How many, and how long each call took.
async fn run<F: Future<Output = u64>>(
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

type Running = tokio::task::JoinHandle<(u64, Vec<Duration>)>;

async fn report(name: &str, running: Vec<Running>, time: Duration) {
    let (begun, mut count, mut times) = (Instant::now(), 0, Vec::new());
    for task in running {
        let (done, took) = task.await.expect("a client ends");
        count += done;
        times.extend(took);
    }
    let took = begun.elapsed().min(time * 2);
    times.sort_unstable();
    let at = |part: usize| {
        times
            .get(times.len() * part / 100)
            .copied()
            .unwrap_or_default()
    };
    let rate = count as f64 / took.as_secs_f64();
    println!("{name:<44} {rate:>9.0} {:>9.0?} {:>9.0?}", at(50), at(99));
}

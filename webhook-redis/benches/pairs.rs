//! How many deliveries a second the store claims and commits.
//!
//! ```sh
//! cargo bench -p webhook-redis
//! BENCH_SECS=10 BENCH_RECORDS=1000000 BENCH_URL=redis://10.0.0.7 cargo bench -p webhook-redis
//! ```
//!
//! Without `BENCH_URL` it starts a server of its own, with `appendonly yes` and `appendfsync
//! everysec`. `BENCH_SECS` is the length of a run (default 3). `BENCH_RECORDS` is how many done
//! records there are before, besides those of the run (default 0). An empty script over the same
//! kind of connection says what the server and the client can do at best.

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a measurement, which ends when something is wrong"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use webhook_core::replay::{Claim, ClaimRequest, Commit, LabelBound, Owner};
use webhook_core::{ReplayKey, ReplayStore as _};
use webhook_redis::{RedisStore, redis};
use webhook_test_services::Redis;

const MINUTE: Duration = Duration::from_secs(60);
const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const PREFIX: &str = "webhook";

fn main() {
    let private = match setting("BENCH_URL") {
        Some(_) => None,
        None => Redis::start(&["--appendonly", "yes", "--appendfsync", "everysec"]),
    };
    let url = setting("BENCH_URL").or(private.as_ref().map(|redis| redis.url().to_owned()));
    let Some(url) = url else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(measure(&url));
}

async fn measure(url: &str) {
    let time = Duration::from_secs(number("BENCH_SECS", 3));
    let store = RedisStore::builder(url).prefix(PREFIX).build().unwrap();
    let next = Arc::new(AtomicU64::new(1));
    fill(&store, &next, number("BENCH_RECORDS", 0)).await;
    println!(
        "{:<32} {:>9} {:>9} {:>9} {:>9}",
        "", "a second", "p50 µs", "p99 µs", "max µs"
    );
    for clients in [1, 16, 64] {
        let client = redis::Client::open(url).unwrap();
        let connection = client.get_multiplexed_async_connection().await.unwrap();
        let empty = move || empty_script(connection.clone());
        run(
            &format!("empty script, {clients} clients"),
            clients,
            time,
            empty,
        )
        .await;

        let (to, n) = (store.clone(), next.clone());
        let pairs = move || pair(to.clone(), n.fetch_add(1, Relaxed), false);
        run(
            &format!("claim + commit, {clients} clients"),
            clients,
            time,
            pairs,
        )
        .await;

        let (to, n) = (store.clone(), next.clone());
        let pairs = move || pair(to.clone(), n.fetch_add(1, Relaxed), true);
        run(
            &format!("same, bounded, {clients} clients"),
            clients,
            time,
            pairs,
        )
        .await;

        let (to, n, done) = (store.clone(), next.clone(), next.load(Relaxed) - 1);
        let copies = move || copy(to.clone(), n.fetch_add(1, Relaxed) % done + 1);
        run(
            &format!("duplicate, {clients} clients"),
            clients,
            time,
            copies,
        )
        .await;
        next.store(done + 1, Relaxed);
    }
    print_size(url, next.load(Relaxed) - 1).await;
}

async fn empty_script(mut connection: redis::aio::MultiplexedConnection) {
    let hash = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";
    let mut command = redis::cmd("EVALSHA");
    let answer = command.arg(hash).arg(0).query_async(&mut connection).await;
    match answer {
        Ok(1) => {}
        _ => {
            let mut command = redis::cmd("EVAL");
            command
                .arg("return 1")
                .arg(0)
                .exec_async(&mut connection)
                .await
                .unwrap();
        }
    }
}

async fn pair(store: RedisStore, n: u64, is_bounded: bool) {
    let mut request = request(n);
    if is_bounded {
        let at_most = 16.try_into().unwrap();
        request.bound = Some(LabelBound::new(key(n | 1 << 40), at_most));
    }
    match store.claim(&key(n), &request).await {
        Ok(Claim::Acquired(lease)) => {
            let commit = store.commit(&lease, None).await.unwrap();
            assert_eq!(commit, Commit::Committed);
        }
        other => panic!("a new key got {other:?}"),
    }
}

async fn copy(store: RedisStore, n: u64) {
    let answer = store.claim(&key(n), &request(n ^ 1 << 63)).await;
    assert!(matches!(answer, Ok(Claim::Done { .. })), "{answer:?}");
}

async fn fill(store: &RedisStore, next: &Arc<AtomicU64>, records: u64) {
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let (store, next) = (store.clone(), next.clone());
            tokio::spawn(async move {
                while let n @ ..=u64::MAX = next.fetch_add(1, Relaxed)
                    && n <= records
                {
                    pair(store.clone(), n, false).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    next.store(records + 1, Relaxed);
}

/// Runs what `work` makes in `clients` tasks, and prints the rate and the times.
async fn run<F>(
    name: &str,
    clients: usize,
    time: Duration,
    work: impl Fn() -> F + Clone + Send + 'static,
) where
    F: Future<Output = ()> + Send,
{
    let begin = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            let work = work.clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                while begin.elapsed() < time {
                    let begin = Instant::now();
                    work().await;
                    times.push(begin.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    let took = begin.elapsed();
    times.sort_unstable();
    let rate = times.len() as f64 / took.as_secs_f64();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_micros();
    println!(
        "{name:<32} {rate:>9.0} {:>9} {:>9} {:>9}",
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

async fn print_size(url: &str, records: u64) {
    let client = redis::Client::open(url).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let name = format!("{PREFIX}{{*");
    let mut scan = redis::cmd("SCAN");
    let scan = scan.arg(0).arg("MATCH").arg(name).arg("COUNT").arg(1000);
    let (_, names): (u64, Vec<String>) = scan.query_async(&mut connection).await.unwrap();
    for name in names
        .iter()
        .filter(|name| name.len() == PREFIX.len() + 69)
        .take(1)
    {
        let mut usage = redis::cmd("MEMORY");
        let bytes: u64 = usage
            .arg("USAGE")
            .arg(name)
            .query_async(&mut connection)
            .await
            .unwrap();
        println!("{records} records; one takes {bytes} bytes");
    }
}

fn request(n: u64) -> ClaimRequest {
    ClaimRequest::new(Owner::from_bits(n.into()), MINUTE, WEEK)
}

/// The n-th key, spread evenly as digests are.
fn key(n: u64) -> ReplayKey {
    let mut bytes = [0; 32];
    for (round, chunk) in (0_u64..).zip(bytes.chunks_exact_mut(8)) {
        let mut word = n
            .wrapping_add(round << 48)
            .wrapping_add(0x9e37_79b9_7f4a_7c15);
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        chunk.copy_from_slice(&(word ^ (word >> 31)).to_be_bytes());
    }
    ReplayKey::from_bytes(bytes)
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn number(name: &str, default: u64) -> u64 {
    setting(name).map_or(default, |value| value.parse().expect("a number"))
}

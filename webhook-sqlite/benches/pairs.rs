//! How many deliveries a second the store claims and commits.
//!
//! ```sh
//! cargo bench -p webhook-sqlite            # in the folder for temporary files
//! BENCH_DIR=/srv/data BENCH_SECS=10 BENCH_ROWS=1000000 cargo bench -p webhook-sqlite
//! ```
//!
//! `BENCH_DIR` chooses the disk, `BENCH_SECS` the length of a run (default 3), `BENCH_ROWS` how
//! many done records the file has before (default 0), and `BENCH_EXPIRED` how many of these have
//! expired. The loop of `fdatasync` says what the disk can do.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers to look at"
)]

use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, params};
use webhook_core::replay::{Claim, ClaimRequest, Commit, Owner};
use webhook_core::{ReplayKey, ReplayStore as _};
use webhook_sqlite::SqliteStore;

const DAY: Duration = Duration::from_secs(86_400);

fn main() {
    let folder = setting("BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("webhook-sqlite-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("the folder can be made");
    let time = Duration::from_secs(number("BENCH_SECS", 3));
    println!(
        "{:<34} {:>9} {:>9} {:>9} {:>9}",
        "", "a second", "p50 µs", "p99 µs", "max µs"
    );
    fsync("fdatasync, 4 KiB overwritten", &folder, time, false);
    fsync("fdatasync, 4 KiB appended", &folder, time, true);
    for clients in [1, 16, 64] {
        let file = folder.join(format!("{clients}.db"));
        fill(&file, number("BENCH_ROWS", 0), number("BENCH_EXPIRED", 0));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime starts");
        runtime.block_on(clients_of(&file, clients, time));
        print_sizes(&file);
    }
    fs::remove_dir_all(folder).expect("the folder can be removed");
}

async fn clients_of(file: &Path, clients: usize, time: Duration) {
    let opening = Instant::now();
    let store = SqliteStore::open(file).expect("the store opens");
    println!("open: {:.0} ms", opening.elapsed().as_secs_f64() * 1e3);
    let next = Arc::new(AtomicU64::new(1));
    let pairs = {
        let (store, next) = (store.clone(), next.clone());
        move || {
            let (store, next) = (store.clone(), next.clone());
            async move { pair(&store, next.fetch_add(1, Relaxed)).await }
        }
    };
    run(
        &format!("claim + commit, {clients} clients"),
        clients,
        time,
        pairs,
    )
    .await;
    let done = next.load(Relaxed) - 1;
    let duplicates = move || {
        let (store, next) = (store.clone(), next.clone());
        async move { duplicate(&store, next.fetch_add(1, Relaxed) % done + 1).await }
    };
    run(
        &format!("duplicate, {clients} clients"),
        clients,
        time,
        duplicates,
    )
    .await;
}

async fn pair(store: &SqliteStore, n: u64) {
    match store.claim(&key(n), &request(n)).await {
        Ok(Claim::Acquired(lease)) => {
            let commit = store
                .commit(&lease, None)
                .await
                .expect("the commit is answered");
            assert_eq!(commit, Commit::Committed);
        }
        other => panic!("a new key got {other:?}"),
    }
}

async fn duplicate(store: &SqliteStore, n: u64) {
    let answer = store.claim(&key(n), &request(n ^ 1 << 63)).await;
    assert!(matches!(answer, Ok(Claim::Done { .. })), "{answer:?}");
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
    let (begin, before) = (Instant::now(), cpu());
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
        times.extend(task.await.expect("a client ends"));
    }
    let ticks =
        |what: usize| cpu()[what].saturating_sub(before[what]) as f64 * 1e4 / times.len() as f64;
    let (all, writer) = (ticks(0), ticks(1));
    report(name, begin.elapsed(), times);
    println!(
        "{:<34} {all:>9.1} µs of CPU each, {writer:.1} of them in the writer",
        ""
    );
}

/// The time on a processor, of the process and of the writer's thread, in ticks of 10 ms. Zero on
/// other systems than Linux.
fn cpu() -> [u64; 2] {
    let ticks = |stat: String| -> u64 {
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let times = after_name.split_whitespace().skip(11).take(2);
        times.filter_map(|time| time.parse::<u64>().ok()).sum()
    };
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    let tasks = fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten();
    let writer = tasks
        .map(|task| task.path())
        .filter(|task| read(&task.join("comm")).trim() == "webhook-sqlite")
        .map(|task| ticks(read(&task.join("stat"))));
    [ticks(read(Path::new("/proc/self/stat"))), writer.sum()]
}

fn fsync(name: &str, folder: &Path, time: Duration, appends: bool) {
    let mut file = File::create(folder.join("raw")).expect("a file can be made");
    let (page, mut times, begin) = ([7; 4096], Vec::new(), Instant::now());
    while begin.elapsed() < time {
        let begin = Instant::now();
        if !appends {
            file.seek(SeekFrom::Start(0)).expect("seeks");
        }
        file.write_all(&page).expect("writes");
        file.sync_data().expect("syncs");
        times.push(begin.elapsed());
    }
    report(name, begin.elapsed(), times);
}

fn report(name: &str, took: Duration, mut times: Vec<Duration>) {
    times.sort_unstable();
    let rate = times.len() as f64 / took.as_secs_f64();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_micros();
    println!(
        "{name:<34} {rate:>9.0} {:>9} {:>9} {:>9}",
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

/// Makes a file with done records, of which some have expired.
fn fill(file: &Path, rows: u64, expired: u64) {
    drop(SqliteStore::open(file).expect("the store opens"));
    let mut db = Connection::open(file).expect("the file opens");
    db.execute_batch("pragma synchronous = off; pragma cache_size = -1000000")
        .expect("is set");
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_micros() as i64;
    let transaction = db.transaction().expect("begins");
    for n in 0..rows {
        let expires = if n < expired {
            now - 1
        } else {
            now + n as i64 * 1000 + 600_000_000
        };
        let mut insert = transaction
            .prepare_cached(
                "insert into webhook_key (key, state, owner, epoch, lease_until, attempts, \
                 retain, fingerprint, expires_at, changed_at) \
                 values (?1, 1, ?2, ?3, 0, 1, 604800000000, 7, ?4, ?3)",
            )
            .expect("compiles");
        let (key, owner) = (key(n + (1 << 40)), [n as u8; 16]);
        insert
            .execute(params![key.as_bytes(), owner, now - 1_000_000, expires])
            .expect("inserts");
    }
    transaction.commit().expect("commits");
    db.execute_batch("pragma wal_checkpoint(truncate)")
        .expect("is written back");
    drop(db);
    // Or the first checkpoint pays for it.
    let file = File::open(file).expect("the file opens");
    file.sync_all().expect("syncs");
}

fn print_sizes(file: &Path) {
    let size = |suffix: &str| {
        let path = format!("{}{suffix}", file.display());
        fs::metadata(path).map_or(0, |metadata| metadata.len() >> 20)
    };
    println!("database {} MiB, log {} MiB", size(""), size("-wal"));
}

fn request(n: u64) -> ClaimRequest {
    ClaimRequest::new(Owner::from_bits(n.into()), Duration::from_secs(60), 7 * DAY)
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

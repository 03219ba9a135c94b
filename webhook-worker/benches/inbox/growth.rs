//! Acceptance into a table that grows to millions of rows, whose jobs are done and pruned meanwhile.
//!
//! "steady" is a rate that the table carries easily: a delivery waits from the moment at which it
//! was to be sent. "full" is 64 clients that send as fast as they are answered.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::time::{interval, sleep};
use webhook_inbox::{Accepted, InboxTable, Retention};
use webhook_sqlite::SqliteStore;

use crate::load::{Running, acceptance, repeat, report, take_and_end};
use crate::tables::{Folder, Kind, Schema};
use crate::time;

/// How many rows there are in the end, and at how many acceptance is measured.
const ROWS: u64 = 3_000_000;
const EVERY: u64 = 500_000;
/// How many deliveries come in the end, while old records leave.
const EXCHANGED: u64 = 500_000;
const CLIENTS: u64 = 64;
/// Deliveries a second of the steady rate.
const STEADY: u64 = 1_000;
/// How many jobs may wait while the table is filled.
const BACKLOG: u64 = 20_000;
const TAKERS: u64 = 4;
/// How many rows a call removes. A worker does as much (`webhook-worker/src/tidy.rs`).
const PRUNED: usize = 500;
/// Longer than the bench.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);
const SHORT: Duration = Duration::from_secs(5);

pub(crate) async fn run() {
    println!("{:<56} {:>9} {:>9} {:>9}", "", "a second", "p50", "p99");
    let wanted = std::env::args().nth(2);
    let wants = |name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
    if wants("sqlite") {
        let folder = Folder::new();
        let file = folder.file("growth");
        let table = SqliteStore::open(&file).unwrap().inbox();
        grow("SQLite", &table, async || megabytes(&file)).await;
    }
    if !wants("postgres") {
        return;
    }
    if let Some(schema) = Schema::new().await {
        let store = Kind::GroupedDirect.of(schema.builder()).build().unwrap();
        let size = format!(
            "select (sum(pg_total_relation_size(c.oid)) / 1000000)::bigint from pg_class c \
             join pg_namespace n on n.oid = c.relnamespace \
             where n.nspname = '{}' and c.relkind = 'r'",
            schema.name
        );
        let size: Arc<str> = size.into();
        let pool = schema.pool.clone();
        let size = async || {
            let size = sqlx::AssertSqlSafe(size.to_string());
            let size: i64 = sqlx::query_scalar(size).fetch_one(&pool).await.unwrap();
            size.unsigned_abs()
        };
        grow("PostgreSQL, grouped and direct", &store.inbox(), size).await;
        schema.drop().await;
    }
}

fn megabytes(file: &Path) -> u64 {
    let of = |suffix: &str| {
        let path = format!("{}{suffix}", file.display());
        std::fs::metadata(path).map_or(0, |file| file.len())
    };
    (of("") + of("-wal")) / 1_000_000
}

/// A table, and what is done with it.
#[derive(Clone)]
struct Growth<T> {
    table: T,
    stored: Arc<AtomicU64>,
    done: Arc<AtomicU64>,
    /// Whether records leave a few seconds after their jobs are done.
    is_full: Arc<AtomicBool>,
    ends: Arc<AtomicBool>,
}

/// Fills a table and measures acceptance at every so many rows. Then as many rows leave as come.
async fn grow<T: InboxTable + Clone>(name: &str, table: &T, size: impl AsyncFn() -> u64) {
    let growth = Growth {
        table: table.clone(),
        stored: Arc::default(),
        done: Arc::default(),
        is_full: Arc::default(),
        ends: Arc::default(),
    };
    let mut aside = vec![tokio::spawn(growth.clone().prune())];
    aside.extend((0..TAKERS).map(|_| tokio::spawn(growth.clone().end_jobs())));
    for rows in (0..=ROWS).step_by(EVERY as usize) {
        growth.fill(rows).await;
        let line = format!("{name}: {rows} rows, {} MB", size().await);
        report(&format!("{line}, steady"), growth.steady()).await;
        report(&format!("{line}, full"), growth.full()).await;
    }
    growth.is_full.store(true, Relaxed);
    growth.fill(ROWS + EXCHANGED).await;
    println!(
        "{name}: {EXCHANGED} more, old ones leave, {} MB",
        size().await
    );
    growth.ends.store(true, Relaxed);
    for task in aside {
        task.await.unwrap();
    }
}

impl<T: InboxTable + Clone> Growth<T> {
    async fn accept(self) -> u64 {
        let delivery = acceptance(self.stored.fetch_add(1, Relaxed));
        let accepted = self.table.accept(&delivery).await;
        assert_eq!(accepted.unwrap(), Accepted::New);
        1
    }

    /// Stores until there were so many, and waits until nearly all of them are done.
    async fn fill(&self, rows: u64) {
        let clients = (0..CLIENTS * 4).map(|_| {
            let growth = self.clone();
            tokio::spawn(async move {
                while growth.stored.load(Relaxed) < rows {
                    if growth.waiting() < BACKLOG {
                        growth.clone().accept().await;
                    } else {
                        sleep(Duration::from_millis(5)).await;
                    }
                }
            })
        });
        for client in clients.collect::<Vec<_>>() {
            client.await.unwrap();
        }
        while self.waiting() > CLIENTS {
            sleep(Duration::from_millis(5)).await;
        }
    }

    fn waiting(&self) -> u64 {
        let stored = self.stored.load(Relaxed);
        stored.saturating_sub(self.done.load(Relaxed))
    }

    fn steady(&self) -> Vec<Running> {
        let every = Duration::from_secs(1) * CLIENTS as u32 / STEADY as u32;
        let clients = (0..CLIENTS as u32).map(|client| {
            let growth = self.clone();
            tokio::spawn(async move {
                let first = tokio::time::Instant::now() + every * client / CLIENTS as u32;
                let (end, mut times) = (Instant::now() + time() * 2, Vec::new());
                let mut ticks = tokio::time::interval_at(first, every);
                while Instant::now() < end {
                    let due = ticks.tick().await;
                    growth.clone().accept().await;
                    times.push(due.elapsed());
                }
                (times.len() as u64, times)
            })
        });
        clients.collect()
    }

    fn full(&self) -> Vec<Running> {
        let clients = (0..CLIENTS).map(|_| {
            let growth = self.clone();
            tokio::spawn(repeat(time(), move || growth.clone().accept()))
        });
        clients.collect()
    }

    async fn end_jobs(self) {
        while !self.ends.load(Relaxed) {
            match take_and_end(self.table.clone(), CLIENTS as usize).await {
                0 => sleep(Duration::from_millis(5)).await,
                done => _ = self.done.fetch_add(done, Relaxed),
            }
        }
    }

    async fn prune(self) {
        let mut ticks = interval(Duration::from_millis(20));
        while !self.ends.load(Relaxed) {
            let records = if self.is_full.load(Relaxed) {
                SHORT
            } else {
                LONG
            };
            let retention = Retention::new(SHORT, records);
            self.table.prune(&retention, PRUNED).await.unwrap();
            ticks.tick().await;
        }
    }
}

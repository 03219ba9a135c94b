//! Acceptance into a table that holds millions of rows, while old ones are pruned.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use webhook_inbox::{Accepted, Ending, InboxTable, Retention, TakeRequest};
use webhook_sqlite::SqliteStore;

use crate::load::{acceptance, owner, repeat, report};
use crate::tables::{Folder, Kind, Schema};
use crate::time;

/// How many rows there are in the end, and at how many a line is printed.
const ROWS: u64 = 3_000_000;
const EVERY: u64 = 500_000;
const CLIENTS: usize = 64;

pub(crate) async fn run() {
    println!("{:<44} {:>9} {:>9} {:>9}", "", "a second", "p50", "p99");
    let folder = Folder::new();
    let file = folder.file("growth");
    let table = SqliteStore::open(&file).unwrap().inbox();
    grow("SQLite", &table, async || megabytes(&file)).await;
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

/// Fills a table, and measures acceptance every so many rows. Bodies are pruned ten seconds after
/// their jobs are done, and records stay.
async fn grow<T: InboxTable + Clone>(name: &str, table: &T, size: impl AsyncFn() -> u64) {
    let next = Arc::new(AtomicU64::new(1));
    let ends = Arc::new(AtomicBool::new(false));
    let aside = [
        tokio::spawn(end_jobs(table.clone(), ends.clone())),
        tokio::spawn(prune(table.clone(), ends.clone())),
    ];
    for rows in (0..=ROWS).step_by(EVERY as usize) {
        while next.load(Relaxed) < rows {
            let accepts = (0..CLIENTS * 4).map(|_| accept(table.clone(), next.clone()));
            for accept in accepts.map(tokio::spawn).collect::<Vec<_>>() {
                accept.await.unwrap();
            }
        }
        let accepts = (0..CLIENTS).map(|_| {
            let (table, next) = (table.clone(), next.clone());
            tokio::spawn(repeat(time(), move || accept(table.clone(), next.clone())))
        });
        let line = format!("{name}: {rows} rows, {} MB", size().await);
        report(&line, accepts.collect()).await;
    }
    ends.store(true, Relaxed);
    for task in aside {
        task.await.unwrap();
    }
}

async fn accept<T: InboxTable>(table: T, next: Arc<AtomicU64>) -> u64 {
    let accepted = table.accept(&acceptance(next.fetch_add(1, Relaxed))).await;
    assert_eq!(accepted.unwrap(), Accepted::New);
    1
}

async fn end_jobs<T: InboxTable>(table: T, ends: Arc<AtomicBool>) {
    while !ends.load(Relaxed) {
        let request = TakeRequest::new(owner(), 256, Duration::from_secs(600));
        for job in table.take(&request).await.unwrap().jobs {
            table.settle(&job.lease, &Ending::Done).await.unwrap();
        }
    }
}

async fn prune<T: InboxTable>(table: T, ends: Arc<AtomicBool>) {
    let retention = Retention::new(Duration::from_secs(10), Duration::from_secs(60 * 60));
    while !ends.load(Relaxed) {
        table.prune(&retention, 500).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

//! A page of stored deliveries that is damaged while the store is open.

#![cfg(all(feature = "inbox", feature = "bundled"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::{DAY, Folder, key, request};
use rusqlite::Connection;
use tokio::task::JoinSet;
use webhook_core::{SealedDelivery, StoreErrorKind};
use webhook_inbox::{
    Acceptance, Accepted, Ending, InboxTable as _, JobFilter, JobState, Lane, TakeRequest,
};
use webhook_sqlite::{SqliteInbox, SqliteStore, WriteError};

const JOBS: u64 = 150;
const PAGE: usize = 4096;

/// About three bodies are on a page.
fn body(n: u64) -> Vec<u8> {
    format!("<body {n}>").repeat(100).into_bytes()
}

/// A file with jobs of three lanes.
async fn whole_file(folder: &Folder) -> Vec<u8> {
    let inbox = SqliteStore::open(folder.file()).unwrap().inbox();
    for n in 0..JOBS {
        let lane = Lane::new(
            ["acme", "initech", "hooli"][usize::try_from(n % 3).unwrap()],
            "",
        );
        let sealed = SealedDelivery::from_bytes(vec![7; 300]);
        let acceptance = Acceptance::new(key(n), request(), lane, "stripe", sealed, body(n).into());
        assert_eq!(inbox.accept(&acceptance).await.unwrap(), Accepted::New);
    }
    drop(inbox);
    common::wait_until_closed(&folder.file());
    fs::read(folder.file()).unwrap()
}

/// The number of each page of a table or an index in the file, from zero.
fn pages(file: &Path, what: &str, of_type: &str) -> Vec<usize> {
    let raw = Connection::open(file).unwrap();
    let pages = "select pageno - 1 from dbstat where name = ?1 and pagetype = ?2 order by path";
    let mut pages = raw.prepare(pages).unwrap();
    let numbers = pages.query_map([what, of_type], |row| row.get::<_, u32>(0));
    let numbers = numbers.unwrap().map(|number| number.unwrap());
    numbers
        .map(|number| usize::try_from(number).unwrap())
        .collect()
}

/// Opens a copy of the file, and then fills a page of it with noise.
fn open_and_damage(path: &PathBuf, whole: &[u8], page: usize) -> SqliteStore {
    fs::write(path, whole).unwrap();
    let store = SqliteStore::open(path).unwrap();
    let mut damaged = whole.to_vec();
    damaged[page * PAGE..][..PAGE].fill(0xa5);
    fs::write(path, damaged).unwrap();
    // A commit of another connection, so that the store reads its pages again.
    let raw = Connection::open(path).unwrap();
    let epoch = "update webhook_store set last_epoch = last_epoch + 1";
    raw.execute(epoch, []).unwrap();
    store
}

/// Takes and ends jobs until there are no more. Returns the keys of those that were taken.
async fn run_all(inbox: &SqliteInbox) -> Result<BTreeSet<[u8; 32]>, StoreErrorKind> {
    let mut done = BTreeSet::new();
    loop {
        let request = TakeRequest::new(request().owner, 7, DAY);
        let taken = inbox.take(&request).await.map_err(|error| error.kind())?;
        if taken.jobs.is_empty() && taken.after.is_none() {
            return Ok(done);
        }
        for job in taken.jobs {
            let n = (0..JOBS).find(|n| key(*n) == job.key).unwrap();
            assert_eq!(*job.body, body(n)[..], "it is handled with another body");
            assert!(done.insert(*job.key.as_bytes()), "it is taken twice");
            // An update that needs room looks at the pages beside its own.
            if let Err(error) = inbox.settle(&job.lease, &Ending::Done).await {
                assert_eq!(error.kind(), StoreErrorKind::Corrupt);
            }
        }
    }
}

/// The keys of the jobs of which something is on this page.
fn on_page(page: &[u8], bytes_of: impl Fn(u64) -> Vec<u8>) -> BTreeSet<[u8; 32]> {
    let is_on = |n: &u64| {
        let bytes = bytes_of(*n);
        page.windows(bytes.len()).any(|window| window == bytes)
    };
    (0..JOBS)
        .filter(is_on)
        .map(|n| *key(n).as_bytes())
        .collect()
}

fn all() -> BTreeSet<[u8; 32]> {
    (0..JOBS).map(|n| *key(n).as_bytes()).collect()
}

#[tokio::test]
async fn a_damaged_body_is_parked_and_all_other_jobs_run() {
    let folder = Folder::new();
    let whole = whole_file(&folder).await;
    let pages = pages(&folder.file(), "webhook_body", "leaf");
    assert!(pages.len() > 10, "{pages:?}");
    for page in pages {
        let path = folder.path().join(format!("{page}.db"));
        let marker = |n| format!("<body {n}>").into_bytes();
        let lost = on_page(&whole[page * PAGE..][..PAGE], marker);
        let inbox = open_and_damage(&path, &whole, page).inbox();
        let done = run_all(&inbox).await.unwrap();
        assert_eq!(done, &all() - &lost, "page {page}");
        let parked = JobFilter::of_state(JobState::Parked);
        let parked = inbox.list(&parked, None, 1000).await.unwrap().jobs;
        let keys: BTreeSet<_> = parked.iter().map(|job| *job.key.as_bytes()).collect();
        assert_eq!(keys, lost, "page {page}");
        for job in parked {
            assert_eq!((job.error.as_deref(), job.attempts), (Some("damaged"), 0));
        }
    }
}

#[tokio::test]
async fn a_damaged_row_is_passed_over_and_all_other_jobs_run() {
    let folder = Folder::new();
    let whole = whole_file(&folder).await;
    let pages = pages(&folder.file(), "webhook_delivery", "leaf");
    assert!(pages.len() > 3, "{pages:?}");
    for (at, page) in pages.iter().copied().enumerate() {
        let path = folder.path().join(format!("{page}.db"));
        let keys = |page: usize| {
            let page = &whole[page * PAGE..][..PAGE];
            on_page(page, |n| key(n).as_bytes().to_vec())
        };
        let lost = keys(page);
        assert!(!lost.is_empty());
        let inbox = open_and_damage(&path, &whole, page).inbox();
        let taken = run_all(&inbox).await.unwrap();
        assert!(taken.is_disjoint(&lost));
        // To be taken, a row grows. For room, SQLite looks at two more pages, on either side.
        let near = pages.iter().skip(at.saturating_sub(2)).take(5);
        let near = near.flat_map(|page| keys(*page));
        let spared: BTreeSet<_> = lost.into_iter().chain(near).collect();
        let missing = &(&all() - &taken) - &spared;
        assert!(missing.is_empty(), "page {page}: {missing:?}");
        assert!(
            spared.len() < all().len() / 2,
            "the file is too small to tell"
        );
        assert_eq!(waiting(&inbox).await, all().len() - taken.len());
    }
}

/// What the lanes say: somebody sees that these are behind.
async fn waiting(inbox: &SqliteInbox) -> usize {
    let lanes = inbox.lanes(None, 10).await.unwrap();
    let waiting: u64 = lanes.iter().map(|lane| lane.waiting).sum();
    usize::try_from(waiting).unwrap()
}

/// SQLite commits no transaction that has met damage, whether or not the application says so.
#[tokio::test]
async fn a_write_of_the_application_that_meets_damage_fails_alone() {
    let folder = Folder::new();
    let raw = Connection::open(folder.file()).unwrap();
    raw.execute_batch("pragma journal_mode = wal; create table own (n integer) strict")
        .unwrap();
    drop(raw);
    let whole = whole_file(&folder).await;
    let page = pages(&folder.file(), "webhook_body", "leaf")[3];
    let store = open_and_damage(&folder.path().join("own.db"), &whole, page);
    let mut tasks = JoinSet::new();
    for n in 0..200_i64 {
        let store = store.clone();
        tasks.spawn(async move {
            let written = store.write(move |db| {
                if n % 20 == 0 {
                    let all = "select sum(length(bytes)) from webhook_body";
                    let _ = db.query_row(all, [], |row| row.get::<_, i64>(0));
                }
                db.execute("insert into own values (?1)", [n])
            });
            (n, written.await)
        });
    }
    for (n, written) in tasks.join_all().await {
        let is_right = match &written {
            Ok(rows) => *rows == 1 && n % 20 != 0,
            Err(WriteError::Failed(_)) => n % 20 == 0,
            Err(WriteError::Store(error)) => n % 20 == 0 && error.kind() == StoreErrorKind::Corrupt,
            Err(_) => false,
        };
        assert!(is_right, "{n}: {written:?}");
    }
    let own =
        store.write(|db| db.query_row("select count(*) from own", [], |row| row.get::<_, i64>(0)));
    assert_eq!(own.await.unwrap(), 190);
}

/// Whatever is damaged: what runs is right, and what does not is an error or is still there.
#[tokio::test]
async fn no_damaged_page_makes_a_wrong_job_or_a_quiet_loss() {
    let folder = Folder::new();
    let whole = whole_file(&folder).await;
    let mut errors = 0;
    for what in [
        "webhook_delivery",
        "webhook_body",
        "webhook_delivery_due",
        "webhook_delivery_ended",
        "webhook_key",
    ] {
        let kinds = ["internal", "leaf"].map(|kind| pages(&folder.file(), what, kind));
        for page in kinds.concat() {
            let path = folder.path().join(format!("{page}-all.db"));
            let inbox = open_and_damage(&path, &whole, page).inbox();
            let mut seen = BTreeSet::new();
            loop {
                let request = TakeRequest::new(request().owner, 7, DAY);
                let taken = match inbox.take(&request).await {
                    Ok(taken) => taken,
                    Err(error) => {
                        assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{what} {error:?}");
                        errors += 1;
                        break;
                    }
                };
                if taken.jobs.is_empty() && taken.after.is_none() {
                    let parked = JobFilter::of_state(JobState::Parked);
                    let parked = inbox.list(&parked, None, 1000).await;
                    let parked = parked.map_or(0, |listed| listed.jobs.len());
                    let found = waiting(&inbox).await + parked + seen.len();
                    assert_eq!(found, all().len(), "{what}, page {page}");
                    break;
                }
                for job in taken.jobs {
                    let n = (0..JOBS).find(|n| key(*n) == job.key).unwrap();
                    assert_eq!(*job.body, body(n)[..], "{what}, page {page}");
                    assert!(seen.insert(n), "it is taken twice");
                }
            }
        }
    }
    assert!(errors > 0, "a damaged index is an error");
}

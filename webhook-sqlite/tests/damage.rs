//! Damaged files. SQLite keeps no checksums of its pages, so a value that became another valid
//! value is not found. What is malformed is found: at the start, or when it is read.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::{Folder, handle, key, mixed, request};
use rusqlite::Connection;
use tokio::task::JoinSet;
use webhook_core::replay::Claim;
use webhook_core::{ReplayStore as _, StoreErrorKind};
use webhook_sqlite::{OpenErrorKind, SqliteStore};

const RECORDS: u64 = 150;
const BLOCK: usize = 512;
const PAGE: usize = 4096;
/// The first byte of a leaf of an index, or of a table without row ids.
const LEAF: u8 = 10;

/// What became of the records of a damaged file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Refused,
    /// All of them are done, or an error.
    Right,
    /// One of them is new, or in another state.
    Wrong,
}

async fn end_of(path: &Path, bytes: &[u8]) -> End {
    fs::write(path, bytes).unwrap();
    let store = match SqliteStore::open(path) {
        Ok(store) => store,
        Err(error) => {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            // A length in the schema that became a huge one.
            let wants_memory = error.kind() == OpenErrorKind::Io
                && source.is_some_and(|source| source.contains("out of memory"));
            let expected = [OpenErrorKind::Damaged, OpenErrorKind::NotADatabase];
            let is_expected = wants_memory
                || expected.contains(&error.kind())
                || matches!(
                    error.kind(),
                    OpenErrorKind::OtherTables | OpenErrorKind::SchemaVersion { .. }
                );
            assert!(
                is_expected,
                "{error}: {:?}",
                std::error::Error::source(&error)
            );
            return End::Refused;
        }
    };
    let mut tasks = JoinSet::new();
    for n in 0..RECORDS {
        let store = store.clone();
        tasks.spawn(async move { store.claim(&key(n), &request()).await });
    }
    for answer in tasks.join_all().await {
        match answer {
            Ok(Claim::Done { .. }) => {}
            Ok(_) => return End::Wrong,
            Err(error) => assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{error:?}"),
        }
    }
    End::Right
}

/// The bytes of a file with done records.
async fn whole_file(folder: &Folder) -> Vec<u8> {
    let store = SqliteStore::open(folder.file()).unwrap();
    let mut tasks = JoinSet::new();
    for n in 0..RECORDS {
        let store = store.clone();
        tasks.spawn(async move { handle(&store, &key(n)).await });
    }
    tasks.join_all().await;
    drop(store);
    common::wait_until_closed(&folder.file());
    fs::read(folder.file()).unwrap()
}

/// Every block of the file in turn becomes something else.
async fn damage(what: &str, spoil: impl Fn(usize, &mut [u8])) -> BTreeMap<End, usize> {
    let folder = Folder::new();
    let whole = whole_file(&folder).await;
    let mut ends = BTreeMap::new();
    for (number, start) in (0..whole.len()).step_by(BLOCK).enumerate() {
        let mut bytes = whole.clone();
        let block = &mut bytes[start..start + BLOCK];
        let before = block.to_vec();
        spoil(number, block);
        if *block == before[..] {
            continue;
        }
        let end = end_of(&folder.path().join(format!("{number}.db")), &bytes).await;
        assert_ne!(end, End::Wrong, "{what} in block {number}");
        *ends.entry(end).or_insert(0) += 1;
    }
    println!("{what}: {ends:?}");
    ends
}

#[tokio::test]
async fn no_overwritten_block_makes_a_done_record_new() {
    for (what, byte) in [("zeros", 0), ("ones", 0xff)] {
        let ends = damage(what, |_, block| block.fill(byte)).await;
        assert!(ends[&End::Refused] > 50, "{what}: {ends:?}");
    }
    let noise = |number, block: &mut [u8]| {
        for (at, byte) in block.iter_mut().enumerate() {
            *byte = mixed((number * BLOCK + at) as u64).to_le_bytes()[0];
        }
    };
    let ends = damage("noise", noise).await;
    assert!(ends[&End::Refused] > 50, "noise: {ends:?}");
}

/// The damage happens while the store is open.
#[tokio::test]
async fn a_page_that_is_damaged_at_run_time_is_an_error_and_other_pages_answer() {
    let folder = Folder::new();
    let whole = whole_file(&folder).await;
    let store = SqliteStore::open(folder.file()).unwrap();
    let has = |page: &[u8], n| page.windows(32).any(|bytes| bytes == key(n).as_bytes());
    // A record that is on leaves only: a page above them leads to others too.
    let is_on_leaves = |n: &u64| {
        let mut pages = whole.chunks(PAGE).filter(|page| has(page, *n));
        pages.all(|page| page[0] == LEAF)
    };
    let number = (0..RECORDS).find(is_on_leaves).unwrap();
    let (lost, is_lost) = (key(number), |page: &[u8]| has(page, number));
    let pages: Vec<Vec<u8>> = whole
        .chunks(PAGE)
        .map(|page| {
            if is_lost(page) {
                vec![0xa5; PAGE]
            } else {
                page.to_vec()
            }
        })
        .collect();
    fs::write(folder.file(), pages.concat()).unwrap();
    // A commit of another connection, so that the store reads its pages again.
    let raw = Connection::open(folder.file()).unwrap();
    raw.execute("update webhook_store set last_epoch = last_epoch + 1", [])
        .unwrap();

    for _ in 0..3 {
        let error = store.claim(&lost, &request()).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{error:?}");
        assert!(store.forget(&lost).await.is_err());
    }
    let mut answers = BTreeMap::new();
    for n in (0..RECORDS).filter(|n| *n != number) {
        let answer = match store.claim(&key(n), &request()).await {
            Ok(Claim::Done { .. }) => "done",
            Err(error) if error.kind() == StoreErrorKind::Corrupt => "corrupt",
            other => panic!("{n} got {other:?}"),
        };
        *answers.entry(answer).or_insert(0) += 1;
    }
    // A page holds about thirty records.
    assert!(
        answers["done"] > 80 && answers["corrupt"] > 10,
        "{answers:?}"
    );
    assert_eq!(
        SqliteStore::open(folder.file()).unwrap_err().kind(),
        OpenErrorKind::Damaged
    );
}

/// In one batch with operations that can be answered.
#[tokio::test]
async fn an_operation_that_meets_damage_fails_alone() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    handle(&store, &key(1)).await;
    handle(&store, &key(2)).await;
    let raw = Connection::open(folder.file()).unwrap();
    raw.execute_batch("pragma ignore_check_constraints = on")
        .unwrap();
    raw.execute(
        "update webhook_key set state = 9 where key = ?1",
        [key(1).as_bytes()],
    )
    .unwrap();
    raw.execute(
        "update webhook_key set owner = x'00' where key = ?1",
        [key(2).as_bytes()],
    )
    .unwrap();

    let mut tasks = JoinSet::new();
    for n in 1..40 {
        let store = store.clone();
        tasks.spawn(async move { (n, store.claim(&key(n), &request()).await) });
    }
    for (n, answer) in tasks.join_all().await {
        match answer {
            Ok(Claim::Acquired(lease)) if n > 2 => assert_eq!(lease.attempt(), 1),
            Err(error) if n <= 2 => assert_eq!(error.kind(), StoreErrorKind::Corrupt),
            other => panic!("{n} got {other:?}"),
        }
    }
    // Those that were acquired are on the disk.
    let claimed = "select count(*) from webhook_key where state = 0";
    let count: i64 = raw.query_row(claimed, [], |row| row.get(0)).unwrap();
    assert_eq!(count, 37);
}

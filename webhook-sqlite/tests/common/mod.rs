//! What the tests share.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test uses a part of it, and fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use webhook_core::replay::{Claim, ClaimRequest, Commit, Lease, Owner};
use webhook_core::{ReplayKey, ReplayStore};
use webhook_sqlite::{SqliteStore, SqliteStoreBuilder};

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// A folder that is removed at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!(
            "webhook-sqlite-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Relaxed)
        );
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("hooks.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

/// A clock that is moved by hand.
#[derive(Clone)]
pub(crate) struct Hand(Arc<AtomicU64>);

impl Hand {
    pub(crate) fn new() -> Self {
        // In the year 2027, in milliseconds.
        Self(Arc::new(AtomicU64::new(1_800_000_000_000)))
    }

    pub(crate) fn pass(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap();
        self.0.fetch_add(millis, Relaxed);
    }

    pub(crate) fn set_back(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap();
        self.0.fetch_sub(millis, Relaxed);
    }

    pub(crate) fn on(&self, builder: SqliteStoreBuilder) -> SqliteStoreBuilder {
        let clock = self.clone();
        builder.clock(move || Duration::from_millis(clock.0.load(Relaxed)))
    }
}

/// The n-th key. Keys are spread evenly, as digests are.
pub(crate) fn key(n: u64) -> ReplayKey {
    let mut bytes = [0; 32];
    for (round, chunk) in (0..).zip(bytes.chunks_exact_mut(8)) {
        chunk.copy_from_slice(&mixed(n.wrapping_add(round << 48)).to_be_bytes());
    }
    ReplayKey::from_bytes(bytes)
}

pub(crate) fn mixed(mut number: u64) -> u64 {
    number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// A request of a new owner.
pub(crate) fn request() -> ClaimRequest {
    static OWNERS: AtomicU64 = AtomicU64::new(1);
    let owner = u128::from(OWNERS.fetch_add(1, Relaxed)) << 64 | u128::from(std::process::id());
    ClaimRequest::new(Owner::from_bits(owner), MINUTE, DAY)
}

pub(crate) async fn acquire(store: &SqliteStore, key: &ReplayKey) -> Lease {
    match store.claim(key, &request()).await.unwrap() {
        Claim::Acquired(lease) => lease,
        other => panic!("{key:?} got {other:?}"),
    }
}

/// Claims and commits a key. Returns its epoch.
pub(crate) async fn handle(store: &SqliteStore, key: &ReplayKey) -> u64 {
    let lease = acquire(store, key).await;
    assert_eq!(store.commit(&lease, None).await.unwrap(), Commit::Committed);
    lease.epoch().get()
}

pub(crate) async fn is_done(store: &SqliteStore, key: &ReplayKey) -> bool {
    let answer = store.claim(key, &request()).await;
    matches!(answer, Ok(Claim::Done { .. }))
}

/// Waits until no connection has the file open: the last one removes the log.
pub(crate) fn wait_until_closed(path: &Path) {
    let log = format!("{}-wal", path.display());
    let begin = std::time::Instant::now();
    while Path::new(&log).exists() {
        assert!(begin.elapsed() < MINUTE, "{log} is still there");
        std::thread::yield_now();
    }
}

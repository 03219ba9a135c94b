//! What the tests share.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use webhook_core::replay::{Claim, ClaimRequest, Commit, Lease, Owner};
use webhook_core::{ReplayKey, ReplayStore, StoreError, StoreErrorKind};
use webhook_redis::{RedisStore, RedisStoreBuilder, redis};

const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// Moves what all keys of a place say of the time into the past, at one moment. Redis has no clock
/// that a test could move.
const SHIFT: &str = r"
local by = tonumber(ARGV[2])
for _, name in ipairs(redis.call('KEYS', ARGV[1] .. '{*')) do
  local kind = redis.call('TYPE', name).ok
  if kind == 'hash' then
    for _, field in ipairs({'l', 't'}) do
      local time = redis.call('HGET', name, field)
      if time then
        redis.call('HSET', name, field, string.format('%.0f', time - by))
      end
    end
  elseif kind == 'zset' and string.find(name, 'dead%-ends$') then
    local all = redis.call('ZRANGE', name, 0, -1, 'WITHSCORES')
    for i = 1, #all, 2 do
      redis.call('ZADD', name, all[i + 1] - by, all[i])
    end
  end
  local ends = redis.call('PEXPIRETIME', name)
  if ends > 0 then
    redis.call('PEXPIREAT', name, string.format('%.0f', ends - by))
  end
end
";

/// Names in Redis that nothing else uses.
pub(crate) struct Place {
    urls: Vec<String>,
    pub(crate) prefix: String,
    /// By how many microseconds the last step was late.
    late: AtomicU64,
}

impl Place {
    /// `urls` are those of all servers that have keys of the store.
    pub(crate) fn new<'a>(urls: impl IntoIterator<Item = &'a str>) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let (process, count) = (std::process::id(), COUNT.fetch_add(1, Relaxed));
        Self {
            urls: urls.into_iter().map(str::to_owned).collect(),
            prefix: format!("webhook-test-{process}-{count}"),
            late: AtomicU64::new(0),
        }
    }

    /// A store with a connection of its own, as another process has it.
    pub(crate) fn store(&self) -> RedisStore {
        self.builder().build().unwrap()
    }

    pub(crate) fn builder(&self) -> RedisStoreBuilder {
        RedisStore::builder(&self.urls[0]).prefix(&self.prefix)
    }

    /// The name of the record of a key.
    pub(crate) fn record(&self, key: &ReplayKey) -> String {
        let digits: String = key
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("{}{digits}", self.bucket(key))
    }

    /// The name of the last epoch of a key's bucket.
    pub(crate) fn mark(&self, key: &ReplayKey) -> String {
        format!("{}epoch", self.bucket(key))
    }

    /// What the names of a key's bucket begin with.
    fn bucket(&self, key: &ReplayKey) -> String {
        let tags = [
            "04s", "15s", "26s", "37s", "40s", "51s", "62s", "73s", "8wz", "9vz", "aoo", "b1h",
            "ct8", "d7h", "eko", "fy5",
        ];
        let tag = tags[usize::from(key.as_bytes()[0] >> 4)];
        format!("{}{{{tag}}}", self.prefix)
    }

    /// The first server, for commands of the test.
    pub(crate) async fn redis(&self) -> MultiplexedConnection {
        connect(&self.urls[0]).await
    }

    /// Lets time pass for all records of the place.
    pub(crate) async fn pass(&self, time: Duration) {
        for url in &self.urls {
            let mut shift = redis::cmd("EVAL");
            let millis = u64::try_from(time.as_millis()).unwrap();
            shift.arg(SHIFT).arg(0).arg(&self.prefix).arg(millis);
            shift.exec_async(&mut connect(url).await).await.unwrap();
        }
    }

    /// Like [`pass`](Self::pass), and the last second passes on the clock, so that what the shift
    /// takes counts too. A busy machine wakes late: the next step makes up for that, and each aims
    /// at a little less than its time. The model knows nothing of what passes beyond, and allows a
    /// second less over its eleven steps.
    pub(crate) async fn pass_almost(&self, time: Duration) {
        let begun = Instant::now();
        let late = Duration::from_micros(self.late.swap(0, Relaxed));
        let shift = self.pass(time.saturating_sub(SECOND + SECOND / 12 + late));
        tokio::join!(tokio::time::sleep(SECOND), shift);
        let late = begun.elapsed().saturating_sub(SECOND);
        self.late
            .store(u64::try_from(late.as_micros()).unwrap(), Relaxed);
    }

    /// How many keys the place has in Redis.
    pub(crate) async fn count(&self) -> usize {
        let mut count = 0;
        for url in &self.urls {
            count += names(&mut connect(url).await, &self.prefix).await.len();
        }
        count
    }

    /// Removes everything. For a server that outlives the test.
    pub(crate) async fn clean(&self) {
        for url in &self.urls {
            let mut redis = connect(url).await;
            for name in names(&mut redis, &self.prefix).await {
                redis::cmd("DEL")
                    .arg(name)
                    .exec_async(&mut redis)
                    .await
                    .unwrap();
            }
        }
    }
}

/// Runs a command of the test.
pub(crate) async fn run<T: redis::FromRedisValue>(
    redis: &mut MultiplexedConnection,
    words: &[&str],
) -> T {
    let mut command = redis::Cmd::new();
    command.arg(words).query_async(redis).await.unwrap()
}

pub(crate) async fn connect(url: &str) -> MultiplexedConnection {
    let client = redis::Client::open(url).unwrap();
    let config = redis::AsyncConnectionConfig::new().set_response_timeout(None);
    let connection = client.get_multiplexed_async_connection_with_config(&config);
    connection.await.unwrap()
}

async fn names(redis: &mut MultiplexedConnection, prefix: &str) -> Vec<String> {
    let (mut cursor, mut all) = (0_u64, Vec::new());
    loop {
        let mut scan = redis::cmd("SCAN");
        scan.arg(cursor)
            .arg("MATCH")
            .arg(format!("{prefix}{{*"))
            .arg("COUNT")
            .arg(1000);
        let (next, names): (u64, Vec<String>) = scan.query_async(redis).await.unwrap();
        all.extend(names);
        if next == 0 {
            return all;
        }
        cursor = next;
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

pub(crate) async fn acquire(store: &RedisStore, key: &ReplayKey) -> Lease {
    match store.claim(key, &request()).await.unwrap() {
        Claim::Acquired(lease) => lease,
        other => panic!("{key:?} got {other:?}"),
    }
}

/// Claims and commits a key. Returns its epoch.
pub(crate) async fn handle(store: &RedisStore, key: &ReplayKey) -> u64 {
    let lease = acquire(store, key).await;
    assert_eq!(store.commit(&lease, None).await.unwrap(), Commit::Committed);
    lease.epoch().get()
}

/// The kind of the error of an operation that has to fail.
pub(crate) fn kind<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> StoreErrorKind {
    answer.unwrap_err().kind()
}

pub(crate) async fn is_done(store: &RedisStore, key: &ReplayKey) -> bool {
    let answer = store.claim(key, &request()).await;
    matches!(answer.unwrap(), Claim::Done { .. })
}

//! Dead records, and how records leave.

use futures_util::future::try_join_all;
use redis::Value;
use webhook_core::replay::{DeadRecord, Lease, LeaseState, Swept};
use webhook_core::{ReplayKey, StoreError, UnixTime};

use crate::failure::corrupt;
use crate::link::{Deadline, Retry};
use crate::names::Bucket;
use crate::reply::{bytes, exactly, items, number};
use crate::script::{Arg, BURY, Call, FORGET, LIST, REVIVE, SWEEP, Script};
use crate::settle::{proof, state};
use crate::store::Inner;

/// The longest list that one operation reads, and the most that one sweep removes.
const MOST: usize = 1000;
/// How many records one script looks at, so that it does not hold up other operations.
const PAGE: usize = 100;

pub(crate) async fn bury(
    inner: &Inner,
    lease: &Lease,
    note: &str,
) -> Result<LeaseState, StoreError> {
    let (owner, epoch) = proof(lease);
    let note = DeadRecord::note_to_keep(note);
    let call = Call {
        script: &BURY,
        keys: &with_lists(inner, lease.key()),
        args: &[
            Arg::Bytes(&owner),
            epoch,
            Arg::Bytes(lease.key().as_bytes()),
            Arg::Bytes(note.as_bytes()),
        ],
    };
    let reply = inner.link.call(call, Retry::Once, None, inner.deadline());
    state(&reply.await?)
}

pub(crate) async fn revive(inner: &Inner, key: &ReplayKey) -> Result<bool, StoreError> {
    change(inner, &REVIVE, key).await
}

pub(crate) async fn forget(inner: &Inner, key: &ReplayKey) -> Result<bool, StoreError> {
    change(inner, &FORGET, key).await
}

/// Runs a script that says whether it changed a record. It is not repeated: the second answer would
/// say that there is nothing to change.
async fn change(
    inner: &Inner,
    script: &'static Script,
    key: &ReplayKey,
) -> Result<bool, StoreError> {
    let call = Call {
        script,
        keys: &with_lists(inner, key),
        args: &[Arg::Bytes(key.as_bytes())],
    };
    let reply = inner.link.call(call, Retry::Never, None, inner.deadline());
    Ok(number::<i64>(&reply.await?.value)? == 1)
}

/// The record, and the lists of its bucket.
fn with_lists(inner: &Inner, key: &ReplayKey) -> [String; 3] {
    let (names, bucket) = (&inner.names, Bucket::of(key));
    [
        names.record(key),
        names.dead(bucket),
        names.dead_ends(bucket),
    ]
}

/// Lists dead records. Buckets are in the order of keys, because a bucket is a first digit.
pub(crate) async fn list(
    inner: &Inner,
    after: Option<&ReplayKey>,
    at_most: usize,
) -> Result<Vec<DeadRecord>, StoreError> {
    let (by, at_most) = (inner.deadline(), at_most.min(MOST));
    let buckets = Bucket::from(after);
    let pages = buckets.iter().map(|bucket| page(inner, *bucket, after, by));
    let pages = try_join_all(pages).await?;
    let mut dead = Vec::new();
    for (bucket, page) in buckets.iter().zip(pages) {
        let most = at_most.saturating_sub(dead.len());
        dead.extend(of_bucket(inner, *bucket, page, most, by).await?);
    }
    Ok(dead)
}

/// Lists dead records of a bucket, beginning with a page of keys. There are fewer than `at_most`
/// only if the bucket has no more.
async fn of_bucket(
    inner: &Inner,
    bucket: Bucket,
    mut page: Vec<ReplayKey>,
    at_most: usize,
    by: Deadline,
) -> Result<Vec<DeadRecord>, StoreError> {
    let mut dead = Vec::new();
    loop {
        let missing = at_most.saturating_sub(dead.len());
        let is_all = page.len() < PAGE && page.len() <= missing;
        page.truncate(missing);
        let Some(last) = page.last().copied() else {
            break;
        };
        dead.extend(still_dead(inner, bucket, &page, by).await?);
        if is_all || dead.len() >= at_most {
            break;
        }
        page = self::page(inner, bucket, Some(&last), by).await?;
    }
    Ok(dead)
}

/// The next keys in the list of a bucket. Fewer than [`PAGE`] are the last.
async fn page(
    inner: &Inner,
    bucket: Bucket,
    after: Option<&ReplayKey>,
    by: Deadline,
) -> Result<Vec<ReplayKey>, StoreError> {
    let from = match after {
        Some(key) => [b"(".as_slice(), key.as_bytes()].concat(),
        None => b"-".to_vec(),
    };
    let mut command = redis::cmd("ZRANGEBYLEX");
    command.arg(inner.names.dead(bucket)).arg(from).arg("+");
    command.arg("LIMIT").arg(0).arg(PAGE);
    let members = items(inner.link.read(&command, by).await?)?;
    members.into_iter().map(key).collect()
}

/// The records of these keys that are dead. The script takes the others off the lists.
async fn still_dead(
    inner: &Inner,
    bucket: Bucket,
    keys: &[ReplayKey],
    by: Deadline,
) -> Result<Vec<DeadRecord>, StoreError> {
    let names = &inner.names;
    let mut of_redis = vec![names.dead(bucket), names.dead_ends(bucket)];
    of_redis.extend(keys.iter().map(|key| names.record(key)));
    let args: Vec<_> = keys.iter().map(|key| Arg::Bytes(key.as_bytes())).collect();
    let call = Call {
        script: &LIST,
        keys: &of_redis,
        args: &args,
    };
    let reply = inner.link.call(call, Retry::Once, None, by).await?;
    items(reply.value)?.into_iter().map(record).collect()
}

fn record(entry: Value) -> Result<DeadRecord, StoreError> {
    let [member, attempts, died_at, note] = exactly(entry)?;
    Ok(DeadRecord::new(
        key(member)?,
        number(&attempts)?,
        UnixTime::from_millis(number(&died_at)?),
        String::from_utf8_lossy(&bytes(note)?).into_owned(),
    ))
}

fn key(member: Value) -> Result<ReplayKey, StoreError> {
    let bytes: &[u8] = &bytes(member)?;
    let key = bytes.try_into().map(ReplayKey::from_bytes);
    key.map_err(|_| corrupt("a key in a list of dead records has another length"))
}

/// Takes expired records off the lists of dead ones. Redis removes the records by itself, so none is
/// counted.
pub(crate) async fn sweep(inner: &Inner, at_most: usize) -> Result<Swept, StoreError> {
    let (by, mut left) = (inner.deadline(), at_most.min(MOST));
    let buckets = Bucket::from(None);
    let (mut buckets, mut more) = (buckets.as_slice(), false);
    while !buckets.is_empty() {
        // Each bucket may remove its share of what is left. With nothing left, it only looks.
        let at_once = if left == 0 { buckets.len() } else { left };
        let (asked, rest) = buckets.split_at(at_once.min(buckets.len()));
        buckets = rest;
        let share = left.checked_div(asked.len()).unwrap_or_default();
        let swept = asked
            .iter()
            .map(|bucket| sweep_bucket(inner, *bucket, share, by));
        for (removed, has_more) in try_join_all(swept).await? {
            left = left.saturating_sub(removed);
            more |= has_more;
        }
    }
    Ok(Swept { removed: 0, more })
}

async fn sweep_bucket(
    inner: &Inner,
    bucket: Bucket,
    at_most: usize,
    by: Deadline,
) -> Result<(usize, bool), StoreError> {
    let call = Call {
        script: &SWEEP,
        keys: &[inner.names.dead(bucket), inner.names.dead_ends(bucket)],
        args: &[Arg::Number(u64::try_from(at_most).unwrap_or(0))],
    };
    let reply = inner.link.call(call, Retry::Once, None, by).await?;
    let [removed, more] = exactly(reply.value)?;
    Ok((number(&removed)?, number::<i64>(&more)? > 0))
}

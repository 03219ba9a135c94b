//! The names of the keys in Redis.
//!
//! A record lives in one of 16 buckets: that of the first hexadecimal digit of its key. Each bucket
//! has a hash tag, so a record and the lists of its bucket share a slot of a cluster. The tags are
//! chosen so that their slots are spread evenly.
//!
//! | name | type | what it is |
//! |---|---|---|
//! | `webhook{37s}3fa0…` | hash | a record, named by its key in hexadecimal |
//! | `webhook{37s}epoch` | string | the mark: the last epoch that was granted in the bucket |
//! | `webhook{37s}dead` | sorted set | the keys of the dead records, all with score 0 |
//! | `webhook{37s}dead-ends` | sorted set | the same keys, by the time at which they expire |
//! | `webhook{aoo}a17c…:count` | hash | the keys of a group, named by the key of the group |

use std::sync::Arc;

use webhook_core::ReplayKey;

/// The hash tags. Their slots are 512, 1537, 2562, 3587 and so on: one in the middle of each
/// sixteenth.
const TAGS: [&str; 16] = [
    "04s", "15s", "26s", "37s", "40s", "51s", "62s", "73s", "8wz", "9vz", "aoo", "b1h", "ct8",
    "d7h", "eko", "fy5",
];

/// Records whose keys begin with the same digit. Their order is that of the keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket(&'static str);

impl Bucket {
    pub(crate) fn of(key: &ReplayKey) -> Self {
        let [first, ..] = key.as_bytes();
        let tag = TAGS.get(usize::from(first >> 4)).copied();
        Self(tag.expect("half a byte has 16 values"))
    }

    /// All buckets, beginning with that of this key.
    pub(crate) fn from(first: Option<&ReplayKey>) -> Vec<Self> {
        let begin = first.map_or("", |key| Self::of(key).0);
        let tags = TAGS.iter().filter(|tag| **tag >= begin);
        tags.map(|tag| Self(tag)).collect()
    }
}

/// Makes the names of one store.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    prefix: Arc<str>,
}

impl Names {
    pub(crate) fn new(prefix: &str) -> Self {
        Self {
            prefix: prefix.into(),
        }
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    pub(crate) fn record(&self, key: &ReplayKey) -> String {
        let mut hex = const_hex::Buffer::<32>::new();
        self.name(Bucket::of(key), hex.format(key.as_bytes()), "")
    }

    pub(crate) fn count(&self, group: &ReplayKey) -> String {
        let mut hex = const_hex::Buffer::<32>::new();
        self.name(Bucket::of(group), hex.format(group.as_bytes()), ":count")
    }

    pub(crate) fn mark(&self, bucket: Bucket) -> String {
        self.name(bucket, "epoch", "")
    }

    pub(crate) fn dead(&self, bucket: Bucket) -> String {
        self.name(bucket, "dead", "")
    }

    pub(crate) fn dead_ends(&self, bucket: Bucket) -> String {
        self.name(bucket, "dead-ends", "")
    }

    fn name(&self, bucket: Bucket, first: &str, second: &str) -> String {
        [&self.prefix, "{", bucket.0, "}", first, second].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(first: u8) -> ReplayKey {
        let mut bytes = [0xab; 32];
        bytes[0] = first;
        ReplayKey::from_bytes(bytes)
    }

    #[test]
    fn the_names_of_a_bucket_have_one_hash_tag_and_are_not_names_of_records() {
        let (names, key) = (Names::new("hooks"), key(0x3f));
        let (record, bucket) = (names.record(&key), Bucket::of(&key));
        assert_eq!(record, format!("hooks{{37s}}3f{}", "ab".repeat(31)));
        assert_eq!(names.count(&key), format!("{record}:count"));
        assert_eq!(names.mark(bucket), "hooks{37s}epoch");
        assert_eq!(names.dead(bucket), "hooks{37s}dead");
        assert_eq!(names.dead_ends(bucket), "hooks{37s}dead-ends");
    }

    #[test]
    fn the_order_of_buckets_is_that_of_keys_and_begins_with_that_of_a_key() {
        let buckets = Bucket::from(None);
        assert_eq!(buckets.len(), 16);
        for (bucket, digit) in buckets.iter().zip(0_u8..) {
            assert_eq!(bucket.0, Bucket::of(&key(digit << 4)).0);
            assert_eq!(bucket.0, Bucket::of(&key(digit << 4 | 15)).0);
        }
        let rest: Vec<_> = Bucket::from(Some(&key(0xe5))).iter().map(|b| b.0).collect();
        assert_eq!(rest, ["eko", "fy5"]);
    }

    #[test]
    fn the_slots_of_the_buckets_are_spread_evenly_over_a_cluster() {
        for (tag, sixteenth) in TAGS.iter().zip(0_u16..) {
            assert_eq!(slot(tag) / 1024, sixteenth, "{tag}");
        }
    }

    /// The slot of a tag, as the specification of Redis Cluster computes it: CRC-16/XMODEM.
    fn slot(tag: &str) -> u16 {
        let crc = tag.bytes().fold(0_u16, |crc, byte| {
            (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| {
                let shifted = crc << 1;
                if crc & 0x8000 == 0 {
                    shifted
                } else {
                    shifted ^ 0x1021
                }
            })
        });
        crc % 16384
    }
}

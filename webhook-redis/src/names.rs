//! The names of the keys in Redis.
//!
//! A record lives in one of 256 buckets: that of the first byte of its key. The bucket is the hash
//! tag of every name, so a record and the lists of its bucket share a slot of a cluster.
//!
//! | name | type | what it is |
//! |---|---|---|
//! | `webhook:{3f}a0…` | hash | a record, named by its key in hexadecimal |
//! | `webhook:{3f}epoch` | string | the mark: the last epoch that was granted in the bucket |
//! | `webhook:{3f}dead` | sorted set | the keys of the dead records, all with score 0 |
//! | `webhook:{3f}dead-ends` | sorted set | the same keys, by the time at which they expire |
//! | `webhook:{a1}7c…:count` | hash | the keys of a group, named by the key of the group |

use std::sync::Arc;

use webhook_core::ReplayKey;

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
        let [first, rest @ ..] = key.as_bytes();
        let mut name = self.begin(*first, 2 * rest.len());
        name.push_str(const_hex::Buffer::<31>::new().format(rest));
        name
    }

    pub(crate) fn count(&self, group: &ReplayKey) -> String {
        let mut name = self.record(group);
        name.push_str(":count");
        name
    }

    pub(crate) fn mark(&self, bucket: u8) -> String {
        self.of_bucket(bucket, "epoch")
    }

    pub(crate) fn dead(&self, bucket: u8) -> String {
        self.of_bucket(bucket, "dead")
    }

    pub(crate) fn dead_ends(&self, bucket: u8) -> String {
        self.of_bucket(bucket, "dead-ends")
    }

    fn of_bucket(&self, bucket: u8, what: &str) -> String {
        let mut name = self.begin(bucket, what.len());
        name.push_str(what);
        name
    }

    fn begin(&self, bucket: u8, more: usize) -> String {
        let mut name = String::with_capacity(self.prefix.len() + ":{xx}".len() + more);
        name.push_str(&self.prefix);
        name.push_str(":{");
        name.push_str(const_hex::Buffer::<1>::new().format(&[bucket]));
        name.push('}');
        name
    }
}

/// The bucket of a key.
pub(crate) const fn bucket(key: &ReplayKey) -> u8 {
    let [first, ..] = key.as_bytes();
    *first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_a_bucket_have_one_hash_tag_and_are_not_names_of_records() {
        let (names, mut bytes) = (Names::new("hooks"), [0xab; 32]);
        bytes[0] = 0x3f;
        let key = ReplayKey::from_bytes(bytes);
        let record = names.record(&key);
        assert_eq!(record, format!("hooks:{{3f}}{}", "ab".repeat(31)));
        assert_eq!(names.count(&key), format!("{record}:count"));
        assert_eq!(names.mark(bucket(&key)), "hooks:{3f}epoch");
        assert_eq!(names.dead(bucket(&key)), "hooks:{3f}dead");
        assert_eq!(names.dead_ends(bucket(&key)), "hooks:{3f}dead-ends");
    }
}

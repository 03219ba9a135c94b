//! Keys as the store keeps them, which are their own hashes.

use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};

use crate::replay::ReplayKey;

/// A map whose keys are not hashed again.
pub(super) type DigestMap<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<Taken>>;

/// Half of a replay key, scrambled by the store's [`Seed`]. 128 bits of SHA-256 do not collide by
/// accident.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct ShortKey(u64, u64);

/// What a group is counted under: a quarter of its key, scrambled too. If two groups collide, only
/// their common count is wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct GroupKey(u64);

/// Scrambles digests by multiplying them with a random number.
///
/// A stranger cannot choose a digest, because only verified deliveries are claimed. A tenant who
/// has a secret can try ids until many digests collide in a map, so each store scrambles them in
/// its own way.
pub(super) struct Seed {
    mask: u64,
    factor: u64,
}

impl Seed {
    pub(super) fn random() -> Self {
        #[cfg(all(test, webhook_loom))]
        return Self { mask: 0, factor: 1 };
        #[cfg(not(all(test, webhook_loom)))]
        Self::unforeseen()
    }

    fn unforeseen() -> Self {
        let random = RandomState::new();
        Self {
            mask: random.hash_one(0),
            factor: random.hash_one(1) | 1,
        }
    }

    pub(super) fn key(&self, key: &ReplayKey) -> ShortKey {
        let (first, rest) = key.as_bytes().split_at(8);
        ShortKey(self.scramble(word(first)), word(rest))
    }

    pub(super) fn group(&self, group: &ReplayKey) -> GroupKey {
        GroupKey(self.scramble(word(group.as_bytes())))
    }

    /// Maps each word to another one, so that no two keys become the same. After two rounds each
    /// bit depends on all bits.
    fn scramble(&self, word: u64) -> u64 {
        let round = |word: u64| {
            let product = word.wrapping_mul(self.factor);
            product ^ (product >> 32)
        };
        round(round(word ^ self.mask))
    }
}

impl ShortKey {
    /// The number of the key's shard, before the remainder. It consists of other bits of the hash
    /// than maps use: those use the lowest and the seven highest.
    pub(super) fn shard(self) -> u64 {
        self.0 >> 40
    }
}

impl GroupKey {
    /// Like [`ShortKey::shard`].
    pub(super) fn shard(self) -> u64 {
        self.0 >> 40
    }
}

impl Hash for ShortKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
    }
}

impl Hash for GroupKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
    }
}

/// Uses the one word of a key as its hash.
#[derive(Default)]
pub(super) struct Taken(u64);

impl Hasher for Taken {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are hashed by one word");
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = word;
    }
}

fn word(bytes: &[u8]) -> u64 {
    bytes
        .first_chunk()
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Keys whose digests differ in these bits only.
    fn keys_within(bits: u64) -> impl Iterator<Item = u64> {
        (0..4096_u64).map(move |n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) & bits)
    }

    #[test]
    fn keys_with_equal_bits_are_spread_over_slots_and_shards() {
        let seed = Seed::random();
        for bits in [!0xf_ffff, !(0xf_ffff << 20), !0xf_ffff << 24, 0xffff_ffff] {
            for shift in [0, 40, 57] {
                let mut slots = BTreeMap::new();
                for word in keys_within(bits) {
                    *slots
                        .entry((seed.scramble(word) >> shift) % 64)
                        .or_insert(0) += 1;
                }
                let most = slots.into_values().max().unwrap();
                assert!(
                    most < 1024,
                    "{most} of 4096 keys in one of 64 slots: {bits:x} {shift}"
                );
            }
        }
    }

    #[test]
    fn each_store_spreads_keys_in_its_own_way_and_confuses_none() {
        let (one, other) = (Seed::random(), Seed::random());
        let scrambled = |seed: &Seed| keys_within(!0).map(|word| seed.scramble(word)).collect();
        let (ones, others): (Vec<u64>, Vec<u64>) = (scrambled(&one), scrambled(&other));
        assert_ne!(ones, others);
        let distinct: BTreeSet<_> = ones.iter().collect();
        assert_eq!(distinct.len(), 4096);
    }
}

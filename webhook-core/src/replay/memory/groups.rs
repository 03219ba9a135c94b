//! The counts of groups.

use std::num::NonZeroU16;

use super::clock::Seconds;
use super::digest::{DigestMap, GroupKey};

/// How many keys each group of a shard has.
pub(super) struct Groups {
    counts: DigestMap<GroupKey, Count>,
    capacity: usize,
}

struct Count {
    expires: Seconds,
    keys: u16,
}

impl Groups {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            counts: DigestMap::default(),
            capacity,
        }
    }

    /// Counts a key of a group, unless the group has `at_most` keys. `expires` is the end of the
    /// count if this is its first key.
    pub(super) fn admit(
        &mut self,
        group: GroupKey,
        at_most: NonZeroU16,
        now: Seconds,
        expires: Seconds,
    ) -> bool {
        let known = self.counts.get_mut(&group);
        if let Some(count) = known.filter(|count| count.expires > now) {
            let is_admitted = count.keys < at_most.get();
            count.keys = count.keys.saturating_add(u16::from(is_admitted));
            return is_admitted;
        }
        if self.counts.len() >= self.capacity {
            self.make_room(now);
        }
        self.counts.insert(group, Count { expires, keys: 1 });
        true
    }

    /// Drops at most `at_most` expired counts. Returns how many.
    pub(super) fn sweep(&mut self, at_most: usize, now: Seconds) -> usize {
        let mut left = at_most;
        self.counts.retain(|_, count| {
            let keeps = count.expires > now || left == 0;
            left = left.saturating_sub(usize::from(!keeps));
            keeps
        });
        at_most.saturating_sub(left)
    }

    /// Drops expired counts. If these are less than half, drops the half that expires first.
    fn make_room(&mut self, now: Seconds) {
        let before = self.counts.len();
        self.counts.retain(|_, count| count.expires > now);
        if self.counts.len() <= before / 2 {
            return;
        }
        let mut ends: Vec<Seconds> = self.counts.values().map(|count| count.expires).collect();
        let middle = ends.len() / 2;
        let (_, &mut median, _) = ends.select_nth_unstable(middle);
        self.counts.retain(|_, count| count.expires > median);
    }
}

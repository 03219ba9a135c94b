//! Remembered answers. They lie apart from the records, because few records have one.

use std::collections::VecDeque;
use std::num::NonZeroU64;
use std::sync::atomic::Ordering::Relaxed;

use bytes::Bytes;

use super::clock::Seconds;
use super::digest::{DigestMap, ShortKey};
use super::sync::{AtomicUsize, Mutex, MutexGuard, lock, numbered};
use crate::replay::MAX_ANSWER;

/// So many parts at most. A part has room for at least `PART_ANSWERS` of the largest answers.
const MOST_PARTS: usize = 16;
const PART_ANSWERS: usize = 16;
/// What an answer costs in addition to its bytes: its places in the map and the queue, and the
/// headers of its allocation.
const OVERHEAD: usize = 256;

/// The answers of all records, in parts with a lock each. A part is locked after a record's shard,
/// never before one.
pub(super) struct Answers {
    parts: Box<[Mutex<Part>]>,
    /// How many there are. While there are none, a duplicate locks no part.
    count: AtomicUsize,
}

struct Part {
    answers: DigestMap<ShortKey, Answer>,
    /// Each answer in the order of arrival, and some that are gone.
    queue: VecDeque<(ShortKey, NonZeroU64)>,
    bytes: usize,
    budget: usize,
}

/// An answer, and the epoch of the commit that it belongs to. It is that of no other commit, so an
/// answer that outlives its record is never given.
struct Answer {
    epoch: NonZeroU64,
    expires: Seconds,
    bytes: Bytes,
}

impl Answers {
    /// Room for answers of `budget` bytes in all.
    pub(super) fn new(budget: usize) -> Self {
        let fitting = budget / (PART_ANSWERS * (MAX_ANSWER + OVERHEAD));
        let parts = fitting.clamp(1, MOST_PARTS);
        // The largest power of two that is not above it.
        let parts = 1 << parts.ilog2();
        let part = || {
            Mutex::new(Part {
                answers: DigestMap::default(),
                queue: VecDeque::new(),
                bytes: 0,
                budget: budget.checked_div(parts).unwrap_or_default(),
            })
        };
        Self {
            parts: std::iter::repeat_with(part).take(parts).collect(),
            count: AtomicUsize::new(0),
        }
    }

    /// Remembers the answer of a commit, if it fits. The oldest ones make room.
    pub(super) fn remember(
        &self,
        key: ShortKey,
        epoch: NonZeroU64,
        bytes: Bytes,
        now: Seconds,
        expires: Seconds,
    ) {
        let mut part = self.part(key);
        let before = part.answers.len();
        part.remove(key);
        if part.make_room(cost(&bytes), now) {
            let answer = Answer {
                epoch,
                expires,
                bytes,
            };
            part.insert(key, answer);
        }
        self.recount(before, part.answers.len());
    }

    /// The answer of the commit with this epoch.
    pub(super) fn get(&self, key: ShortKey, epoch: NonZeroU64) -> Option<Bytes> {
        if self.count.load(Relaxed) == 0 {
            return None;
        }
        let part = self.part(key);
        let answer = part.answers.get(&key);
        let answer = answer.filter(|answer| answer.epoch == epoch)?;
        Some(answer.bytes.clone())
    }

    pub(super) fn remove(&self, key: ShortKey) {
        if self.count.load(Relaxed) == 0 {
            return;
        }
        let mut part = self.part(key);
        let before = part.answers.len();
        part.remove(key);
        self.recount(before, part.answers.len());
    }

    /// Drops what has expired.
    pub(super) fn purge(&self, now: Seconds) {
        for part in &self.parts {
            let mut part = lock(part);
            let before = part.answers.len();
            part.purge(now);
            self.recount(before, part.answers.len());
        }
    }

    fn recount(&self, before: usize, after: usize) {
        match after.checked_sub(before) {
            Some(more) => self.count.fetch_add(more, Relaxed),
            None => self.count.fetch_sub(before.saturating_sub(after), Relaxed),
        };
    }

    fn part(&self, key: ShortKey) -> MutexGuard<'_, Part> {
        lock(numbered(&self.parts, key.shard()))
    }
}

impl Part {
    fn insert(&mut self, key: ShortKey, answer: Answer) {
        self.bytes = self.bytes.saturating_add(cost(&answer.bytes));
        self.queue.push_back((key, answer.epoch));
        self.answers.insert(key, answer);
        if self.queue.len() > self.answers.len().saturating_mul(2).saturating_add(64) {
            self.tidy_queue();
        }
    }

    fn remove(&mut self, key: ShortKey) {
        if let Some(answer) = self.answers.remove(&key) {
            self.bytes = self.bytes.saturating_sub(cost(&answer.bytes));
        }
    }

    /// Drops the oldest answers until `cost` more fits: those that have expired, and others as far
    /// as necessary. Returns whether it fits.
    fn make_room(&mut self, cost: usize, now: Seconds) -> bool {
        if cost > self.budget {
            return false;
        }
        while let Some((key, epoch)) = self.queue.front().copied() {
            let answer = self.answers.get(&key);
            let is_there = answer.filter(|answer| answer.epoch == epoch);
            let is_kept = is_there.is_some_and(|answer| answer.expires > now);
            if is_kept && self.bytes.saturating_add(cost) <= self.budget {
                break;
            }
            if is_there.is_some() {
                self.remove(key);
            }
            self.queue.pop_front();
        }
        true
    }

    fn purge(&mut self, now: Seconds) {
        let bytes = &mut self.bytes;
        self.answers.retain(|_, answer| {
            let is_kept = answer.expires > now;
            if !is_kept {
                *bytes = bytes.saturating_sub(cost(&answer.bytes));
            }
            is_kept
        });
        self.tidy_queue();
    }

    /// Drops the places of answers that are gone.
    fn tidy_queue(&mut self) {
        let answers = &self.answers;
        self.queue.retain(|(key, epoch)| {
            let answer = answers.get(key);
            answer.is_some_and(|answer| answer.epoch == *epoch)
        });
    }
}

/// The bytes of an answer that is not too long. They are copied before anything is locked.
pub(super) fn to_remember(answer: &[u8]) -> Option<Bytes> {
    (answer.len() <= MAX_ANSWER).then(|| Bytes::copy_from_slice(answer))
}

fn cost(bytes: &[u8]) -> usize {
    bytes.len().saturating_add(OVERHEAD)
}

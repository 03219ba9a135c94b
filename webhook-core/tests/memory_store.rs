//! The memory store: what it drops when it is full, and how long it keeps the rest.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::num::NonZeroU16;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use bytes::Bytes;
use webhook_core::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, LabelBound, Lease, LeaseState, MAX_ANSWER, Owner,
    Swept,
};
use webhook_core::{MemoryStore, ReplayKey, ReplayStore, StoreErrorKind, UnixTime};

mod common;

use common::block_on;

const DAY: Duration = Duration::from_secs(86_400);
const MONTH: Duration = Duration::from_secs(30 * 86_400);
/// A shard has one record for each of these.
const CAPACITY: usize = 64 * 64;

/// A store whose clock is moved by hand.
struct Timed {
    store: MemoryStore,
    now: Arc<AtomicU64>,
    next: AtomicU64,
}

impl Timed {
    fn new(refuses_when_full: bool) -> Self {
        let now = Arc::new(AtomicU64::new(0));
        let clock = Arc::clone(&now);
        let builder = MemoryStore::builder()
            .capacity(CAPACITY)
            .clock(move || Duration::from_millis(clock.load(Ordering::Relaxed)));
        let builder = match refuses_when_full {
            true => builder.refuse_when_full(),
            false => builder,
        };
        Self {
            store: builder.build(),
            now,
            next: AtomicU64::new(0),
        }
    }

    fn with_side_memory(bytes: usize) -> Self {
        let mut timed = Self::new(false);
        let clock = Arc::clone(&timed.now);
        timed.store = MemoryStore::builder()
            .side_memory(bytes)
            .clock(move || Duration::from_millis(clock.load(Ordering::Relaxed)))
            .build();
        timed
    }

    fn pass(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap();
        self.now.fetch_add(millis, Ordering::Relaxed);
    }

    /// Another number for each, spread evenly.
    fn number(&self) -> u64 {
        let mut number = self.next.fetch_add(1, Ordering::Relaxed);
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }

    fn key(&self) -> ReplayKey {
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_exact_mut(8) {
            chunk.copy_from_slice(&self.number().to_le_bytes());
        }
        ReplayKey::from_bytes(bytes)
    }

    fn request(&self, protect: Duration) -> ClaimRequest {
        let owner = Owner::from_bits(self.number().into());
        let mut request = ClaimRequest::new(owner, Duration::from_secs(60), MONTH);
        request.protect = protect;
        request
    }

    fn claim(&self, key: &ReplayKey, protect: Duration) -> Result<Claim, StoreErrorKind> {
        let claim = block_on(self.store.claim(key, &self.request(protect)));
        claim.map_err(|error| error.kind())
    }

    fn acquire(&self, key: &ReplayKey, request: &ClaimRequest) -> Lease {
        match block_on(self.store.claim(key, request)).unwrap() {
            Claim::Acquired(lease) => lease,
            other => panic!("the claim got {other:?}"),
        }
    }

    /// Claims and commits a new key, if there is room.
    fn handle(&self, protect: Duration) -> Result<ReplayKey, StoreErrorKind> {
        let key = self.key();
        match self.claim(&key, protect)? {
            Claim::Acquired(lease) => {
                assert_eq!(
                    block_on(self.store.commit(&lease, None)).unwrap(),
                    Commit::Committed
                );
                Ok(key)
            }
            other => panic!("a new key got {other:?}"),
        }
    }

    fn fail(&self) -> Result<ReplayKey, StoreErrorKind> {
        let key = self.key();
        match self.claim(&key, Duration::ZERO)? {
            Claim::Acquired(lease) => {
                assert_eq!(
                    block_on(self.store.release(&lease)).unwrap(),
                    LeaseState::Held
                );
                Ok(key)
            }
            other => panic!("a new key got {other:?}"),
        }
    }

    /// Claims and commits a new key with an answer.
    fn answer(&self, answer: &[u8]) -> ReplayKey {
        let key = self.key();
        let lease = self.acquire(&key, &self.request(Duration::ZERO));
        let commit = block_on(self.store.commit(&lease, Some(answer)));
        assert_eq!(commit.unwrap(), Commit::Committed);
        key
    }

    /// The answer that a copy gets.
    fn answer_to(&self, key: &ReplayKey) -> Option<Bytes> {
        match self.claim(key, Duration::ZERO) {
            Ok(Claim::Done { answer, .. }) => answer,
            other => panic!("a copy got {other:?}"),
        }
    }

    /// Claims and buries a new key.
    fn bury(&self, note: &str) -> Result<ReplayKey, StoreErrorKind> {
        let key = self.key();
        match self.claim(&key, Duration::ZERO)? {
            Claim::Acquired(lease) => {
                let buried = block_on(self.store.bury(&lease, note)).unwrap();
                assert_eq!(buried, LeaseState::Held);
                Ok(key)
            }
            other => panic!("a new key got {other:?}"),
        }
    }

    fn dead(&self, after: Option<&ReplayKey>, at_most: usize) -> Vec<DeadRecord> {
        block_on(self.store.dead(after, at_most)).unwrap()
    }

    fn is_dead(&self, key: &ReplayKey) -> bool {
        matches!(self.claim(key, Duration::ZERO), Ok(Claim::Dead { .. }))
    }

    fn is_done(&self, key: &ReplayKey) -> bool {
        matches!(self.claim(key, Duration::ZERO), Ok(Claim::Done { .. }))
    }
}

#[test]
fn a_store_full_of_deliveries_that_are_never_stale_takes_new_ones_and_forgets_the_oldest() {
    let timed = Timed::new(false);
    let mut keys = Vec::new();
    for _ in 0..4 * CAPACITY {
        keys.push(timed.handle(Duration::ZERO).unwrap());
        timed.pass(Duration::from_secs(3));
    }
    assert!(timed.store.len() <= CAPACITY);
    assert!(timed.store.evicted() >= 3 * CAPACITY as u64);
    // The newest are there, and the oldest are not. To ask is to claim, so the newest come first.
    let newest = keys.iter().rev().take(CAPACITY / 16);
    assert!(newest.clone().all(|key| timed.is_done(key)));
    let mut oldest = keys.iter().take(CAPACITY / 16);
    assert!(oldest.all(|key| !timed.is_done(key)));
}

#[test]
fn released_deliveries_make_room_before_any_done_one_is_forgotten() {
    let timed = Timed::new(false);
    let done: Vec<_> = (0..CAPACITY / 8)
        .map(|_| timed.handle(Duration::ZERO).unwrap())
        .collect();
    for _ in 0..4 * CAPACITY {
        timed.pass(Duration::from_secs(1));
        timed.fail().unwrap();
    }
    assert_eq!(timed.store.evicted(), 0);
    assert!(done.iter().all(|key| timed.is_done(key)));
}

#[test]
fn a_done_delivery_inside_its_freshness_window_is_never_forgotten() {
    let timed = Timed::new(false);
    let mut done = Vec::new();
    let full = loop {
        match timed.handle(DAY) {
            Ok(key) => done.push(key),
            Err(kind) => break kind,
        }
    };
    assert_eq!(full, StoreErrorKind::Full);
    assert!(done.iter().all(|key| timed.is_done(key)));
    assert_eq!(timed.store.evicted(), 0);
    // Once copies are stale, they make room.
    timed.pass(DAY + Duration::from_secs(121));
    timed.handle(DAY).unwrap();
}

#[test]
fn a_store_that_refuses_when_full_forgets_no_done_delivery_and_drops_released_ones() {
    let timed = Timed::new(true);
    for _ in 0..2 * CAPACITY {
        timed.fail().unwrap();
        timed.pass(Duration::from_secs(1));
    }
    let mut done = Vec::new();
    let full = loop {
        match timed.handle(Duration::ZERO) {
            Ok(key) => done.push(key),
            Err(kind) => break kind,
        }
    };
    assert_eq!(full, StoreErrorKind::Full);
    assert!(done.len() > CAPACITY / 2);
    assert!(done.iter().all(|key| timed.is_done(key)));
    // It recovers as retentions end.
    timed.pass(MONTH + Duration::from_secs(2));
    timed.handle(Duration::ZERO).unwrap();
}

#[test]
fn dead_deliveries_are_kept_when_done_ones_are_forgotten_and_bounded_as_records_are() {
    let timed = Timed::new(false);
    let dead: Vec<_> = (0..CAPACITY / 8)
        .map(|_| timed.bury("a note").unwrap())
        .collect();
    for _ in 0..4 * CAPACITY {
        timed.handle(Duration::ZERO).unwrap();
        timed.pass(Duration::from_secs(1));
    }
    assert!(timed.store.evicted() > 0);
    assert!(dead.iter().all(|key| timed.is_dead(key)));

    let full = loop {
        if let Err(kind) = timed.bury("a note") {
            break kind;
        }
    };
    assert_eq!(full, StoreErrorKind::Full);
    assert!(timed.store.len() <= CAPACITY);
    timed.pass(MONTH + Duration::from_secs(2));
    timed.bury("a note").unwrap();
}

#[test]
fn the_oldest_answers_make_room_and_their_records_stay() {
    const ROOM: usize = 16 * 1024 * 1024;
    let timed = Timed::with_side_memory(ROOM);
    let longest = vec![7; MAX_ANSWER];
    let keys: Vec<_> = (0..512).map(|_| timed.answer(&longest)).collect();
    let given: Vec<_> = keys.iter().map(|key| timed.answer_to(key)).collect();
    let kept = given.iter().flatten().count();
    // Three quarters of the room are for answers. They lie in parts, which fill unevenly.
    let most = ROOM / 4 * 3 / MAX_ANSWER;
    assert!((most / 2..=most).contains(&kept), "{kept} of {most}");
    assert!(given.iter().flatten().all(|answer| *answer == longest));
    let newest = given.iter().rev().take(most / 4);
    assert!(newest.flatten().count() == most / 4);
}

#[test]
fn answers_that_have_expired_or_were_forgotten_make_room_first() {
    let timed = Timed::with_side_memory(1024 * 1024);
    let longest = vec![7; MAX_ANSWER];
    let most = 11;
    let forgotten: Vec<_> = (0..most).map(|_| timed.answer(&longest)).collect();
    for key in &forgotten {
        assert!(block_on(timed.store.forget(key)).unwrap());
    }
    let kept: Vec<_> = (0..most).map(|_| timed.answer(&longest)).collect();
    assert!(kept.iter().all(|key| timed.answer_to(key).is_some()));
    timed.pass(MONTH + Duration::from_secs(2));
    let next: Vec<_> = (0..most).map(|_| timed.answer(&longest)).collect();
    assert!(next.iter().all(|key| timed.answer_to(key).is_some()));
}

#[test]
fn small_answers_are_bounded_by_what_they_cost() {
    let timed = Timed::with_side_memory(1024 * 1024);
    let keys: Vec<_> = (0..20_000).map(|_| timed.answer(b"")).collect();
    let given = keys.iter().filter_map(|key| timed.answer_to(key));
    assert_eq!(given.count(), 1024 * 1024 / 4 * 3 / 256);
}

#[test]
fn without_side_memory_no_answer_and_no_note_is_kept() {
    let timed = Timed::with_side_memory(0);
    let key = timed.answer(b"");
    assert_eq!(timed.answer_to(&key), None);
    let key = timed.bury("a note").unwrap();
    assert!(timed.is_dead(&key));
    assert_eq!(timed.dead(None, 1).pop().unwrap().note, "");
}

#[test]
fn a_note_that_does_not_fit_is_left_empty_until_others_are_gone() {
    let timed = Timed::with_side_memory(4 * 100);
    let note = "n".repeat(60);
    let noted = |key: &ReplayKey| {
        let dead = timed.dead(None, 10);
        let record = dead.into_iter().find(|dead| dead.key == *key);
        !record.unwrap().note.is_empty()
    };
    let first = timed.bury(&note).unwrap();
    let second = timed.bury(&note).unwrap();
    assert_eq!([noted(&first), noted(&second)], [true, false]);
    assert!(block_on(timed.store.revive(&first)).unwrap());
    let third = timed.bury(&note).unwrap();
    assert!(noted(&third));
}

#[test]
fn the_list_has_every_dead_record_once_whatever_the_pages_are() {
    let timed = Timed::new(false);
    let mut keys: Vec<_> = (0..300).map(|_| timed.bury("a note").unwrap()).collect();
    keys.sort();
    for at_most in [1, 7, 1000] {
        let mut listed = Vec::new();
        loop {
            let page = timed.dead(listed.last(), at_most);
            if page.is_empty() {
                break;
            }
            assert!(page.len() <= at_most);
            listed.extend(page.into_iter().map(|dead| dead.key));
        }
        assert_eq!(listed, keys);
    }
}

#[test]
fn a_sweep_goes_over_all_records_in_bounded_steps() {
    let timed = Timed::new(false);
    for _ in 0..500 {
        timed.handle(Duration::ZERO).unwrap();
        timed.fail().unwrap();
        timed.answer(b"an answer");
        timed.bury("a note").unwrap();
    }
    timed.pass(MONTH + Duration::from_secs(2));
    let kept = timed.handle(Duration::ZERO).unwrap();
    let mut removed = 0;
    loop {
        let swept = block_on(timed.store.sweep(300)).unwrap();
        assert!(swept.removed <= 300);
        removed += swept.removed;
        if !swept.more {
            break;
        }
    }
    assert_eq!(removed, 2000);
    assert_eq!(timed.store.len(), 1);
    assert!(timed.is_done(&kept));
    let swept = block_on(timed.store.sweep(300)).unwrap();
    assert_eq!(swept, Swept::default());
}

#[test]
fn a_dead_record_has_the_time_of_day() {
    let store = MemoryStore::new();
    let request = ClaimRequest::new(Owner::from_bits(1), DAY, DAY);
    let key = ReplayKey::from_bytes([1; 32]);
    let before = UnixTime::now();
    let Claim::Acquired(lease) = block_on(store.claim(&key, &request)).unwrap() else {
        panic!("a new key was not acquired");
    };
    block_on(store.bury(&lease, "")).unwrap();
    let dead = block_on(store.dead(None, 1)).unwrap().pop().unwrap();
    let minute = Duration::from_secs(60);
    assert!(dead.died_at >= before.saturating_sub(minute), "{dead:?}");
    assert!(
        dead.died_at <= UnixTime::now().saturating_add(minute),
        "{dead:?}"
    );
}

#[test]
fn groups_of_labels_are_bounded_as_records_are() {
    let timed = Timed::new(false);
    for _ in 0..4 * CAPACITY {
        let mut request = timed.request(Duration::ZERO);
        request.bound = Some(LabelBound::new(timed.key(), NonZeroU16::MIN));
        let claim = block_on(timed.store.claim(&timed.key(), &request)).unwrap();
        let Claim::Acquired(lease) = claim else {
            panic!("a new group got {claim:?}");
        };
        block_on(timed.store.commit(&lease, None)).unwrap();
        timed.pass(Duration::from_secs(1));
    }
    assert!(timed.store.len() <= CAPACITY);
}

#[test]
fn a_done_delivery_is_kept_for_its_whole_retention_and_a_second_more_at_the_most() {
    let millis = Duration::from_millis;
    for begins in [0, 1, 500, 999] {
        for retain in [1, 999, 1000, 1900] {
            let timed = Timed::new(false);
            timed.pass(millis(begins));
            let (lasting, ended) = (timed.key(), timed.key());
            for key in [&lasting, &ended] {
                let mut request = timed.request(Duration::ZERO);
                (request.lease, request.retain) = (millis(1), millis(retain));
                let lease = timed.acquire(key, &request);
                block_on(timed.store.commit(&lease, None)).unwrap();
            }
            timed.pass(millis(retain - 1));
            assert!(timed.is_done(&lasting), "{retain} ms from {begins} ms on");
            timed.pass(millis(1001));
            assert!(!timed.is_done(&ended), "{retain} ms from {begins} ms on");
        }
    }
}

#[test]
fn a_group_is_counted_for_the_whole_retention_of_its_first_key() {
    let timed = Timed::new(false);
    timed.pass(Duration::from_millis(999));
    let mut request = timed.request(Duration::ZERO);
    request.bound = Some(LabelBound::new(timed.key(), NonZeroU16::MIN));
    request.retain = Duration::from_millis(1900);
    let claim = || block_on(timed.store.claim(&timed.key(), &request)).unwrap();
    assert!(matches!(claim(), Claim::Acquired(_)));
    timed.pass(Duration::from_millis(1899));
    assert!(matches!(claim(), Claim::OverBound));
    timed.pass(Duration::from_millis(1001));
    assert!(matches!(claim(), Claim::Acquired(_)));
}

#[test]
fn attempts_never_begin_again_however_many_there_are() {
    let timed = Timed::new(false);
    let (key, request) = (timed.key(), timed.request(Duration::ZERO));
    let mut last = 0;
    for _ in 0..40_000 {
        let lease = timed.acquire(&key, &request);
        assert!(lease.attempt() >= last, "{} after {last}", lease.attempt());
        last = lease.attempt();
        block_on(timed.store.release(&lease)).unwrap();
    }
    assert!(last > 30_000);
}

#[test]
fn of_many_threads_at_once_exactly_one_claims_a_key() {
    const THREADS: usize = 8;
    let store = MemoryStore::new();
    let barrier = Barrier::new(THREADS);
    for round in 0..200_u8 {
        let key = ReplayKey::from_bytes([round; 32]);
        let claim = |thread: u128| {
            let owner = Owner::from_bits(thread);
            let request = ClaimRequest::new(owner, Duration::from_secs(60), DAY);
            barrier.wait();
            matches!(
                block_on(store.claim(&key, &request)),
                Ok(Claim::Acquired(_))
            )
        };
        let acquired = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS as u128)
                .map(|thread| scope.spawn(move || claim(thread)))
                .collect();
            let results = threads.into_iter().map(|thread| thread.join().unwrap());
            results.filter(|acquired| *acquired).count()
        });
        assert_eq!(acquired, 1, "round {round}");
    }
}

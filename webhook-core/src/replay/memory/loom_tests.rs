//! Every order in which three threads can take the locks and counters of the store.
//!
//! `RUSTFLAGS="--cfg webhook_loom" cargo test -p webhook-core --lib loom` runs these tests alone:
//! the locks of loom work only inside of its `model`.

use std::num::NonZeroU16;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use loom::thread;

use super::MemoryStore;
use crate::replay::{Claim, ClaimRequest, Commit, LabelBound, Lease, LeaseState, Owner, ReplayKey};

const HOUR: Duration = Duration::from_secs(3600);
const KEY: ReplayKey = ReplayKey::from_bytes([7; 32]);

/// A store whose clock is moved by hand. It is no part of the race, so it is not loom's.
fn store() -> (MemoryStore, Arc<AtomicU64>) {
    let now = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&now);
    let clock = move || Duration::from_secs(clock.load(Ordering::SeqCst));
    let builder = MemoryStore::builder().capacity(64).clock(clock);
    (builder.build(), now)
}

fn request(owner: u128) -> ClaimRequest {
    ClaimRequest::new(Owner::from_bits(owner), Duration::from_secs(60), HOUR)
}

fn claim(store: &MemoryStore, key: &ReplayKey, owner: u128) -> Claim {
    let claim = store.claim_now(key, &request(owner));
    claim.expect("the store has room")
}

fn acquire(store: &MemoryStore, owner: u128) -> Lease {
    match claim(store, &KEY, owner) {
        Claim::Acquired(lease) => lease,
        other => panic!("{other:?}"),
    }
}

/// Runs three operations at the same time.
fn at_once<A: 'static, B: 'static, C: 'static>(
    store: &MemoryStore,
    a: impl FnOnce(&MemoryStore) -> A + 'static,
    b: impl FnOnce(&MemoryStore) -> B + 'static,
    c: impl FnOnce(&MemoryStore) -> C + 'static,
) -> (A, B, C) {
    let (first, second) = (store.clone(), store.clone());
    let a = thread::spawn(move || a(&first));
    let b = thread::spawn(move || b(&second));
    let c = c(store);
    (a.join().expect("it ends"), b.join().expect("it ends"), c)
}

#[test]
fn loom_of_three_claims_exactly_one_is_acquired() {
    loom::model(|| {
        let (store, _) = store();
        let by = |owner| move |store: &MemoryStore| claim(store, &KEY, owner);
        let (a, b, c) = at_once(&store, by(1), by(2), by(3));
        let claims = [a, b, c];
        let acquired = claims.iter().filter(|c| matches!(c, Claim::Acquired(_)));
        assert_eq!(acquired.count(), 1, "{claims:?}");
        let waiting = claims
            .iter()
            .filter(|c| matches!(c, Claim::InFlight { .. }));
        assert_eq!(waiting.count(), 2, "{claims:?}");
    });
}

#[test]
fn loom_of_a_commit_and_two_take_overs_exactly_one_wins_and_leaves_its_answer() {
    loom::model(|| {
        let (store, now) = store();
        let late = acquire(&store, 1);
        now.store(61, Ordering::SeqCst);
        let (commit, b, c) = at_once(
            &store,
            move |store| store.commit_now(&late, Some(b"late")),
            |store| claim(store, &KEY, 2),
            |store| claim(store, &KEY, 3),
        );
        let mut winners = usize::from(commit == Commit::Committed);
        for claim in [b, c] {
            match claim {
                Claim::Acquired(lease) => {
                    winners += 1;
                    assert_eq!(lease.attempt(), 2);
                    assert_eq!(store.commit_now(&lease, None), Commit::Committed);
                }
                Claim::Done { answer, .. } => {
                    assert_eq!(commit, Commit::Committed);
                    assert_eq!(answer.as_deref(), Some(&b"late"[..]));
                }
                Claim::InFlight { .. } => assert_eq!(commit, Commit::LeaseLost),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(winners, 1, "{commit:?}");
        let Claim::Done { answer, .. } = claim(&store, &KEY, 4) else {
            panic!("somebody has committed");
        };
        assert_eq!(answer.is_some(), commit == Commit::Committed);
    });
}

#[test]
fn loom_a_claim_meets_a_burial_and_a_revival_in_their_order() {
    loom::model(|| {
        let (store, _) = store();
        let failed = acquire(&store, 1);
        let epoch = failed.epoch();
        let (burial, revived, claim) = at_once(
            &store,
            move |store| store.bury_now(&failed, "a note"),
            |store| store.revive_now(&KEY),
            |store| claim(store, &KEY, 2),
        );
        assert_eq!(burial, LeaseState::Held);
        match claim {
            Claim::Acquired(lease) => {
                assert!(revived, "only a revival lets it run again");
                assert_eq!(lease.attempt(), 1);
                assert!(lease.epoch() > epoch);
            }
            Claim::InFlight { .. } | Claim::Dead { attempts: 1 } => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(store.dead_now(None, 2).len(), usize::from(!revived));
    });
}

#[test]
fn loom_a_record_that_comes_after_a_removal_has_no_answer_of_the_one_before() {
    loom::model(|| {
        let (store, _) = store();
        let first = acquire(&store, 1);
        let (_, _, second) = at_once(
            &store,
            move |store| store.commit_now(&first, Some(b"first")),
            |store| store.forget_now(&KEY),
            |store| match claim(store, &KEY, 2) {
                Claim::Acquired(lease) => Some(store.commit_now(&lease, None)),
                _ => None,
            },
        );
        if second == Some(Commit::Committed)
            && let Claim::Done { answer, .. } = claim(&store, &KEY, 3)
        {
            assert_eq!(answer, None);
        }
    });
}

#[test]
fn loom_of_three_keys_of_a_group_as_many_are_acquired_as_its_bound() {
    loom::model(|| {
        let (store, _) = store();
        let by = |owner: u8| {
            move |store: &MemoryStore| {
                let group = ReplayKey::from_bytes([9; 32]);
                let at_most = NonZeroU16::new(2).expect("it is not zero");
                let mut request = request(owner.into());
                request.bound = Some(LabelBound::new(group, at_most));
                let claim = store.claim_now(&ReplayKey::from_bytes([owner; 32]), &request);
                matches!(claim, Ok(Claim::Acquired(_)))
            }
        };
        let (a, b, c) = at_once(&store, by(1), by(2), by(3));
        let acquired = [a, b, c].into_iter().filter(|is_acquired| *is_acquired);
        assert_eq!(acquired.count(), 2);
    });
}

//! The conformance suite finds what is wrong with a store, and nothing else.

#![cfg(feature = "conformance")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use webhook_core::MemoryStore;
use webhook_core::replay::conformance::{self, PROMISES};

mod flaw;
mod record;
mod small_store;

#[path = "../common/mod.rs"]
mod common;

use common::block_on;
use flaw::{FLAWS, Flaw};
use small_store::SmallStore;

/// What the model draws by.
const SEED: u64 = 0x5eed;

/// What the model does not look at: other keys and groups, pages of the list, times of death, what
/// is too long, what a sweep counts, and races.
const OUTSIDE_THE_MODEL: [Flaw; 28] = [
    Flaw::KeysAreCutShort,
    Flaw::OverBoundIsRecorded,
    Flaw::DuplicatesAreCounted,
    Flaw::GroupsShareACount,
    Flaw::ReleaseLowersTheCount,
    Flaw::CountSlides,
    Flaw::ListIsInOrderOfDeath,
    Flaw::PageBeginsWithItsKey,
    Flaw::PageIsUnbounded,
    Flaw::DiedWhenItWasClaimed,
    Flaw::NoteIsKeptWhole,
    Flaw::LongNoteIsRefused,
    Flaw::AnswerIsCut,
    Flaw::LongAnswerIsRefused,
    Flaw::LongAnswerIsKept,
    Flaw::SweepTakesCounts,
    Flaw::SweepIsNeverThrough,
    Flaw::SweepRemovesNothing,
    Flaw::SweepLeavesCounts,
    Flaw::SweepStopsTooEarly,
    Flaw::ClaimsRace,
    Flaw::TakeOversRace,
    Flaw::CommitsRace,
    Flaw::ReleasesRace,
    Flaw::BurialsRace,
    Flaw::RevivalsRace,
    Flaw::ClaimsOfReleasedRace,
    Flaw::CountsRace,
];

/// The promises, and the one that counts what is swept.
fn promises() -> impl Iterator<Item = &'static str> {
    let counting = "a_sweep_removes_all_that_has_expired";
    PROMISES.iter().copied().chain([counting])
}

#[test]
fn a_store_without_a_flaw_keeps_every_promise() {
    let [a, b] = SmallStore::pair(None);
    let pass = async |time| a.pass(time);
    block_on(conformance::all_with(&a, &b, pass));
    block_on(conformance::all(&a, pass));
    block_on(conformance::a_sweep_removes_all_that_has_expired(
        &a, &b, &pass,
    ));
}

#[test]
fn each_flaw_breaks_the_promise_it_is_about_and_no_other() {
    let mut surprises = Vec::new();
    for (flaw, promise) in FLAWS {
        let broken: Vec<_> = failures(*flaw).into_iter().map(|(name, _)| name).collect();
        if broken != [*promise] {
            surprises.push((flaw, broken));
        }
    }
    assert!(surprises.is_empty(), "{surprises:#?}");
}

#[test]
fn each_promise_is_broken_by_a_flaw() {
    let broken: BTreeSet<_> = FLAWS.iter().map(|(_, promise)| *promise).collect();
    assert_eq!(broken, promises().collect());
}

#[test]
fn each_failure_names_the_promise_and_what_the_store_answered() {
    for (flaw, _) in FLAWS {
        for (name, message) in failures(*flaw) {
            let words = message.strip_prefix("broken promise: ");
            let (promise, answer) = words.unwrap().split_once("; the store answered ").unwrap();
            assert!(promise.split(' ').count() > 4, "{name}: {promise}");
            assert!(!answer.is_empty(), "{name}: {answer}");
        }
    }
}

#[test]
fn the_memory_store_keeps_every_promise() {
    let now = Arc::new(Mutex::new(Duration::ZERO));
    let clock = Arc::clone(&now);
    let store = MemoryStore::builder()
        .clock(move || *clock.lock().unwrap())
        .build();
    let pass = async |time| *now.lock().unwrap() += time;
    block_on(conformance::all_with(&store, &store.clone(), pass));
    block_on(conformance::a_sweep_removes_all_that_has_expired(
        &store, &store, &pass,
    ));
}

#[test]
fn a_store_without_a_flaw_does_what_the_model_does() {
    let [a, b] = SmallStore::pair(None);
    let pass = async |time| a.pass(time);
    block_on(conformance::model(&a, &b, pass, 1000, SEED));
}

#[test]
fn the_memory_store_does_what_the_model_does() {
    let now = Arc::new(Mutex::new(Duration::ZERO));
    let clock = Arc::clone(&now);
    let store = MemoryStore::builder()
        .clock(move || *clock.lock().unwrap())
        .build();
    let pass = async |time| *now.lock().unwrap() += time;
    block_on(conformance::model(
        &store,
        &store.clone(),
        pass,
        10_000,
        SEED,
    ));
}

#[test]
fn the_model_finds_every_flaw_of_a_single_key_and_shortens_what_it_found() {
    let inside = |flaw: &Flaw| !OUTSIDE_THE_MODEL.contains(flaw);
    let mut unfound = Vec::new();
    for flaw in FLAWS.iter().map(|(flaw, _)| *flaw).filter(inside) {
        let [a, b] = SmallStore::pair(Some(flaw));
        let pass = async |time| a.pass(time);
        let run = conformance::model(&a, &b, pass, 64, SEED);
        let Err(panic) = catch_unwind(AssertUnwindSafe(|| block_on(run))) else {
            unfound.push(flaw);
            continue;
        };
        let message = *panic.downcast::<String>().expect("it has a message");
        assert!(message.lines().count() < 12, "{flaw:?}: {message}");
    }
    assert_eq!(unfound, []);
}

/// The promises that a store with this flaw breaks, and what the suite says.
fn failures(flaw: Flaw) -> Vec<(&'static str, String)> {
    let result = |name: &'static str| {
        let [a, b] = SmallStore::pair(Some(flaw));
        let run = conformance::promise(name, &a, &b, async |time| a.pass(time));
        let panic = catch_unwind(AssertUnwindSafe(|| block_on(run))).err()?;
        let message = *panic.downcast::<String>().expect("it has a message");
        Some((name, message))
    };
    promises().filter_map(result).collect()
}

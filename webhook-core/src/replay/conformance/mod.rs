//! Tests any [`ReplayStore`] against its contract. Not a stable part of the public API.
//!
//! ```
//! # fn block_on<F: Future>(future: F) -> F::Output {
//! #     let mut future = std::pin::pin!(future);
//! #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
//! #     loop {
//! #         if let std::task::Poll::Ready(out) = future.as_mut().poll(&mut cx) { break out }
//! #     }
//! # }
//! use std::sync::Mutex;
//! use std::time::Duration;
//! use webhook_core::MemoryStore;
//! use webhook_core::replay::conformance;
//!
//! // The clock of this store is moved by hand. With a database, pass the runtime's sleep.
//! static NOW: Mutex<Duration> = Mutex::new(Duration::ZERO);
//! let store = MemoryStore::builder().clock(|| *NOW.lock().unwrap()).build();
//! let sleep = async |time| *NOW.lock().unwrap() += time;
//!
//! // Two handles of one store. With a database, these are two connections or pools.
//! let (one, other) = (store.clone(), store);
//! block_on(conformance::all_with(&one, &other, sleep));
//! ```
//!
//! Each function tests one promise. It makes new keys, so functions can run at the same
//! time on one store. It panics if the promise is broken, and the message names the promise and
//! what the store answered. A store with one flaw fails in one function: the one about that flaw.
//!
//! The whole suite sleeps for about 92 seconds on a real clock. To run its promises side by side,
//! make a test of each name in [`PROMISES`] with [`promise`].
//!
//! [`a_sweep_removes_all_that_has_expired`] counts, so it needs a database of its own and is not
//! one of [`PROMISES`]. [`model`] compares the store with a plain model of the table of states,
//! over random sequences of operations.

mod ask;
mod bounds;
mod burials;
mod claims;
mod dead_list;
mod epochs;
mod fencing;
mod leases;
mod model;
mod moves;
mod races;
mod remembered;
mod retention;
mod sweeps;

#[cfg(feature = "secret-store")]
pub(crate) use ask::{check, join};
pub use bounds::*;
pub use burials::*;
pub use claims::*;
pub use dead_list::*;
pub use epochs::*;
pub use fencing::*;
pub use leases::*;
pub use model::model;
pub use races::*;
pub use remembered::*;
pub use retention::*;
pub use sweeps::*;

use std::time::Duration;

use crate::replay::ReplayStore;

/// Tests every promise with one handle of the store.
///
/// Use [`all_with`] for a store that several processes share: some promises only matter, or are
/// only broken, between two handles. `sleep` waits until the time has passed on the store's clock.
///
/// # Panics
///
/// If the store breaks a promise.
pub async fn all<S: ReplayStore>(store: &S, sleep: impl AsyncFn(Duration)) {
    all_with(store, store, sleep).await;
}

/// Tests every promise with two handles of one store, such as two connections to one table.
///
/// The suite claims through one handle and commits or asks through the other. `sleep` waits until
/// the time has passed on the store's clock.
///
/// # Panics
///
/// If the store breaks a promise.
pub async fn all_with<S: ReplayStore>(a: &S, b: &S, sleep: impl AsyncFn(Duration)) {
    for name in PROMISES {
        promise(name, a, b, &sleep).await;
    }
}

/// Makes the list of promises, and the function that tests one by its name.
macro_rules! promises {
    ($($name:ident)* ; $($counting:ident)*) => {
        /// The names of all promises: the functions of this module, in the order they run.
        pub const PROMISES: &[&str] = &[$(stringify!($name)),*];

        /// Tests the promise of this name.
        ///
        /// # Panics
        ///
        /// If the store breaks the promise, or if the module has none of that name.
        pub async fn promise<S: ReplayStore>(
            name: &str,
            a: &S,
            b: &S,
            sleep: impl AsyncFn(Duration),
        ) {
            match name {
                $(stringify!($name) => $name(a, b, &sleep).await,)*
                $(stringify!($counting) => $counting(a, b, &sleep).await,)*
                _ => panic!("`{name}` is not a promise: PROMISES lists their names"),
            }
        }
    };
}

promises! {
    the_first_claim_is_acquired_and_a_second_owner_waits
    a_claim_repeated_by_its_owner_is_the_same_claim
    a_commit_makes_every_later_claim_done
    a_commit_repeated_is_told_so
    another_payload_under_the_same_key_is_done_and_told_apart
    a_forgotten_delivery_runs_again
    keys_do_not_touch_each_other
    a_release_lets_the_next_claim_run_at_once_and_keeps_the_record
    a_lease_that_ended_is_taken_over_as_the_next_attempt
    a_lease_that_ended_and_was_not_taken_over_still_commits
    a_renewed_lease_does_not_end
    only_the_current_lease_commits
    only_the_current_lease_releases
    a_lost_lease_is_never_renewed
    epochs_never_go_back
    a_record_past_its_retention_counts_as_absent
    retention_begins_anew_with_the_commit
    a_duplicate_does_not_extend_the_retention
    no_record_expires_while_its_lease_is_alive
    a_group_has_as_many_keys_as_its_bound_and_no_more
    a_known_key_is_not_counted_again_and_answers_over_the_bound_too
    groups_do_not_touch_each_other
    a_release_gives_no_place_in_its_group_back
    a_group_is_forgotten_when_the_retention_of_its_first_key_has_passed
    a_buried_delivery_is_dead_for_every_claim
    only_the_current_lease_buries
    a_lease_that_ended_and_was_not_taken_over_still_buries
    a_dead_record_stays_dead_whatever_its_lease_asks_for
    a_revived_delivery_runs_again_as_attempt_1
    only_a_dead_record_is_revived
    a_revived_key_is_not_counted_again_in_its_group
    a_dead_delivery_can_be_forgotten
    a_dead_record_is_kept_like_a_released_one
    retention_begins_anew_with_a_revival
    dead_records_are_listed_in_key_order_and_paged_by_key
    a_listed_record_says_how_often_and_when_and_why_it_died
    a_note_that_is_too_long_is_cut_and_its_delivery_is_dead
    an_answer_is_given_back_byte_for_byte
    a_commit_without_an_answer_has_none
    a_commit_whose_answer_is_too_long_counts_and_has_none
    only_the_commit_that_counts_leaves_its_answer
    an_answer_ends_with_its_record
    a_sweep_touches_nothing_that_has_not_expired
    a_sweep_is_bounded_and_comes_to_an_end
    of_many_claims_at_once_exactly_one_is_acquired
    of_many_take_overs_at_once_exactly_one_is_acquired
    of_a_commit_and_many_take_overs_at_once_exactly_one_wins
    of_a_burial_and_many_take_overs_at_once_exactly_one_wins
    of_many_revivals_at_once_exactly_one_takes_place
    a_release_at_the_same_time_leaves_the_next_claim_alone
    of_many_keys_of_a_group_at_once_as_many_are_acquired_as_its_bound
    ;
    a_sweep_removes_all_that_has_expired
}

//! Tests any [`InboxTable`] against its contract. Not a stable part of the public API.
//!
//! ```
//! use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
//! use webhook_core::UnixTime;
//! use webhook_inbox::{MemoryInbox, conformance};
//!
//! # fn block_on<F: Future>(future: F) -> F::Output {
//! #     let mut future = std::pin::pin!(future);
//! #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
//! #     loop {
//! #         if let std::task::Poll::Ready(out) = future.as_mut().poll(&mut cx) { break out }
//! #     }
//! # }
//! // The clock of this table is moved by hand. With a database, pass the runtime's sleep.
//! static NOW: AtomicU64 = AtomicU64::new(1_800_000_000_000);
//! for name in conformance::PROMISES {
//!     // Each promise needs an empty table.
//!     let clock = || Some(UnixTime::from_millis(NOW.load(Relaxed)));
//!     let table = MemoryInbox::with_clock(clock);
//!     let sleep = async |time: std::time::Duration| {
//!         NOW.fetch_add(time.as_millis() as u64, Relaxed);
//!     };
//!     // Two handles of one table. With a database, these are two connections or pools.
//!     block_on(conformance::promise(name, &table.clone(), &table, sleep));
//! }
//! ```
//!
//! Each function tests one promise. It panics if the promise is broken, and the message names what
//! the table answered. [`model`] tests all of them together, in random sequences.

mod accepting;
mod ask;
mod consumers;
mod endings;
mod lanes;
mod leases;
mod lists;
mod model;
mod order;
mod people;
mod pruning;
mod steps;

pub use accepting::*;
pub use consumers::*;
pub use endings::*;
pub use lanes::*;
pub use leases::*;
pub use lists::*;
pub use model::model;
pub use order::*;
pub use people::*;
pub use pruning::*;
pub use steps::*;

use std::time::Duration;

use crate::InboxTable;

/// Makes the list of promises, and the function that tests one by its name.
macro_rules! promises {
    ($($name:ident)*) => {
        /// The names of all promises: the functions of this module, in the order they run.
        pub const PROMISES: &[&str] = &[$(stringify!($name)),*];

        /// Tests the promise of this name with two handles of one empty table. `sleep` waits until
        /// the time has passed on the table's clock.
        ///
        /// # Panics
        ///
        /// If the table breaks the promise, or if the module has none of that name.
        pub async fn promise<T: InboxTable>(
            name: &str,
            a: &T,
            b: &T,
            sleep: impl AsyncFn(Duration),
        ) {
            match name {
                $(stringify!($name) => $name(a, b, &sleep).await,)*
                _ => panic!("`{name}` is not a promise: PROMISES lists their names"),
            }
        }
    };
}

promises! {
    what_is_accepted_is_taken_as_it_was
    a_copy_of_a_stored_delivery_is_not_stored_again
    a_key_is_remembered_until_its_retention_ends
    an_acceptance_that_is_repeated_is_the_same_one
    of_many_copies_at_once_one_is_stored
    many_deliveries_at_once_are_all_stored
    copies_that_are_not_remembered_are_all_stored
    a_bound_limits_the_keys_of_a_group
    a_taken_job_is_left_alone_until_its_lease_ends
    of_many_takes_at_once_each_job_goes_to_one
    a_renewed_lease_lasts_from_the_renewal_on
    a_lost_lease_changes_nothing
    an_ended_lease_is_held_until_another_takes_the_job
    a_done_job_is_never_taken_again
    an_ending_can_be_repeated
    a_retry_is_due_after_its_time
    a_dead_job_runs_again_only_when_it_is_requeued
    a_parked_job_spends_no_attempt
    a_job_that_is_given_back_is_due_at_once
    the_first_and_the_last_nine_attempts_are_kept
    a_long_lane_does_not_keep_others_waiting
    every_lane_is_reached_by_going_on
    the_earliest_jobs_of_a_lane_are_taken_first
    each_consumer_has_a_job_of_its_own
    consumers_of_many_deliveries_at_once_are_not_mixed_up
    only_the_wanted_lanes_are_visited
    a_lane_gives_at_most_what_a_take_allows
    jobs_of_one_order_key_run_one_after_the_other
    a_retry_holds_back_what_is_behind_it
    what_is_set_aside_holds_back_nothing
    only_jobs_of_the_same_lane_and_order_key_are_held_back
    takes_at_once_never_run_two_of_one_order_key
    a_done_step_is_kept_and_another_replaced
    a_step_is_kept_only_while_its_lease_is_held
    steps_stay_as_long_as_the_record
    a_step_outside_of_its_limits_is_refused
    people_change_only_what_no_worker_has
    who_changed_a_job_and_why_is_kept_with_it
    the_last_twenty_changes_are_kept
    a_changed_job_is_not_held_by_its_last_lease
    the_list_has_what_fits_the_filter_in_order
    the_list_has_what_was_stored_between_two_times
    a_list_of_pages_has_every_job_once
    the_numbers_are_those_of_the_states
    each_lane_has_numbers_of_its_own
    bodies_go_before_records_and_unfinished_jobs_keep_theirs
    a_prune_has_a_budget
}

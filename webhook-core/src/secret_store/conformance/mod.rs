//! Tests any [`SecretTable`] against its contract. Not a stable part of the public API.
//!
//! ```
//! # fn block_on<F: Future>(future: F) -> F::Output {
//! #     let mut future = std::pin::pin!(future);
//! #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
//! #     loop {
//! #         if let std::task::Poll::Ready(out) = future.as_mut().poll(&mut cx) { break out }
//! #     }
//! # }
//! use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
//! use webhook_core::UnixTime;
//! use webhook_core::secret_store::{MemorySecretTable, conformance};
//!
//! // The clock of this table is moved by hand. With a database, pass the runtime's sleep.
//! static NOW: AtomicU64 = AtomicU64::new(0);
//! for name in conformance::PROMISES {
//!     // Each promise needs an empty table.
//!     let clock = || Some(UnixTime::from_millis(NOW.load(Relaxed)));
//!     let table = MemorySecretTable::with_clock(clock);
//!     let sleep = async |time: std::time::Duration| {
//!         NOW.fetch_add(time.as_millis() as u64, Relaxed);
//!     };
//!     // Two handles of one table. With a database, these are two connections or pools.
//!     block_on(conformance::promise(name, &table.clone(), &table, sleep));
//! }
//! ```
//!
//! Each function tests one promise. It panics if the promise is broken, and the message names the
//! promise and what the table answered.

mod ask;
mod lists;
mod meddling;
mod places;
mod races;
mod rewraps;
mod rotations;
mod writes;

pub use lists::*;
pub use places::*;
pub use races::*;
pub use rewraps::*;
pub use rotations::*;
pub use writes::*;

use std::time::Duration;

use crate::secret_store::SecretTable;

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
        pub async fn promise<T: SecretTable + Clone>(
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
    what_is_put_is_read_back
    tenants_and_providers_are_apart
    a_put_replaces_everything
    what_the_provider_refuses_is_not_stored
    a_change_counts_only_for_the_state_it_was_made_for
    a_revoked_tenant_is_unknown_and_can_begin_again
    a_rotated_secret_counts_until_its_end
    a_rotation_without_overlap_ends_the_old_secret_at_once
    a_rotation_keeps_settings_and_earlier_ends
    too_many_secrets_are_refused_and_ending_the_previous_makes_room
    only_a_tenant_with_a_secret_is_rotated
    previous_secrets_alone_are_ended
    a_row_copied_to_another_place_does_not_open
    another_key_ring_is_an_error_and_not_an_unknown_tenant
    settings_without_a_secret_are_an_error
    the_list_has_every_value_in_order_and_none_that_ended
    a_sweep_removes_what_has_ended_and_nothing_else
    a_rewrap_leaves_no_row_of_another_key
    an_interrupted_rewrap_is_finished_by_the_next
    what_does_not_open_is_skipped_by_a_rewrap
    a_row_is_resealed_only_as_it_was_read
    a_rotation_during_a_rewrap_loses_nothing
    a_put_during_a_rewrap_loses_nothing
    a_rewrap_during_a_rotation_loses_nothing
    of_many_rotations_at_once_each_takes_its_turn
    of_many_puts_at_once_one_remains_whole
}

//! How events find their handlers: what the routers of all adapters share.

mod admission;
mod event_type;
mod failure;
mod patterns;
mod table;

pub use admission::{Admission, Otherwise};
pub use event_type::{EventFamily, EventType};
pub use failure::{Failure, Verdict};
pub use patterns::EventPatterns;
pub use table::{EventTable, Registration};

use crate::answer::Answer;
use crate::delivery::Delivery;

/// Counts and logs an event that no handler takes. Returns the answer: 200.
#[must_use]
pub fn acknowledge_unknown(delivery: &Delivery) -> Answer {
    let shared = delivery.shared();
    shared.observer.ignored(delivery);
    delivery.finds_no_handler();
    Answer::ok()
}

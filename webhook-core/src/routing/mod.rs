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
    delivery.finds_no_handler();
    acknowledge(delivery)
}

/// Counts and logs an event that is not taken. Returns the answer: 200.
fn acknowledge(delivery: &Delivery) -> Answer {
    delivery.shared().observer.ignored(delivery);
    Answer::ok()
}

//! How events find their handlers: what the routers of all adapters share.

mod event_type;
mod failure;
mod patterns;
mod table;

pub use event_type::EventType;
pub use failure::{Failure, Verdict};
pub use patterns::EventPatterns;
pub use table::{EventTable, Registration};

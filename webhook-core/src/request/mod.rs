//! A request as the engine sees it: the head, and the body as it arrives.

pub(crate) mod basic;
pub(crate) mod buffer;
mod head;
mod headers;

pub use head::Head;
pub(crate) use headers::MAX_VALUE;
pub use headers::{Found, Headers};

//! The manual: what is promised, and why the defaults are what they are.
//!
//! * [`threats`]: who attacks a webhook endpoint, what is done about it, and what is not.
//! * [`defaults`]: every default, its bounds, and its reason.
//! * [`keys`]: what a delivery is remembered by, for each kind of scheme.
//! * [`keys_elsewhere`]: public keys that are fetched, and what a forger could want of that.
//! * [`deployment`]: the order of layers, proxies, public URLs, shutdown, HTTP/2.

pub mod defaults;
pub mod deployment;
pub mod keys;
pub mod keys_elsewhere;
pub mod threats;

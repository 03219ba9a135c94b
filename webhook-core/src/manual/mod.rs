//! The manual: what is guaranteed, and why the defaults are what they are.
//!
//! * [`threats`]: who attacks a webhook endpoint, which attacks are stopped, and which are not.
//! * [`defaults`]: every default, its bounds, and the reason for it.
//! * [`keys`]: the replay key of a delivery, for each kind of scheme.
//! * [`keys_elsewhere`]: fetching public keys, and the attacks that this invites.
//! * [`deployment`]: order of layers, proxies, public URLs, shutdown, HTTP/2.

pub mod defaults;
pub mod deployment;
pub mod keys;
pub mod keys_elsewhere;
pub mod threats;

//! A middleware that observes: for an endpoint whose traffic must not be refused yet.

mod extract;
mod middleware;

pub use extract::{MissingShadow, UnverifiedRequest};
pub use middleware::{ShadowMiddleware, ShadowWebhook};

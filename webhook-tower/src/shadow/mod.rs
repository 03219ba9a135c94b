//! A layer that observes: for an endpoint whose traffic must not be refused yet.

mod body;
mod layer;
mod service;

pub use body::ShadowBody;
pub use layer::ShadowLayer;
pub use service::{Shadow, ShadowFuture};

//! What the mappings read, through the public API.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod amounts;
mod delivered;
mod documented;
mod edges;
mod fetching;
mod own;
mod properties;
mod sample;
mod samples;

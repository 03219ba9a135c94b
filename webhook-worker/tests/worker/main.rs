//! A worker over a table in memory, in tokio's paused time.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;
mod clocks;
mod endings;
mod faults;
mod faulty;
mod flaws;
mod lanes;
mod leases;
mod misfortunes;
mod pruning;
mod redrive;
mod setup;
mod steps;

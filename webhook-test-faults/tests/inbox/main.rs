//! Inboxes under faults: servers that are killed, commits in another order, a disk that is
//! full, a file that is damaged.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;
#[path = "../common/mod.rs"]
mod common;
mod damage;
mod disk_full;
mod gateway;
mod reverse_commit;
mod steps;

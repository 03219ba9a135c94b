//! Drivers that disturb receivers in every way they can be disturbed, and judge what is left.
//!
//! Each driver is a command of the program `faults`; `docs/faults.md` describes them. A driver
//! starts receivers as processes, sends signed deliveries as a provider does, and disturbs:
//!
//! * [`storm`](drivers::storm) sends many copies at once to several processes on one store.
//! * [`kills`](drivers::kills) kills receivers at named points of their work.
//! * [`pauses`](drivers::pauses) stops receivers for longer than their leases.
//! * [`outages`](drivers::outages) kills, stops and cuts off the store.
//! * [`disconnects`](drivers::disconnects) closes connections at every stage of a request.
//! * [`gateway`](drivers::gateway) kills servers that store deliveries before they answer.
//! * [`steps`](drivers::steps) kills workers between the steps of their handlers.
//!
//! The receivers write what happens into a [`journal`], and the [`verdict`] is read from it. The
//! store has no part in the journal: it may be what is wrong.

#![allow(clippy::print_stdout, reason = "the result of a driver")]

pub mod cli;
pub mod drivers;
pub mod effects;
pub mod failpoint;
pub mod journal;
pub mod proxy;
pub mod receiver;
pub mod verdict;
pub mod watched_store;

mod attempt;
mod chance;
mod process;
mod recheck;
mod store;
mod traffic;

/// Any error: a driver stops at each of them.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What the drivers sign with.
pub(crate) const SECRET: &str = "whsec_storm_0123456789abcdef";

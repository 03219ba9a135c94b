//! One file for each driver.

pub mod disconnects;
pub mod gateway;
pub mod kills;
pub mod outages;
pub mod pauses;
pub mod steps;
pub mod storm;

mod private_server;
mod table;

pub(crate) use disconnects::Disconnects;
pub(crate) use gateway::Gateway;
pub(crate) use kills::Kills;
pub(crate) use outages::Outages;
pub(crate) use pauses::Pauses;
pub(crate) use steps::{StepWork, Steps};
pub(crate) use storm::Storm;

/// The seed of a run, which is printed first: with it the run can be repeated.
fn seed(given: Option<u64>) -> u64 {
    let seed = given.unwrap_or_else(|| fastrand::u64(..1_000_000));
    println!("seed {seed}");
    seed
}

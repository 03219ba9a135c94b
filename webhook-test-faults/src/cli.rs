//! The commands of the program `faults`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::drivers::{Disconnects, Gateway, Kills, Outages, Pauses, StepWork, Steps, Storm};
use crate::receiver::{Serve, Work};
use crate::recheck::Recheck;
use crate::{Failure, receiver};

#[derive(Parser)]
#[command(about = "Disturbs receivers of webhooks, and judges what is left")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Sends many copies of each event at once to several receivers on one store.
    Storm(Storm),
    /// Kills receivers at named points of their work, and at random times.
    Kills(Kills),
    /// Stops receivers for two leases while others go on.
    Pauses(Pauses),
    /// Kills, stops and cuts off a private server of the store.
    Outages(Outages),
    /// Closes connections at every stage of a request.
    Disconnects(Disconnects),
    /// Kills servers that store deliveries before they answer, and hand them on later.
    Gateway(Gateway),
    /// Kills a worker before, within and after each of the five steps of its handler.
    Steps(Steps),
    /// A worker whose handler has five steps, until it is killed. The driver starts it.
    #[command(hide = true)]
    StepWork(StepWork),
    /// A receiver, until it is killed. The drivers start it.
    #[command(hide = true)]
    Serve(Serve),
    /// A receiver with an inbox and a worker, until it is killed. The drivers start it.
    #[command(hide = true)]
    Work(Work),
    /// Asks the store for every key of a journal. The drivers start it.
    #[command(hide = true)]
    Recheck(Recheck),
}

/// Runs the command that the arguments of the process name. A driver that finds something wrong
/// gives a failure.
///
/// # Errors
///
/// If a driver cannot go on: a receiver does not start, or the store cannot be prepared.
pub async fn run() -> Result<ExitCode, Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing_subscriber::filter::LevelFilter::ERROR)
        .init();
    let is_sound = match Arguments::parse().command {
        Command::Storm(storm) => storm.run().await?,
        Command::Kills(kills) => kills.run().await?,
        Command::Pauses(pauses) => pauses.run().await?,
        Command::Outages(outages) => outages.run().await?,
        Command::Disconnects(disconnects) => disconnects.run().await?,
        Command::Gateway(gateway) => gateway.run().await?,
        Command::Steps(steps) => steps.run().await?,
        Command::Recheck(recheck) => recheck.run().await?,
        Command::Serve(serve) => {
            receiver::serve(serve).await?;
            true
        }
        Command::StepWork(work) => {
            work.run().await?;
            true
        }
        Command::Work(work) => {
            receiver::work(work).await?;
            true
        }
    };
    Ok(match is_sound {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

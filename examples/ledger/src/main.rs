//! Money in SQLite: the record of each delivery and its booking commit together.
//!
//! ```text
//! cargo run --release -p ledger                    sends 10 000 deliveries, kills the server 20 times
//! cargo run --release -p ledger -- serve           serve only, with the file ledger.db
//! ```
//!
//! The first command runs the second as a child process, sends each event twice, and kills the child
//! in the middle of its work. In the end it checks that each event is booked once, so that the sum
//! is exact.

#![allow(clippy::print_stdout, reason = "the result of an example")]

mod app;
mod sender;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command as Process};
use tokio::time::sleep;

use crate::sender::Sent;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The file with the ledger. Default: one that is removed at the end.
    #[arg(long)]
    file: Option<PathBuf>,
    /// How many deliveries are sent.
    #[arg(long, default_value_t = 10_000)]
    deliveries: u64,
    /// How many events they are about.
    #[arg(long, default_value_t = 5_000)]
    events: u64,
    /// How often the server is killed.
    #[arg(long, default_value_t = 20)]
    kills: u64,
}

#[derive(Subcommand)]
enum Command {
    /// Serves until it is killed.
    Serve {
        #[arg(long, default_value = "ledger.db")]
        file: PathBuf,
        #[arg(long, default_value_t = 3000)]
        port: u16,
    },
}

#[tokio::main]
async fn main() -> Result<ExitCode, Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing_subscriber::filter::LevelFilter::ERROR)
        .init();
    let arguments = Arguments::parse();
    if let Some(Command::Serve { file, port }) = &arguments.command {
        app::serve(file, *port).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let temporary = std::env::temp_dir().join(format!("ledger-{}", std::process::id()));
    let file = match &arguments.file {
        Some(file) => file.clone(),
        None => {
            std::fs::create_dir_all(&temporary)?;
            temporary.join("ledger.db")
        }
    };
    let is_exact = drive(&arguments, &file).await;
    if arguments.file.is_none() {
        std::fs::remove_dir_all(&temporary)?;
    }
    Ok(match is_exact? {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Sends everything, kills the server meanwhile, and compares the ledger with what was sent.
async fn drive(arguments: &Arguments, file: &Path) -> Result<bool, Failure> {
    let (deliveries, events) = (arguments.deliveries, arguments.events);
    let port = free_port().await?;
    let mut server = start(file, port).await?;
    let (sent, began) = (Arc::new(Sent::default()), Instant::now());
    let sending = tokio::spawn(sender::send_all(
        port,
        deliveries,
        events,
        Arc::clone(&sent),
    ));
    for kill in 1..=arguments.kills {
        // Evenly over the deliveries, and always while others are on their way.
        let after = deliveries * kill / (arguments.kills + 1);
        while sent.accepted.load(Ordering::Relaxed) < after && !sending.is_finished() {
            sleep(Duration::from_millis(1)).await;
        }
        server.kill().await?;
        server = start(file, port).await?;
    }
    sending.await??;
    let took = began.elapsed().as_secs_f64();
    server.kill().await?;

    let expected: i64 = (0..events).map(sender::cents).sum();
    let (bookings, booked, sum) = app::balance(file)?;
    println!(
        "{deliveries} deliveries of {events} events, {} kills, {} retries, {took:.1} s",
        arguments.kills,
        sent.retried.load(Ordering::Relaxed),
    );
    println!("{bookings} bookings of {booked} events, {sum} cents; expected {expected}");
    let events = i64::try_from(events)?;
    Ok(bookings == events && booked == events && sum == expected)
}

/// Starts this program as a server, and waits until it listens.
async fn start(file: &Path, port: u16) -> Result<Child, Failure> {
    let mut server = Process::new(std::env::current_exe()?);
    server.arg("serve").arg("--file").arg(file);
    server
        .arg("--port")
        .arg(port.to_string())
        .kill_on_drop(true);
    let mut server = server.spawn()?;
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        if let Some(status) = server.try_wait()? {
            return Err(format!("the server ended: {status}").into());
        }
        sleep(Duration::from_millis(10)).await;
    }
    Ok(server)
}

async fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    Ok(listener.local_addr()?.port())
}

//! Sends a storm of duplicate deliveries to several receivers that share one store, and kills
//! receivers meanwhile.
//!
//! ```text
//! cargo run --release -p webhook-test-faults -- --store memory
//! cargo run --release -p webhook-test-faults -- --store sqlite:/tmp/storm.db --processes 2
//! cargo run --release -p webhook-test-faults -- --store postgres://… --processes 4 --kills 100
//! ```
//!
//! Every event is delivered several times, shuffled by the seed, over many connections at once. Each
//! delivery is retried until it is answered 200. In the end:
//!
//! * Every event ran: none was answered 200 without an effect.
//! * Without kills, every event ran exactly once, and every answer was 200 or 503.
//! * With kills, an event ran again at most once for each delivery that was in flight at a kill, and
//!   every later run had a higher epoch.
//!
//! The seed is printed, and `--seed` repeats the order of the deliveries.

#![allow(clippy::print_stdout, reason = "the result of a driver")]
#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod effects;
mod receiver;
mod sender;
mod store;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use clap::{Args, Parser, Subcommand};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command as Process};
use tokio::time::sleep;

use crate::sender::{Heard, Plan};

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

pub(crate) const SECRET: &str = "whsec_storm_0123456789abcdef";

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    storm: Storm,
}

#[derive(Args)]
struct Storm {
    /// `memory`, `sqlite:PATH` or `postgres://…`. A path or database of its own for each storm.
    #[arg(long, default_value = "memory")]
    store: String,
    #[arg(long, default_value_t = 1)]
    processes: usize,
    #[arg(long, default_value_t = 10_000)]
    deliveries: u64,
    /// How many events the deliveries are about.
    #[arg(long, default_value_t = 1_000)]
    ids: u64,
    #[arg(long, default_value_t = 256)]
    connections: usize,
    /// How often a receiver is killed.
    #[arg(long, default_value_t = 0)]
    kills: u64,
    /// How long a handler takes, in milliseconds.
    #[arg(long, default_value_t = 20)]
    takes: u64,
    /// How long a claim lasts, in milliseconds.
    #[arg(long, default_value_t = 12_000)]
    lease: u64,
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(Subcommand)]
enum Command {
    /// A receiver, until it is killed.
    Serve {
        #[arg(long)]
        store: String,
        #[arg(long)]
        effects: PathBuf,
        #[arg(long)]
        port: u16,
        #[arg(long)]
        lease: u64,
        #[arg(long)]
        takes: u64,
    },
}

#[tokio::main]
async fn main() -> Result<ExitCode, Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing_subscriber::filter::LevelFilter::ERROR)
        .init();
    let Arguments { command, storm } = Arguments::parse();
    if let Some(Command::Serve {
        store,
        effects,
        port,
        lease,
        takes,
    }) = command
    {
        let (lease, takes) = (Duration::from_millis(lease), Duration::from_millis(takes));
        receiver::serve(&store, &effects, port, lease, takes).await?;
        return Ok(ExitCode::SUCCESS);
    }
    if storm.store == "memory" && (storm.processes > 1 || storm.kills > 0) {
        return Err("a memory store belongs to one process that is not killed".into());
    }
    let effects = std::env::temp_dir().join(format!("storm-{}.effects", std::process::id()));
    let is_calm = drive(&storm, &effects).await;
    std::fs::remove_file(&effects)?;
    Ok(match is_calm? {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Sends everything, kills receivers meanwhile, and judges the effects.
async fn drive(storm: &Storm, effects: &Path) -> Result<bool, Failure> {
    let seed = storm.seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    println!("seed {seed}");
    store::prepare(&storm.store).await?;
    let mut receivers = Vec::new();
    for _ in 0..storm.processes {
        receivers.push(Receiver::start(storm, effects, free_port().await?).await?);
    }
    let ports = receivers.iter().map(|receiver| receiver.port).collect();
    let (deliveries, connections) = (storm.deliveries, storm.connections);
    let plan = Arc::new(Plan::new(ports, deliveries, storm.ids, connections, seed));
    let (heard, began) = (Arc::new(Heard::default()), Instant::now());
    let sending = tokio::spawn(sender::send_all(Arc::clone(&plan), Arc::clone(&heard)));
    let mut random = fastrand::Rng::with_seed(seed);
    for kill in 1..=storm.kills {
        let after = deliveries * kill / (storm.kills + 1);
        while heard.accepted.load(Ordering::Relaxed) < after && !sending.is_finished() {
            sleep(Duration::from_millis(1)).await;
        }
        sleep(Duration::from_millis(random.u64(..20))).await;
        let victim = random.usize(..receivers.len());
        let port = receivers[victim].port;
        receivers[victim].child.kill().await?;
        receivers[victim] = Receiver::start(storm, effects, port).await?;
    }
    sending.await??;
    let took = began.elapsed();
    for receiver in &mut receivers {
        receiver.child.kill().await?;
    }
    judge(storm, &plan, &heard, effects, took)
}

fn judge(
    storm: &Storm,
    plan: &Plan,
    heard: &Heard,
    effects: &Path,
    took: Duration,
) -> Result<bool, Failure> {
    let runs = effects::read(effects)?;
    let total: usize = runs.values().map(Vec::len).sum();
    let statuses = heard.statuses.lock().map_err(|_| "a sender panicked")?;
    let lost = plan.ids - runs.len() as u64;
    let doubles = total - runs.len();
    let backward = runs
        .values()
        .filter(|epochs| !epochs.is_sorted_by(|a, b| a < b))
        .count();
    let strange = statuses
        .keys()
        .filter(|status| ![0, 200, 503].contains(*status))
        .count();
    println!(
        "{} deliveries of {} events to {} processes, {} kills, {:.1} s",
        storm.deliveries,
        plan.ids,
        storm.processes,
        storm.kills,
        took.as_secs_f64()
    );
    println!("answers {statuses:?} (0: the connection ended)");
    println!(
        "{total} runs, {doubles} doubles, {lost} lost, {backward} with an epoch that went back"
    );
    // At each kill, every connection may have had a delivery in flight.
    let excused = usize::try_from(storm.kills)?.saturating_mul(storm.connections);
    let ended = statuses.get(&0).copied().unwrap_or(0);
    let is_undisturbed = storm.kills > 0 || ended == 0;
    Ok(lost == 0 && doubles <= excused && backward == 0 && strange == 0 && is_undisturbed)
}

/// A receiver in a process of its own.
struct Receiver {
    child: Child,
    port: u16,
}

impl Receiver {
    /// Starts this program as a receiver, and waits until it listens.
    async fn start(storm: &Storm, effects: &Path, port: u16) -> Result<Self, Failure> {
        let mut process = Process::new(std::env::current_exe()?);
        process
            .arg("serve")
            .arg("--store")
            .arg(&storm.store)
            .arg("--effects")
            .arg(effects);
        process.arg("--port").arg(port.to_string());
        process.arg("--lease").arg(storm.lease.to_string());
        process.arg("--takes").arg(storm.takes.to_string());
        let mut child = process.kill_on_drop(true).spawn()?;
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            if let Some(status) = child.try_wait()? {
                return Err(format!("a receiver ended: {status}").into());
            }
            sleep(Duration::from_millis(10)).await;
        }
        Ok(Self { child, port })
    }
}

async fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    Ok(listener.local_addr()?.port())
}

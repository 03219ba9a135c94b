//! Servers that store deliveries before they answer, and are killed at random times, while events
//! arrive at a steady rate and an upstream fails some of the attempts to hand them on.
//!
//! In the end every event that was answered 200 was delivered, with the body that was sent, under
//! one `webhook-id`. An event is delivered again at most once for each kill that met its job while
//! it ran, and for each lease that a server was too slow to renew. With transactional handlers
//! every event has exactly one effect.

mod moment;
mod report;
mod server;
mod upstream;
mod verdict;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::time::{sleep, timeout};

use crate::attempt::Client;
use crate::chance::Chance;
use crate::drivers::table::{Running, Table};
use crate::process::{Receiver, Scene};
use crate::traffic::Traffic;
use crate::{Failure, effects, store};
use moment::Moment;
use report::Kill;
use server::Server;
use upstream::Upstream;
use verdict::{Aftermath, Sent};

pub(crate) use server::PATH;

/// How long the last events may take. It only ends a run that would not end.
const ENDS: Duration = Duration::from_secs(120);
const LOOKS: Duration = Duration::from_millis(20);
const SECOND: Duration = Duration::from_secs(1);
/// How much longer bodies are than an id and a type.
const PADDING: usize = 500;

/// The arguments of the driver.
#[derive(Args, Debug)]
pub(crate) struct Gateway {
    /// `sqlite:PATH` or `postgres://…`, empty before each run.
    #[arg(long)]
    inbox: String,
    /// How often the server is killed.
    #[arg(long, default_value_t = 100)]
    kills: usize,
    /// Events a second.
    #[arg(long, default_value_t = 300)]
    rate: u32,
    /// How many of a hundred attempts fail.
    #[arg(long, default_value_t = 10)]
    fails: u32,
    /// How long the upstream or the handler takes, in milliseconds.
    #[arg(long, default_value_t = 20)]
    takes: u64,
    /// How long a job belongs to a server, in seconds. A busy machine needs more than one.
    #[arg(long, default_value_t = 3)]
    lease: u64,
    /// The program `webhook`. Default: the one in the folder of this program.
    #[arg(long)]
    webhook: Option<PathBuf>,
    /// Kills a receiver whose handlers have their effect in the transaction that ends the job.
    #[arg(long)]
    transactional: bool,
    /// Fails if what the last kill left is not taken again within a lease and a second.
    #[arg(long)]
    timed: bool,
    #[arg(long)]
    seed: Option<u64>,
}

/// What a driver has to do with.
struct Bench {
    scene: Scene,
    table: Table,
    server: Server,
    upstream: Upstream,
    port: u16,
    seed: u64,
}

/// What the last kill left, and when.
struct Left {
    running: Running,
    at: Instant,
    /// For how long nothing new was sent, over all kills.
    held: Duration,
    /// Starts that failed, over all kills.
    failed_starts: u32,
}

impl Gateway {
    /// Sends, kills meanwhile, and judges what was delivered.
    pub(crate) async fn run(self) -> Result<bool, Failure> {
        let bench = self.prepare(super::seed(self.seed)).await?;
        let Bench {
            scene,
            table,
            upstream,
            ..
        } = &bench;
        let mut running = bench.server.start(scene, &mut 0).await?;
        let (client, began) = (Client::new()?.to(PATH).padded(PADDING), Instant::now());
        let ports = vec![bench.port];
        let (traffic, sending) = Traffic::start(client.clone(), ports, self.rate, bench.seed);
        let (kills, left) = self.kill(&bench, &traffic, &mut running).await?;
        traffic.end();
        let sent_for = began.elapsed() - left.held;
        let stuck = self.stuck(&left, table).await?;
        let late = "some events are never accepted";
        timeout(ENDS, sending).await.map_err(|_| late)??;
        let not_done = all_done(table).await?;
        let took = began.elapsed();
        running.kill().await?;
        let (events, tally) = (traffic.events(), traffic.tally().clone());
        let sent = Sent {
            client,
            events,
            tally,
            took: sent_for,
        };
        let lines = ["lease is lost", "lease was lost"].map(|line| scene.logged(line));
        let aftermath = Aftermath {
            kills,
            stuck,
            not_done,
            took,
            failed_starts: left.failed_starts,
            lost_leases: lines.iter().sum::<usize>() as u64,
            copies: table.copies().await?,
            states: table.states().await?,
        };
        Ok(match self.transactional {
            false => verdict::forwarded(&sent, &aftermath, &upstream.requests(), self.timed),
            true => {
                let effects = effects::read(&self.inbox).await?;
                verdict::transactional(&sent, &aftermath, &effects, self.timed)
            }
        })
    }

    async fn prepare(&self, seed: u64) -> Result<Bench, Failure> {
        let (scene, table) = (Scene::new("gateway")?, Table::at(&self.inbox)?);
        if self.transactional {
            store::prepare(&self.inbox, true).await?;
        }
        let chance = Chance {
            seed,
            percent: self.fails,
        };
        let takes = Duration::from_millis(self.takes);
        let (upstream, port) = (
            Upstream::start(chance, takes).await?,
            webhook_test_services::free_port(),
        );
        let server = Server::prepare(self, &scene, [port, upstream.port], seed)?;
        Ok(Bench {
            scene,
            table,
            server,
            upstream,
            port,
            seed,
        })
    }

    /// Kills the server and starts it again, as often as it is told.
    async fn kill(
        &self,
        bench: &Bench,
        traffic: &Traffic,
        running: &mut Receiver,
    ) -> Result<(Vec<Kill>, Left), Failure> {
        let Bench {
            scene,
            table,
            server,
            ..
        } = bench;
        let mut kills = Vec::new();
        let mut left = Left {
            running: Running::new(),
            at: Instant::now(),
            held: Duration::ZERO,
            failed_starts: 0,
        };
        for moment in Moment::all(self.kills, bench.seed) {
            let began = Instant::now();
            moment.wait(traffic, table).await?;
            let broken = traffic.tally().broken;
            running.kill().await?;
            left.at = Instant::now();
            left.running = table.running().await?;
            *running = server.start(scene, &mut left.failed_starts).await?;
            // Those who wait for an answer know by now that there is none.
            let in_flight = traffic.tally().broken - broken;
            traffic.hold(false);
            if !matches!(moment, Moment::UnderLoad(_)) {
                left.held += began.elapsed();
            }
            kills.push(Kill {
                in_flight,
                running: left.running.clone(),
            });
        }
        Ok((kills, left))
    }

    /// How many jobs the last kill left, and how many of them nobody has taken again.
    async fn stuck(&self, left: &Left, table: &Table) -> Result<[usize; 2], Failure> {
        let end = left.at + Duration::from_secs(self.lease) + SECOND;
        sleep(end.saturating_duration_since(Instant::now())).await;
        let now = table.running().await?;
        let is_stuck = |(key, epoch): &(&String, &i64)| now.get(*key) == Some(*epoch);
        let stuck = left.running.iter().filter(is_stuck).count();
        Ok([left.running.len(), stuck])
    }
}

/// Waits until no job waits or runs. How many still do in the end?
async fn all_done(table: &Table) -> Result<i64, Failure> {
    let until = Instant::now() + ENDS;
    loop {
        let open = table.open_jobs().await?;
        if open == 0 || Instant::now() >= until {
            return Ok(open);
        }
        sleep(LOOKS).await;
    }
}

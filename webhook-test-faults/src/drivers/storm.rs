//! Copies of each event, shuffled, over many connections at once, to several receivers that share
//! one store. Receivers can be killed meanwhile.
//!
//! In the end every event ran, and none was answered 200 without an effect. Without kills, every
//! event ran exactly once, and every answer was 200 or 503. With kills, an event ran again at most
//! once for each delivery that was in flight at a kill, and every later run had a higher epoch.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::attempt::{Client, Connections};
use crate::process::{Receiver, Scene, Traits};
use crate::receiver::Options;
use crate::verdict::{Balance, Verdict};
use crate::{Failure, effects, journal, store};

/// The arguments of the driver.
#[derive(Args, Debug)]
pub(crate) struct Storm {
    #[command(flatten)]
    options: Options,
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
    /// How many seconds the clocks of the receivers are wrong: ahead in the first, behind in the
    /// second, and so on.
    #[arg(long, default_value_t = 0)]
    clock_shift: i64,
    #[arg(long)]
    seed: Option<u64>,
}

/// What is sent, in which order, and to whom.
#[derive(Debug)]
struct Plan {
    ports: Vec<u16>,
    connections: usize,
    seed: u64,
    /// The events, each as often as it is delivered, shuffled.
    deliveries: Vec<u64>,
}

/// What came back.
#[derive(Debug, Default)]
struct Answers {
    accepted: AtomicU64,
    /// How often each status came. Zero: the connection ended instead.
    statuses: Mutex<BTreeMap<u16, u64>>,
}

impl Answers {
    fn count(&self, status: u16) {
        let mut statuses = self.statuses.lock().unwrap_or_else(PoisonError::into_inner);
        *statuses.entry(status).or_default() += 1;
        if status == 200 {
            self.accepted.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Storm {
    /// Sends everything, kills receivers meanwhile, and judges the effects.
    pub(crate) async fn run(self) -> Result<bool, Failure> {
        let is_one = self.processes == 1 && self.kills == 0;
        if self.options.store == "memory" && !is_one {
            return Err("a memory store belongs to one process that is not killed".into());
        }
        let (seed, scene) = (super::seed(self.seed), Scene::new("storm")?);
        store::prepare(&self.options.store, self.options.settings.transactional).await?;
        let mut receivers = Vec::new();
        for n in 0..self.processes {
            let port = webhook_test_services::free_port();
            receivers.push(Receiver::start(&scene, &self.options, port, self.traits(n)).await?);
        }
        let plan = Arc::new(self.plan(&receivers, seed));
        let (answers, began) = (Arc::new(Answers::default()), Instant::now());
        let sending = tokio::spawn(send_all(Arc::clone(&plan), Arc::clone(&answers)));
        let mut random = fastrand::Rng::with_seed(seed);
        for kill in 1..=self.kills {
            let after = self.deliveries * kill / (self.kills + 1);
            while answers.accepted.load(Ordering::Relaxed) < after && !sending.is_finished() {
                sleep(Duration::from_millis(1)).await;
            }
            sleep(Duration::from_millis(random.u64(..20))).await;
            let n = random.usize(..receivers.len());
            let victim = receivers.get_mut(n).ok_or("no receiver")?;
            victim.kill().await?;
            let port = victim.port;
            *victim = Receiver::start(&scene, &self.options, port, self.traits(n)).await?;
        }
        sending.await??;
        let took = began.elapsed();
        for receiver in &mut receivers {
            receiver.kill().await?;
        }
        self.judge(&answers, &scene, took).await
    }

    fn traits(&self, n: usize) -> Traits {
        let clock_shift = match n % 2 {
            0 => self.clock_shift,
            _ => -self.clock_shift,
        };
        Traits {
            clock_shift,
            dies: None,
        }
    }

    fn plan(&self, receivers: &[Receiver], seed: u64) -> Plan {
        let mut deliveries: Vec<u64> = (0..self.deliveries).map(|n| n % self.ids).collect();
        fastrand::Rng::with_seed(seed).shuffle(&mut deliveries);
        Plan {
            ports: receivers.iter().map(|receiver| receiver.port).collect(),
            connections: self.connections,
            seed,
            deliveries,
        }
    }

    async fn judge(
        &self,
        answers: &Answers,
        scene: &Scene,
        took: Duration,
    ) -> Result<bool, Failure> {
        let verdict = Verdict::new(journal::read(&scene.journal())?);
        let (store, is_transactional) = (&self.options.store, self.options.settings.transactional);
        let effects = effects::counted(store, is_transactional, &verdict).await?;
        let events = self.ids.min(self.deliveries);
        let balance = Balance::new(&effects, events);
        let Balance {
            effects,
            lost,
            doubles,
        } = balance;
        let statuses = answers.statuses.lock().map_err(|_| "a sender panicked")?;
        println!(
            "{} deliveries of {events} events to {} processes, {} kills, {:.1} s",
            self.deliveries,
            self.processes,
            self.kills,
            took.as_secs_f64()
        );
        println!("answers {statuses:?} (0: the connection ended)");
        println!(
            "{effects} runs, {doubles} doubles, {lost} lost, {} epochs that did not rise, \
             {} stale commits",
            verdict.fallen_epochs(),
            verdict.stale_commits()
        );
        // At each kill, every connection may have had a delivery in flight.
        let excused = match is_transactional {
            true => 0,
            false => self.kills.saturating_mul(self.connections as u64),
        };
        let is_plain = statuses.keys().all(|status| match status {
            0 => self.kills > 0,
            status => [200, 503].contains(status),
        });
        Ok(lost == 0 && doubles <= excused && is_plain && verdict.is_sound())
    }
}

/// Sends everything.
async fn send_all(plan: Arc<Plan>, answers: Arc<Answers>) -> Result<(), Failure> {
    let (client, mut senders) = (Client::new()?, JoinSet::new());
    for connection in 0..plan.connections {
        let (plan, answers, client) = (Arc::clone(&plan), Arc::clone(&answers), client.clone());
        senders.spawn(async move { send_share(connection, &plan, &answers, &client).await });
    }
    while let Some(ended) = senders.join_next().await {
        ended?;
    }
    Ok(())
}

/// Sends what belongs to one connection, each delivery until it is accepted.
async fn send_share(connection: usize, plan: &Plan, answers: &Answers, client: &Client) {
    let seed = plan.seed ^ (connection as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (mut random, mut open) = (fastrand::Rng::with_seed(seed), Connections::new());
    let share = plan.deliveries.iter().skip(connection);
    for event in share.step_by(plan.connections) {
        loop {
            let port = random.choice(&plan.ports).copied().unwrap_or_default();
            let status = client.send_over(&mut open, port, *event).await.status();
            answers.count(status);
            if status == 200 {
                break;
            }
            sleep(Duration::from_millis(random.u64(20..100))).await;
        }
    }
}

//! Receivers that are killed at named points of their work and at random times, while events arrive
//! at a steady rate and are retried.
//!
//! In the end no event is lost, no stale owner has committed, and every key is done. In lease mode
//! an event has a second effect at most once for each delivery that was in flight at a kill. In
//! transactional mode none has.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::attempt::Client;
use crate::failpoint::Point;
use crate::process::{Receiver, Scene, Traits};
use crate::receiver::Options;
use crate::traffic::Traffic;
use crate::verdict::{Balance, Verdict};
use crate::{Failure, effects, journal, recheck, store};

/// How long the traffic may take to reach a point. It only ends a run that would not end.
const REACHES: Duration = Duration::from_secs(120);
/// How long the last events may take. It only ends a run that would not end.
const ENDS: Duration = Duration::from_secs(120);

/// The arguments of the driver.
#[derive(Args, Debug)]
pub(crate) struct Kills {
    #[command(flatten)]
    options: Options,
    #[arg(long, default_value_t = 1)]
    processes: usize,
    /// How often a receiver is killed.
    #[arg(long, default_value_t = 100)]
    kills: usize,
    /// How often it is killed at each named point. The other kills come at random times.
    #[arg(long, default_value_t = 10)]
    named: usize,
    /// Events a second.
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// The longest time between two kills of a receiver, in milliseconds.
    #[arg(long, default_value_t = 2_000)]
    gap: u64,
    /// Fails if the events after the last kill take longer than a lease and a second.
    #[arg(long)]
    timed: bool,
    #[arg(long)]
    seed: Option<u64>,
}

/// How a receiver ends.
#[derive(Clone, Copy, Debug)]
enum Death {
    /// It kills itself at the pass of a point.
    At(Point, u32),
    /// It is killed after this time.
    After(Duration),
}

/// What the kills of a run have in common.
#[derive(Debug)]
struct Killing {
    scene: Scene,
    options: Options,
}

impl Kills {
    /// Sends, kills meanwhile, and judges the effects.
    pub(crate) async fn run(self) -> Result<bool, Failure> {
        let (seed, scene) = (super::seed(self.seed), Scene::new("kills")?);
        let (store, is_transactional) = (&self.options.store, self.options.settings.transactional);
        store::prepare(store, is_transactional).await?;
        let mut ports = Vec::new();
        for _ in 0..self.processes {
            ports.push(webhook_test_services::free_port());
        }
        let options = self.options.clone();
        let killing = Arc::new(Killing { scene, options });
        let (mut receivers, mut slots) = (Vec::new(), JoinSet::new());
        for (port, deaths) in ports.iter().zip(self.deaths(seed)) {
            slots.spawn(Arc::clone(&killing).kill(*port, deaths));
        }
        let began = Instant::now();
        let (traffic, sending) = Traffic::start(Client::new()?, ports, self.rate, seed);
        let mut last_kill = began;
        while let Some(slot) = slots.join_next().await {
            let (receiver, killed) = slot??;
            receivers.push(receiver);
            last_kill = last_kill.max(killed);
        }
        traffic.end();
        timeout(ENDS, sending)
            .await
            .map_err(|_| "some events are never accepted")??;
        let (done_after, took) = (last_kill.elapsed(), began.elapsed());
        for receiver in &mut receivers {
            receiver.kill().await?;
        }
        println!("{} receivers, {:.1} s", self.processes, took.as_secs_f64());
        self.judge(&killing.scene, &traffic, done_after).await
    }

    /// The deaths of each process. All named points come as often as told, in an order of their
    /// own, and the last death leaves a claim behind.
    fn deaths(&self, seed: u64) -> Vec<Vec<Death>> {
        let mut random = fastrand::Rng::with_seed(seed);
        let passes = u64::from(self.rate) * self.gap / 1000 / self.processes as u64;
        let passes = u32::try_from(passes).unwrap_or(u32::MAX).max(2);
        let named = Point::ALL
            .iter()
            .cycle()
            .take(Point::ALL.len() * self.named);
        let mut deaths: Vec<Death> = named
            .map(|point| Death::At(*point, random.u32(1..passes)))
            .collect();
        while deaths.len() < self.kills {
            let after = random.u64(20..self.gap.max(21));
            deaths.push(Death::After(Duration::from_millis(after)));
        }
        random.shuffle(&mut deaths);
        let mut slots = vec![Vec::new(); self.processes];
        for (n, death) in deaths.into_iter().enumerate() {
            if let Some(slot) = slots.get_mut(n % self.processes) {
                slot.push(death);
            }
        }
        for slot in &mut slots {
            let leaves_a_claim = |death: &Death| matches!(death, Death::At(Point::InHandler, _));
            if let Some(n) = slot.iter().position(leaves_a_claim) {
                let death = slot.remove(n);
                slot.push(death);
            }
        }
        slots
    }

    async fn judge(
        &self,
        scene: &Scene,
        traffic: &Traffic,
        done_after: Duration,
    ) -> Result<bool, Failure> {
        let verdict = Verdict::new(journal::read(&scene.journal())?);
        let (store, is_transactional) = (&self.options.store, self.options.settings.transactional);
        let not_done = recheck::in_new_process(store, &scene.journal()).await?;
        let effects = effects::counted(store, is_transactional, &verdict).await?;
        let (events, tally) = (traffic.events(), traffic.tally());
        let Balance {
            effects,
            lost,
            doubles,
        } = Balance::new(&effects, events);
        let named: u64 = verdict.deaths().values().sum();
        let deaths: BTreeMap<_, _> = verdict
            .deaths()
            .iter()
            .map(|(p, n)| (p.name(), n))
            .collect();
        let kills = self.kills.max(Point::ALL.len() * self.named) as u64;
        println!(
            "{kills} kills: {deaths:?}, {} at random times",
            kills - named
        );
        println!(
            "{} deliveries of {events} events, answers {:?}",
            tally.deliveries, tally.statuses
        );
        println!(
            "{effects} effects, {doubles} doubles ({} deliveries in flight at kills), {lost} lost",
            tally.broken
        );
        println!(
            "{} epochs that did not rise, {} stale commits, {} runs without a claim, \
             {not_done} keys not done",
            verdict.fallen_epochs(),
            verdict.stale_commits(),
            verdict.unclaimed_runs()
        );
        println!(
            "all was done {:.1} s after the last kill (lease {:.1} s)",
            done_after.as_secs_f64(),
            self.options.settings.lease().as_secs_f64()
        );
        let is_reached = Point::ALL
            .iter()
            .all(|point| verdict.deaths().get(point).copied().unwrap_or(0) == self.named as u64);
        let excused = if is_transactional { 0 } else { tally.broken };
        let is_in_time = done_after <= self.options.settings.lease() + Duration::from_secs(1);
        Ok(verdict.is_sound()
            && is_reached
            && lost == 0
            && not_done == 0
            && doubles <= excused
            && tally.is_plain()
            && tally.timed_out == 0
            && (is_in_time || !self.timed))
    }
}

impl Killing {
    /// Runs one receiver after the other on this port, each until its death. The last one lives on.
    /// Returns it, and when the one before it died.
    async fn kill(
        self: Arc<Self>,
        port: u16,
        deaths: Vec<Death>,
    ) -> Result<(Receiver, Instant), Failure> {
        let mut killed = Instant::now();
        for death in deaths {
            let mut receiver = self.start(port, Some(death)).await?;
            match death {
                Death::At(point, _) => {
                    let died = timeout(REACHES, receiver.died()).await;
                    died.map_err(|_| format!("no delivery reaches {point}"))??;
                }
                Death::After(time) => {
                    sleep(time).await;
                    receiver.kill().await?;
                }
            }
            killed = Instant::now();
        }
        Ok((self.start(port, None).await?, killed))
    }

    async fn start(&self, port: u16, death: Option<Death>) -> Result<Receiver, Failure> {
        let dies = match death {
            Some(Death::At(point, pass)) => Some((point, pass)),
            Some(Death::After(_)) | None => None,
        };
        let traits = Traits {
            clock_shift: 0,
            dies,
        };
        Receiver::start(&self.scene, &self.options, port, traits).await
    }
}

//! Receivers that stop for two leases while others go on: what a long pause of a virtual machine
//! does to a process that believes in its claim.
//!
//! In the end no event is lost, every key is done, and its only commit is that of the last claim.
//! A handler that goes on after a pause still has its effect, although its commit is refused. Only
//! the fence of a delivery prevents that, or a transaction: with one, no event has a second effect.

use std::time::{Duration, Instant};

use clap::Args;
use tokio::time::{sleep, timeout};

use crate::attempt::Client;
use crate::process::{Receiver, Scene, Traits};
use crate::receiver::Options;
use crate::traffic::Traffic;
use crate::verdict::{Balance, Verdict};
use crate::{Failure, effects, journal, recheck, store};

/// It only ends a run that would not end.
const ENDS: Duration = Duration::from_secs(120);

/// The arguments of the driver.
#[derive(Args, Debug)]
pub(crate) struct Pauses {
    #[command(flatten)]
    options: Options,
    #[arg(long, default_value_t = 2)]
    processes: usize,
    /// How often a receiver is stopped.
    #[arg(long, default_value_t = 50)]
    pauses: usize,
    /// Events a second.
    #[arg(long, default_value_t = 100)]
    rate: u32,
    #[arg(long)]
    seed: Option<u64>,
}

impl Pauses {
    /// Sends, stops receivers meanwhile, and judges the effects.
    pub(crate) async fn run(self) -> Result<bool, Failure> {
        let (seed, scene) = (super::seed(self.seed), Scene::new("pauses")?);
        store::prepare(&self.options.store, self.options.settings.transactional).await?;
        let mut receivers = Vec::new();
        for _ in 0..self.processes {
            let port = webhook_test_services::free_port();
            let started = Receiver::start(&scene, &self.options, port, Traits::default());
            receivers.push(started.await?);
        }
        let ports = receivers.iter().map(|receiver| receiver.port).collect();
        // A sender that waits for the end of a pause would not ask the others.
        let client = Client::new()?.patience(self.options.settings.lease() / 4);
        let (traffic, sending) = Traffic::start(client, ports, self.rate, seed);
        let mut random = fastrand::Rng::with_seed(seed);
        let began = Instant::now();
        for _ in 0..self.pauses {
            sleep(Duration::from_millis(random.u64(20..500))).await;
            let stopped = random.choice(&receivers).ok_or("no receiver")?;
            stopped.pause()?;
            sleep(self.options.settings.lease() * 2).await;
            stopped.resume()?;
        }
        traffic.end();
        timeout(ENDS, sending)
            .await
            .map_err(|_| "some events are never accepted")??;
        let took = began.elapsed();
        for receiver in &mut receivers {
            receiver.kill().await?;
        }
        println!(
            "{} pauses of {} receivers, {:.1} s",
            self.pauses,
            self.processes,
            took.as_secs_f64()
        );
        self.judge(&scene, &traffic).await
    }

    async fn judge(&self, scene: &Scene, traffic: &Traffic) -> Result<bool, Failure> {
        let verdict = Verdict::new(journal::read(&scene.journal())?);
        let (store, is_transactional) = (&self.options.store, self.options.settings.transactional);
        let effects = effects::counted(store, is_transactional, &verdict).await?;
        let not_done = recheck::in_new_process(&self.options.store, &scene.journal()).await?;
        let (events, tally) = (traffic.events(), traffic.tally());
        let Balance {
            effects,
            lost,
            doubles,
        } = Balance::new(&effects, events);
        println!("{events} events, answers {:?}", tally.statuses);
        println!("{effects} effects, {doubles} doubles, {lost} lost, {not_done} keys not done");
        println!(
            "{} claims after the first, {} claims with a repeated epoch, {} stale commits, \
             {} runs without a claim",
            verdict.claimed_again(),
            verdict.repeated_epochs(),
            verdict.stale_commits(),
            verdict.unclaimed_runs()
        );
        // A process may have been stopped between a claim and its line, so the order of the lines
        // is not that of the claims.
        let is_fenced = verdict.repeated_epochs() == 0
            && verdict.stale_commits() == 0
            && verdict.unclaimed_runs() == 0;
        let excused = match is_transactional {
            true => 0,
            false => verdict.claimed_again(),
        };
        Ok(is_fenced && lost == 0 && not_done == 0 && doubles <= excused && tally.is_plain())
    }
}

//! A private server of the store that is killed, stopped, and cut off, under steady traffic.
//!
//! In the end no event is lost, no stale owner has committed, and no handler ran whose claim the
//! store had not granted. After each outage deliveries are accepted again, and after the last one a
//! burst of them is, so that no connection of the pool was lost.
//!
//! In lease mode a handler's success is answered even if the store cannot record it. So a key may
//! be left that is not done: the sender has its 200, and sends no more copies.

use std::time::{Duration, Instant};

use clap::Args;
use tokio::task::block_in_place;
use tokio::time::{sleep, timeout};

use crate::attempt::Client;
use crate::drivers::private_server::{Server, ServerKind};
use crate::process::{Receiver, Scene, Traits};
use crate::proxy::{Mode, Proxy};
use crate::receiver::{Options, Settings};
use crate::traffic::{Tally, Traffic};
use crate::verdict::{Balance, Verdict};
use crate::{Failure, effects, journal, recheck, store};

/// How long a receiver may take to serve again, if that is measured.
const RECOVERY: Duration = Duration::from_secs(5);
/// It only ends a run that would not end.
const ENDS: Duration = Duration::from_secs(120);
/// Longer than an adapter waits for a store.
const DELAY: Duration = Duration::from_secs(3);
/// More deliveries than a pool has connections.
const BURST: usize = 64;
/// A burst is sent again if something else has slowed it down. A lost connection stays lost.
const BURSTS: usize = 10;

/// The arguments of the driver.
#[derive(Args, Debug)]
pub(crate) struct Outages {
    /// The server.
    #[arg(long, value_enum)]
    server: ServerKind,
    #[command(flatten)]
    settings: Settings,
    /// How often each outage comes.
    #[arg(long, default_value_t = 20)]
    rounds: usize,
    /// How long an outage of the network lasts, in milliseconds.
    #[arg(long, default_value_t = 3_000)]
    hold: u64,
    /// Events a second.
    #[arg(long, default_value_t = 100)]
    rate: u32,
    /// Fails if deliveries are not accepted five seconds after an outage.
    #[arg(long)]
    timed: bool,
    #[arg(long)]
    seed: Option<u64>,
}

/// What happens to the store.
#[derive(Clone, Copy, Debug)]
enum Outage {
    /// Its server is killed and started again.
    Kill,
    /// Its server stops for two leases.
    Pause,
    /// The network does this for a while.
    Network(Mode),
}

const OUTAGES: [Outage; 6] = [
    Outage::Kill,
    Outage::Pause,
    Outage::Network(Mode::CutAfterRequest),
    Outage::Network(Mode::CutBeforeReply),
    Outage::Network(Mode::Silent),
    Outage::Network(Mode::Delay(DELAY)),
];

impl Outages {
    /// Sends, causes outages meanwhile, and judges the effects.
    pub(crate) async fn run(self) -> Result<bool, Failure> {
        let (seed, scene) = (super::seed(self.seed), Scene::new("outages")?);
        let mut server = block_in_place(|| Server::start(self.server))?;
        let proxy = Proxy::start(server.port()).await?;
        let direct = server.address(server.port());
        store::prepare(&direct, self.settings.transactional).await?;
        let options = Options {
            store: server.address(proxy.port()),
            settings: self.settings.clone(),
        };
        let port = webhook_test_services::free_port();
        let mut receiver = Receiver::start(&scene, &options, port, Traits::default()).await?;
        let (traffic, sending) = Traffic::start(Client::new()?, vec![port], self.rate, seed);

        let mut recovered = Duration::ZERO;
        let mut random = fastrand::Rng::with_seed(seed);
        for _ in 0..self.rounds {
            let mut outages = OUTAGES;
            random.shuffle(&mut outages);
            for outage in outages {
                sleep(Duration::from_millis(random.u64(100..300))).await;
                self.cause(outage, &mut server, &proxy).await;
                let over = Instant::now();
                let probe = timeout(ENDS, traffic.probe()).await;
                probe.map_err(|_| format!("after {outage:?} nothing is accepted"))?;
                let took = over.elapsed();
                println!("{outage:?}: accepted {:.2} s after it", took.as_secs_f64());
                recovered = recovered.max(took);
            }
        }
        traffic.end();
        timeout(ENDS, sending)
            .await
            .map_err(|_| "some events are never accepted")??;
        let mut refused = BURST;
        for _ in 0..BURSTS {
            refused = traffic.burst(BURST).await;
            if refused == 0 {
                break;
            }
        }
        receiver.kill().await?;
        println!("{refused} refused of the last burst of {BURST}");
        let is_sound = self.judge(&scene, &traffic, &direct).await?;
        let is_in_time = recovered < RECOVERY || !self.timed;
        Ok(is_sound && refused == 0 && is_in_time)
    }

    /// Causes an outage. It is over when this returns.
    async fn cause(&self, outage: Outage, server: &mut Server, proxy: &Proxy) {
        match outage {
            Outage::Kill => block_in_place(|| server.restart()),
            Outage::Pause => {
                server.pause();
                sleep(self.settings.lease() * 2).await;
                server.resume();
            }
            Outage::Network(mode) => {
                proxy.set(mode);
                sleep(Duration::from_millis(self.hold)).await;
                proxy.set(Mode::Pass);
            }
        }
    }

    async fn judge(
        &self,
        scene: &Scene,
        traffic: &Traffic,
        address: &str,
    ) -> Result<bool, Failure> {
        let verdict = Verdict::new(journal::read(&scene.journal())?);
        let not_done = recheck::in_new_process(address, &scene.journal()).await?;
        let is_transactional = self.settings.transactional;
        let effects = effects::counted(address, is_transactional, &verdict).await?;
        let (events, tally) = (traffic.events(), traffic.tally());
        let Balance {
            effects,
            lost,
            doubles,
        } = Balance::new(&effects, events);
        let in_a_failed_transaction = scene.logged("25P02");
        println!("{events} events, answers {:?}", tally.statuses);
        println!("{effects} effects, {doubles} doubles, {lost} lost, {not_done} keys not done");
        println!(
            "{} epochs that did not rise, {} stale commits, {} runs without a claim, \
             {in_a_failed_transaction} statements in a failed transaction",
            verdict.fallen_epochs(),
            verdict.stale_commits(),
            verdict.unclaimed_runs()
        );
        let is_exact = doubles == 0 && not_done == 0;
        Ok(verdict.is_sound()
            && lost == 0
            && in_a_failed_transaction == 0
            && scene.logged("panicked") == 0
            && tally.is_plain()
            && (is_exact || !is_transactional)
            && doubles <= refused(&tally))
    }
}

/// Attempts that were not accepted: of each, the event may run again.
fn refused(tally: &Tally) -> u64 {
    let refused = tally.statuses.iter().filter(|(status, _)| **status != 200);
    refused.map(|(_, times)| times).sum()
}

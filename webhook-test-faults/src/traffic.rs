//! Events at a steady rate, each sent until it is accepted, as a provider does.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::attempt::{Client, Outcome};

/// Every so many events, a second copy is sent at the same time.
const COPY_EVERY: u64 = 10;
/// The first and the longest pause before a retry.
const BACK_OFF: [u64; 2] = [200, 2_000];
/// The longest pause once nothing new is sent: what is measured then is not the sender's patience.
const EAGER: u64 = 100;
/// The pause between two attempts of a probe.
const PROBE: Duration = Duration::from_millis(20);

/// What was sent, and what came back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) deliveries: u64,
    pub(crate) accepted: u64,
    /// How often each status came. Zero: there was no answer.
    pub(crate) statuses: BTreeMap<u16, u64>,
    /// Attempts whose connection ended: they were in flight when a receiver died.
    pub(crate) broken: u64,
    pub(crate) timed_out: u64,
}

impl Tally {
    /// Whether all answers were 200 or 503.
    pub(crate) fn is_plain(&self) -> bool {
        let mut statuses = self.statuses.keys();
        statuses.all(|status| [0, 200, 503].contains(status))
    }
}

/// A sender.
#[derive(Debug)]
pub(crate) struct Traffic {
    client: Client,
    ports: Vec<u16>,
    seed: u64,
    events: AtomicU64,
    tally: Mutex<Tally>,
    ends: watch::Sender<bool>,
    is_held: AtomicBool,
    /// Deliveries that are not accepted yet.
    open: AtomicU64,
}

impl Traffic {
    /// Sends `rate` events a second to receivers on these ports, until [`end`](Self::end). The task
    /// ends when all deliveries are accepted.
    pub(crate) fn start(
        client: Client,
        ports: Vec<u16>,
        rate: u32,
        seed: u64,
    ) -> (Arc<Self>, JoinHandle<()>) {
        let traffic = Arc::new(Self::new(client, ports, seed));
        let sending = tokio::spawn(Arc::clone(&traffic).send(rate));
        (traffic, sending)
    }

    /// Sends nothing by itself.
    pub(crate) fn new(client: Client, ports: Vec<u16>, seed: u64) -> Self {
        Self {
            client,
            ports,
            seed,
            events: AtomicU64::new(0),
            tally: Mutex::default(),
            ends: watch::Sender::new(false),
            is_held: AtomicBool::new(false),
            open: AtomicU64::new(0),
        }
    }

    async fn send(self: Arc<Self>, rate: u32) {
        let mut ticks = interval(Duration::from_secs(1) / rate.max(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut deliveries = JoinSet::new();
        while !*self.ends.borrow() {
            ticks.tick().await;
            if self.is_held.load(Ordering::SeqCst) {
                continue;
            }
            let event = self.next_event();
            for _ in 0..1 + u64::from(event.is_multiple_of(COPY_EVERY)) {
                let traffic = Arc::clone(&self);
                self.open.fetch_add(1, Ordering::SeqCst);
                deliveries.spawn(async move {
                    traffic.deliver(event).await;
                    traffic.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
            while deliveries.try_join_next().is_some() {}
        }
        while deliveries.join_next().await.is_some() {}
    }

    /// Sends nothing new from now on, and retries at once.
    pub(crate) fn end(&self) {
        self.ends.send_replace(true);
    }

    /// Sends nothing new for a while, and goes on with `false`.
    pub(crate) fn hold(&self, is_held: bool) {
        self.is_held.store(is_held, Ordering::SeqCst);
    }

    /// Whether all that was sent by itself is accepted.
    pub(crate) fn is_quiet(&self) -> bool {
        self.open.load(Ordering::SeqCst) == 0
    }

    /// How many events there are.
    pub(crate) fn events(&self) -> u64 {
        self.events.load(Ordering::SeqCst)
    }

    /// A new event, for a delivery that the caller sends.
    pub(crate) fn next_event(&self) -> u64 {
        self.events.fetch_add(1, Ordering::SeqCst)
    }

    /// Sends an event until it is accepted. Returns how many attempts that took.
    pub(crate) async fn deliver(&self, event: u64) -> u32 {
        self.tally().deliveries += 1;
        let mut random = fastrand::Rng::with_seed(self.seed ^ event.wrapping_mul(PRIME));
        let mut ends = self.ends.subscribe();
        for attempt in 0_u32.. {
            let port = random.choice(&self.ports).copied().unwrap_or_default();
            let outcome = self.client.send(port, event).await;
            self.count(outcome);
            if outcome == Outcome::Answered(200) {
                return attempt + 1;
            }
            let [first, longest] = BACK_OFF;
            let pause = (first << attempt.min(8)).min(longest);
            let pause = random.u64(pause / 2..pause);
            if *ends.borrow_and_update() {
                sleep(Duration::from_millis(pause.min(EAGER))).await;
                continue;
            }
            tokio::select! {
                () = sleep(Duration::from_millis(pause)) => {}
                _ = ends.changed() => {}
            }
        }
        0
    }

    /// Sends a new event every few milliseconds until it is accepted.
    pub(crate) async fn probe(&self) {
        let event = self.next_event();
        while self.send_once(event).await != Outcome::Answered(200) {
            sleep(PROBE).await;
        }
    }

    /// Sends so many new events at once. Returns how many were not accepted at once; those are sent
    /// again until they are.
    pub(crate) async fn burst(self: &Arc<Self>, events: usize) -> usize {
        let mut deliveries = JoinSet::new();
        for _ in 0..events {
            let (traffic, event) = (Arc::clone(self), self.next_event());
            deliveries.spawn(async move {
                let is_accepted = traffic.send_once(event).await == Outcome::Answered(200);
                if !is_accepted {
                    traffic.deliver(event).await;
                }
                is_accepted
            });
        }
        let accepted = deliveries.join_all().await;
        accepted
            .into_iter()
            .filter(|is_accepted| !is_accepted)
            .count()
    }

    /// One attempt at an event.
    pub(crate) async fn send_once(&self, event: u64) -> Outcome {
        let port = fastrand::choice(&self.ports).copied().unwrap_or_default();
        let outcome = self.client.send(port, event).await;
        self.count(outcome);
        outcome
    }

    fn count(&self, outcome: Outcome) {
        let mut tally = self.tally();
        *tally.statuses.entry(outcome.status()).or_default() += 1;
        match outcome {
            Outcome::Answered(200) => tally.accepted += 1,
            Outcome::Broken => tally.broken += 1,
            Outcome::TimedOut => tally.timed_out += 1,
            Outcome::Answered(_) | Outcome::Unreachable => {}
        }
    }

    pub(crate) fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Spreads the numbers of events over seeds.
const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;

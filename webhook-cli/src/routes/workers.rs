//! The workers of the routes of one configuration.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use tokio::task::JoinSet;
use webhook_axum::Endpoint;
use webhook_axum::inbox::{InboxTable as _, Lane, LaneStats, RunningWorker};

use super::attempts::Attempts;
use super::consumer::RouteConsumer;
use crate::config::{Sink, StoredFor, WorkerSettings};
use crate::store::StoreInbox;

/// Those that get what is stored, before they are started.
#[derive(Default)]
pub(super) struct Consumers(Vec<(StoredFor, RouteConsumer)>);

impl Consumers {
    /// Adds those of a route. Gives the queue of each, and what it counts.
    pub(super) fn add(
        &mut self,
        route: &str,
        endpoint: &Endpoint,
        consumers: &[StoredFor],
    ) -> Vec<(String, Attempts)> {
        let consumers = consumers.iter();
        let added = consumers.map(|consumer| {
            let runs = RouteConsumer::new(route, endpoint, consumer);
            let counted = (consumer.lane.clone(), runs.attempts());
            self.0.push((consumer.clone(), runs));
            counted
        });
        added.collect()
    }

    /// Starts them: a worker for all that waits for a network, and one for each program, so that no
    /// more of them run than the machine can bear, and none keeps others waiting.
    pub(super) fn start(self, inbox: &StoreInbox, settings: &WorkerSettings) -> Vec<RunningWorker> {
        let lanes = self.0.iter().map(|(consumer, _)| consumer.lane.clone());
        tokio::spawn(warn_of_others(inbox.clone(), lanes.collect()));
        let mut running = Vec::new();
        let mut shared = settings.worker(inbox.clone());
        let mut is_shared = false;
        for (StoredFor { lane, sink }, consumer) in self.0 {
            match sink {
                Sink::Forward(_) | Sink::Relay(_) => {
                    shared = shared.named(lane, consumer);
                    is_shared = true;
                }
                Sink::Exec(program) => {
                    let worker = settings.worker(inbox.clone()).named(lane, consumer);
                    let worker = worker
                        .slots(program.at_once())
                        .per_lane(program.at_once())
                        // The program's own limit ends it, and its group with it.
                        .run_timeout(program.time().saturating_add(MARGIN))
                        // One worker removes what is old.
                        .retention((running.is_empty()).then_some(settings.retention));
                    running.push(worker.spawn().expect(VALID));
                }
            }
        }
        if is_shared {
            running.push(shared.spawn().expect(VALID));
        }
        running
    }
}

/// Warns of stored events for consumers that the configuration does not have: a route or a consumer
/// was removed or renamed, and nothing takes what is left of it.
async fn warn_of_others(inbox: StoreInbox, served: HashSet<String>) {
    let mut last: Option<Lane> = None;
    let mut others: BTreeMap<Box<str>, u64> = BTreeMap::new();
    loop {
        let Ok(lanes) = inbox.table().lanes(last.as_ref(), LANES).await else {
            return;
        };
        for LaneStats { lane, waiting, .. } in &lanes {
            if !served.contains(&*lane.consumer) {
                *others.entry(lane.consumer.clone()).or_default() += waiting;
            }
        }
        last = lanes.last().map(|stats| stats.lane.clone());
        if lanes.len() < LANES {
            break;
        }
    }
    for (consumer, waiting) in others {
        tracing::warn!(
            consumer = &*consumer,
            waiting,
            "stored events wait for a consumer that the configuration does not have: name it again, \
             or drop them with `webhook inbox drop`"
        );
    }
}

/// Takes nothing more, and waits for what runs. Returns how much of it was given back.
pub(super) async fn drain(workers: Vec<RunningWorker>, within: Duration) -> usize {
    let drains: JoinSet<usize> = workers
        .into_iter()
        .map(|worker| worker.drain(within))
        .collect();
    drains.join_all().await.into_iter().sum()
}

/// Lanes of one page.
const LANES: usize = 500;
const MARGIN: Duration = Duration::from_secs(10);
const VALID: &str = "the configuration has checked the settings of a worker";

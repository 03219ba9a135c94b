//! The routes of one configuration.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use tokio::sync::watch;
use tokio::task::JoinSet;
use webhook_axum::WebhookLayer;
use webhook_axum::forward::Forwarder;
use webhook_axum::inbox::RunningWorker;

use super::attempts::Attempts;
use super::router::{Shared, router};
use super::workers::Consumers;
use super::{Entered, Loaded, Totals};
use crate::config::WorkerSettings;

/// A router, with what serves its routes.
pub(super) struct Generation {
    router: Router,
    served: Vec<Served>,
    /// What gets the stored events, until it is started.
    consumers: Mutex<Consumers>,
    /// What runs the consumers, until it is drained.
    workers: Mutex<Vec<RunningWorker>>,
    worker: WorkerSettings,
    /// Each request has a receiver. It closes when the last one has ended.
    in_use: watch::Sender<()>,
}

/// A route that is served.
pub(super) struct Served {
    pub(super) name: String,
    pub(super) layer: WebhookLayer,
    pub(super) forwarders: Vec<Forwarder>,
    /// Each queue of what it stores, with what became of the attempts.
    pub(super) attempts: Vec<(String, Attempts)>,
}

impl Generation {
    pub(super) fn new(loaded: Loaded, shared: &Arc<Shared>) -> Self {
        let (router, served, consumers) = router(loaded.routes, shared);
        Self {
            served,
            consumers: Mutex::new(consumers),
            worker: loaded.worker,
            ..Self::fixed(router)
        }
    }

    pub(super) fn fixed(router: Router) -> Self {
        Self {
            router,
            served: Vec::new(),
            consumers: Mutex::default(),
            workers: Mutex::default(),
            worker: WorkerSettings::default(),
            in_use: watch::Sender::new(()),
        }
    }

    /// Begins to run what is stored. It has to be called in a runtime.
    pub(super) fn start(&self, shared: &Shared) {
        let Some(inbox) = &shared.inbox else {
            return;
        };
        let consumers = std::mem::take(&mut *lock(&self.consumers));
        lock(&self.workers).extend(consumers.start(inbox, &self.worker));
    }

    /// The workers, for whoever drains them.
    pub(super) fn take_workers(&self) -> Vec<RunningWorker> {
        std::mem::take(&mut *lock(&self.workers))
    }

    pub(super) fn enter(&self) -> Entered {
        Entered {
            router: self.router.clone(),
            _in_use: self.in_use.subscribe(),
        }
    }

    /// Waits until no request is in progress.
    pub(super) async fn unused(&self) {
        self.in_use.closed().await;
    }

    pub(super) fn layers(&self) -> impl Iterator<Item = &WebhookLayer> {
        self.served.iter().map(|served| &served.layer)
    }

    /// Drains the layers. Returns how many deliveries are not settled after `timeout`.
    pub(super) async fn drain(&self, timeout: Duration) -> usize {
        let drains: JoinSet<usize> = self.layers().map(|layer| layer.drain(timeout)).collect();
        drains.join_all().await.into_iter().sum()
    }

    /// Adds what the endpoints have counted.
    pub(super) fn count(&self, totals: &mut Totals) {
        for Served {
            name,
            layer,
            forwarders,
            attempts,
        } in &self.served
        {
            let endpoint = layer.endpoint();
            let provider = endpoint.provider().name();
            totals.add(name, provider, &endpoint.counts());
            for forwarder in forwarders {
                totals.add_forwards(name, provider, &forwarder.counts());
            }
            for (consumer, attempts) in attempts {
                totals.add_attempts(consumer, provider, attempts.counts());
            }
        }
    }
}

/// No code panics while it holds a lock, and what it locks stays valid anyway.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

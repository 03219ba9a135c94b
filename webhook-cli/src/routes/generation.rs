//! The routes of one configuration.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::sync::watch;
use tokio::task::JoinSet;
use webhook_axum::WebhookLayer;
use webhook_axum::forward::Forwarder;

use super::router::{Shared, router};
use super::{Entered, Totals};
use crate::config::Route;

/// A router, with what serves its routes.
pub(super) struct Generation {
    router: Router,
    served: Vec<Served>,
    /// Each request has a receiver. It closes when the last one has ended.
    in_use: watch::Sender<()>,
}

/// A route that is served.
pub(super) struct Served {
    pub(super) name: String,
    pub(super) layer: WebhookLayer,
    pub(super) forwarder: Option<Forwarder>,
}

impl Generation {
    pub(super) fn new(routes: Vec<Route>, shared: &Arc<Shared>) -> Self {
        let (router, served) = router(routes, shared);
        Self {
            served,
            ..Self::fixed(router)
        }
    }

    pub(super) fn fixed(router: Router) -> Self {
        Self {
            router,
            served: Vec::new(),
            in_use: watch::Sender::new(()),
        }
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
            forwarder,
        } in &self.served
        {
            let endpoint = layer.endpoint();
            let provider = endpoint.provider().name();
            totals.add(name, provider, &endpoint.counts());
            if let Some(forwarder) = forwarder {
                totals.add_forwards(name, provider, &forwarder.counts());
            }
        }
    }
}

//! The routes of one configuration.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::sync::watch;
use tokio::task::JoinSet;
use webhook_axum::WebhookLayer;

use super::router::{Shared, router};
use super::{Entered, Totals};
use crate::config::Route;

/// A router, with the layers of its routes.
pub(super) struct Generation {
    router: Router,
    layers: Vec<(String, WebhookLayer)>,
    /// Each request has a receiver. It closes when the last one has ended.
    in_use: watch::Sender<()>,
}

impl Generation {
    pub(super) fn new(routes: Vec<Route>, shared: &Arc<Shared>) -> Self {
        let (router, layers) = router(routes, shared);
        Self {
            layers,
            ..Self::fixed(router)
        }
    }

    pub(super) fn fixed(router: Router) -> Self {
        Self {
            router,
            layers: Vec::new(),
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
        self.layers.iter().map(|(_, layer)| layer)
    }

    /// Drains the layers. Returns how many deliveries are not settled after `timeout`.
    pub(super) async fn drain(&self, timeout: Duration) -> usize {
        let drains: JoinSet<usize> = self.layers().map(|layer| layer.drain(timeout)).collect();
        drains.join_all().await.into_iter().sum()
    }

    /// Adds what the endpoints have counted.
    pub(super) fn count(&self, totals: &mut Totals) {
        for (route, layer) in &self.layers {
            let endpoint = layer.endpoint();
            totals.add(route, endpoint.provider().name(), &endpoint.counts());
        }
    }
}

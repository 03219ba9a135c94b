//! Metrics for Prometheus.
//!
//! The numbers are the engine's own counters and those of the inbox, read when they are asked for.
//! A client library would keep a second copy of each, for a format of three kinds of lines.

mod page;
mod text;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::CONTENT_TYPE;
use tokio::time::timeout;
use webhook_axum::inbox::{InboxTable as _, Stats};

use crate::connection::Connections;
use crate::routes::{Routes, Shared};

/// What is measured.
#[derive(Clone)]
pub(crate) struct Metrics {
    pub(crate) routes: Routes,
    pub(crate) shared: Arc<Shared>,
    pub(crate) connections: Connections,
}

impl Metrics {
    /// The router that answers `GET /metrics`.
    pub(crate) fn router(self) -> Router {
        Router::new().route("/metrics", get(async move || self.answer().await))
    }

    async fn answer(&self) -> Response {
        let text = "text/plain; version=0.0.4; charset=utf-8";
        let stats = self.stats().await;
        ([(CONTENT_TYPE, text)], page::write(self, stats.as_ref())).into_response()
    }

    /// How much the inbox has. `None`: there is no inbox, or it does not answer in time. The other
    /// metrics are needed most when it does not.
    async fn stats(&self) -> Option<Stats> {
        let table = self.shared.inbox.as_ref()?.table().clone();
        // A call that is dropped may cost a connection, so it ends by itself.
        let stats = tokio::spawn(async move { table.stats().await });
        timeout(STATS_LIMIT, stats).await.ok()?.ok()?.ok()
    }
}

const STATS_LIMIT: Duration = Duration::from_secs(2);

//! Metrics for Prometheus.
//!
//! The numbers are the engine's own counters, read when they are asked for. A client library would
//! keep a second copy of each, for a format of three kinds of lines.

mod page;
mod text;

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::CONTENT_TYPE;

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
        Router::new().route("/metrics", get(async move || self.answer()))
    }

    fn answer(&self) -> Response {
        let text = "text/plain; version=0.0.4; charset=utf-8";
        ([(CONTENT_TYPE, text)], page::write(self)).into_response()
    }
}

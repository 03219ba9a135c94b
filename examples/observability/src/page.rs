//! The page for Prometheus.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// Reads what was recorded.
pub type Page = PrometheusHandle;

/// Durations from half a millisecond to the time in which Stripe expects an answer, and beyond.
const SECONDS: [f64; 10] = [0.0005, 0.002, 0.01, 0.05, 0.25, 1.0, 2.5, 5.0, 10.0, 30.0];
/// Ages of signatures. Stripe's tolerance is five minutes.
const AGES: [f64; 7] = [1.0, 5.0, 15.0, 30.0, 60.0, 150.0, 300.0];
const BYTES: [f64; 6] = [1e3, 4e3, 16e3, 64e3, 256e3, 1e6];

/// Installs the recorder. Do this before the first delivery: an endpoint looks its series up once.
///
/// # Errors
///
/// If another recorder is installed.
pub fn install() -> Result<Page, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_duration_seconds".to_owned()), &SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_age_seconds".to_owned()), &AGES)?
        .set_buckets_for_metric(Matcher::Suffix("_body_bytes".to_owned()), &BYTES)?
        .install_recorder()
}

/// The page. Serve it on an address that only Prometheus reaches.
pub fn page(page: Page) -> Router {
    let text = "text/plain; version=0.0.4; charset=utf-8";
    let render = async move || ([(CONTENT_TYPE, text)], page.render());
    Router::new().route("/metrics", get(render))
}

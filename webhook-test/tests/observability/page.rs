//! The page of Prometheus, as the exporter of the crate `metrics` writes it.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Begins to record. The recorder is global, as in an application.
pub(crate) fn record() {
    handle();
}

fn handle() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).expect("the only one");
        handle
    })
}

/// One line of the page.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// With its labels.
    pub(crate) series: String,
    pub(crate) value: f64,
}

impl Sample {
    fn is(&self, name: &str) -> bool {
        let (own, _) = self.series.split_once('{').unwrap_or((&self.series, ""));
        own == name
    }

    fn has(&self, label: &str, value: &str) -> bool {
        let pair = format!("{label}=\"{value}\"");
        self.series.contains(&pair)
    }
}

/// All samples of an endpoint, by its consumer name.
pub(crate) fn of(consumer: &str) -> Vec<Sample> {
    let page = handle().render();
    let lines = page.lines().filter(|line| !line.starts_with('#'));
    let samples = lines.filter_map(|line| line.rsplit_once(' '));
    let samples = samples.map(|(series, value)| Sample {
        series: series.to_owned(),
        value: value.parse().unwrap(),
    });
    samples
        .filter(|sample| sample.has("consumer", consumer))
        .collect()
}

/// The sum over a metric of an endpoint. `label` restricts it to one value of a label.
pub(crate) fn sum(consumer: &str, name: &str, label: Option<(&str, &str)>) -> u64 {
    let of_metric = of(consumer).into_iter().filter(|sample| sample.is(name));
    let fits = |sample: &Sample| label.is_none_or(|(label, value)| sample.has(label, value));
    let sum: f64 = of_metric.filter(fits).map(|sample| sample.value).sum();
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small counts"
    )]
    let sum = sum.round() as u64;
    sum
}

/// The level of a gauge.
pub(crate) fn level(consumer: &str, name: &str) -> f64 {
    let of_metric = of(consumer).into_iter().filter(|sample| sample.is(name));
    of_metric.map(|sample| sample.value).sum()
}

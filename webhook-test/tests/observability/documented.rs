//! What the documentation says about metrics and spans is true.

use std::fs;
use std::path::Path;

use webhook_core::metrics::{ALL, DeliveryOutcome};
use webhook_worker::metrics as of_workers;

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_table_of_metrics_is_that_of_the_code() {
    let page = read("docs/observability.md");
    let rows: Vec<_> = page
        .lines()
        .filter(|line| line.starts_with("| `webhook_"))
        .collect();
    // Those of an endpoint have its provider and consumer first.
    let of_endpoints = ALL.iter().map(|metric| (metric, 2));
    let by_workers = of_workers::ALL.iter().map(|metric| (metric, 0));
    let expected = of_endpoints.chain(by_workers).map(|(metric, common)| {
        let own = metric.labels().iter().skip(common);
        let own: Vec<_> = own.map(|label| format!("`{label}`")).collect();
        let (name, kind) = (metric.name(), metric.kind().as_str());
        format!(
            "| `{name}` | {kind} | {} | {} |",
            own.join(", "),
            metric.help()
        )
    });
    assert_eq!(rows, expected.collect::<Vec<_>>());
    for outcome in DeliveryOutcome::ALL {
        let name = outcome.as_str();
        assert!(page.contains(&format!("| `{name}` |")), "{name}");
    }
}

#[test]
fn every_metric_in_an_alert_exists() {
    let rules = read("examples/observability/alerts.yml");
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let words = rules.split(|letter| !is_part(letter));
    let mut named: Vec<_> = words.filter(|word| word.starts_with("webhook_")).collect();
    named.sort_unstable();
    named.dedup();
    assert!(named.len() > 5, "{named:?}");
    for name in named {
        let stem = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|end| name.strip_suffix(end));
        let is = |metric: &str| metric == name || Some(metric) == stem;
        let mut all = ALL.iter().chain(of_workers::ALL);
        let is_known = all.any(|metric| is(metric.name()));
        assert!(is_known, "{name} is no metric");
    }
}

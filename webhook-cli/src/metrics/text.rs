//! The text format of Prometheus, version 0.0.4.

use std::fmt::{Display, Write as _};

use webhook_axum::metrics::Metric;

/// A page of metrics.
#[derive(Default)]
pub(super) struct Text(String);

impl Text {
    /// Begins a metric. Its samples follow.
    pub(super) fn begin(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    /// Begins a metric of the library. Gives its name.
    pub(super) fn metric(&mut self, metric: &Metric) -> &'static str {
        self.begin(metric.name(), metric.kind().as_str(), metric.help());
        metric.name()
    }

    pub(super) fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<_> = labels
            .iter()
            .map(|(label, value)| format!("{label}=\"{}\"", escaped(value)))
            .collect();
        match labels.is_empty() {
            true => self.line(format_args!("{name} {value}")),
            false => self.line(format_args!("{name}{{{}}} {value}", labels.join(","))),
        }
    }

    /// A metric with one sample and without labels.
    pub(super) fn single(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.begin(name, kind, help);
        self.sample(name, &[], value);
    }

    pub(super) fn finish(self) -> String {
        self.0
    }

    fn line(&mut self, line: impl Display) {
        writeln!(self.0, "{line}").expect("a string takes every text");
    }
}

fn escaped(value: &str) -> String {
    let value = value.replace('\\', r"\\").replace('"', "\\\"");
    value.replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_cannot_end_its_line_or_its_quotes() {
        let mut text = Text::default();
        text.sample("a_total", &[("b", "c\"d\\e\nf"), ("g", "h")], 1);
        assert_eq!(text.finish(), "a_total{b=\"c\\\"d\\\\e\\nf\",g=\"h\"} 1\n");
    }
}

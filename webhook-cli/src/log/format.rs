//! The format of log lines.

use std::sync::OnceLock;

use serde_json::json;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};

/// The format of log lines. A process has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// A line for people.
    #[default]
    Text,
    /// A JSON object on each line.
    Json,
}

static CURRENT: OnceLock<Format> = OnceLock::new();

impl Format {
    /// Makes this the format of the process. The first one stays.
    pub(super) fn set(self) {
        let _ = CURRENT.set(self);
    }

    /// The format of the process.
    pub(super) fn current() -> Self {
        CURRENT.get().copied().unwrap_or_default()
    }

    /// A line that the subscriber does not write.
    pub(super) fn error(self, message: &str) -> String {
        match self {
            Self::Text => format!("error: {message}"),
            Self::Json => json!({
                "timestamp": now(),
                "level": "ERROR",
                "message": message,
                "target": "webhook",
            })
            .to_string(),
        }
    }
}

/// The time, as the subscriber writes it.
fn now() -> String {
    let mut now = String::new();
    let _ = SystemTime.format_time(&mut Writer::new(&mut now));
    now
}

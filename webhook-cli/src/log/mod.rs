//! Logging that never blocks and never fails.

mod escape;
mod format;
mod limited_count;
mod queue;

use std::io::{self, IsTerminal as _};
use std::panic::PanicHookInfo;
use std::sync::Arc;
use std::thread;

use tracing::Metadata;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

pub(crate) use escape::Escaped;
pub(crate) use format::Format;
pub(crate) use limited_count::LimitedCount;
use queue::Queue;

/// The log of the process: a queue of lines that a thread writes to stderr.
#[derive(Clone)]
pub(crate) struct Log(Arc<Queue>);

/// Starts logging to stderr, panics included. `RUST_LOG` sets the filter, `info` by default.
///
/// # Errors
///
/// The operating system cannot start the thread.
pub(crate) fn start(format: Format) -> io::Result<Log> {
    format.set();
    let log = Log(Arc::default());
    let queue = log.0.clone();
    thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || queue.write_to(&mut io::stderr()))?;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(log.clone())
        .with_ansi(io::stderr().is_terminal())
        // tracing-subscriber writes internal errors directly to stderr. That blocks on an unread
        // pipe and panics on a closed one.
        .log_internal_errors(false);
    match format {
        Format::Text => subscriber.finish().with(FilterFn::new(is_own)).init(),
        Format::Json => subscriber
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .finish()
            .with(FilterFn::new(is_own))
            .init(),
    }
    // The standard hook writes directly to stderr, which blocks on an unread pipe.
    let panics = log.clone();
    std::panic::set_hook(Box::new(move |panic| panics.error(&panic_line(panic))));
    Ok(log)
}

/// Whether it is no span of the library. Lines have the innermost span only, and that of the request
/// has the id that its lines share.
fn is_own(metadata: &Metadata<'_>) -> bool {
    !(metadata.is_span() && metadata.target() == "webhook")
}

fn panic_line(panic: &PanicHookInfo<'_>) -> String {
    let payload = panic.payload();
    let message = payload.downcast_ref::<&str>().copied();
    let message = message.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let message = Escaped::new(message.unwrap_or_default());
    match panic.location() {
        Some(location) => format!("panicked at {location}: {message:?}"),
        None => format!("panicked: {message:?}"),
    }
}

impl Log {
    /// Logs an error, whatever the filter. `message` has no line break.
    pub(crate) fn error(&self, message: &str) {
        let line = Format::current().error(message);
        self.0.push(format!("{line}\n").as_bytes());
    }

    /// Waits until the thread has written every line, for one second at most.
    pub(crate) fn flush(&self) {
        self.0.wait_until_written();
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = &'a Queue;

    fn make_writer(&'a self) -> &'a Queue {
        &self.0
    }
}

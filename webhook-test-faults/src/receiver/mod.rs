//! A receiver: an application whose handler takes a while and has an effect.

mod actix;
mod application;
mod axum;
mod durable;

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use webhook_core::{Endpoint, UnixTime};

use crate::failpoint::{FailPoints, Point};
use crate::journal::Journal;
use crate::receiver::application::Application;
use crate::store::{self, Watch};
use crate::{Failure, SECRET};

pub(crate) use durable::{Work, work};

/// What all receivers of a run have in common.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// `memory`, `sqlite:PATH`, `postgres://…` or `redis://…`. A path or database of its own for
    /// each run.
    #[arg(long, default_value = "memory")]
    pub(crate) store: String,
    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// The same, without the store.
#[derive(Args, Clone, Debug)]
pub(crate) struct Settings {
    /// Claims each delivery in the transaction of its effect.
    #[arg(long)]
    pub(crate) transactional: bool,
    /// The framework.
    #[arg(long, value_enum, default_value_t = Adapter::Axum)]
    pub(crate) adapter: Adapter,
    /// How long a handler takes, in milliseconds.
    #[arg(long, default_value_t = 20)]
    pub(crate) takes: u64,
    /// How long a claim lasts, in milliseconds.
    #[arg(long, default_value_t = 12_000)]
    pub(crate) lease: u64,
}

/// A framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Adapter {
    Axum,
    Actix,
}

impl Options {
    /// The arguments that say this.
    pub(crate) fn to_arguments(&self) -> Vec<String> {
        let settings = &self.settings;
        let adapter = match settings.adapter {
            Adapter::Axum => "axum",
            Adapter::Actix => "actix",
        };
        let (takes, lease) = (settings.takes.to_string(), settings.lease.to_string());
        let mut arguments = vec!["--store", &self.store, "--adapter", adapter];
        arguments.extend(["--takes", &takes, "--lease", &lease]);
        if settings.transactional {
            arguments.push("--transactional");
        }
        arguments.into_iter().map(str::to_owned).collect()
    }
}

impl Settings {
    pub(crate) fn lease(&self) -> Duration {
        Duration::from_millis(self.lease)
    }
}

/// One receiver.
#[derive(Args, Debug)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) options: Options,
    #[arg(long)]
    pub(crate) port: u16,
    #[arg(long)]
    pub(crate) journal: PathBuf,
    /// How many seconds its clock is ahead.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    pub(crate) clock_shift: i64,
    /// Where it kills itself.
    #[arg(long, value_enum)]
    pub(crate) die: Option<Point>,
    /// At which pass of that point.
    #[arg(long, default_value_t = 1)]
    pub(crate) pass: u32,
}

/// Serves until the process is killed.
pub(crate) async fn serve(serve: Serve) -> Result<(), Failure> {
    let journal = Arc::new(Journal::open(&serve.journal)?);
    let points = FailPoints::new(serve.die, serve.pass, Arc::clone(&journal));
    let endpoint = endpoint(&serve, &journal, &points)?;
    let settings = serve.options.settings;
    let application = Application {
        journal,
        points,
        is_transactional: settings.transactional,
        takes: Duration::from_millis(settings.takes),
    };
    let listener = TcpListener::bind(("127.0.0.1", serve.port))?;
    match settings.adapter {
        Adapter::Axum => axum::serve(endpoint, application, listener).await,
        Adapter::Actix => actix::serve(endpoint, application, listener).await,
    }
}

fn endpoint(
    serve: &Serve,
    journal: &Arc<Journal>,
    points: &FailPoints,
) -> Result<Endpoint, Failure> {
    let lease = serve.options.settings.lease();
    let builder = Endpoint::stripe(SECRET).consumer("faults");
    let builder = builder.lease(lease).handler_timeout(lease / 2);
    // The sender's clock is right, so a delivery seems to be as far away as this one's is wrong.
    let shift = serve.clock_shift;
    let tolerance = Duration::from_secs(300 + shift.unsigned_abs());
    let builder = builder.tolerance(tolerance).future_tolerance(tolerance);
    let builder = builder.clock(move || {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        let shifted = now.as_secs().checked_add_signed(shift)?;
        Some(UnixTime::from_secs(shifted))
    });
    let watch = Watch {
        journal: Arc::clone(journal),
        points: points.clone(),
    };
    let is_transactional = serve.options.settings.transactional;
    let builder = store::watched(builder, &serve.options.store, is_transactional, watch)?;
    Ok(builder.build()?)
}

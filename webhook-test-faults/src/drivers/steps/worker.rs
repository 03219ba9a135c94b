//! The worker that is killed: its handler has five steps.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use clap::Args;
use rustix::process::{Signal, getpid, kill_process};
use webhook_axum::inbox::{
    Consumed, Inbox, InboxTable, KeyRing, RetryPolicy, SealKeys, Step, Stored, Worker, consumer_fn,
};
use webhook_core::Endpoint;
use webhook_sqlite::SqliteStore;

use super::effect::Effects;
use super::journal::Journal;
use super::{NAMES, is_transactional, place_name};
use crate::store::{self, Kind};
use crate::{Failure, SECRET};

const SECOND: Duration = Duration::from_secs(1);

/// The arguments of the command.
#[derive(Args, Clone, Debug)]
pub(crate) struct StepWork {
    #[arg(long)]
    pub(super) store: String,
    #[arg(long)]
    pub(super) keys: PathBuf,
    #[arg(long)]
    pub(super) journal: PathBuf,
    #[arg(long)]
    pub(super) slots: usize,
    /// The number of the place where it kills itself.
    #[arg(long)]
    pub(super) die: Option<usize>,
    /// At which pass of that place.
    #[arg(long, default_value_t = 1)]
    pub(super) pass: u32,
}

/// What the runs of a handler share.
#[derive(Clone, Debug)]
struct Handler {
    journal: Arc<Journal>,
    effects: Effects,
    die: Option<usize>,
    passes: Arc<AtomicU32>,
}

impl StepWork {
    /// Works until the process is killed.
    pub(crate) async fn run(self) -> Result<(), Failure> {
        match Kind::of(&self.store)? {
            Kind::Sqlite(path) => {
                let table = SqliteStore::open(path)?.inbox();
                self.work(table, Effects::Sqlite(path.to_owned())).await
            }
            Kind::Postgres(url) => {
                let table = store::postgres(url)?.inbox();
                let effects = Effects::postgres(table.clone(), url)?;
                self.work(table, effects).await
            }
            Kind::Memory | Kind::Redis(_) => Err("this store has no inbox".into()),
        }
    }

    async fn work(&self, table: impl InboxTable, effects: Effects) -> Result<(), Failure> {
        let keys = SealKeys::new(&KeyRing::from_file(&self.keys)?);
        let handler = Handler {
            journal: Arc::new(Journal::open(&self.journal)?),
            effects,
            die: self.die,
            passes: Arc::new(AtomicU32::new(self.pass)),
        };
        let endpoint = Endpoint::stripe(SECRET).build()?;
        let consumer = consumer_fn(endpoint, move |stored| {
            let handler = handler.clone();
            async move { handler.handle(stored).await }
        });
        let retry = RetryPolicy::default().waits(SECOND, SECOND);
        let _worker = Worker::new(Inbox::new(table, keys))
            .consumer(consumer)
            .slots(self.slots)
            .per_lane(self.slots)
            .lease(SECOND)
            .retry(retry.max_attempts(10_000))
            .spawn()?;
        std::future::pending().await
    }
}

impl Handler {
    async fn handle(&self, stored: Stored) -> Consumed {
        match self.run(&stored).await {
            Ok(()) => Consumed::Done,
            Err(_) => Consumed::failed("step"),
        }
    }

    async fn run(&self, stored: &Stored) -> Result<(), Failure> {
        let event = stored.delivery().id().ok_or("the delivery has no id")?;
        for (number, name) in NAMES.iter().enumerate() {
            self.pass(2 * number);
            let effect = format!("{event}/{name}");
            match is_transactional(number) {
                false => self.plain(stored, number, &effect).await?,
                true => self.transactional(stored, number, &effect).await?,
            }
            self.journal.kept(&effect)?;
        }
        self.pass(2 * NAMES.len());
        Ok(())
    }

    /// A step whose effect is a line of the journal.
    async fn plain(&self, stored: &Stored, number: usize, effect: &str) -> Result<(), Failure> {
        let run = async || {
            self.journal.ran(effect)?;
            self.pass(2 * number + 1);
            Ok::<_, Failure>(number)
        };
        let returned: usize = stored.steps().run(NAMES[number], run).await?;
        match returned == number {
            true => Ok(()),
            false => Err("a step has returned what another one did".into()),
        }
    }

    /// A step whose effect is a row, committed with its slot.
    async fn transactional(
        &self,
        stored: &Stored,
        number: usize,
        effect: &str,
    ) -> Result<(), Failure> {
        let name = NAMES[number];
        if stored.steps().results().await?.is_done(name) {
            return Ok(());
        }
        let (handler, step) = (self.clone(), Step::done(name, number.to_string()));
        let before_commit = move || handler.pass(2 * number + 1);
        let lease = *stored.lease();
        self.effects
            .write(effect.to_owned(), lease, step, before_commit)
            .await
    }

    /// Passes a place, or kills the process as `kill -9` does.
    fn pass(&self, place: usize) {
        let is_place = self.die == Some(place);
        if is_place && self.passes.fetch_sub(1, Ordering::SeqCst) == 1 {
            // Without its line the death does not count, and the driver fails.
            let _ = self.journal.died(&place_name(place));
            let _ = kill_process(getpid(), Signal::KILL);
            loop {
                std::thread::park();
            }
        }
    }
}

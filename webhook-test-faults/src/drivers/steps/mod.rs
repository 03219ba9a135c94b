//! A worker whose handler has five steps, killed before, within and after each of them.
//!
//! Three steps have their effect outside of the database. Each of them runs at least once, and
//! never again after its result was kept. The two others have it in the transaction that keeps
//! their result: each of them has exactly one effect.

mod effect;
mod journal;
mod verdict;
mod worker;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::process::Child;
use tokio::time::{sleep, timeout};
use webhook_axum::inbox::{Inbox, InboxTable, KeyRing, SealKeys};
use webhook_core::{Claimed, Endpoint, Finished, Head};
use webhook_sqlite::SqliteStore;

use crate::attempt::Client;
use crate::drivers::table::Table;
use crate::process::{Scene, this_program};
use crate::store::{self, Kind};
use crate::{Failure, SECRET};
use journal::Story;

pub(crate) use worker::StepWork;

/// The steps, in their order.
const NAMES: [&str; 5] = ["reserve", "charge", "ship", "book", "notify"];
/// Before each step, within each, and after the last one.
const PLACES: usize = 2 * NAMES.len() + 1;
/// Deliveries that run at the same time.
const SLOTS: usize = 4;
/// New deliveries for each life of a worker: more than it takes to reach any place.
const EACH: u64 = 8;
/// How long a worker may take to reach its place, and the last one to end. It only ends a run that
/// would not end.
const REACHES: Duration = Duration::from_secs(120);

/// Whether the effect of a step is written in the transaction that keeps its result.
const fn is_transactional(number: usize) -> bool {
    number % 2 == 1
}

fn place_name(place: usize) -> String {
    match (place % 2, NAMES.get(place / 2)) {
        (0, Some(name)) => format!("before {name}"),
        (_, Some(name)) => format!("within {name}"),
        (_, None) => "after all".to_owned(),
    }
}

/// The arguments of the driver.
#[derive(Args, Debug)]
pub(crate) struct Steps {
    /// `sqlite:PATH` or `postgres://…`, empty before each run.
    #[arg(long)]
    store: String,
    /// How often a worker is killed, at each place about as often.
    #[arg(long, default_value_t = 200)]
    kills: usize,
    #[arg(long)]
    seed: Option<u64>,
}

impl Steps {
    /// Stores deliveries, kills workers, and judges what the steps have done.
    pub(crate) async fn run(self) -> Result<bool, Failure> {
        let (seed, scene) = (super::seed(self.seed), Scene::new("steps")?);
        store::prepare(&self.store, true).await?;
        let keys = scene.file("keys");
        std::fs::write(&keys, KeyRing::fresh_entry("faults")?)?;
        match Kind::of(&self.store)? {
            Kind::Sqlite(path) => {
                let table = SqliteStore::open(path)?.inbox();
                self.kill(table, &scene, keys, seed).await
            }
            Kind::Postgres(url) => {
                let table = store::postgres(url)?.inbox();
                self.kill(table, &scene, keys, seed).await
            }
            Kind::Memory | Kind::Redis(_) => Err("this store has no inbox".into()),
        }
    }

    async fn kill(
        &self,
        table: impl InboxTable + Clone,
        scene: &Scene,
        keys: PathBuf,
        seed: u64,
    ) -> Result<bool, Failure> {
        let seal = SealKeys::new(&KeyRing::from_file(&keys)?);
        let endpoint = Endpoint::stripe(SECRET).durable(Inbox::new(table.clone(), seal));
        let (endpoint, client) = (endpoint.build()?, Client::new()?);
        let mut random = fastrand::Rng::with_seed(seed);
        let mut places: Vec<usize> = (0..PLACES).cycle().take(self.kills).collect();
        random.shuffle(&mut places);
        let (began, mut events) = (Instant::now(), 0);
        for place in places {
            for event in events..events + EACH {
                accept(&endpoint, &client, event).await?;
            }
            events += EACH;
            let pass = random.u32(1..=u32::try_from(EACH / 2)?);
            let mut worker = self.start(scene, &keys, Some((place, pass)))?;
            let died = timeout(REACHES, worker.wait()).await;
            died.map_err(|_| format!("no delivery comes {}", place_name(place)))??;
        }
        let mut last = self.start(scene, &keys, None)?;
        self.all_done().await?;
        last.kill().await?;
        println!(
            "{} kills, {:.1} s",
            self.kills,
            began.elapsed().as_secs_f64()
        );
        let story = Story::read(&scene.journal())?;
        verdict::judge(&self.store, self.kills, &table, &story, events).await
    }

    fn start(
        &self,
        scene: &Scene,
        keys: &PathBuf,
        die: Option<(usize, u32)>,
    ) -> Result<Child, Failure> {
        let mut worker = this_program()?;
        worker.args(["step-work", "--store", &self.store]);
        worker
            .arg("--keys")
            .arg(keys)
            .arg("--journal")
            .arg(scene.journal());
        worker.args(["--slots", &SLOTS.to_string()]);
        if let Some((place, pass)) = die {
            worker.args(["--die", &place.to_string(), "--pass", &pass.to_string()]);
        }
        Ok(worker.spawn()?)
    }

    async fn all_done(&self) -> Result<(), Failure> {
        let (table, until) = (Table::at(&self.store)?, Instant::now() + REACHES);
        while table.open_jobs().await? > 0 {
            if Instant::now() >= until {
                return Err("some deliveries are never done".into());
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

/// Stores a delivery of an event.
async fn accept(endpoint: &Endpoint, client: &Client, event: u64) -> Result<(), Failure> {
    let signed = client.sign(event);
    let head = Head::new("POST", "/", &signed.headers);
    let mut intake = endpoint
        .begin(&head)
        .intake()
        .ok_or("the head is refused")?;
    intake.push(signed.body.clone())?;
    let Finished::Event(checked) = intake.finish()? else {
        return Err("the delivery is no event".into());
    };
    match checked.claim().await? {
        Claimed::Stored(_) => Ok(()),
        _ => Err("the delivery is not stored".into()),
    }
}

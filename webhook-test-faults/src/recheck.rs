//! Asks the store for every key of a journal, in a process that had no part in the run.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::task::JoinSet;
use webhook_core::replay::{Claim, ClaimRequest, Owner};
use webhook_core::{ReplayKey, ReplayStore};
use webhook_redis::RedisStore;
use webhook_sqlite::SqliteStore;

use crate::journal::{self, Entry};
use crate::store::{self, Kind};
use crate::{Failure, process};

/// Keys that are asked for at the same time.
const AT_ONCE: usize = 16;
/// How long a claim lasts that should not have been granted.
const LEASE: Duration = Duration::from_secs(60);

/// The arguments of the command.
#[derive(Args, Debug)]
pub(crate) struct Recheck {
    #[arg(long)]
    store: String,
    #[arg(long)]
    journal: PathBuf,
}

impl Recheck {
    /// Prints how many keys are not done.
    pub(crate) async fn run(self) -> Result<bool, Failure> {
        let keys: BTreeSet<ReplayKey> = journal::read(&self.journal)?
            .into_iter()
            .filter_map(|entry| match entry {
                Entry::Claimed(claim) => Some(claim.key),
                _ => None,
            })
            .collect();
        let open = match Kind::of(&self.store)? {
            Kind::Memory => return Err("a memory store ends with its process".into()),
            Kind::Sqlite(path) => not_done(SqliteStore::open(path)?, keys).await?,
            Kind::Postgres(url) => not_done(store::postgres(url)?, keys).await?,
            Kind::Redis(url) => not_done(RedisStore::new(url)?, keys).await?,
        };
        println!("{open}");
        Ok(true)
    }
}

/// How many keys a new owner does not find done.
async fn not_done(store: impl ReplayStore, keys: BTreeSet<ReplayKey>) -> Result<u64, Failure> {
    let (store, mut keys) = (Arc::new(store), keys.into_iter());
    let (mut asked, mut open) = (JoinSet::new(), 0);
    loop {
        while asked.len() < AT_ONCE
            && let Some(key) = keys.next()
        {
            let store = Arc::clone(&store);
            asked.spawn(async move {
                let owner = Owner::from_bits(fastrand::u128(..));
                let request = ClaimRequest::new(owner, LEASE, LEASE);
                let claim = store.claim(&key, &request).await?;
                Ok::<_, Failure>(matches!(claim, Claim::Done { .. }))
            });
        }
        let Some(answer) = asked.join_next().await else {
            return Ok(open);
        };
        open += u64::from(!answer??);
    }
}

/// Runs the command in a process of its own: how many keys of the journal are not done.
pub(crate) async fn in_new_process(store: &str, journal: &std::path::Path) -> Result<u64, Failure> {
    let mut recheck = process::this_program()?;
    recheck
        .args(["recheck", "--store", store, "--journal"])
        .arg(journal);
    let output = recheck.output().await?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(std::str::from_utf8(&output.stdout)?.trim().parse()?)
}

//! `webhook store`: what operators do with the records of a store.

mod dead;
mod forget;

use clap::Subcommand;
use webhook_axum::{ReplayKey, StoreError};

use super::place::Place;
use super::print;
use crate::failure::Failure;
use dead::Dead;
use forget::Forget;

/// List, revive, forget and sweep the records of a store, also while servers use it.
#[derive(clap::Args)]
pub(super) struct StoreCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Dead(Dead),
    /// Let a dead event run again when its next copy arrives.
    Revive {
        /// The key of the event, as `dead` lists it.
        #[arg(value_parser = key)]
        key: ReplayKey,
        #[command(flatten)]
        place: Place,
    },
    Forget(Forget),
    /// Remove expired records. Servers do that by themselves.
    Sweep {
        /// Remove at most so many records.
        #[arg(long, value_name = "RECORDS", default_value_t = 100_000)]
        at_most: usize,
        #[command(flatten)]
        place: Place,
    },
    /// Print the SQL that creates the tables in PostgreSQL, for a user with the right to do that.
    #[cfg(feature = "postgres")]
    Schema,
}

impl StoreCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.verb {
            Verb::Dead(dead) => dead.run().await,
            Verb::Revive { key, place } => {
                let revived = place.open().await?.revive(&key).await.map_err(failed)?;
                print(match revived {
                    true => "revived",
                    false => "not revived: no event with this key is dead",
                })
            }
            Verb::Forget(forget) => forget.run().await,
            Verb::Sweep { at_most, place } => sweep(at_most, &place).await,
            #[cfg(feature = "postgres")]
            Verb::Schema => print(webhook_postgres::SCHEMA_SQL.trim_end()),
        }
    }
}

/// Removes expired records in batches, each within the time limit of the store.
async fn sweep(at_most: usize, place: &Place) -> Result<(), Failure> {
    let store = place.open().await?;
    let (mut removed, mut more) = (0_usize, true);
    while more && removed < at_most {
        let batch = BATCH.min(at_most.saturating_sub(removed));
        let swept = store.sweep(batch).await.map_err(failed)?;
        removed = removed.saturating_add(swept.removed);
        // Others may hold the rest at the moment.
        more = swept.more && swept.removed > 0;
    }
    print(format_args!(
        "removed {removed}{}",
        if more { "; there are more" } else { "" }
    ))
}

/// Reads a key: 64 hexadecimal digits.
fn key(text: &str) -> Result<ReplayKey, &'static str> {
    let mut bytes = [0; 32];
    let decoded = const_hex::decode_to_slice(text, &mut bytes);
    decoded.map_err(|_| "must be 64 hexadecimal digits, as `webhook store dead` lists them")?;
    Ok(ReplayKey::from_bytes(bytes))
}

/// The failure of an operation on the store.
fn failed(error: StoreError) -> Failure {
    Failure::other("store", &error)
}

/// Records that one operation removes.
const BATCH: usize = 1000;

//! `webhook secrets`: what operators do with the secrets of tenants.

mod input;
mod keys;
mod list;

use std::time::Duration;

use clap::Subcommand;
use webhook_axum::Provider;
use webhook_core::secret_store::{SecretStore, SecretStoreError, SecretTable as _};

use super::place::Place;
use super::print;
use crate::failure::Failure;
use crate::store::{AnySecretTable, Store};
use input::Values;
use keys::{Key, Keys};
use list::List;

/// Put, rotate, revoke and list the secrets of tenants, also while servers use them.
///
/// They are sealed with the keys of `--keys FILE`, or of the environment variable
/// WEBHOOK_SECRET_KEYS. `webhook secrets key` makes one. Secrets are read from stdin and never
/// shown.
#[derive(clap::Args)]
pub(super) struct SecretsCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Store the first secret of a tenant, or replace all that it has at the provider.
    Put {
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        values: Values,
        #[command(flatten)]
        keys: Keys,
        #[command(flatten)]
        place: Place,
    },
    /// Make the secret on stdin current. The one before counts for a while.
    Rotate {
        #[command(flatten)]
        whose: Whose,
        /// How long the secret before still counts, such as `90s`, `30m`, `24h`, `7d` or `0`.
        #[arg(long, value_name = "TIME", default_value = "24h", value_parser = time)]
        previous_for: Duration,
        #[command(flatten)]
        keys: Keys,
        #[command(flatten)]
        place: Place,
    },
    /// End the previous secrets of a tenant now.
    EndPrevious {
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        place: Place,
    },
    /// Remove all that a tenant has at the provider. Its deliveries are refused from now on.
    Revoke {
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        place: Place,
    },
    List(List),
    /// Seal everything with the first key of the ring, so that the others can be removed.
    ///
    /// It can be interrupted and repeated, also while servers use the secrets.
    Rewrap {
        #[command(flatten)]
        keys: Keys,
        #[command(flatten)]
        place: Place,
    },
    Key(Key),
}

/// A tenant at a provider.
#[derive(clap::Args)]
struct Whose {
    /// The provider, as `webhook providers` lists it.
    #[arg(value_parser = provider)]
    provider: &'static Provider,
    /// The name of the tenant.
    tenant: String,
}

impl SecretsCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.verb {
            Verb::Put {
                whose: Whose { provider, tenant },
                values,
                keys,
                place,
            } => {
                let (keys, secrets) = (keys.read()?, values.read()?);
                let table = table_of(&place.open_or_make().await?)?;
                let put = SecretStore::new(table, keys);
                let put = put.put(provider, &tenant, &secrets).await;
                put.map_err(|error| failed(provider, &error))?;
                print("stored")
            }
            Verb::Rotate {
                whose: Whose { provider, tenant },
                previous_for,
                keys,
                place,
            } => {
                let (keys, secret) = (keys.read()?, input::secret()?);
                let store = SecretStore::new(table(&place).await?, keys);
                let rotated = store.rotate(provider, &tenant, secret, previous_for).await;
                rotated.map_err(|error| failed(provider, &error))?;
                print("rotated")
            }
            Verb::EndPrevious { whose, place } => {
                let Whose { provider, tenant } = whose;
                let ended = table(&place)
                    .await?
                    .end_previous(provider.name(), &tenant)
                    .await;
                let ended = ended.map_err(|error| failed(provider, &error.into()))?;
                print(format_args!("previous secrets ended: {ended}"))
            }
            Verb::Revoke { whose, place } => {
                let Whose { provider, tenant } = whose;
                let removed = table(&place).await?.remove(provider.name(), &tenant).await;
                print(
                    match removed.map_err(|error| failed(provider, &error.into()))? {
                        0 => "not revoked: the tenant has no secret at this provider",
                        _ => "revoked",
                    },
                )
            }
            Verb::List(list) => list.run().await,
            Verb::Rewrap { keys, place } => {
                let keys = keys.read()?;
                rewrap(SecretStore::new(table(&place).await?, keys)).await
            }
            Verb::Key(key) => key.run(),
        }
    }
}

async fn rewrap(store: SecretStore<AnySecretTable>) -> Result<(), Failure> {
    let done = store.rewrap().await;
    let done = done.map_err(|error| Failure::other("secrets", &error))?;
    let (rewrapped, overtaken, removed) = (done.rewrapped, done.overtaken, done.removed);
    print(format_args!(
        "rewrapped {rewrapped}, overtaken {overtaken}, removed {removed}"
    ))?;
    for slot in &done.unopened {
        print(format_args!("does not open: {}", list::place(slot)))?;
    }
    match done.unopened.len() {
        0 => Ok(()),
        skipped => Err(Failure::plain(format!(
            "secrets: {skipped} do not open and were skipped; add their keys to the ring, or put \
             these secrets again"
        ))),
    }
}

/// The table of an existing store.
async fn table(place: &Place) -> Result<AnySecretTable, Failure> {
    table_of(&place.open().await?)
}

fn table_of(store: &Store) -> Result<AnySecretTable, Failure> {
    let problem = "keeps no secrets; expected `sqlite:PATH` or `postgres://…`";
    let table = store.secret_table();
    table.ok_or_else(|| Failure::argument("the store", problem))
}

/// What the caller can change is an argument. The rest is the store.
fn failed(provider: &Provider, error: &SecretStoreError) -> Failure {
    use SecretStoreError as E;
    match error {
        E::Config(_) => Failure::config(provider.name(), error),
        E::InvalidTenant | E::UnknownTenant => Failure::config("TENANT", error),
        _ => Failure::other("secrets", error),
    }
}

fn provider(name: &str) -> Result<&'static Provider, &'static str> {
    let unknown = "no provider has this name; `webhook providers` lists all of them";
    Provider::find(name).ok_or(unknown)
}

/// Reads a number with a unit.
pub(super) fn time(text: &str) -> Result<Duration, &'static str> {
    let expected = "expected a number with a unit, such as `90s`, `30m`, `24h`, `7d`, or `0`";
    let end = text.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let seconds: u64 = match (unit, number) {
        ("", "0") | ("s", _) => 1,
        ("m", _) => 60,
        ("h", _) => 60 * 60,
        ("d", _) => 24 * 60 * 60,
        _ => return Err(expected),
    };
    let number: u64 = number.parse().map_err(|_| expected)?;
    let seconds = number.checked_mul(seconds).ok_or(expected)?;
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_with_a_unit() {
        for (text, seconds) in [
            ("0", 0),
            ("0h", 0),
            ("90s", 90),
            ("30m", 1800),
            ("24h", 86_400),
            ("7d", 604_800),
        ] {
            assert_eq!(time(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "1",
            "h",
            "-1h",
            "1.5h",
            "1w",
            "1h30m",
            "9999999999999999999d",
        ] {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_default_overlap_is_that_of_the_library() {
        let overlap = webhook_core::secret_store::DEFAULT_OVERLAP;
        assert_eq!(time("24h"), Ok(overlap));
    }
}

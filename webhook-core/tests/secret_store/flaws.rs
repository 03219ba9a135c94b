//! Tables with one flaw each, which the suite has to find.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use webhook_core::secret_store::{
    Change, MemorySecretTable, Replaced, SealedSecret, SecretRow, SecretTable, Slot, TenantRows,
    conformance,
};
use webhook_core::{StoreError, UnixTime};

use super::keep_promise;

/// What a table does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    FoldsCase,
    IgnoresTheState,
    ForgetsThatItHasWritten,
    NeverEnds,
    ProlongsEarlierEnds,
    EndsSettings,
    EndsTheCurrentSecret,
    CountsEnded,
    ResealsBlindly,
    ResealsNothing,
    ListsEnded,
    ListsOtherKeysOnly,
    SkipsARow,
    SweepsWithoutBound,
}

#[derive(Clone, Debug)]
struct Flawed {
    table: MemorySecretTable,
    flaw: Flaw,
}

impl Flawed {
    async fn all(&self) -> Result<Vec<SecretRow>, StoreError> {
        self.table.page(None, usize::MAX, None).await
    }

    /// Writes the rows of a tenant anew, each as it is or changed.
    async fn rewrite(
        &self,
        change: &Change,
        is_kept: impl Fn(&SecretRow) -> bool,
    ) -> Result<(), StoreError> {
        let rows = self.table.read(&change.provider, &change.tenant).await?;
        for row in rows.rows.iter().filter(|row| !is_kept(row)) {
            // The table has no verb for one row, so its bytes are made useless.
            let bytes = SealedSecret::from_bytes([0; 60]);
            self.table.reseal(&row.slot, &row.sealed, &bytes).await?;
        }
        Ok(())
    }
}

fn folded(text: &str, is_folded: bool) -> String {
    if is_folded {
        text.to_lowercase()
    } else {
        text.to_owned()
    }
}

impl SecretTable for Flawed {
    async fn read(&self, provider: &str, tenant: &str) -> Result<TenantRows, StoreError> {
        let tenant = folded(tenant, self.flaw == Flaw::FoldsCase);
        self.table.read(provider, &tenant).await
    }

    async fn write(&self, change: &Change) -> Result<bool, StoreError> {
        let mut change = change.clone();
        match (self.flaw, change.replaced) {
            (Flaw::FoldsCase, _) => change.tenant = folded(&change.tenant, true).into(),
            (Flaw::IgnoresTheState, _) => {
                let rows = self.table.read(&change.provider, &change.tenant).await?;
                change.last = rows.last;
            }
            (Flaw::ForgetsThatItHasWritten, _) => {
                let rows = self.table.read(&change.provider, &change.tenant).await?;
                if rows.last != change.last {
                    return Ok(false);
                }
            }
            (Flaw::NeverEnds, Replaced::EndAfter(_)) => {
                change.replaced = Replaced::EndAfter(Duration::from_secs(1 << 40));
            }
            (Flaw::EndsSettings, Replaced::EndAfter(_)) => {
                self.rewrite(&change, |row| row.slot.is_secret()).await?;
            }
            (Flaw::ProlongsEarlierEnds, Replaced::EndAfter(_)) => {
                // Ends are those of the first write: a later one is not taken over.
                self.rewrite(&change, |row| row.ends_at.is_none()).await?;
            }
            _ => {}
        }
        self.table.write(&change).await
    }

    async fn end_previous(&self, provider: &str, tenant: &str) -> Result<u64, StoreError> {
        let ended = self.table.end_previous(provider, tenant).await?;
        match self.flaw {
            Flaw::EndsTheCurrentSecret => self.table.remove(provider, tenant).await,
            Flaw::CountsEnded => Ok(ended.max(1)),
            _ => Ok(ended),
        }
    }

    async fn remove(&self, provider: &str, tenant: &str) -> Result<u64, StoreError> {
        self.table.remove(provider, tenant).await
    }

    async fn page(
        &self,
        after: Option<&Slot>,
        at_most: usize,
        except_key: Option<&str>,
    ) -> Result<Vec<SecretRow>, StoreError> {
        let except_key = except_key.filter(|_| self.flaw != Flaw::ListsOtherKeysOnly);
        let mut page = self.table.page(after, at_most, except_key).await?;
        match self.flaw {
            Flaw::SkipsARow if page.len() > 1 => {
                page.remove(0);
            }
            Flaw::ListsEnded if page.is_empty() && after.is_none() && at_most > 0 => {
                let slot = Slot::secret("stripe", "ended", 1);
                let time = UnixTime::from_secs(1);
                let bytes = SealedSecret::from_bytes([0; 60]);
                page.push(SecretRow::new(slot, bytes, time, Some(time)));
            }
            _ => {}
        }
        Ok(page)
    }

    async fn reseal(
        &self,
        slot: &Slot,
        old: &SealedSecret,
        new: &SealedSecret,
    ) -> Result<bool, StoreError> {
        match self.flaw {
            Flaw::ResealsBlindly => {
                let rows = self.all().await?;
                let found = rows.iter().find(|row| row.slot == *slot);
                let old = found.map_or(old, |row| &row.sealed);
                self.table.reseal(slot, old, new).await
            }
            Flaw::ResealsNothing => Ok(true),
            _ => self.table.reseal(slot, old, new).await,
        }
    }

    async fn sweep(&self, at_most: usize) -> Result<u64, StoreError> {
        match self.flaw {
            Flaw::SweepsWithoutBound => self.table.sweep(usize::MAX).await,
            _ => self.table.sweep(at_most).await,
        }
    }
}

/// The promises that a table with this flaw breaks.
fn broken(flaw: Flaw) -> BTreeSet<&'static str> {
    let names = conformance::PROMISES.iter().copied();
    let broken = names.filter(|name| {
        let run = || keep_promise(name, |table| Flawed { table, flaw });
        catch_unwind(AssertUnwindSafe(run)).is_err()
    });
    broken.collect()
}

#[test]
fn every_flaw_is_found_by_the_promise_that_it_breaks() {
    for (flaw, promise) in [
        (Flaw::FoldsCase, "tenants_and_providers_are_apart"),
        (
            Flaw::IgnoresTheState,
            "a_change_counts_only_for_the_state_it_was_made_for",
        ),
        (
            Flaw::ForgetsThatItHasWritten,
            "a_change_counts_only_for_the_state_it_was_made_for",
        ),
        (Flaw::NeverEnds, "a_rotated_secret_counts_until_its_end"),
        (
            Flaw::ProlongsEarlierEnds,
            "a_rotation_keeps_settings_and_earlier_ends",
        ),
        (
            Flaw::EndsSettings,
            "a_rotation_keeps_settings_and_earlier_ends",
        ),
        (
            Flaw::EndsTheCurrentSecret,
            "previous_secrets_alone_are_ended",
        ),
        (Flaw::CountsEnded, "previous_secrets_alone_are_ended"),
        (
            Flaw::ResealsBlindly,
            "a_row_is_resealed_only_as_it_was_read",
        ),
        (
            Flaw::ResealsNothing,
            "a_rewrap_leaves_no_row_of_another_key",
        ),
        (
            Flaw::ListsEnded,
            "a_revoked_tenant_is_unknown_and_can_begin_again",
        ),
        (
            Flaw::ListsOtherKeysOnly,
            "a_rewrap_leaves_no_row_of_another_key",
        ),
        (
            Flaw::SkipsARow,
            "the_list_has_every_value_in_order_and_none_that_ended",
        ),
        (
            Flaw::SweepsWithoutBound,
            "a_sweep_removes_what_has_ended_and_nothing_else",
        ),
    ] {
        let broken = broken(flaw);
        assert!(broken.contains(promise), "{flaw:?} breaks {broken:?}");
        assert!(
            broken.len() < conformance::PROMISES.len() / 2,
            "{flaw:?} breaks {broken:?}"
        );
    }
}

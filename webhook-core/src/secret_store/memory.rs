//! A table in the memory of the process.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{StoreError, StoreErrorKind};
use crate::secret_store::{
    Change, Replaced, SealedSecret, SecretRow, SecretTable, Slot, TenantRows,
};
use crate::time::{Clock, SystemClock, UnixTime};

/// A table in memory, for tests and for tenants that are read from elsewhere at the start. It is
/// lost with the process. Clones share it.
#[derive(Clone)]
pub struct MemorySecretTable {
    rows: Arc<Mutex<BTreeMap<Slot, SecretRow>>>,
    clock: Arc<dyn Clock>,
}

impl MemorySecretTable {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(SystemClock)
    }

    /// An empty table with another clock, for tests.
    #[must_use]
    pub fn with_clock(clock: impl Clock) -> Self {
        Self {
            rows: Arc::default(),
            clock: Arc::new(clock),
        }
    }

    fn lock(&self) -> Result<Locked<'_>, StoreError> {
        let now = self.clock.now();
        let now = now.ok_or_else(|| {
            let why = "the clock cannot tell the time";
            StoreError::with_source(StoreErrorKind::Unavailable, why)
        })?;
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Locked { rows, now })
    }
}

impl Default for MemorySecretTable {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemorySecretTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemorySecretTable").finish_non_exhaustive()
    }
}

/// The rows and the time of an operation.
struct Locked<'a> {
    rows: MutexGuard<'a, BTreeMap<Slot, SecretRow>>,
    now: UnixTime,
}

impl Locked<'_> {
    fn is_live(&self, row: &SecretRow) -> bool {
        row.ends_at.is_none_or(|end| end > self.now)
    }

    /// The rows of a tenant, also those that have ended.
    fn of<'a>(&'a self, provider: &'a str, tenant: &'a str) -> impl Iterator<Item = &'a SecretRow> {
        let first = Slot::secret(provider, tenant, 0);
        let rows = self.rows.range(first..).map(|(_, row)| row);
        rows.take_while(move |row| row.slot.provider() == provider && row.slot.tenant() == tenant)
    }

    /// Removes the rows of a tenant for which `is_removed` holds. Returns how many had not ended.
    fn remove(
        &mut self,
        provider: &str,
        tenant: &str,
        is_removed: impl Fn(&SecretRow) -> bool,
    ) -> u64 {
        let removed = self.of(provider, tenant).filter(|row| is_removed(row));
        let removed: Vec<_> = removed
            .map(|row| (row.slot.clone(), self.is_live(row)))
            .collect();
        for (slot, _) in &removed {
            self.rows.remove(slot);
        }
        removed.iter().filter(|(_, is_live)| *is_live).count() as u64
    }

    fn last(&self, provider: &str, tenant: &str) -> u64 {
        let numbers = self.of(provider, tenant).map(|row| row.slot.number());
        numbers.max().unwrap_or_default()
    }

    fn write(&mut self, change: &Change) -> bool {
        let Change {
            provider, tenant, ..
        } = change;
        if self.last(provider, tenant) != change.last {
            let first = change.rows.first();
            return first.is_some_and(|(slot, sealed)| self.has(slot, sealed));
        }
        match change.replaced {
            Replaced::Removed => {
                self.remove(provider, tenant, |_| true);
            }
            Replaced::EndAfter(time) => {
                let now = self.now;
                self.remove(provider, tenant, |row| {
                    row.ends_at.is_some_and(|end| end <= now)
                });
                let slots: Vec<_> = self
                    .of(provider, tenant)
                    .map(|row| row.slot.clone())
                    .collect();
                for slot in slots.iter().filter(|slot| slot.is_secret()) {
                    if let Some(row) = self.rows.get_mut(slot) {
                        row.ends_at.get_or_insert(now.saturating_add(time));
                    }
                }
            }
        }
        for (slot, sealed) in &change.rows {
            let row = SecretRow::new(slot.clone(), sealed.clone(), self.now, None);
            self.rows.insert(slot.clone(), row);
        }
        true
    }

    fn has(&self, slot: &Slot, sealed: &SealedSecret) -> bool {
        self.rows.get(slot).is_some_and(|row| row.sealed == *sealed)
    }
}

impl SecretTable for MemorySecretTable {
    async fn read(&self, provider: &str, tenant: &str) -> Result<TenantRows, StoreError> {
        let locked = self.lock()?;
        let rows = locked
            .of(provider, tenant)
            .filter(|row| locked.is_live(row));
        let rows = rows.cloned().collect();
        Ok(TenantRows::new(locked.last(provider, tenant), rows))
    }

    async fn write(&self, change: &Change) -> Result<bool, StoreError> {
        Ok(self.lock()?.write(change))
    }

    async fn end_previous(&self, provider: &str, tenant: &str) -> Result<u64, StoreError> {
        let is_previous = |row: &SecretRow| row.slot.is_secret() && row.ends_at.is_some();
        Ok(self.lock()?.remove(provider, tenant, is_previous))
    }

    async fn remove(&self, provider: &str, tenant: &str) -> Result<u64, StoreError> {
        Ok(self.lock()?.remove(provider, tenant, |_| true))
    }

    async fn page(
        &self,
        after: Option<&Slot>,
        at_most: usize,
        except_key: Option<&str>,
    ) -> Result<Vec<SecretRow>, StoreError> {
        let locked = self.lock()?;
        let begin = after.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = locked.rows.range::<Slot, _>((begin, Bound::Unbounded));
        let rows = rows.map(|(_, row)| row).filter(|row| {
            let is_excepted = except_key.is_some() && row.sealed.key_id() == except_key;
            locked.is_live(row) && !is_excepted
        });
        Ok(rows.take(at_most).cloned().collect())
    }

    async fn reseal(
        &self,
        slot: &Slot,
        old: &SealedSecret,
        new: &SealedSecret,
    ) -> Result<bool, StoreError> {
        let mut locked = self.lock()?;
        let now = locked.now;
        let Some(row) = locked.rows.get_mut(slot) else {
            return Ok(false);
        };
        if row.sealed == *old && row.ends_at.is_none_or(|end| end > now) {
            row.sealed = new.clone();
        }
        Ok(row.sealed == *new)
    }

    async fn sweep(&self, at_most: usize) -> Result<u64, StoreError> {
        let mut locked = self.lock()?;
        let ended = locked.rows.values().filter(|row| !locked.is_live(row));
        let ended: Vec<_> = ended.take(at_most).map(|row| row.slot.clone()).collect();
        for slot in &ended {
            locked.rows.remove(slot);
        }
        Ok(ended.len() as u64)
    }
}

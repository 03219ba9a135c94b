//! Sealing everything with the current key.

use crate::secret_store::{SecretStore, SecretStoreError, SecretTable, Slot};

/// How many rows are read at a time.
const BATCH: usize = 100;

/// What a rewrap did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rewrapped {
    /// How many values were sealed with the current key.
    pub rewrapped: u64,
    /// How many values were replaced or removed by somebody else in the meantime.
    pub overtaken: u64,
    /// How many values were removed because they had ended.
    pub removed: u64,
    /// The values that do not open. They were skipped, and stay as they are.
    pub unopened: Vec<Slot>,
}

impl<T: SecretTable> SecretStore<T> {
    /// Seals every value with the current key of the ring, and removes those that have ended.
    /// Afterwards no other key is needed, except for what does not open.
    ///
    /// It works in batches, and beside other operations: a value that is replaced in the meantime
    /// is left alone. It can be interrupted at any point and repeated, and then does the rest. All
    /// processes must have the current key before it begins, or they go on sealing with another.
    ///
    /// # Errors
    ///
    /// If the table fails, or the operating system has no random bytes. A value that does not open
    /// is no error: it is logged and counted.
    pub async fn rewrap(&self) -> Result<Rewrapped, SecretStoreError> {
        let mut done = Rewrapped::default();
        loop {
            let removed = self.sweep(BATCH).await?;
            if removed == 0 {
                break;
            }
            done.removed = done.removed.saturating_add(removed);
        }
        let current = self.keys().current_id();
        let mut last: Option<Slot> = None;
        loop {
            let rows = self
                .table()
                .page(last.as_ref(), BATCH, Some(current))
                .await?;
            let Some(row) = rows.last() else {
                return Ok(done);
            };
            last = Some(row.slot.clone());
            for row in rows {
                let Ok(text) = self.open_row(&row) else {
                    done.unopened.push(row.slot);
                    continue;
                };
                let sealed = self.keys().seal(&row.slot, &text)?;
                let counter = match self.table().reseal(&row.slot, &row.sealed, &sealed).await? {
                    true => &mut done.rewrapped,
                    false => &mut done.overtaken,
                };
                *counter = counter.saturating_add(1);
            }
        }
    }
}

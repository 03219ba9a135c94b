//! Where steps are kept, whatever the table.

use std::future::Future;
use std::pin::Pin;

use webhook_core::StoreError;
use webhook_core::replay::LeaseState;
use webhook_inbox::{Inbox, InboxTable, JobId, JobLease, Step};

type Reading<'a> = Pin<Box<dyn Future<Output = Result<Vec<Step>, StoreError>> + Send + 'a>>;
type Putting<'a> = Pin<Box<dyn Future<Output = Result<LeaseState, StoreError>> + Send + 'a>>;

/// An inbox without its type.
pub(crate) trait ErasedSlots: Send + Sync {
    fn read(&self, id: JobId) -> Reading<'_>;
    fn put<'a>(&'a self, lease: &'a JobLease, step: &'a Step) -> Putting<'a>;
}

impl<T: InboxTable> ErasedSlots for Inbox<T> {
    fn read(&self, id: JobId) -> Reading<'_> {
        Box::pin(self.table().steps(id))
    }

    fn put<'a>(&'a self, lease: &'a JobLease, step: &'a Step) -> Putting<'a> {
        Box::pin(self.table().put_step(lease, step))
    }
}

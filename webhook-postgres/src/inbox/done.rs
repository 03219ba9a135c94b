//! Records that jobs are done, in groups.

use std::collections::{HashMap, HashSet};

use sqlx::Row;
use webhook_core::StoreError;
use webhook_inbox::JobLease;

use super::queue::{Context, Grouped, Queue, Reply, errors};
use super::{Inner, number, run};
use crate::claim::owner_bytes;
use crate::database::Repeat;
use crate::error::store_error;
use crate::value::Value;

/// Returns whether the job is done now. If not, it may have been done before.
pub(super) async fn done(inner: &Inner, lease: &JobLease) -> Result<bool, StoreError> {
    let queue = inner.done.get_or_init(|| {
        let context = Context::new(inner);
        Queue::start(context, inner.others().limit())
    });
    let lease = *lease;
    queue.ask(|reply| DoneOp { lease, reply }).await
}

pub(super) struct DoneOp {
    lease: JobLease,
    reply: Reply<bool>,
}

impl Grouped for DoneOp {
    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    async fn send(waiting: &mut Vec<Self>, context: &Context) {
        let group = take(waiting);
        let owners: Vec<_> = group.iter().map(|op| owner_bytes(op.lease.owner)).collect();
        let owners: Vec<_> = owners.iter().map(|owner| Some(&owner[..])).collect();
        let ids: Vec<_> = group.iter().map(|op| number(op.lease.id)).collect();
        let epochs = group.iter().map(|op| i64::try_from(op.lease.epoch));
        let epochs: Vec<_> = epochs.map(|epoch| epoch.unwrap_or(i64::MAX)).collect();
        let values = [
            Value::ManyBig(&ids),
            Value::ManyBytes(&owners),
            Value::ManyBig(&epochs),
        ];
        let database = &context.store.inbox.others;
        let mut operation = database.operation();
        let statement = &context.sql.done;
        let sent = run(database, &mut operation, statement, &values, Repeat::Yes).await;
        let done = sent.and_then(|rows| {
            let ids = rows.iter().map(|row| row.try_get::<i64, _>(0));
            ids.collect::<Result<HashSet<_>, _>>().map_err(store_error)
        });
        match done {
            Ok(done) => {
                for op in group {
                    let is_done = done.contains(&number(op.lease.id));
                    let _ = op.reply.send(Ok(is_done));
                }
            }
            Err(error) => {
                let error = errors(error);
                for op in group {
                    let _ = op.reply.send(Err(error()));
                }
            }
        }
    }
}

/// Takes operations of different jobs, in the order of the jobs.
fn take(waiting: &mut Vec<DoneOp>) -> Vec<DoneOp> {
    let mut first = HashMap::with_capacity(waiting.len());
    let mut rest = Vec::new();
    for op in std::mem::take(waiting) {
        match first.contains_key(&op.lease.id) {
            true => rest.push(op),
            false => drop(first.insert(op.lease.id, op)),
        }
    }
    *waiting = rest;
    let mut group: Vec<_> = first.into_values().collect();
    group.sort_by_key(|op| op.lease.id);
    group
}

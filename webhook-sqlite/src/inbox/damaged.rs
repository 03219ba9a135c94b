//! Takes jobs from a file of which a page is damaged, without those that are on it.
//!
//! Once a transaction has met damage, SQLite lets it read on, but neither write nor commit. So it
//! looks for more of it and fails, and the next one leaves out what was found.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::params;
use webhook_core::{StoreError, StoreErrorKind};
use webhook_inbox::{Job, Lane, TakeRequest, Taken};

use super::take::{LOOKED_AT, claim, job, visit, waits};
use super::{SqliteInbox, count, sql};
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::writer::Urgency;

/// How many transactions a call may need to find what is damaged. The next call goes on.
const ROUNDS: usize = 20;

/// The ids of the jobs that cannot be read, or not be written. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Damage(Arc<Mutex<BTreeSet<i64>>>);

impl Damage {
    pub(super) fn is_unknown(&self) -> bool {
        self.known().is_empty()
    }

    fn known(&self) -> MutexGuard<'_, BTreeSet<i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A due job that cannot be taken.
struct Damaged {
    id: i64,
    lane: Lane,
    /// Its row can be read, and its body cannot.
    has_row: bool,
}

impl SqliteInbox {
    /// Takes jobs that can be read and written. Others are parked if their rows can be written, and
    /// otherwise left out.
    pub(super) async fn take_around_damage(
        &self,
        request: &TakeRequest,
    ) -> Result<Taken, StoreError> {
        let mut rounds = 0;
        loop {
            rounds += 1;
            let (taken, met) = self.take_what_is_whole(request).await;
            if met.is_empty() || rounds > ROUNDS {
                return taken;
            }
            for one in met {
                self.set_aside(&one).await;
                self.damage.known().insert(one.id);
            }
        }
    }

    /// The transaction fails if it meets damage, so what it met comes another way.
    async fn take_what_is_whole(
        &self,
        request: &TakeRequest,
    ) -> (Result<Taken, StoreError>, Vec<Damaged>) {
        let met = Arc::new(Mutex::new(Vec::new()));
        let (known, request) = (self.damage.known().clone(), request.clone());
        let meets = Arc::clone(&met);
        let work = move |ledger: &mut Ledger<'_>| {
            // It may run again: alone, if another operation of its transaction has failed.
            let mut met = meets.lock().unwrap_or_else(PoisonError::into_inner);
            met.clear();
            take(ledger, &request, &known, &mut met)
        };
        let taken = self.ask(Urgency::Begins, work).await;
        let met = std::mem::take(&mut *met.lock().unwrap_or_else(PoisonError::into_inner));
        (taken, met)
    }

    /// Parks a job, so that it is in a list. Whatever becomes of it, others go on.
    async fn set_aside(&self, damaged: &Damaged) {
        let id = damaged.id;
        let work = move |ledger: &mut Ledger<'_>| {
            let mut park = ledger.connection().prepare_cached(sql::PARK_DAMAGED)?;
            Ok(park.execute([id])?)
        };
        let is_parked = damaged.has_row && self.ask(Urgency::Ends, work).await.is_ok();
        tracing::error!(
            target: "webhook",
            job = id,
            consumer = &*damaged.lane.consumer,
            tenant = &*damaged.lane.tenant,
            is_parked,
            "a stored delivery cannot be taken: the file is damaged"
        );
    }
}

/// As [`super::take::take`], row by row, since a row that is left out must not be read. After the
/// first damage it only reads, to find more.
fn take(
    ledger: &Ledger<'_>,
    request: &TakeRequest,
    without: &BTreeSet<i64>,
    met: &mut Vec<Damaged>,
) -> Result<Taken, Failure> {
    let (lanes, after) = visit(ledger, request).map_err(of_index)?;
    let share = request.share(lanes.len());
    let mut jobs = Vec::new();
    for lane in &lanes {
        let at_most = share.min(request.at_most.saturating_sub(jobs.len()));
        let mut taken = 0;
        for id in due(ledger, lane, at_most, without).map_err(of_index)? {
            if taken == at_most {
                break;
            }
            let job = read(ledger, request, lane, id).and_then(|job| match job {
                Some(job) if met.is_empty() => claim(ledger, request, &job).map(|()| Some(job)),
                job => Ok(job),
            });
            match job {
                Ok(Some(job)) => {
                    jobs.push(job);
                    taken += 1;
                }
                Ok(None) => {}
                Err(failure) if failure.is_corrupt() => met.push(Damaged {
                    id,
                    lane: lane.clone(),
                    has_row: has_row(ledger, id),
                }),
                Err(failure) => return Err(failure),
            }
        }
    }
    match met.is_empty() {
        true => Ok(Taken::new(jobs, after)),
        false => Err(Failure::corrupt("stored deliveries cannot be taken")),
    }
}

/// The ids of the jobs that may be due, by the index.
fn due(
    ledger: &Ledger<'_>,
    lane: &Lane,
    at_most: usize,
    without: &BTreeSet<i64>,
) -> Result<Vec<i64>, Failure> {
    let mut statement = ledger.connection().prepare_cached(sql::DUE_IDS)?;
    let values = params![
        &*lane.tenant,
        &*lane.consumer,
        ledger.now(),
        count(LOOKED_AT.max(at_most))
    ];
    let ids = statement.query_map(values, |row| row.get(0))?;
    let ids = ids.filter(|id| !id.as_ref().is_ok_and(|id| without.contains(id)));
    Ok(ids.collect::<Result<_, _>>()?)
}

/// `None`: it waits for another job.
fn read(
    ledger: &Ledger<'_>,
    request: &TakeRequest,
    lane: &Lane,
    id: i64,
) -> Result<Option<Job>, Failure> {
    let mut statement = ledger.connection().prepare_cached(sql::DUE_ROW)?;
    let mut rows = statement.query([id])?;
    let row = rows.next()?;
    let row =
        row.ok_or_else(|| Failure::corrupt("the index has a job that is not in the table"))?;
    match waits(ledger, lane, row)? {
        true => Ok(None),
        false => job(ledger, row, request, lane).map(Some),
    }
}

fn has_row(ledger: &Ledger<'_>, id: i64) -> bool {
    let statement = ledger.connection().prepare_cached(sql::DUE_ROW);
    let found = statement.and_then(|mut statement| statement.exists([id]));
    found.unwrap_or(false)
}

/// Without the index, nobody knows which jobs there are.
fn of_index(failure: Failure) -> Failure {
    if !failure.is_corrupt() {
        return failure;
    }
    let why = "the index `webhook_delivery_due` is damaged, so no job is found: recover the file";
    Failure::new(StoreErrorKind::Corrupt, why)
}

//! Plays random operations on a table and on the table in memory, side by side.
//!
//! Written by hand although `proptest` exists: the crates of the tables need it too, and this crate
//! depends on no test library.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use webhook_core::UnixTime;

use super::ask::{acceptance, answer, dead, find, listed, new_owner, number_of, parked, retry};
use crate::{
    Action, Change, Ending, InboxTable, Job, JobFilter, JobId, JobInfo, Lane, MemoryInbox,
    Retention, Step, TakeRequest,
};

const HOUR: Duration = Duration::from_secs(3600);
/// Between two operations, so that no two times are equal.
const TICK: Duration = Duration::from_millis(1);

/// Plays so many random operations on an empty table and on a [`MemoryInbox`], and compares every
/// answer. `seed` decides what is drawn. `sleep` waits until the time has passed on the table's
/// clock; a millisecond need not be waited for on a clock that goes on by itself.
///
/// # Panics
///
/// If an answer differs. The message has the seed and the operations so far.
pub async fn model<T: InboxTable>(
    table: &T,
    sleep: impl AsyncFn(Duration),
    steps: usize,
    seed: u64,
) {
    let now = Arc::new(AtomicU64::new(1_800_000_000_000));
    let clock = Arc::clone(&now);
    let memory = MemoryInbox::with_clock(move || Some(UnixTime::from_millis(clock.load(Relaxed))));
    let pass = async |time: Duration| {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        now.fetch_add(millis, Relaxed);
        sleep(time).await;
    };
    let mut play = Play {
        table,
        memory,
        random: Random(seed | 1),
        leases: Vec::new(),
        ids: Vec::new(),
        log: Vec::new(),
        seed,
    };
    for _ in 0..steps {
        pass(TICK).await;
        if play.random.below(5) == 0 {
            let time = HOUR.saturating_mul(play.random.below(9));
            play.log.push(format!("sleep {time:?}"));
            pass(time).await;
        }
        play.step().await;
    }
    play.compare_all().await;
}

/// xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        let mut bits = self.0;
        bits ^= bits >> 12;
        bits ^= bits << 25;
        bits ^= bits >> 27;
        self.0 = bits;
        let high = bits.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        u32::try_from(high).unwrap_or(0) % end
    }

    fn of<'a, V>(&mut self, list: &'a [V]) -> Option<&'a V> {
        let len = u32::try_from(list.len()).ok().filter(|len| *len > 0)?;
        list.get(usize::try_from(self.below(len)).ok()?)
    }
}

struct Play<'a, T> {
    table: &'a T,
    memory: MemoryInbox,
    random: Random,
    /// Every claim so far: of the table, and of the table in memory.
    leases: Vec<(Job, Job)>,
    /// The jobs that were taken once, so that their ids are known.
    ids: Vec<(JobId, JobId)>,
    log: Vec<String>,
    seed: u64,
}

impl<T: InboxTable> Play<'_, T> {
    async fn step(&mut self) {
        match self.random.below(18) {
            0..=4 => self.accept().await,
            5..=7 => self.take().await,
            8..=11 => self.settle().await,
            12 => self.renew().await,
            13 => self.change().await,
            14 => self.prune().await,
            15..=16 => self.put_step().await,
            _ => self.compare_all().await,
        }
    }

    async fn accept(&mut self) {
        let number = u64::from(self.random.below(40));
        let lane = ["", "a", "b"].map(|tenant| Lane::new(tenant, ""));
        let lane = self.random.of(&lane).cloned().unwrap_or_default();
        let mut new = acceptance(number, &lane).remembered(self.random.below(8) > 0);
        new.request.retain = HOUR.saturating_mul(24);
        new.request.fingerprint = u64::from(self.random.below(2));
        if self.random.below(4) == 0 {
            new = new.and_for("x");
        }
        let order = u8::try_from(self.random.below(4)).unwrap_or(0);
        new.order_by = (order > 0).then_some([order; 16]);
        self.log
            .push(format!("accept {number} in {:?} by {order}", new.lanes()));
        let found = answer(self.table.accept(&new).await);
        let expected = answer(self.memory.accept(&new).await);
        self.same(&found, &expected);
    }

    async fn take(&mut self) {
        let at_most = usize::try_from(self.random.below(6)).unwrap_or(0) + 3;
        let lease = HOUR.saturating_mul(self.random.below(8) + 2);
        let mut request = TakeRequest::new(new_owner(), at_most, lease);
        match self.random.below(8) {
            0 => request = request.per_lane(1),
            1 => request = request.of_consumers(["x"]),
            2 => request = request.of_consumers([""]).per_lane(2),
            3 => request = request.skip(vec![Lane::new("a", ""), Lane::new("b", "x")]),
            _ => {}
        }
        self.log.push(format!("{request:?}"));
        let mut found = answer(self.table.take(&request).await).jobs;
        let mut expected = answer(self.memory.take(&request).await).jobs;
        let shown = |jobs: &mut Vec<Job>| -> Vec<_> {
            jobs.sort_by_key(|job| (job.lane.clone(), number_of(&job.body), job.lease.id));
            let shown = jobs.iter();
            shown
                .map(|job| (job.lane.clone(), number_of(&job.body), job.attempt))
                .collect()
        };
        let (shown_found, shown_expected) = (shown(&mut found), shown(&mut expected));
        self.same(&shown_found, &shown_expected);
        for (found, expected) in found.into_iter().zip(expected) {
            self.ids.push((found.lease.id, expected.lease.id));
            self.leases.push((found, expected));
        }
    }

    async fn settle(&mut self) {
        let Some((found, expected)) = self.random.of(&self.leases).cloned() else {
            return;
        };
        let endings = [
            Ending::Done,
            retry(HOUR.saturating_mul(self.random.below(4) + 1)),
            dead(),
            parked(),
            Ending::GivenBack,
        ];
        let Some(ending) = self.random.of(&endings) else {
            return;
        };
        let number = number_of(&found.body);
        self.log.push(format!(
            "settle {number} attempt {} {ending:?}",
            found.attempt
        ));
        let found = answer(self.table.settle(&found.lease, ending).await);
        let expected = answer(self.memory.settle(&expected.lease, ending).await);
        self.same(&found, &expected);
    }

    async fn put_step(&mut self) {
        let Some((found, expected)) = self.random.of(&self.leases).cloned() else {
            return;
        };
        let name = ["charge", "mail", "ship"];
        let name = self.random.of(&name).copied().unwrap_or_default();
        let value = vec![u8::try_from(self.random.below(256)).unwrap_or(0)];
        let step = match self.random.below(3) {
            0 => Step::done(name, value),
            1 => Step::failed(name, "timeout"),
            _ => Step::skipped(name),
        };
        let number = number_of(&found.body);
        self.log.push(format!("put {step:?} of {number}"));
        let found = answer(self.table.put_step(&found.lease, &step).await);
        let expected = answer(self.memory.put_step(&expected.lease, &step).await);
        self.same(&found, &expected);
    }

    async fn renew(&mut self) {
        let Some((found, expected)) = self.random.of(&self.leases).cloned() else {
            return;
        };
        let by = HOUR.saturating_mul(self.random.below(8) + 2);
        self.log
            .push(format!("renew {} by {by:?}", number_of(&found.body)));
        let found = answer(self.table.renew(&found.lease, by).await);
        let expected = answer(self.memory.renew(&expected.lease, by).await);
        self.same(&found, &expected);
    }

    async fn change(&mut self) {
        let changes = [Change::Requeue, Change::Park, Change::Drop];
        let change = self.random.of(&changes).copied().unwrap_or(Change::Park);
        let (mut found, mut expected) = (Vec::new(), Vec::new());
        for _ in 0..self.random.below(4) {
            if let Some((id, model)) = self.random.of(&self.ids) {
                found.push(*id);
                expected.push(*model);
            }
        }
        let action = Action::new("model", &self.log.len().to_string());
        self.log.push(format!("change {expected:?} {change:?}"));
        let found = answer(self.table.change(&found, change, &action).await);
        let expected = answer(self.memory.change(&expected, change, &action).await);
        self.same(&found, &expected);
    }

    async fn prune(&mut self) {
        let hours = self.random.below(20);
        let retention = Retention::new(HOUR.saturating_mul(hours), HOUR.saturating_mul(20));
        self.log.push(format!("prune bodies after {hours} h"));
        let found = answer(self.table.prune(&retention, 100).await);
        let expected = answer(self.memory.prune(&retention, 100).await);
        self.same(&found, &expected);
    }

    /// Compares every job, and the numbers.
    async fn compare_all(&mut self) {
        self.log.push("compare".to_owned());
        let jobs = listed(self.table, &JobFilter::default(), 7).await;
        let model = listed(&self.memory, &JobFilter::default(), 1000).await;
        let shown = |job: &JobInfo| {
            let ended = job.ended_at.is_some();
            (
                job.key,
                job.lane.clone(),
                job.state,
                job.attempts,
                ended,
                job.error.clone(),
            )
        };
        let found: Vec<_> = jobs.iter().map(shown).collect();
        let expected: Vec<_> = model.iter().map(shown).collect();
        self.same(&found, &expected);
        for (found, expected) in jobs.iter().zip(&model) {
            let found = find(self.table, found.id).await;
            let expected = find(&self.memory, expected.id).await;
            self.same(&found.body, &expected.body);
            let shown = |job: &crate::StoredJob| -> Vec<_> {
                let kept = job.attempts.iter();
                kept.map(|kept| (kept.number, kept.failure.clone()))
                    .collect()
            };
            self.same(&shown(&found), &shown(&expected));
            self.same(&found.steps, &expected.steps);
            let shown = |job: &crate::StoredJob| -> Vec<_> {
                let kept = job.changes.iter();
                kept.map(|kept| (kept.change, kept.action.clone()))
                    .collect()
            };
            self.same(&shown(&found), &shown(&expected));
        }
        let found = answer(self.table.lanes(None, 9).await);
        let expected = answer(self.memory.lanes(None, 9).await);
        let shown = |lanes: &[crate::LaneStats]| -> Vec<_> {
            let lanes = lanes.iter();
            lanes
                .map(|stats| (stats.lane.clone(), stats.waiting))
                .collect()
        };
        self.same(&shown(&found), &shown(&expected));
        let found = answer(self.table.stats().await);
        let expected = answer(self.memory.stats().await);
        let shown = |stats: crate::Stats| {
            let is_behind = stats.behind_since.is_some();
            (
                [stats.due, stats.running, stats.dead, stats.parked],
                is_behind,
            )
        };
        self.same(&shown(found), &shown(expected));
    }

    #[track_caller]
    fn same<V: PartialEq + std::fmt::Debug>(&self, found: &V, expected: &V) {
        assert!(
            found == expected,
            "the table answered {found:?}, the model {expected:?}; seed {}, after {:#?}",
            self.seed,
            self.log
        );
    }
}

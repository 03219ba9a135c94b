//! A table with a flaw, around the table in memory.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use webhook_core::StoreError;
use webhook_core::replay::{LeaseState, Owner};
use webhook_inbox::{
    Acceptance, Accepted, Action, Change, Changed, Ending, Failure, InboxTable, JobFilter, JobId,
    JobLease, JobState, Lane, LaneStats, Listed, MAX_STEP_VALUE, MemoryInbox, Pruned, Retention,
    Stats, Step, StoredJob, TakeRequest, Taken,
};

/// What a table does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    ForgetsKeys,
    NeverForgets,
    ForgetsOwners,
    RemembersEverything,
    IgnoresBounds,
    TakesBodiesForText,
    MixesLanes,
    NeverTakesOver,
    GrantsNoLease,
    RenewsNothing,
    RenewsWhatIsLost,
    IgnoresLeases,
    EndsOnlyOnce,
    RetriesAtOnce,
    RetriesTheDead,
    BuriesTheParked,
    CountsWhatIsGivenBack,
    ForgetsTheFirstAttempt,
    ServesTheFirstLane,
    StopsEarly,
    ServesTheLatest,
    ChangesWhatRuns,
    HoldsWhatWasChanged,
    ForgetsWhoChanged,
    ForgetsWhyItChanged,
    BlamesBystanders,
    KeepsEveryChange,
    ForgetsTheLastChange,
    FoldsCase,
    IgnoresTimes,
    IncludesTheEnd,
    SkipsAJob,
    CountsTheDeadAsDue,
    LosesBodiesOfTheDead,
    PrunesWithoutEnd,
    ForgetsConsumers,
    IgnoresConsumers,
    IgnoresSkips,
    IgnoresLimitsOfLanes,
    IgnoresOrders,
    MixesOrders,
    LetsRetriesBeOvertaken,
    TellsNoAge,
    ForgetsSteps,
    ReplacesDoneSteps,
    IgnoresLeasesOfSteps,
    CutsSteps,
    ForgetsStepsOfTheDone,
    MixesLanesInNumbers,
}

type Replaced = HashMap<(JobId, Box<str>), Step>;

type Asked = (Change, Action);

#[derive(Clone, Debug)]
pub(super) struct Flawed {
    table: MemoryInbox,
    flaw: Flaw,
    /// The last lease of each job.
    leases: Arc<Mutex<HashMap<JobId, JobLease>>>,
    ended: Arc<Mutex<HashSet<JobLease>>>,
    /// What people wanted to do with each job.
    asked: Arc<Mutex<HashMap<JobId, Vec<Asked>>>>,
    /// What steps were replaced by.
    replaced: Arc<Mutex<Replaced>>,
}

impl Flawed {
    pub(super) fn new(table: MemoryInbox, flaw: Flaw) -> Self {
        Self {
            table,
            flaw,
            leases: Arc::default(),
            ended: Arc::default(),
            asked: Arc::default(),
            replaced: Arc::default(),
        }
    }

    fn last_lease(&self, id: JobId) -> Option<JobLease> {
        self.leases.lock().unwrap().get(&id).copied()
    }

    fn replace(&self, id: JobId, steps: &mut [Step]) {
        let replaced = self.replaced.lock().unwrap();
        for step in steps {
            if let Some(later) = replaced.get(&(id, step.name.clone())) {
                step.clone_from(later);
            }
        }
    }

    /// Gives back what is not wanted of what was taken.
    async fn keep(
        &self,
        taken: &mut Taken,
        is_kept: impl Fn(&webhook_inbox::Job) -> bool,
    ) -> Result<(), StoreError> {
        for job in taken.jobs.iter().filter(|job| !is_kept(job)) {
            self.table.settle(&job.lease, &Ending::GivenBack).await?;
        }
        taken.jobs.retain(|job| is_kept(job));
        Ok(())
    }
}

/// The same delivery for one lane.
fn in_lane(all: &Acceptance, lane: Lane) -> Acceptance {
    let (request, sealed, body) = (all.request.clone(), all.sealed.clone(), all.body.clone());
    Acceptance::new(all.key, request, lane, &all.provider, sealed, body)
        .remembered(all.is_remembered)
        .with_event_type(all.event_type.as_deref())
        .with_route(all.route.as_deref())
        .ordered_by(all.order_by)
}

fn failure() -> Failure {
    Failure::new("flaw", Duration::ZERO)
}

impl InboxTable for Flawed {
    async fn accept(&self, acceptance: &Acceptance) -> Result<Accepted, StoreError> {
        let mut changed = acceptance.clone();
        match self.flaw {
            Flaw::ForgetsKeys => changed.is_remembered = false,
            Flaw::NeverForgets => changed.request.retain *= 1000,
            Flaw::ForgetsOwners => changed.request.owner = Owner::from_bits(unused_bits()),
            Flaw::RemembersEverything => changed.is_remembered = true,
            Flaw::IgnoresBounds => changed.request.bound = None,
            Flaw::TakesBodiesForText => {
                let text = String::from_utf8_lossy(&acceptance.body).into_owned();
                changed.body = text.into();
            }
            Flaw::MixesLanes => {
                let first = &acceptance.lanes()[0];
                changed = in_lane(acceptance, Lane::new(first.tenant.clone(), ""));
            }
            Flaw::ForgetsConsumers => {
                changed = in_lane(acceptance, acceptance.lanes()[0].clone());
            }
            Flaw::IgnoresOrders => changed.order_by = None,
            Flaw::MixesOrders => changed.order_by = acceptance.order_by.map(|_| [0; 16]),
            _ => {}
        }
        self.table.accept(&changed).await
    }

    async fn take(&self, request: &TakeRequest) -> Result<Taken, StoreError> {
        let mut changed = request.clone();
        match self.flaw {
            Flaw::NeverTakesOver => changed.lease *= 1000,
            Flaw::GrantsNoLease => changed.lease = Duration::ZERO,
            Flaw::ServesTheLatest => changed.at_most = 100,
            Flaw::IgnoresConsumers => changed.consumers = None,
            Flaw::IgnoresSkips => changed.skip.clear(),
            Flaw::IgnoresLimitsOfLanes => changed.per_lane = usize::MAX,
            _ => {}
        }
        let mut taken = self.table.take(&changed).await?;
        match self.flaw {
            Flaw::ServesTheFirstLane => {
                let first = taken.jobs.first().map(|job| job.lane.clone());
                self.keep(&mut taken, |job| Some(&job.lane) == first.as_ref())
                    .await?;
                taken.after = None;
            }
            Flaw::StopsEarly => taken.after = None,
            Flaw::TellsNoAge => taken
                .jobs
                .iter_mut()
                .for_each(|job| job.age = Duration::ZERO),
            Flaw::ServesTheLatest => {
                let from = taken.jobs.len().saturating_sub(request.at_most);
                let late: Vec<_> = taken.jobs.iter().skip(from).map(|job| job.lease).collect();
                self.keep(&mut taken, |job| late.contains(&job.lease))
                    .await?;
            }
            _ => {}
        }
        let mut leases = self.leases.lock().unwrap();
        leases.extend(taken.jobs.iter().map(|job| (job.lease.id, job.lease)));
        Ok(taken)
    }

    async fn renew(&self, lease: &JobLease, by: Duration) -> Result<LeaseState, StoreError> {
        match self.flaw {
            Flaw::RenewsNothing => self.table.renew(lease, Duration::ZERO).await,
            Flaw::RenewsWhatIsLost => {
                self.table.renew(lease, by).await?;
                Ok(LeaseState::Held)
            }
            _ => self.table.renew(lease, by).await,
        }
    }

    async fn settle(&self, lease: &JobLease, ending: &Ending) -> Result<LeaseState, StoreError> {
        let (mut lease, mut ending) = (*lease, ending.clone());
        let is_first = self.ended.lock().unwrap().insert(lease);
        match (self.flaw, &mut ending) {
            (Flaw::IgnoresLeases, _) => lease = self.last_lease(lease.id).unwrap_or(lease),
            (Flaw::EndsOnlyOnce, _) if !is_first => return Ok(LeaseState::Lost),
            (Flaw::RetriesAtOnce, Ending::Retry { after, .. }) => *after = Duration::ZERO,
            // What was set aside holds back nothing.
            (Flaw::LetsRetriesBeOvertaken, Ending::Retry { failure, .. }) => {
                let reason = failure.clone();
                ending = Ending::Parked { reason };
            }
            (Flaw::RetriesTheDead, Ending::Dead { failure }) => {
                let (after, failure) = (Duration::ZERO, failure.clone());
                ending = Ending::Retry { after, failure };
            }
            (Flaw::BuriesTheParked, Ending::Parked { reason }) => {
                let failure = reason.clone();
                ending = Ending::Dead { failure };
            }
            (Flaw::CountsWhatIsGivenBack, Ending::GivenBack) => {
                let (after, failure) = (Duration::ZERO, failure());
                ending = Ending::Retry { after, failure };
            }
            _ => {}
        }
        let state = self.table.settle(&lease, &ending).await?;
        let is_changed = self.flaw == Flaw::HoldsWhatWasChanged && !is_first;
        let known = self.last_lease(lease.id) == Some(lease);
        Ok(match is_changed && known {
            true => LeaseState::Held,
            false => state,
        })
    }

    async fn change(&self, ids: &[JobId], change: Change, by: &Action) -> Result<u64, StoreError> {
        let mut by = by.clone();
        match self.flaw {
            Flaw::ForgetsWhoChanged => by.by = "somebody".into(),
            Flaw::ForgetsWhyItChanged => by.why = "".into(),
            _ => {}
        }
        for id in ids {
            let mut asked = self.asked.lock().unwrap();
            asked.entry(*id).or_default().push((change, by.clone()));
        }
        if self.flaw == Flaw::ChangesWhatRuns {
            for lease in ids.iter().filter_map(|id| self.last_lease(*id)) {
                let reason = failure();
                self.table
                    .settle(&lease, &Ending::Parked { reason })
                    .await?;
            }
        }
        self.table.change(ids, change, &by).await
    }

    async fn steps(&self, id: JobId) -> Result<Vec<Step>, StoreError> {
        let mut steps = self.table.steps(id).await?;
        self.replace(id, &mut steps);
        Ok(steps)
    }

    async fn put_step(&self, lease: &JobLease, step: &Step) -> Result<LeaseState, StoreError> {
        let (mut lease, mut step) = (*lease, step.clone());
        match self.flaw {
            Flaw::ForgetsSteps => return Ok(LeaseState::Held),
            Flaw::IgnoresLeasesOfSteps => lease = self.last_lease(lease.id).unwrap_or(lease),
            Flaw::CutsSteps => step.value.truncate(MAX_STEP_VALUE),
            Flaw::ReplacesDoneSteps => {
                let key = (lease.id, step.name.clone());
                self.replaced.lock().unwrap().insert(key, step.clone());
            }
            _ => {}
        }
        self.table.put_step(&lease, &step).await
    }

    async fn find(&self, id: JobId) -> Result<Option<StoredJob>, StoreError> {
        let mut found = self.table.find(id).await?;
        if let Some(job) = &mut found {
            self.replace(id, &mut job.steps);
            if self.flaw == Flaw::ForgetsStepsOfTheDone && job.info.state == JobState::Done {
                job.steps.clear();
            }
            if self.flaw == Flaw::LosesBodiesOfTheDead && job.info.state == JobState::Dead {
                job.body = None;
            }
            if self.flaw == Flaw::ForgetsTheFirstAttempt && job.attempts.len() > 9 {
                job.attempts.remove(0);
            }
            let asked = self.asked.lock().unwrap().get(&id).cloned();
            let asked = asked.unwrap_or_default();
            let at = job.info.accepted_at;
            let all = asked
                .into_iter()
                .map(|(change, by)| Changed::new(change, by, at));
            let all: Vec<_> = all.collect();
            match self.flaw {
                Flaw::BlamesBystanders if job.changes.is_empty() => job.changes = all,
                Flaw::KeepsEveryChange if all.len() > job.changes.len() && all.len() > 20 => {
                    job.changes = all;
                }
                Flaw::ForgetsTheLastChange if job.changes.len() == 20 => {
                    job.changes.pop();
                }
                _ => {}
            }
        }
        Ok(found)
    }

    async fn list(
        &self,
        filter: &JobFilter,
        after: Option<JobId>,
        at_most: usize,
    ) -> Result<Listed, StoreError> {
        let mut changed = filter.clone();
        if self.flaw == Flaw::FoldsCase {
            changed.tenant = filter
                .tenant
                .as_ref()
                .map(|name| name.to_lowercase().into());
        }
        if self.flaw == Flaw::IgnoresTimes {
            (changed.accepted_from, changed.accepted_until) = (None, None);
        }
        if self.flaw == Flaw::IncludesTheEnd {
            let until = filter.accepted_until;
            changed.accepted_until =
                until.map(|time| time.saturating_add(Duration::from_millis(1)));
        }
        let mut listed = self.table.list(&changed, after, at_most).await?;
        if self.flaw == Flaw::SkipsAJob && listed.jobs.len() > 1 {
            listed.jobs.remove(0);
        }
        Ok(listed)
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        let mut stats = self.table.stats().await?;
        if self.flaw == Flaw::CountsTheDeadAsDue {
            stats.due += stats.dead;
        }
        Ok(stats)
    }

    async fn lanes(
        &self,
        after: Option<&Lane>,
        at_most: usize,
    ) -> Result<Vec<LaneStats>, StoreError> {
        let mut lanes = self.table.lanes(after, at_most).await?;
        let all: u64 = lanes.iter().map(|lane| lane.waiting).sum();
        if self.flaw == Flaw::MixesLanesInNumbers {
            lanes.iter_mut().for_each(|lane| lane.waiting = all);
        }
        Ok(lanes)
    }

    async fn prune(&self, retention: &Retention, at_most: usize) -> Result<Pruned, StoreError> {
        let at_most = match self.flaw {
            Flaw::PrunesWithoutEnd => usize::MAX,
            _ => at_most,
        };
        self.table.prune(retention, at_most).await
    }
}

/// Bits that no other call has.
fn unused_bits() -> u128 {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    static LAST: AtomicU64 = AtomicU64::new(1);
    u128::from(u64::MAX - LAST.fetch_add(1, Relaxed))
}

//! The tables, and what each operation does to them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use webhook_core::replay::{LabelBound, LeaseState, Owner};
use webhook_core::{ReplayKey, UnixTime};

use super::row::Row;
use crate::{
    Acceptance, Accepted, Action, Change, Ending, JobFilter, JobId, JobLease, JobState, Lane,
    LaneStats, Listed, Pruned, Retention, Stats, Step, StoredJob, TakeRequest, Taken,
};

#[derive(Default)]
pub(super) struct Tables {
    keys: HashMap<ReplayKey, KeyRow>,
    groups: HashMap<ReplayKey, Group>,
    jobs: BTreeMap<JobId, Row>,
    last_id: u64,
}

/// A key that is remembered as done.
struct KeyRow {
    owner: Owner,
    fingerprint: u64,
    expires_at: UnixTime,
}

/// How many keys a group has.
struct Group {
    keys: u16,
    expires_at: UnixTime,
}

impl Tables {
    pub(super) fn accept(&mut self, acceptance: &Acceptance, now: UnixTime) -> Accepted {
        let request = &acceptance.request;
        if acceptance.is_remembered {
            let known = self.keys.get(&acceptance.key);
            if let Some(known) = known.filter(|known| known.expires_at > now) {
                let same_payload = known.fingerprint == request.fingerprint;
                return match known.owner == request.owner {
                    true => Accepted::New,
                    false => Accepted::Stored { same_payload },
                };
            }
            let expires_at = now.saturating_add(request.retain);
            if let Some(bound) = &request.bound
                && !self.count(bound, expires_at, now)
            {
                return Accepted::OverBound;
            }
            let row = KeyRow {
                owner: request.owner,
                fingerprint: request.fingerprint,
                expires_at,
            };
            self.keys.insert(acceptance.key, row);
        }
        for lane in acceptance.lanes() {
            self.last_id += 1;
            let id = JobId::from_number(self.last_id);
            self.jobs.insert(id, Row::new(id, lane, acceptance, now));
        }
        Accepted::New
    }

    /// Counts a new key of a group. Returns whether there was room.
    fn count(&mut self, bound: &LabelBound, expires_at: UnixTime, now: UnixTime) -> bool {
        let group = self.groups.entry(bound.group).or_insert(Group {
            keys: 0,
            expires_at,
        });
        if group.expires_at <= now {
            *group = Group {
                keys: 0,
                expires_at,
            };
        }
        let has_room = group.keys < bound.at_most.get();
        group.keys += u16::from(has_room);
        has_room
    }

    pub(super) fn take(&mut self, request: &TakeRequest, now: UnixTime) -> Taken {
        let after = request.after.as_ref();
        let is_left = |lane: &Lane| after.is_none_or(|after| lane > after) && request.wants(lane);
        let due = self.jobs.values().filter(|row| row.can_be_taken(now));
        let lanes: BTreeSet<_> = due.map(|row| row.info.lane.clone()).collect();
        let mut lanes = lanes.into_iter().filter(is_left);
        let visited: Vec<_> = lanes.by_ref().take(request.at_most.max(1)).collect();
        let share = request.share(visited.len());
        let until = now.saturating_add(request.lease);
        let mut jobs = Vec::new();
        for lane in &visited {
            let left = request.at_most - jobs.len();
            for id in self.first_of(lane, now).iter().take(share.min(left)) {
                if let Some(row) = self.jobs.get_mut(id) {
                    jobs.push(row.take(request.owner, until, now));
                }
            }
        }
        let goes_on = lanes.next().is_some();
        Taken::new(jobs, visited.last().filter(|_| goes_on).cloned())
    }

    /// What a lane has to take, the earliest ones first.
    fn first_of(&self, lane: &Lane, now: UnixTime) -> Vec<JobId> {
        let open = self.jobs.values().filter(|row| row.is_open());
        let of_lane: Vec<_> = open.filter(|row| row.info.lane == *lane).collect();
        let is_first = |row: &&&Row| {
            row.order_by.is_none() || of_lane.iter().all(|other| !row.waits_for(other))
        };
        let due = of_lane.iter().filter(|row| row.can_be_taken(now));
        let mut due: Vec<_> = due.filter(is_first).collect();
        due.sort_by_key(|row| (row.info.run_at, row.info.id));
        due.iter().map(|row| row.info.id).collect()
    }

    pub(super) fn renew(&mut self, lease: &JobLease, until: UnixTime) -> LeaseState {
        let row = self.jobs.get_mut(&lease.id);
        row.map_or(LeaseState::Lost, |row| row.renew(lease, until))
    }

    pub(super) fn settle(
        &mut self,
        lease: &JobLease,
        ending: &Ending,
        now: UnixTime,
    ) -> LeaseState {
        let row = self.jobs.get_mut(&lease.id);
        row.map_or(LeaseState::Lost, |row| row.settle(lease, ending, now))
    }

    pub(super) fn change(
        &mut self,
        ids: &[JobId],
        change: Change,
        by: &Action,
        now: UnixTime,
    ) -> u64 {
        let ids: BTreeSet<_> = ids.iter().collect();
        let mut changed = 0;
        for id in ids {
            let row = self.jobs.get_mut(id);
            changed += u64::from(row.is_some_and(|row| row.change(change, by, now)));
        }
        changed
    }

    pub(super) fn find(&self, id: JobId) -> Option<StoredJob> {
        let row = self.jobs.get(&id)?;
        let job = StoredJob::new(
            row.info.clone(),
            row.sealed.clone(),
            row.body.clone(),
            row.attempts.clone(),
        );
        Some(
            job.with_steps(row.steps.clone())
                .with_changes(row.changes.iter().cloned().collect()),
        )
    }

    pub(super) fn steps(&self, id: JobId) -> Vec<Step> {
        let row = self.jobs.get(&id);
        row.map(|row| row.steps.clone()).unwrap_or_default()
    }

    pub(super) fn put_step(&mut self, lease: &JobLease, step: &Step) -> LeaseState {
        let row = self.jobs.get_mut(&lease.id);
        row.map_or(LeaseState::Lost, |row| row.put_step(lease, step))
    }

    pub(super) fn list(&self, filter: &JobFilter, after: Option<JobId>, at_most: usize) -> Listed {
        let jobs = self.jobs.values().map(|row| &row.info);
        let above = jobs.filter(|info| after.is_none_or(|after| info.id > after));
        let mut found = above.filter(|info| filter.fits(info)).cloned();
        let jobs: Vec<_> = found.by_ref().take(at_most).collect();
        let after = match found.next() {
            Some(_) => jobs.last().map(|info| info.id).or(after),
            None => None,
        };
        Listed::new(jobs, after)
    }

    pub(super) fn stats(&self, now: UnixTime) -> Stats {
        let count = |state| {
            let rows = self.jobs.values().filter(|row| row.info.state == state);
            u64::try_from(rows.count()).map_or(Stats::MOST_COUNTED, |n| n.min(Stats::MOST_COUNTED))
        };
        let behind = self.jobs.values().filter(|row| row.can_be_taken(now));
        Stats {
            due: count(JobState::Due),
            running: count(JobState::Running),
            dead: count(JobState::Dead),
            parked: count(JobState::Parked),
            behind_since: behind.map(|row| row.info.run_at).min(),
        }
    }

    pub(super) fn lanes(
        &self,
        after: Option<&Lane>,
        at_most: usize,
        now: UnixTime,
    ) -> Vec<LaneStats> {
        let open = self.jobs.values().filter(|row| row.is_open());
        let lanes: BTreeSet<_> = open.map(|row| &row.info.lane).collect();
        let lanes = lanes
            .into_iter()
            .filter(|lane| after.is_none_or(|after| *lane > after));
        let numbers = lanes.map(|lane| {
            let due = self.jobs.values().filter(|row| row.can_be_taken(now));
            let due = due.filter(|row| row.info.lane == *lane);
            let times: Vec<_> = due.map(|row| row.info.run_at).collect();
            let waiting = u64::try_from(times.len()).unwrap_or(u64::MAX);
            let waiting = waiting.min(LaneStats::MOST_COUNTED);
            LaneStats::new(lane.clone(), waiting, times.into_iter().min())
        });
        numbers.take(at_most).collect()
    }

    pub(super) fn prune(&mut self, retention: &Retention, at_most: usize, now: UnixTime) -> Pruned {
        let before = now.saturating_sub(retention.of_bodies());
        let with_body = self.jobs.values_mut().filter(|row| row.body.is_some());
        let old = with_body.filter(|row| row.has_ended_by(before));
        let bodies = old.take(at_most).map(|row| row.body = None).count();
        let before = now.saturating_sub(retention.records);
        let without_body = self.jobs.values().filter(|row| row.body.is_none());
        let old = without_body.filter(|row| row.has_ended_by(before));
        let ids: Vec<_> = old.take(at_most).map(|row| row.info.id).collect();
        for id in &ids {
            self.jobs.remove(id);
        }
        Pruned::new(bodies, ids.len())
    }
}

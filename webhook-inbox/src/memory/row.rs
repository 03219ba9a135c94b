//! A job as the table in memory has it.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use webhook_core::replay::{LeaseState, Owner};
use webhook_core::{SealedDelivery, UnixTime};

use crate::{
    Acceptance, Action, Attempt, Change, Changed, Ending, Failure, Job, JobId, JobInfo, JobLease,
    JobState, LAST_ATTEMPTS, LAST_CHANGES, Lane, Step, StepState,
};

pub(super) struct Row {
    pub(super) info: JobInfo,
    pub(super) sealed: SealedDelivery,
    pub(super) body: Option<Bytes>,
    pub(super) attempts: Vec<Attempt>,
    pub(super) steps: Vec<Step>,
    pub(super) changes: VecDeque<Changed>,
    pub(super) order_by: Option<[u8; 16]>,
    owner: Option<Owner>,
    /// How often the job was claimed.
    epoch: u64,
}

impl Row {
    pub(super) fn new(id: JobId, lane: &Lane, acceptance: &Acceptance, now: UnixTime) -> Self {
        let (lane, provider) = (lane.clone(), acceptance.provider.clone());
        let mut info = JobInfo::new(id, acceptance.key, lane, provider, now);
        info.event_type.clone_from(&acceptance.event_type);
        info.route.clone_from(&acceptance.route);
        Self {
            info,
            sealed: acceptance.sealed.clone(),
            body: Some(acceptance.body.clone()),
            attempts: Vec::new(),
            steps: Vec::new(),
            changes: VecDeque::new(),
            order_by: acceptance.order_by,
            owner: None,
            epoch: 0,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.info.state, JobState::Due | JobState::Running)
    }

    pub(super) fn can_be_taken(&self, now: UnixTime) -> bool {
        self.is_open() && self.info.run_at <= now
    }

    /// Whether this job, which has an order key, must not be taken before the other one of its
    /// lane.
    pub(super) fn waits_for(&self, other: &Self) -> bool {
        let (info, other_info) = (&self.info, &other.info);
        let is_behind = match other_info.state {
            JobState::Running => other_info.id != info.id,
            JobState::Due => other_info.id < info.id && info.state != JobState::Running,
            _ => false,
        };
        is_behind && self.order_by == other.order_by
    }

    pub(super) fn has_ended_by(&self, time: UnixTime) -> bool {
        self.info.ended_at.is_some_and(|ended| ended <= time)
    }

    pub(super) fn take(&mut self, owner: Owner, until: UnixTime, now: UnixTime) -> Job {
        self.owner = Some(owner);
        self.epoch += 1;
        self.info.state = JobState::Running;
        self.info.run_at = until;
        self.info.attempts += 1;
        let mut job = Job::new(
            JobLease::new(self.info.id, owner, self.epoch),
            self.info.lane.clone(),
            self.info.provider.clone(),
            self.info.key,
            self.info.accepted_at,
            self.sealed.clone(),
            self.body.clone().unwrap_or_default(),
        );
        job.attempt = self.info.attempts;
        let millis = now.as_millis();
        let millis = millis.saturating_sub(job.accepted_at.as_millis());
        job.age = Duration::from_millis(millis);
        job
    }

    fn is_of(&self, lease: &JobLease) -> bool {
        self.owner == Some(lease.owner) && self.epoch == lease.epoch
    }

    pub(super) fn renew(&mut self, lease: &JobLease, until: UnixTime) -> LeaseState {
        if !self.is_of(lease) || self.info.state != JobState::Running {
            return LeaseState::Lost;
        }
        self.info.run_at = until;
        LeaseState::Held
    }

    pub(super) fn put_step(&mut self, lease: &JobLease, step: &Step) -> LeaseState {
        if !self.is_of(lease) || self.info.state != JobState::Running {
            return LeaseState::Lost;
        }
        match self.steps.iter_mut().find(|kept| kept.name == step.name) {
            Some(kept) if kept.state == StepState::Done => {}
            Some(kept) => kept.clone_from(step),
            None => self.steps.push(step.clone()),
        }
        LeaseState::Held
    }

    pub(super) fn settle(
        &mut self,
        lease: &JobLease,
        ending: &Ending,
        now: UnixTime,
    ) -> LeaseState {
        let state = match ending {
            Ending::Done => JobState::Done,
            Ending::Retry { .. } | Ending::GivenBack => JobState::Due,
            Ending::Dead { .. } => JobState::Dead,
            Ending::Parked { .. } => JobState::Parked,
        };
        if !self.is_of(lease) {
            return LeaseState::Lost;
        }
        if self.info.state != JobState::Running {
            return match self.info.state == state {
                true => LeaseState::Held,
                false => LeaseState::Lost,
            };
        }
        self.info.state = state;
        match ending {
            Ending::Done => self.info.ended_at = Some(now),
            Ending::Retry { after, failure } => {
                self.info.run_at = now.saturating_add(*after);
                self.fail(failure, now);
            }
            Ending::Dead { failure } => self.fail(failure, now),
            Ending::Parked { reason } => {
                self.info.attempts -= 1;
                self.info.error = Some(reason.kind.clone());
            }
            Ending::GivenBack => {
                self.info.attempts -= 1;
                self.info.run_at = now;
            }
        }
        LeaseState::Held
    }

    fn fail(&mut self, failure: &Failure, now: UnixTime) {
        self.info.error = Some(failure.kind.clone());
        let number = u32::try_from(self.epoch).unwrap_or(u32::MAX);
        self.attempts
            .push(Attempt::new(number, failure.clone(), now));
        let most = 1 + usize::try_from(LAST_ATTEMPTS).unwrap_or(usize::MAX);
        if self.attempts.len() > most {
            self.attempts.remove(1);
        }
    }

    /// Returns whether the state allows it.
    pub(super) fn change(&mut self, change: Change, by: &Action, now: UnixTime) -> bool {
        let info = &mut self.info;
        if !change.is_allowed_in(info.state) {
            return false;
        }
        match change {
            Change::Requeue => {
                info.state = JobState::Due;
                info.attempts = 0;
                info.run_at = now;
            }
            Change::Park => info.state = JobState::Parked,
            Change::Drop => {
                info.state = JobState::Dropped;
                info.ended_at = Some(now);
            }
        }
        // A lease that has ended its claim before must not look as if it had done this.
        self.owner = None;
        self.changes
            .push_back(Changed::new(change, by.clone(), now));
        if self.changes.len() > usize::try_from(LAST_CHANGES).unwrap_or(usize::MAX) {
            self.changes.pop_front();
        }
        true
    }
}

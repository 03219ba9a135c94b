//! The jobs that a person wants to change.

use std::collections::VecDeque;

use webhook_core::StoreError;
use webhook_inbox::{Action, Change, InboxTable, JobFilter, JobId, JobInfo, JobState};

/// How many jobs a page has at most.
const PAGE: usize = 500;

/// Jobs of an inbox: those that fit a filter, or some of them by their ids. What the command
/// `webhook inbox` and an application's own page for operators work on.
///
/// ```
/// use webhook_inbox::{Action, Change, JobFilter, JobState, MemoryInbox};
/// use webhook_worker::Selection;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), webhook_core::StoreError> {
/// let table = MemoryInbox::new(); // In production: that of a `SqliteStore` or a `PostgresStore`.
/// let dead = Selection::of(JobFilter::of_state(JobState::Dead));
/// let mut pages = dead.pages(&table);
/// while let Some(jobs) = pages.next().await? {
///     jobs.iter().for_each(|job| println!("{} {:?}", job.id, job.error));
/// }
/// let action = Action::new("ana", "test events of March");
/// let dropped = dead.change(&table, Change::Drop, &action).await?;
/// # assert_eq!(dropped, 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Selection {
    filter: JobFilter,
    ids: Option<Vec<JobId>>,
    at_most: Option<usize>,
    /// One filter for each of these states, if there are any: a table finds dead and parked jobs by
    /// an index.
    states: Vec<JobState>,
}

impl Selection {
    /// All jobs that fit this filter.
    pub fn of(filter: JobFilter) -> Self {
        Self {
            filter,
            ..Self::default()
        }
    }

    /// Only those of these ids.
    pub fn ids(mut self, ids: impl IntoIterator<Item = JobId>) -> Self {
        self.ids = Some(ids.into_iter().collect());
        self
    }

    /// At most so many of them, the lowest ids of each state first.
    pub fn at_most(mut self, jobs: usize) -> Self {
        self.at_most = Some(jobs);
        self
    }

    /// Only those whose state allows this change now.
    pub fn changeable_by(mut self, change: Change) -> Self {
        let states = JobState::ALL.into_iter();
        let allowed = states.filter(|state| change.is_allowed_in(*state));
        let wanted = allowed.filter(|state| self.filter.state.is_none_or(|one| one == *state));
        self.states = wanted.collect();
        if self.states.is_empty() {
            self.at_most = Some(0);
        }
        self
    }

    /// The jobs, in pages.
    pub fn pages<'t, T: InboxTable>(&self, table: &'t T) -> Pages<'t, T> {
        let filters = match &self.states[..] {
            [] => VecDeque::from([self.filter.clone()]),
            states => {
                let of = |state: &JobState| {
                    let mut filter = self.filter.clone();
                    filter.state = Some(*state);
                    filter
                };
                states.iter().map(of).collect()
            }
        };
        Pages {
            table,
            ids: self.ids.clone().map(Into::into),
            filters,
            after: None,
            left: self.at_most.unwrap_or(usize::MAX),
        }
    }

    /// Which share of them has failed at least once, since it was stored or requeued: from 0 to 1,
    /// and 0 if there are none. It reads the jobs, so [bound](Self::at_most) how many.
    ///
    /// ```
    /// use webhook_worker::Selection;
    /// # use webhook_core::{StoreError, UnixTime};
    /// # use webhook_inbox::{InboxTable, JobFilter};
    ///
    /// /// Whether more than one of twenty has failed within the last hour.
    /// async fn is_alarming(table: &impl InboxTable) -> Result<bool, StoreError> {
    ///     let mut last_hour = JobFilter::default();
    ///     let ago = UnixTime::now().as_secs().saturating_sub(3600);
    ///     last_hour.accepted_from = Some(UnixTime::from_secs(ago));
    ///     let selection = Selection::of(last_hour).at_most(10_000);
    ///     Ok(selection.failed_share(table).await? > 0.05)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the table.
    pub async fn failed_share<T: InboxTable>(&self, table: &T) -> Result<f64, StoreError> {
        let (mut all, mut failed) = (0_u32, 0_u32);
        let mut pages = self.pages(table);
        while let Some(jobs) = pages.next().await? {
            for job in jobs {
                all = all.saturating_add(1);
                failed = failed.saturating_add(u32::from(has_failed(&job)));
            }
        }
        Ok(f64::from(failed) / f64::from(all.max(1)))
    }

    /// Changes all of them whose state allows it. Returns how many those were.
    ///
    /// It is no transaction: after an error, or if the future is dropped, a part of them is changed.
    ///
    /// # Errors
    ///
    /// Those of the table.
    pub async fn change<T: InboxTable>(
        &self,
        table: &T,
        change: Change,
        by: &Action,
    ) -> Result<u64, StoreError> {
        let mut changed = 0_u64;
        let mut pages = self.clone().changeable_by(change).pages(table);
        while let Some(jobs) = pages.next().await? {
            let ids: Vec<_> = jobs.iter().map(|job| job.id).collect();
            changed = changed.saturating_add(table.change(&ids, change, by).await?);
        }
        Ok(changed)
    }
}

/// An attempt is counted when it begins.
fn has_failed(job: &JobInfo) -> bool {
    match job.state {
        JobState::Dead => true,
        JobState::Due => job.attempts > 0,
        _ => job.attempts > 1,
    }
}

/// The jobs of a [`Selection`], page by page. Each job is there once, also if jobs are changed
/// meanwhile.
#[derive(Debug)]
#[must_use]
pub struct Pages<'t, T> {
    table: &'t T,
    ids: Option<VecDeque<JobId>>,
    /// The first one is read.
    filters: VecDeque<JobFilter>,
    after: Option<JobId>,
    left: usize,
}

impl<T: InboxTable> Pages<'_, T> {
    /// The next page, which has a job. `None`: that were all.
    ///
    /// # Errors
    ///
    /// Those of the table. The call can be repeated.
    pub async fn next(&mut self) -> Result<Option<Vec<JobInfo>>, StoreError> {
        while self.left > 0 {
            let Some(jobs) = self.page().await? else {
                break;
            };
            self.left = self.left.saturating_sub(jobs.len());
            if !jobs.is_empty() {
                return Ok(Some(jobs));
            }
        }
        Ok(None)
    }

    async fn page(&mut self) -> Result<Option<Vec<JobInfo>>, StoreError> {
        if self.ids.is_some() {
            return self.by_id().await;
        }
        let Some(filter) = self.filters.front() else {
            return Ok(None);
        };
        let at_most = PAGE.min(self.left);
        let listed = self.table.list(filter, self.after, at_most).await?;
        self.after = listed.after;
        if listed.after.is_none() {
            self.filters.pop_front();
        }
        Ok(Some(listed.jobs))
    }

    async fn by_id(&mut self) -> Result<Option<Vec<JobInfo>>, StoreError> {
        let Some(id) = self.ids.as_ref().and_then(|ids| ids.front().copied()) else {
            return Ok(None);
        };
        let job = look_up(self.table, id).await?;
        let job = job.filter(|job| self.filters.iter().any(|filter| filter.fits(job)));
        if let Some(ids) = &mut self.ids {
            ids.pop_front();
        }
        Ok(Some(job.into_iter().collect()))
    }
}

/// The columns of one job: [`find`](InboxTable::find) would read its body, too.
pub(crate) async fn look_up<T: InboxTable>(
    table: &T,
    id: JobId,
) -> Result<Option<JobInfo>, StoreError> {
    let before = id.number().checked_sub(1).map(JobId::from_number);
    let listed = table.list(&JobFilter::default(), before, 1).await?;
    Ok(listed.jobs.into_iter().find(|job| job.id == id))
}

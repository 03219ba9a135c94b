//! A list of steps.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use serde::Serialize;
use tokio::time::{Instant, sleep};
use webhook_inbox::{Step, StepState};

use crate::context::random;
use crate::retry::half_random;

use super::{Cause, PipelineReport, StepError, StepReport, StepResults, Steps};

/// A list of steps that run one after the other.
///
/// ```
/// use std::time::Duration;
/// use webhook_worker::{Pipeline, PipelineReport, StepError, StepResults, StepRetry, Stored, step};
///
/// # #[derive(serde::Deserialize, serde::Serialize)] struct Invoice { pdf: String }
/// # async fn issue() -> std::io::Result<Invoice> { Ok(Invoice { pdf: String::new() }) }
/// # async fn ship() -> std::io::Result<String> { Ok(String::new()) }
/// # async fn notify(_: Option<String>, _: Option<Invoice>) -> std::io::Result<()> { Ok(()) }
/// async fn confirmed(stored: &Stored) -> Result<PipelineReport, StepError> {
///     let report = Pipeline::new()
///         .step(step("invoice", |_| issue()))
///         .step(step("ship", |_| ship()).retry(StepRetry::times(3)))
///         .step(
///             step("notify", async |done: StepResults| {
///                 notify(done.done("ship")?, done.done("invoice")?).await?;
///                 Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
///             })
///             .when(|done| done.is_done("invoice")),
///         )
///         .abort_on_error(false)
///         .on_step_error(|step, error| eprintln!("{step}: {error}"))
///         .run(&stored.steps())
///         .await?;
///     report.into_result()
/// }
/// ```
#[must_use = "a pipeline does nothing until it is run"]
pub struct Pipeline<'a> {
    steps: Vec<PipelineStep<'a>>,
    aborts: bool,
    on_complete: Option<OnComplete<'a>>,
    on_error: Option<OnError<'a>>,
}

type OnComplete<'a> = Box<dyn Fn(&str) + Send + Sync + 'a>;
type OnError<'a> = Box<dyn Fn(&str, &Cause) + Send + Sync + 'a>;

/// One step of a [`Pipeline`]. [`step`] makes it.
#[must_use = "a step is part of a pipeline"]
pub struct PipelineStep<'a> {
    name: Box<str>,
    run: Box<dyn Fn(StepResults) -> Running<'a> + Send + Sync + 'a>,
    when: Option<When<'a>>,
    retry: StepRetry,
}

type When<'a> = Box<dyn Fn(&StepResults) -> bool + Send + Sync + 'a>;
type Running<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, Cause>> + Send + 'a>>;

/// A step with this name, which calls this function with the results of those before it. What it
/// returns is kept as JSON.
pub fn step<'a, F, Fut, T, E>(name: impl Into<Box<str>>, run: F) -> PipelineStep<'a>
where
    F: Fn(StepResults) -> Fut + Send + Sync + 'a,
    Fut: Future<Output = Result<T, E>> + Send + 'a,
    T: Serialize,
    E: Into<Cause>,
{
    PipelineStep {
        name: name.into(),
        run: Box::new(move |results| {
            let running = run(results);
            Box::pin(async move {
                let value = running.await.map_err(Into::into)?;
                Ok(serde_json::to_vec(&value)?)
            })
        }),
        when: None,
        retry: StepRetry::times(0),
    }
}

impl<'a> PipelineStep<'a> {
    /// Runs the step only if this holds. Otherwise it is skipped.
    pub fn when(mut self, holds: impl Fn(&StepResults) -> bool + Send + Sync + 'a) -> Self {
        self.when = Some(Box::new(holds));
        self
    }

    /// Runs the step again within the same attempt if it fails. Default: it does not, and the whole
    /// delivery is retried later.
    pub fn retry(mut self, retry: StepRetry) -> Self {
        self.retry = retry;
        self
    }
}

/// How often a step runs again within an attempt. The wait doubles each time. A half of it is
/// random, so that steps that failed together are not retried together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepRetry {
    /// How often it runs again.
    pub times: u32,
    /// The wait before the first time. Default: 1 s.
    pub first: Duration,
    /// The longest wait. Default: 30 s.
    pub cap: Duration,
}

impl StepRetry {
    /// So many times, with the default waits.
    #[must_use]
    pub const fn times(times: u32) -> Self {
        Self {
            times,
            first: Duration::from_secs(1),
            cap: Duration::from_secs(30),
        }
    }

    /// Sets the waits.
    #[must_use]
    pub const fn waits(mut self, first: Duration, cap: Duration) -> Self {
        self.first = first;
        self.cap = cap;
        self
    }

    fn wait(&self, run: u32) -> Duration {
        let factor = 1_u32 << run.saturating_sub(1).min(31);
        let whole = self.first.saturating_mul(factor).min(self.cap);
        half_random(whole, random())
    }
}

impl Default for Pipeline<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a> Pipeline<'a> {
    /// A pipeline without a step, which ends with the first error.
    pub fn new() -> Self {
        Self {
            steps: Vec::new(),
            aborts: true,
            on_complete: None,
            on_error: None,
        }
    }

    /// Adds a step.
    ///
    /// # Panics
    ///
    /// If it has a step of this name.
    pub fn step(mut self, step: PipelineStep<'a>) -> Self {
        let is_known = self.steps.iter().any(|known| known.name == step.name);
        assert!(!is_known, "two steps are named {:?}", step.name);
        self.steps.push(step);
        self
    }

    /// Whether a step that fails ends the pipeline. Default: yes. If not, the steps after it run
    /// too, and the report says what failed.
    pub fn abort_on_error(mut self, aborts: bool) -> Self {
        self.aborts = aborts;
        self
    }

    /// Calls this after each step that ran and is done.
    pub fn on_step_complete(mut self, hook: impl Fn(&str) + Send + Sync + 'a) -> Self {
        self.on_complete = Some(Box::new(hook));
        self
    }

    /// Calls this after each step that failed, and is not retried within the attempt.
    pub fn on_step_error(mut self, hook: impl Fn(&str, &Cause) + Send + Sync + 'a) -> Self {
        self.on_error = Some(Box::new(hook));
        self
    }

    /// Runs the steps that are not done. [`PipelineReport::into_result`] makes an error of a report
    /// with a step that failed, for `?` in a handler.
    ///
    /// # Errors
    ///
    /// If the inbox fails, or the lease is lost. A step that fails is in the report.
    pub async fn run(self, steps: &Steps) -> Result<PipelineReport, StepError> {
        let start = Instant::now();
        let mut reports = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let report = self.run_step(step, steps).await?;
            let ends = self.aborts && report.state == StepState::Failed;
            reports.push(report);
            if ends {
                break;
            }
        }
        Ok(PipelineReport {
            steps: reports,
            took: start.elapsed(),
        })
    }

    async fn run_step(
        &self,
        step: &PipelineStep<'a>,
        steps: &Steps,
    ) -> Result<StepReport, StepError> {
        let results = steps.results().await?;
        let mut report = StepReport {
            name: step.name.clone(),
            state: StepState::Done,
            was_done: results.is_done(&step.name),
            runs: 0,
            error: None,
        };
        if report.was_done {
            return Ok(report);
        }
        if step.when.as_ref().is_some_and(|holds| !holds(&results)) {
            report.state = StepState::Skipped;
            steps.put(Step::skipped(&*step.name)).await?;
            return Ok(report);
        }
        let error = loop {
            report.runs += 1;
            match (step.run)(results.clone()).await {
                Ok(value) => {
                    steps.put(Step::done(&*step.name, value)).await?;
                    if let Some(hook) = &self.on_complete {
                        hook(&step.name);
                    }
                    return Ok(report);
                }
                Err(error) if report.runs > step.retry.times => break error,
                Err(_) => sleep(step.retry.wait(report.runs)).await,
            }
        };
        report.state = StepState::Failed;
        steps.put(Step::failed(&*step.name, "failed")).await?;
        if let Some(hook) = &self.on_error {
            hook(&step.name, &error);
        }
        report.error = Some(error);
        Ok(report)
    }
}

impl fmt::Debug for Pipeline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.steps.iter().map(|step| &step.name).collect();
        f.debug_struct("Pipeline")
            .field("steps", &names)
            .field("aborts", &self.aborts)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PipelineStep<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PipelineStep")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

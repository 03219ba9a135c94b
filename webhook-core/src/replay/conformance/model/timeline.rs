//! The time of the model, and what it knows of the store's.
//!
//! The store's clock may be a real one, which passes while the model works. Or it is moved by the
//! model's sleeps alone. So the model knows a least and a most of what has passed there, and says
//! that it cannot tell if a deadline lies between.

use std::time::{Duration, Instant, SystemTime};

/// Stores that count whole seconds end a record at the next one.
const ROUNDING: Duration = Duration::from_secs(1);

/// The model cannot tell whether a deadline has passed.
#[derive(Debug)]
pub(super) struct Untold;

/// The time since the beginning of a run.
pub(super) struct Timeline {
    /// The sum of the sleeps.
    slept: Duration,
    /// What has passed in addition, before the last sleep ended.
    extra: Duration,
    /// When the last sleep ended.
    since: Moment,
}

/// A moment on both clocks of the machine. A store may use either, and they differ if one is set or
/// the machine is paused.
struct Moment {
    monotonic: Instant,
    of_day: SystemTime,
}

impl Moment {
    fn now() -> Self {
        Self {
            monotonic: Instant::now(),
            of_day: SystemTime::now(),
        }
    }

    /// The most that has passed since.
    fn elapsed(&self) -> Duration {
        let of_day = self.of_day.elapsed().unwrap_or_default();
        self.monotonic.elapsed().max(of_day)
    }
}

/// When an operation took place.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    slept: Duration,
    /// What had passed in addition when it began, and when it was answered.
    begun: Duration,
    answered: Duration,
}

/// The end of a lease or of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    from: At,
    span: Duration,
}

impl Timeline {
    pub(super) fn start() -> Self {
        Self {
            slept: Duration::ZERO,
            extra: Duration::ZERO,
            since: Moment::now(),
        }
    }

    pub(super) async fn sleep(&mut self, time: Duration, sleep: &impl AsyncFn(Duration)) {
        self.extra = self.extra();
        let begun = Moment::now();
        sleep(time).await;
        self.extra = self
            .extra
            .saturating_add(begun.elapsed().saturating_sub(time));
        self.slept = self.slept.saturating_add(time);
        self.since = Moment::now();
    }

    pub(super) fn extra(&self) -> Duration {
        self.extra.saturating_add(self.since.elapsed())
    }

    /// The time of an operation that began when [`extra`](Self::extra) was `begun`.
    pub(super) fn at(&self, begun: Duration) -> At {
        At {
            slept: self.slept,
            begun,
            answered: self.extra(),
        }
    }
}

impl Deadline {
    pub(super) fn new(from: At, span: Duration) -> Self {
        Self { from, span }
    }

    pub(super) fn has_passed(&self, at: At) -> Result<bool, Untold> {
        let least = at.slept.saturating_sub(self.from.slept);
        let extra = at.answered.saturating_sub(self.from.begun);
        if least.saturating_add(extra) < self.span {
            return Ok(false);
        }
        if least >= self.span.saturating_add(ROUNDING) {
            return Ok(true);
        }
        Err(Untold)
    }

    /// The most that is left of it.
    pub(super) fn left(&self, at: At) -> Duration {
        let least = at.slept.saturating_sub(self.from.slept);
        self.span.saturating_sub(least).saturating_add(ROUNDING)
    }
}

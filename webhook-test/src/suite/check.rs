//! What is compared of an answer, and how often what happened.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::app::App;
use crate::case::{Answer, Effect, Protocol, Text};
use crate::{KeyState, Reply};

/// Headers that servers add by themselves. All other headers come from the library or the handler,
/// and are compared.
const OF_SERVERS: &[&str] = &["date", "server", "content-length", "transfer-encoding"];

/// The part of an answer that has to be the same everywhere.
pub fn strip(reply: &Reply) -> Answer {
    let mut headers = BTreeMap::new();
    for (name, value) in &reply.headers {
        if OF_SERVERS.contains(&name.as_str()) {
            continue;
        }
        let twice = headers.insert(name.clone(), value.clone());
        assert_eq!(twice, None, "{name} came twice: {reply:?}");
    }
    Answer {
        status: reply.status,
        headers,
        body: Text::from(&*String::from_utf8_lossy(&reply.body)),
    }
}

/// Every answer says how long it is, wherever it may; nothing else is wrong with what servers add.
pub(super) fn check_length(reply: &Reply, method: &str, protocol: Protocol) -> Result<(), String> {
    if method == "HEAD" || matches!(reply.status, 204 | 304) {
        return Ok(());
    }
    match reply.header("content-length") {
        Some(length) if length == reply.body.len().to_string() => Ok(()),
        None if protocol == Protocol::H2 && reply.body.is_empty() => Ok(()),
        other => Err(format!("content-length {other:?} of {reply:?}")),
    }
}

/// How far things have gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    pub(super) runs: usize,
    pub(super) claims: usize,
    pub(super) commits: usize,
    pub(super) releases: usize,
    pub(super) state: KeyState,
}

impl Trace {
    pub(super) fn of(app: &App) -> Self {
        let calls = app.store().calls();
        Self {
            runs: app.runs(),
            claims: calls.claims,
            commits: calls.commits,
            releases: calls.releases,
            state: app.store().last_state(),
        }
    }

    /// Whether this is what came, since `before`, of such an effect.
    fn is(&self, before: &Self, effect: &Effect) -> bool {
        let counted = |now: usize, then: usize, expected: Option<usize>| {
            expected.is_none_or(|expected| now == then + expected)
        };
        counted(self.runs, before.runs, Some(effect.runs))
            && counted(self.claims, before.claims, effect.claims)
            && counted(self.commits, before.commits, effect.commits)
            && counted(self.releases, before.releases, effect.releases)
            && effect.state.is_none_or(|state| state == self.state)
    }

    /// Waits for an effect: without a client nobody says when a handler is done.
    pub(super) async fn becomes(&self, app: &App, effect: &Effect) -> Result<(), String> {
        let mut now = Self::of(app);
        let is_reached = eventually(|| {
            now = Self::of(app);
            now.is(self, effect)
        });
        match is_reached.await {
            true => Ok(()),
            false => Err(format!("expected {effect:?}, from {self:?} to {now:?}")),
        }
    }
}

/// Waits until something is so. What a delivery leaves behind may come after its answer; a machine
/// that is busy takes its time.
pub(super) async fn eventually(mut is_so: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !is_so() {
        if start.elapsed() > Duration::from_secs(60) {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    true
}

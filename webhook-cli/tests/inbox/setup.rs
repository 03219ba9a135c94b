//! A server with a state directory.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{Ended, Receiver, Request, Server, folder, github, run, send_to};

pub(crate) const SECRET: &str = "github-0123456789abcdef";
pub(crate) const HOP: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A folder that goes with the test.
pub(crate) struct State(PathBuf);

impl State {
    pub(crate) fn new(name: &str) -> Self {
        Self(folder(name))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn text(&self) -> &str {
        self.0.to_str().unwrap()
    }

    pub(crate) fn start(&self, config: &str) -> Server {
        Server::start_with(config, &["--state", self.text()], &[])
    }

    /// `webhook inbox` on the inbox of this folder.
    pub(crate) fn inbox(&self, arguments: &[&str]) -> Ended {
        let place = ["--state-dir", self.text()];
        run(&[&["inbox"], arguments, &place].concat())
    }

    /// The events of a list.
    pub(crate) fn list(&self, arguments: &[&str]) -> Vec<Value> {
        let ended = self.inbox(&[&["list", "--json"], arguments].concat());
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let lines = ended.out.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Waits until so many events fit a filter.
    pub(crate) fn wait_for(&self, arguments: &[&str], count: usize) -> Vec<Value> {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let found = self.list(arguments);
            if found.len() == count {
                return found;
            }
            assert!(
                Instant::now() < deadline,
                "{count} of {arguments:?}: {found:?}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl State {
    /// Waits until an event fits a filter.
    pub(crate) fn wait_for_any(&self, arguments: &[&str]) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.list(arguments).is_empty() {
            assert!(Instant::now() < deadline, "none of {arguments:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for State {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A configuration with the route `github`, which has these entries too.
pub(crate) fn config(entries: &Value) -> String {
    with_worker(entries, &json!({}))
}

/// The same with these settings of the worker. It polls as often as it can, and repeats soon.
pub(crate) fn with_worker(entries: &Value, worker: &Value) -> String {
    let mut route = json!({"provider": "github", "secret": SECRET});
    let all = entries.as_object().unwrap().clone();
    route.as_object_mut().unwrap().extend(all);
    let mut settings = json!({"lease_secs": 1, "retry_first_secs": 1, "retry_cap_secs": 1});
    let all = worker.as_object().unwrap().clone();
    settings.as_object_mut().unwrap().extend(all);
    json!({"_server": {"worker": settings}, "github": route}).to_string()
}

/// The same for an engine that is away: what has failed is tried again soon.
pub(crate) fn without_rest(entries: &Value) -> String {
    with_worker(entries, &json!({"rest_after_failures": 10_000}))
}

/// The value of a metric.
pub(crate) fn metric(address: &str, sample: &str) -> Option<u64> {
    let page = send_to(address, &Request::new("GET", "/metrics")).body;
    let value = page.lines().find_map(|line| line.strip_prefix(sample));
    value.map(|value| value.trim().parse().unwrap())
}

/// Forwards to this receiver.
pub(crate) fn forward(receiver: &Receiver) -> Value {
    json!({"to": receiver.url(), "secret": HOP})
}

/// Sends an event, and asserts that it is accepted.
pub(crate) fn send(server: &Server, id: &str) {
    let answer = server.send(&github(SECRET, id, "ping", 0));
    assert_eq!(answer.status, 200, "{answer:?}: {}", server.log());
}

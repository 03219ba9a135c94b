//! The corpus, over sockets.

use std::time::Duration;

use super::check::strip;
use super::connection::Connection;
use super::panics;
use crate::app::App;
use crate::case::{Answer, Protocol, Wire};
use crate::servers::{Server, Serving};
use crate::{Calls, Corpus, Sent};

/// What became of the corpus.
#[derive(Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "a report")]
pub struct Flood {
    /// Requests sent.
    pub sent: usize,
    /// Panics.
    pub panics: usize,
    /// Answers of 500 and above.
    pub faults: usize,
    /// Handlers that ran.
    pub runs: usize,
    /// Questions to the store.
    pub calls: usize,
    /// Connections that ended without an answer, where the answer is not the server's own.
    pub dead: usize,
    /// Answers that are not among those a damaged request may get.
    pub strange: Vec<String>,
    /// The answers, in order; none where the answer is the server's own.
    pub answers: Vec<Option<Answer>>,
}

impl Flood {
    /// As part of a line.
    pub fn summary(&self) -> String {
        format!(
            "corpus {}, {} panics, {} 5xx, {} runs, {} store calls",
            self.sent, self.panics, self.faults, self.runs, self.calls
        )
    }

    /// Whether nothing got in and nothing broke.
    pub fn is_clean(&self) -> bool {
        let bad = self.panics + self.faults + self.runs + self.calls + self.dead;
        bad == 0 && self.strange.is_empty()
    }

    /// Requests that two servers answered differently.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let pairs = self.answers.iter().zip(&other.answers).enumerate();
        pairs
            .filter(|(_, (one, other))| one != other)
            .map(|(n, (one, other))| format!("request {n}: {one:?} and {other:?}"))
            .collect()
    }
}

/// Sends so many damaged requests, an equal part of each provider's.
pub async fn flood(server: &'static dyn Server, protocol: Protocol, requests: usize) -> Flood {
    let before = panics::unexpected();
    let each = requests.div_ceil(Corpus::all().count());
    let tasks: Vec<_> = Corpus::all()
        .map(|corpus| tokio::spawn(one(server, protocol, corpus, each)))
        .collect();
    let mut all = Flood::default();
    for task in tasks {
        let one = task.await.expect("the corpus of a provider");
        all.sent += one.sent;
        all.faults += one.faults;
        all.runs += one.runs;
        all.calls += one.calls;
        all.dead += one.dead;
        all.strange.extend(one.strange);
        all.answers.extend(one.answers);
    }
    all.panics = panics::unexpected() - before;
    all
}

async fn one(
    server: &'static dyn Server,
    protocol: Protocol,
    corpus: Corpus,
    requests: usize,
) -> Flood {
    let name = corpus.provider().name();
    let probe = corpus.probe();
    let app = App::plain(corpus.endpoint().body_timeout(Duration::from_secs(2)));
    let serving = Serving::start(server, app.clone(), protocol);
    let mut flood = Flood::default();
    let mut kept = None;
    for (n, sent) in corpus.take(requests).enumerate() {
        let connection = match kept.take() {
            Some(connection) => connection,
            None => Connection::open(serving.address, protocol).await,
        };
        let pending = connection.send(&sent, &Wire::default()).await;
        let (reply, connection) = pending.reply().await;
        let answer = reply.as_ref().map(strip);
        flood.sent += 1;
        flood.faults += usize::from(answer.as_ref().is_some_and(|a| a.status >= 500));
        if is_framed(&sent) {
            flood.answers.push(None);
            continue;
        }
        flood.dead += usize::from(answer.is_none());
        let status = answer.as_ref().map(|answer| answer.status);
        let is_probe = probe == Some(sent.method.as_str());
        let expected = match status {
            Some(200) => is_probe,
            Some(401 | 405 | 413 | 415) => !is_probe,
            _ => false,
        };
        if !expected {
            flood
                .strange
                .push(format!("{name} {n}: {status:?} to {sent:?}"));
        }
        let closes = answer
            .as_ref()
            .is_some_and(|answer| answer.headers.contains_key("connection"));
        kept = connection.filter(|_| !closes);
        flood.answers.push(answer);
    }
    let calls = app.store().calls();
    flood.runs = app.runs();
    flood.calls = calls.claims + calls.renewals + calls.commits + calls.releases;
    assert_eq!(flood.calls == 0, calls == Calls::default());
    flood
}

/// Whether the damage is to the framing of the message: what is answered then is the server's own.
fn is_framed(sent: &Sent) -> bool {
    let framing = ["content-length", "transfer-encoding"];
    let mut names = sent.headers.iter().map(|(name, _)| name);
    names.any(|name| framing.iter().any(|known| name.eq_ignore_ascii_case(known)))
}

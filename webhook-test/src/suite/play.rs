//! Plays one row against one server.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::task::JoinSet;

use super::check::{Trace, check_length, eventually, strip};
use super::connection::{Connection, Pending};
use crate::app::{self, App};
use crate::case::{Answer, Behaviour, Protocol, Row, Step, Words};
use crate::servers::{Server, Serving};
use crate::{PATIENCE, Reply, Sent};

/// What one server made of a row.
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "a report")]
pub struct Played {
    /// What was answered to each step.
    pub heard: Vec<Heard>,
    /// What is wrong with it.
    pub failure: Option<String>,
}

/// The answers to one step: several where several copies were sent, in no particular order.
pub type Heard = Vec<Option<Answer>>;

impl Played {
    /// Whether the answers differ from another server's. Headers that HTTP/2 does not have are
    /// ignored.
    pub(super) fn differs_from(&self, other: &Self) -> bool {
        let comparable = |heard: &[Heard]| -> Vec<Heard> {
            let mut heard = heard.to_vec();
            for answer in heard.iter_mut().flatten().flatten() {
                answer.headers.remove("connection");
            }
            heard
        };
        comparable(&self.heard) != comparable(&other.heard)
    }
}

/// Plays it.
pub async fn play(row: &Row, words: &Words, server: &dyn Server, protocol: Protocol) -> Played {
    let app = App::of(row);
    let serving = Serving::start(server, app.clone(), protocol);
    let mut scene = Scene {
        row,
        words,
        protocol,
        app,
        address: serving.address,
        kept: None,
        held: VecDeque::new(),
        limbo: Vec::new(),
        last: None,
    };
    let mut heard = Vec::new();
    let before = Trace::of(&scene.app);
    let mut runs = 0;
    for (n, step) in row.steps.iter().enumerate() {
        runs += words.effect(&step.effect).runs;
        let mut answers = Vec::new();
        if let Err(failure) = scene.step(step, &mut answers).await {
            let failure = Some(format!("step {}: {failure}", n + 1));
            heard.push(answers);
            return Played { heard, failure };
        }
        // It is random how many copies arrive during the first run and how many after it. Each
        // answer is checked against the table.
        if !step.others.is_empty() {
            let others = step.others.iter();
            let others: Vec<_> = others
                .map(|other| Some(words.answer(other, protocol)))
                .collect();
            answers.retain(|answer| !others.contains(answer));
        }
        // What is the server's own is not compared.
        if !step.server {
            heard.push(answers);
        }
    }
    let late = Trace::of(&scene.app).runs - before.runs;
    let failure = (late != runs).then(|| format!("{late} runs in the end, not {runs}"));
    Played { heard, failure }
}

struct Scene<'a> {
    row: &'a Row,
    words: &'a Words,
    protocol: Protocol,
    app: App,
    address: SocketAddr,
    /// The connection of the step before.
    kept: Option<Connection>,
    /// Requests that wait for a `resume`.
    held: VecDeque<Pending>,
    /// Connections that nobody reads from any more, but that are not closed.
    limbo: Vec<Pending>,
    last: Option<Sent>,
}

impl Scene<'_> {
    async fn step(&mut self, step: &Step, heard: &mut Heard) -> Result<(), String> {
        let before = Trace::of(&self.app);
        let rejected = step.reason.as_ref().map(|name| self.app.rejected(name));
        for change in &step.before {
            self.app.change(change).await;
        }
        let replies = if step.wait {
            Vec::new()
        } else if step.resume {
            let pending = self.held.pop_front().expect("a request that is held");
            vec![self.hear(pending, step).await?]
        } else {
            self.send(step).await?
        };
        heard.extend(replies.iter().map(|reply| reply.as_ref().map(strip)));
        self.check_answers(step, heard)?;
        let effect = self.words.effect(&step.effect);
        before.becomes(&self.app, &effect).await?;
        if let (Some(reason), Some(before)) = (&step.reason, rejected) {
            // When the client of a handler has left, the refusal is counted after the claim is
            // released.
            eventually(|| self.app.rejected(reason) > before).await;
            let count = self.app.rejected(reason) - before;
            if count != 1 {
                let counts = self.app.endpoint().counts();
                return Err(format!("{count} refused as {reason}: {counts:?}"));
            }
        }
        Ok(())
    }

    fn request(&mut self, step: &Step) -> Sent {
        let config = &self.row.endpoint;
        let mut sent = if step.again {
            self.last.clone().expect("a step before")
        } else {
            app::sign(config, &step.sign)
        };
        for also in &step.also {
            let more = app::sign(config, also);
            sent.headers.extend(more.headers);
        }
        for edit in &step.edit {
            sent = edit.apply(sent);
        }
        self.last = Some(sent.clone());
        sent
    }

    async fn send(&mut self, step: &Step) -> Result<Vec<Option<Reply>>, String> {
        let sent = self.request(step);
        if step.copies > 1 {
            return Ok(self.send_copies(&sent, step).await);
        }
        let connection = match self.kept.take() {
            Some(connection) => connection,
            None => Connection::open(self.address, self.protocol).await,
        };
        let mut pending = connection.send(&sent, &step.wire).await;
        match step.client {
            Behaviour::Waits => {}
            Behaviour::HalfClosesEarly => pending.half_close().await,
            Behaviour::ClosesEarly => {
                tokio::time::sleep(NOTICED).await;
                drop(pending);
                tokio::time::sleep(NOTICED).await;
                return Ok(Vec::new());
            }
            Behaviour::Holds | Behaviour::Closes | Behaviour::HalfCloses | Behaviour::Resets => {
                self.app.gate().entered().await;
                self.leave(pending, step.client).await;
                return Ok(Vec::new());
            }
        }
        Ok(vec![self.hear(pending, step).await?])
    }

    /// The handler is at the gate.
    async fn leave(&mut self, mut pending: Pending, client: Behaviour) {
        match client {
            Behaviour::Holds => return self.held.push_back(pending),
            Behaviour::Resets => self.kept = Some(pending.reset()),
            Behaviour::HalfCloses => {
                pending.half_close().await;
                self.limbo.push(pending);
            }
            _ => drop(pending),
        }
        tokio::time::sleep(NOTICED).await;
    }

    async fn send_copies(&self, sent: &Sent, step: &Step) -> Vec<Option<Reply>> {
        let mut copies = JoinSet::new();
        for _ in 0..step.copies {
            let (address, protocol) = (self.address, self.protocol);
            let (sent, wire) = (sent.clone(), step.wire.clone());
            copies.spawn(async move {
                let connection = Connection::open(address, protocol).await;
                connection.send(&sent, &wire).await.reply().await.0
            });
        }
        copies.join_all().await
    }

    async fn hear(&mut self, pending: Pending, step: &Step) -> Result<Option<Reply>, String> {
        let (reply, connection) = pending.reply().await;
        let (Some(heard), false) = (&reply, step.server) else {
            return Ok(reply);
        };
        let method = self.last.as_ref().map_or("POST", |sent| &sent.method);
        check_length(heard, method, self.protocol)?;
        let closes = heard.header("connection") == Some("close");
        match connection {
            Some(Connection::H1(mut client)) if closes => {
                let closing = tokio::time::timeout(PATIENCE, client.is_closed());
                if !closing.await.is_ok_and(|closed| closed) {
                    return Err("it said `connection: close` and did not close".into());
                }
            }
            connection => self.kept = connection,
        }
        Ok(reply)
    }

    fn check_answers(&self, step: &Step, heard: &Heard) -> Result<(), String> {
        if step.server {
            let fault = heard.iter().flatten().find(|answer| answer.status >= 500);
            return fault.map_or(Ok(()), |answer| Err(format!("a 5xx: {answer:?}")));
        }
        let Some(expected) = &step.answer else {
            return match heard.iter().flatten().next() {
                Some(answer) => Err(format!("nobody waits for {answer:?}")),
                None => Ok(()),
            };
        };
        let expected = self.words.answer(expected, self.protocol);
        let others = step.others.iter();
        let others: Vec<_> = others
            .map(|other| self.words.answer(other, self.protocol))
            .collect();
        let is = |answer: &&Option<Answer>| answer.as_ref() == Some(&expected);
        let known = |answer: &&Option<Answer>| {
            answer
                .as_ref()
                .is_some_and(|answer| others.contains(answer))
        };
        let (right, other) = (
            heard.iter().filter(is).count(),
            heard.iter().filter(known).count(),
        );
        let as_expected = if others.is_empty() {
            right == heard.len()
        } else {
            right == 1 && right + other == heard.len()
        };
        if as_expected {
            return Ok(());
        }
        let show =
            |answer: &Answer| format!("{} {:?} {:?}", answer.status, answer.headers, answer.body);
        let heard: Vec<_> = heard.iter().map(|a| a.as_ref().map(show)).collect();
        Err(format!("expected {}, got {heard:?}", show(&expected)))
    }
}

/// How long a server may take to notice that a client has left. If this is too short, less is
/// tested; nothing else depends on it.
const NOTICED: Duration = Duration::from_millis(60);

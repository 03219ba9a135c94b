//! Restate, if one runs: `tests/restate/run` starts it.

use std::io::Write as _;
use std::sync::{Arc, Mutex};

use webhook_inbox::JobState;
use webhook_relay::forward::Forwarder;
use webhook_relay::{Engine, Message, Relay, SignedHttp};
use webhook_worker::Consumed;

use crate::bench::{settled, store_event, stripe, unique, work};
use crate::http::{HOP, get};

/// An engine whose first answer is lost: the worker repeats the message.
#[derive(Clone)]
struct Forgetful {
    http: SignedHttp,
    answers: Arc<Mutex<Vec<Consumed>>>,
}

impl Engine for Forgetful {
    async fn publish(&self, message: &Message) -> Consumed {
        let answer = self.http.publish(message).await;
        let mut answers = self.answers.lock().unwrap();
        answers.push(answer.clone());
        match answers.len() {
            1 => Consumed::failed("the answer is lost"),
            _ => answer,
        }
    }
}

#[tokio::test]
async fn two_attempts_with_one_key_run_the_handler_once() {
    let Ok(ingress) = std::env::var("RESTATE_URL") else {
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: tests of Restate: RESTATE_URL is not set: run webhook-relay/tests/restate/run"
        );
        return;
    };
    // Each run of this test has a counter of its own.
    let counter = unique("counter");
    let service = Forwarder::to(format!("{ingress}/hooks/{counter}/paid")).signed_with(HOP);
    let engine = Forgetful {
        http: SignedHttp::new(service).unwrap(),
        answers: Arc::default(),
    };
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, &unique("evt"), "invoice.paid").await;
    let _worker = work(&inbox, Relay::to(engine.clone()).build(endpoint.clone()));
    let lost = Some("the answer is lost".to_owned());
    assert_eq!(settled(&inbox).await, [(JobState::Done, lost)]);
    // Restate has answered both attempts, and has run the handler for one.
    assert_eq!(
        *engine.answers.lock().unwrap(),
        [Consumed::Done, Consumed::Done]
    );
    assert_eq!(get(&format!("{ingress}/hooks/{counter}/count")).await, "1");
    // Another event runs.
    store_event(&endpoint, &unique("evt"), "invoice.paid").await;
    assert_eq!(settled(&inbox).await[1].0, JobState::Done);
    assert_eq!(get(&format!("{ingress}/hooks/{counter}/count")).await, "2");
}

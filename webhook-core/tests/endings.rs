//! What becomes of an event whose handler fails every time, and of the answers of handlers.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use webhook_core::{
    Answer, Begun, Claimed, ConfigError, DeadLetters, Disposition, Endpoint, EndpointBuilder,
    Finished, Head, MemoryStore, OnStoreError, Outcome, Permit, Provider, Rejection, RejectionKind,
    ReplayStore as _, Settled, Signer, StoreCheck, UnixTime, providers,
};

use common::block_on;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const SECRET: &str = "whsec_0123456789abcdef";

fn stripe(store: &MemoryStore) -> EndpointBuilder {
    Endpoint::stripe(SECRET)
        .clock(NOW)
        .store(store.clone())
        .consumer("billing")
}

/// Sends a body as the provider does, up to the answer of the store.
fn claim_of(provider: Provider, endpoint: &Endpoint, body: &str) -> Result<Claimed, Rejection> {
    let signed = Signer::new(provider, SECRET)
        .unwrap()
        .sign(NOW, body.to_owned());
    let head = Head::new("POST", "/", &signed.headers);
    let Begun::Read(mut intake) = endpoint.begin(&head) else {
        panic!("not read");
    };
    intake.push(signed.body.clone()).unwrap();
    let Finished::Event(checked) = intake.finish().unwrap() else {
        panic!("no event");
    };
    block_on(checked.claim())
}

fn claim(endpoint: &Endpoint, id: &str) -> Result<Claimed, Rejection> {
    let body = format!(r#"{{"id":"{id}","type":"invoice.paid"}}"#);
    claim_of(providers::STRIPE, endpoint, &body)
}

fn permit(claimed: Result<Claimed, Rejection>) -> Permit {
    match claimed {
        Ok(Claimed::Run(permit)) => permit,
        other => panic!("does not run: {other:?}"),
    }
}

fn copy(claimed: Result<Claimed, Rejection>) -> Answer {
    match claimed {
        Ok(Claimed::Duplicate(answer)) => answer,
        other => panic!("no copy: {other:?}"),
    }
}

fn fail(endpoint: &Endpoint, id: &str) -> Settled {
    let permit = permit(claim(endpoint, id));
    block_on(permit.settle(Outcome::Status(500)))
}

#[test]
fn an_event_that_fails_is_tried_as_long_as_the_sender_retries() {
    let store = MemoryStore::new();
    let endpoint = stripe(&store).build().unwrap();
    for attempt in 1..=20 {
        let permit = permit(claim(&endpoint, "evt_1"));
        assert_eq!(permit.delivery().attempt(), attempt);
        assert!(matches!(
            block_on(permit.settle(Outcome::Failed)),
            Settled::Pass
        ));
    }
    let dead = block_on(endpoint.dead_letters_after(None, 10)).unwrap();
    assert_eq!(dead, []);
}

#[test]
fn after_enough_failures_an_event_is_dead_and_acknowledged_until_it_is_revived() {
    let store = MemoryStore::new();
    let builder = stripe(&store)
        .tenant("acme")
        .dead_letters(DeadLetters::after(3));
    let endpoint = builder.build().unwrap();
    let warning = Answer::json(r#"{"warning":"dead_letter"}"#);
    assert!(matches!(fail(&endpoint, "evt_1"), Settled::Pass));
    assert!(matches!(fail(&endpoint, "evt_1"), Settled::Pass));
    let Settled::Acknowledge(answer) = fail(&endpoint, "evt_1") else {
        panic!("not dead");
    };
    assert_eq!(answer, warning);
    assert_eq!(copy(claim(&endpoint, "evt_1")), warning);
    assert!(
        matches!(fail(&endpoint, "evt_2"), Settled::Pass),
        "another event is not dead"
    );

    let dead = block_on(endpoint.dead_letters_after(None, 10)).unwrap();
    let [dead] = &dead[..] else {
        panic!("one is dead");
    };
    assert_eq!(dead.attempts, 3);
    assert_eq!(
        dead.note,
        "provider=stripe type=invoice.paid id=evt_1 consumer=billing tenant=acme"
    );
    let counts = endpoint.counts();
    assert_eq!(
        (counts.buried, counts.dead_acknowledged, counts.released),
        (1, 1, 4)
    );

    assert!(block_on(endpoint.revive(&dead.key)).unwrap());
    assert!(!block_on(endpoint.revive(&dead.key)).unwrap());
    let again = permit(claim(&endpoint, "evt_1"));
    assert_eq!(again.delivery().attempt(), 1, "attempts begin anew");
    assert!(matches!(
        block_on(again.settle(Outcome::Status(200))),
        Settled::Pass
    ));
    assert_eq!(copy(claim(&endpoint, "evt_1")), Answer::ok());
}

#[test]
fn a_run_that_was_dropped_counts_as_an_attempt() {
    let store = MemoryStore::new();
    let endpoint = stripe(&store)
        .dead_letters(DeadLetters::after(2))
        .build()
        .unwrap();
    drop(permit(claim(&endpoint, "evt_1")));
    assert!(matches!(fail(&endpoint, "evt_1"), Settled::Acknowledge(_)));
}

#[test]
fn a_dead_event_is_acknowledged_whatever_the_policy_is_now() {
    let store = MemoryStore::new();
    let burying = stripe(&store)
        .dead_letters(DeadLetters::after(1))
        .build()
        .unwrap();
    assert!(matches!(fail(&burying, "evt_1"), Settled::Acknowledge(_)));
    let endpoint = stripe(&store).build().unwrap();
    let answer = copy(claim(&endpoint, "evt_1"));
    assert_eq!(answer, Answer::json(r#"{"warning":"dead_letter"}"#));
    assert_eq!(endpoint.counts().dead_acknowledged, 1);
}

#[test]
fn an_event_that_is_given_up_is_dead_and_its_answer_stays() {
    let store = MemoryStore::new();
    let endpoint = stripe(&store).build().unwrap();
    let run = permit(claim(&endpoint, "evt_1"));
    let settled = block_on(run.settle(Outcome::Decided(Disposition::GiveUp)));
    assert!(matches!(settled, Settled::Pass));
    let answer = copy(claim(&endpoint, "evt_1"));
    assert_eq!(answer, Answer::json(r#"{"warning":"dead_letter"}"#));
    let counts = endpoint.counts();
    assert_eq!((counts.given_up, counts.done, counts.released), (1, 0, 0));

    let dead = block_on(endpoint.dead_letters_after(None, 10)).unwrap();
    assert_eq!(dead.len(), 1);
    assert!(dead[0].note.contains("id=evt_1"), "{}", dead[0].note);
    assert!(block_on(endpoint.revive(&dead[0].key)).unwrap());
    drop(permit(claim(&endpoint, "evt_1")));
}

#[test]
fn an_event_that_is_given_up_under_a_lost_lease_is_not_acknowledged() {
    let store = MemoryStore::new();
    let endpoint = stripe(&store).build().unwrap();
    let run = permit(claim(&endpoint, "evt_1"));
    let key = *run.key().unwrap();
    assert!(block_on(store.forget(&key)).unwrap());
    let _other = permit(claim(&endpoint, "evt_1"));
    let settled = block_on(run.settle(Outcome::Decided(Disposition::GiveUp)));
    let Settled::Replace(rejection) = settled else {
        panic!("{settled:?}");
    };
    assert_eq!(rejection.kind(), RejectionKind::LeaseLost);
}

#[test]
#[should_panic(expected = "at least once")]
fn an_event_is_tried_at_least_once() {
    let _ = DeadLetters::after(0);
}

fn remembering(store: &MemoryStore) -> Endpoint {
    stripe(store).remember_answers().build().unwrap()
}

#[test]
fn a_copy_gets_the_answer_that_the_handler_gave() {
    let store = MemoryStore::new();
    let endpoint = remembering(&store);
    let mut first = permit(claim(&endpoint, "evt_1"));
    assert!(first.remembers(Outcome::Status(201)));
    assert!(
        !first.remembers(Outcome::Status(500)),
        "a failure is not remembered"
    );
    first.remember(201, Some("text/plain"), b"thanks");
    let _ = block_on(first.settle(Outcome::Status(201)));
    let answer = copy(claim(&endpoint, "evt_1"));
    assert_eq!((answer.status(), &answer.body()[..]), (201, &b"thanks"[..]));
    let content_type = answer
        .headers()
        .find(|(name, _)| *name == "content-type")
        .unwrap();
    assert_eq!(content_type.1, "text/plain");
}

#[test]
fn an_answer_that_is_too_long_leaves_the_event_done() {
    let store = MemoryStore::new();
    let endpoint = remembering(&store);
    let mut first = permit(claim(&endpoint, "evt_1"));
    first.remember(200, None, &vec![b'x'; 65_536]);
    let _ = block_on(first.settle(Outcome::Status(200)));
    assert_eq!(copy(claim(&endpoint, "evt_1")), Answer::ok());
}

#[test]
fn nothing_is_remembered_unless_asked_for() {
    let store = MemoryStore::new();
    let endpoint = stripe(&store).build().unwrap();
    let first = permit(claim(&endpoint, "evt_1"));
    assert!(!first.remembers(Outcome::Status(200)));
}

/// Slack signs the time of an attempt, and a `block_suggestion` waits for its options.
fn question(endpoint: &Endpoint) -> Result<Claimed, Rejection> {
    let body = "payload=%7B%22type%22%3A%22block_suggestion%22%7D";
    claim_of(providers::SLACK, endpoint, body)
}

#[test]
fn a_copy_of_a_question_is_answered_as_the_first_or_runs() {
    let builder = || Endpoint::slack(SECRET).clock(NOW);
    for answered in [true, false] {
        let endpoint = builder()
            .store(MemoryStore::new())
            .remember_answers()
            .build()
            .unwrap();
        let mut first = permit(question(&endpoint));
        if answered {
            first.remember(200, Some("application/json"), br#"{"options":[]}"#);
        }
        let _ = block_on(first.settle(Outcome::Status(200)));
        if answered {
            assert_eq!(copy(question(&endpoint)).body(), r#"{"options":[]}"#);
        } else {
            let _ = permit(question(&endpoint));
        }
    }
    let endpoint = builder().store(MemoryStore::new()).build().unwrap();
    let first = permit(question(&endpoint));
    assert!(!first.remembers(Outcome::Status(200)));
    let _ = block_on(first.settle(Outcome::Status(200)));
    let _ = permit(question(&endpoint));
}

#[test]
fn only_deliveries_that_go_stale_may_run_without_the_store() {
    let policy = OnStoreError::RunUnprotected;
    assert!(
        Endpoint::stripe(SECRET)
            .on_store_error(policy)
            .build()
            .is_ok()
    );
    let github = Endpoint::github(SECRET).on_store_error(policy).build();
    assert_eq!(github.unwrap_err(), ConfigError::UnprotectedNeedsTime);
}

#[test]
fn a_sound_store_passes_the_strict_check() {
    let endpoint = stripe(&MemoryStore::new()).build().unwrap();
    let findings = block_on(endpoint.check_store(StoreCheck::Strict)).unwrap();
    assert_eq!(findings, []);
}

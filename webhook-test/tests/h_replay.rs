//! Catalogue H: replay and concurrency; the store faults I01, I04, I06 and I13, which the layer
//! answers; G05 and G08.
//!
//! Not tested here: H12 (renewal; the tests of webhook-runtime have it), the policy
//! `AckAndDeadLetter` of H19 (`endings.rs` has it), the second half of H07 (the handler's `T`
//! decides whether a type fits the body), the rest of I (other stores), and the rest of G (a tenant
//! is a setting of an endpoint and is not resolved per request).

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use http::StatusCode;
use tokio::sync::Barrier;
use webhook_core::{
    ConfigError, Delivery, Endpoint, MemoryStore, RejectionKind as Kind, ReplayKey,
    ReplayStore as _, Signer, UnixTime, providers,
    replay::{Claim, ClaimRequest, Owner, conformance},
};
use webhook_test::{
    Calls, CountingStore, Door, Gate, NOW, PLAIN, Reply, Row, Sent, delivery, delivery_at, signed,
    standard,
};

const BODY: &str = r#"{"type":"a"}"#;

fn stripe(body: &str) -> Sent {
    signed(providers::STRIPE, body.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_copies_at_once_exactly_one_runs_and_after_retries_all_are_200() {
    // H01, over 64 connections.
    for body_in_pieces in [false, true] {
        let handler = |_: Delivery| async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            StatusCode::OK
        };
        let door = Arc::new(Door::with(standard(), handler).await);
        let barrier = Arc::new(Barrier::new(64));
        let copies: Vec<_> = (0..64)
            .map(|_| {
                let (door, barrier) = (Arc::clone(&door), Arc::clone(&barrier));
                tokio::spawn(async move {
                    let sent = delivery("msg_h01", BODY);
                    let wire = if body_in_pieces {
                        sent.chunked(5)
                    } else {
                        sent.wire()
                    };
                    let mut client = door.connect().await;
                    barrier.wait().await;
                    let mut retries = 0;
                    loop {
                        client.send(&wire).await;
                        let reply = client.reply().await.expect("an answer");
                        if reply.status == 200 {
                            return retries;
                        }
                        reply.assert_refusal("H01: a copy in flight", 503);
                        retries += 1;
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                })
            })
            .collect();
        let mut retries = 0;
        for copy in copies {
            retries += copy.await.expect("200 in the end");
        }
        assert_eq!(door.runs(), 1, "H01: {retries} retries");
        assert_eq!(door.store.calls().commits, 1);
        assert_eq!(door.store.calls().releases, 0);
        let counts = door.endpoint().counts();
        assert_eq!((counts.done, counts.duplicates), (1, 63));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_the_first_runs_the_other_63_are_told_to_come_back() {
    // H01, with the handler held until all others have their answers.
    let gate = Gate::new();
    let held = gate.clone();
    let handler = move |_: Delivery| {
        let gate = held.clone();
        async move {
            gate.pass().await;
            StatusCode::OK
        }
    };
    let door = Arc::new(Door::with(standard(), handler).await);
    let send = |door: &Arc<Door>| {
        let door = Arc::clone(door);
        tokio::spawn(async move { door.send(&delivery("msg_h01b", BODY)).await })
    };
    let first = send(&door);
    gate.entered().await;
    let others: Vec<_> = (0..63).map(|_| send(&door)).collect();
    for other in others {
        let reply = other.await.unwrap();
        reply.assert_refusal("H01: a copy in flight", 503);
        assert!(reply.retry_after().is_some_and(|secs| secs <= 30));
    }
    gate.open(64);
    assert_eq!(first.await.unwrap().status, 200);
    assert_eq!(door.runs(), 1);
    assert_eq!(door.endpoint().counts().rejected(Kind::InFlight), 63);
    for _ in 0..63 {
        let reply = send(&door).await.unwrap();
        reply.assert_duplicate("H01: a retry");
    }
    assert_eq!(door.runs(), 1);
}

#[tokio::test]
async fn a_copy_of_a_dead_delivery_is_503_without_a_run_until_it_is_revived() {
    // H19, the policy `KeepFailing`.
    let fails = Arc::new(AtomicBool::new(true));
    let handled = Arc::clone(&fails);
    let handler = move |_: Delivery| {
        let fails = handled.load(Ordering::SeqCst);
        async move {
            match fails {
                true => StatusCode::INTERNAL_SERVER_ERROR,
                false => StatusCode::OK,
            }
        }
    };
    let door = Door::with(standard(), handler).await;
    let sent = delivery("msg_h19", BODY);
    assert_eq!(door.send(&sent).await.status, 500, "H19");
    let (store, key) = (&door.store, door.store.keys()[0]);
    let day = Duration::from_secs(86_400);
    let request = ClaimRequest::new(Owner::from_bits(19), day, day);
    let Claim::Acquired(lease) = store.claim(&key, &request).await.unwrap() else {
        panic!("H19: a released delivery was not acquired");
    };
    store.bury(&lease, "a note").await.unwrap();

    for _ in 0..2 {
        let reply = door.send(&sent).await;
        assert_eq!(reply.status, 200, "H19: a dead delivery is acknowledged");
    }
    assert_eq!(door.runs(), 1, "H19: a dead delivery ran");
    assert_eq!(door.endpoint().counts().dead_acknowledged, 2);
    fails.store(false, Ordering::SeqCst);
    assert!(store.revive(&key).await.unwrap(), "H19");
    assert_eq!(door.send(&sent).await.status, 200, "H19: it was revived");
    assert_eq!(door.runs(), 2);
}

#[tokio::test]
async fn a_copy_of_a_done_delivery_is_an_empty_200_without_a_run() {
    // H02, L09, L10.
    let handler = |_: Delivery| async { "<Response>said once</Response>" };
    let door = Door::with(standard(), handler).await;
    let sent = delivery("msg_h02", BODY);
    let first = door.send(&sent).await;
    assert_eq!(first.body, "<Response>said once</Response>");
    for _ in 0..3 {
        door.knows("H02", &sent).await;
    }
    // A retry is signed anew, with its own time; it is the same delivery still.
    let later = delivery_at("msg_h02", UnixTime::from_secs(NOW.as_secs() + 60), BODY);
    door.knows("H02: signed anew", &later).await;
    // H10: same id, another body: a duplicate all the same, and counted.
    let other = delivery("msg_h02", r#"{"type":"b"}"#);
    door.knows("H10: the same id with another body", &other)
        .await;
    let counts = door.endpoint().counts();
    assert_eq!((counts.duplicates, counts.changed_duplicates), (5, 1));
}

#[tokio::test]
async fn a_copy_that_comes_while_a_run_is_going_to_fail_is_never_told_200() {
    // H03.
    let gate = Gate::new();
    let held = gate.clone();
    let handler = move |delivery: Delivery| {
        let gate = held.clone();
        async move {
            if delivery.attempt() > 1 {
                return StatusCode::OK;
            }
            gate.pass().await;
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    let door = Arc::new(Door::with(standard(), handler).await);
    let sent = delivery("msg_h03", BODY);
    let first = tokio::spawn({
        let (door, sent) = (Arc::clone(&door), sent.clone());
        async move { door.send(&sent).await }
    });
    gate.entered().await;
    door.send(&sent)
        .await
        .assert_refusal("H03: while it runs", 503);
    gate.open(1);
    assert_eq!(first.await.unwrap().status, 500);
    assert_eq!(door.send(&sent).await.status, 200, "H03: the retry");
    assert_eq!(door.runs(), 2);
    door.knows("H03: and then it is done", &sent).await;
    let calls = door.store.calls();
    assert_eq!((calls.releases, calls.commits), (1, 1));
}

#[tokio::test]
async fn a_handler_that_failed_runs_again_and_sees_which_attempt_it_is() {
    // H04, H19.
    let failing = Arc::new(AtomicUsize::new(50));
    let left = Arc::clone(&failing);
    let epochs = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&epochs);
    let handler = move |delivery: Delivery| {
        seen.lock().unwrap().push(delivery.fence().unwrap().epoch);
        let fails = left.load(Ordering::SeqCst) > 0;
        async move {
            if fails {
                StatusCode::SERVICE_UNAVAILABLE
            } else {
                StatusCode::OK
            }
        }
    };
    let door = Door::with(standard(), handler).await;
    let sent = delivery("msg_h04", BODY);
    for attempt in 1..=50 {
        assert_eq!(door.send(&sent).await.status, 503);
        let ran = door.ran().pop().unwrap();
        assert_eq!(ran.attempt(), attempt, "H19");
        failing.fetch_sub(1, Ordering::SeqCst);
    }
    assert_eq!(door.send(&sent).await.status, 200);
    assert_eq!(door.ran().pop().unwrap().attempt(), 51);
    door.knows("H04: done at last", &sent).await;
    let epochs = epochs.lock().unwrap();
    assert!(epochs.is_sorted_by(|a, b| a < b), "an epoch came twice");
}

#[tokio::test]
async fn another_delivery_id_of_github_is_another_event_and_no_other_header_is() {
    // H06, H07: an attacker can invent ids for a captured delivery, within the bound of the
    // provider.
    let door = Door::open(Endpoint::github(PLAIN)).await;
    let sent = signed(providers::GITHUB, r#"{"zen":"…"}"#);
    let first = sent
        .clone()
        .set("x-github-event", "ping")
        .set("x-github-delivery", "11111111-1111-1111-1111-111111111111");
    let ran = door.accepts("H07: the first", &first).await;
    assert_eq!(ran.event_type(), Some("ping"));
    assert!(!ran.proof().covers_type() && !ran.proof().covers_id());
    let typed = first.clone().set("x-github-event", "push");
    door.knows("H07: X-GitHub-Event changed", &typed).await;
    let renamed = first.clone().set("x-github-delivery", "22222222");
    door.accepts("H06: X-GitHub-Delivery changed", &renamed)
        .await;
    door.knows("H06: and sent again", &renamed).await;
    let keyed = first.add("idempotency-key", "fresh");
    door.knows("H06: an idempotency key is added", &keyed).await;
    let door = Door::open(Endpoint::stripe(PLAIN).clock(NOW)).await;
    let sent = stripe(r#"{"id":"evt_1"}"#);
    door.accepts("H06: Stripe", &sent).await;
    let keyed = sent.add("idempotency-key", "fresh").add("request-id", "x");
    door.knows("H06: Stripe with an idempotency key", &keyed)
        .await;
}

#[tokio::test]
async fn one_body_under_two_topics_of_shopify_is_two_events() {
    // H08.
    let door = Door::open(Endpoint::shopify(PLAIN)).await;
    let sent = signed(providers::SHOPIFY, r#"{"id":1}"#);
    let updated = sent.clone().add("x-shopify-topic", "orders/updated");
    let paid = sent.add("x-shopify-topic", "orders/paid");
    door.accepts("H08: orders/updated", &updated).await;
    door.accepts("H08: orders/paid", &paid).await;
    door.knows("H08: orders/updated again", &updated).await;
    door.knows("H08: orders/paid again", &paid).await;
}

#[tokio::test]
async fn without_an_id_equal_content_is_one_event_and_that_can_be_turned_off() {
    // H09: the policy, pinned.
    let door = Door::open(Endpoint::docusign(PLAIN)).await;
    let sent = signed(providers::DOCUSIGN, r#"{"event":"envelope-completed"}"#);
    door.accepts("H09: the first", &sent).await;
    door.knows("H09: the same bytes", &sent).await;
    let builder = Endpoint::docusign(PLAIN).store(MemoryStore::new());
    let endpoint = builder.without_replay_protection();
    let runs = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&runs);
    let router: axum::Router = axum::Router::new()
        .fallback(move || {
            count.fetch_add(1, Ordering::SeqCst);
            async { StatusCode::OK }
        })
        .layer(webhook_axum::WebhookLayer::new(endpoint.build().unwrap()));
    let server = webhook_test::Server::start(router).await;
    for _ in 0..2 {
        let mut client = webhook_test::Client::connect(server.address).await;
        client.send(&sent.wire()).await;
        assert_eq!(client.reply().await.unwrap().status, 200);
    }
    assert_eq!(runs.load(Ordering::SeqCst), 2, "H09: protection is off");
}

#[tokio::test]
async fn content_that_repeats_is_told_apart_by_its_signed_time_or_by_nothing() {
    // H09, where the sender says the same again about something else.
    let door = Door::open(Endpoint::zendesk(PLAIN).clock(NOW)).await;
    let signer = Signer::new(providers::ZENDESK, PLAIN).unwrap();
    let at = |time| Sent::from(signer.sign(time, r#"{"ticket":1}"#));
    let (first, second) = (at(NOW), at(NOW.saturating_add(Duration::from_secs(1))));
    door.accepts("H09: a ticket changed", &first).await;
    door.accepts("H09: it changed again", &second).await;
    door.knows("H09: a copy of the first", &first).await;
    door.knows("H09: a copy of the second", &second).await;

    let door = Door::open(Endpoint::dropbox(PLAIN)).await;
    let sent = signed(providers::DROPBOX, r#"{"list_folder":{"accounts":["a"]}}"#);
    for runs in 1..=2 {
        assert_eq!(door.send(&sent).await.status, 200, "H09: files changed");
        // Claimed, so that two do not run at once, and not remembered.
        let calls = Calls {
            claims: runs,
            releases: runs,
            ..Calls::default()
        };
        assert_eq!(door.trace(), (runs, calls), "H09");
    }
}

#[tokio::test]
async fn a_body_that_only_its_low_bits_vouch_for_is_reported_as_uncovered() {
    let url = "https://shop.example/trello";
    let door = Door::open(Endpoint::trello(PLAIN, url)).await;
    let signer = Signer::new(providers::TRELLO, PLAIN)
        .unwrap()
        .public_url(url);
    let sent = |signed: &str, body: &'static str| {
        let mut sent = Sent::from(signer.sign(NOW, signed.to_owned()));
        sent.body = body.into();
        sent
    };
    // U+0161 has the low bits of `a`.
    let (plain, altered) = (r#"{"a":"a"}"#, "{\"a\":\"\u{161}\"}");
    let ran = door
        .accepts("what has its low bits", &sent(plain, altered))
        .await;
    assert!(!ran.proof().coverage().body);
    // One captured delivery is one event, in whatever characters.
    door.knows("what was signed", &sent(plain, plain)).await;
}

#[tokio::test]
async fn a_lease_that_ends_while_its_handler_runs_is_taken_over_and_the_first_is_fenced_off() {
    // H11, with the store's clock moved by hand.
    let now = Arc::new(Mutex::new(Duration::ZERO));
    let clock = Arc::clone(&now);
    let memory = MemoryStore::builder()
        .clock(move || *clock.lock().unwrap())
        .build();
    let gate = Gate::new();
    let held = gate.clone();
    let handler = move |delivery: Delivery| {
        let gate = held.clone();
        async move {
            if delivery.attempt() == 1 {
                gate.pass().await;
            }
            StatusCode::OK
        }
    };
    let store = CountingStore::around(memory);
    let door = Arc::new(Door::inside(standard(), store, handler, |router| router).await);
    let sent = delivery("msg_h11", BODY);
    let first = tokio::spawn({
        let (door, sent) = (Arc::clone(&door), sent.clone());
        async move { door.send(&sent).await }
    });
    gate.entered().await;
    *now.lock().unwrap() += Duration::from_secs(59);
    let early = door.send(&sent).await;
    early.assert_refusal("H11: before the lease ends", 503);
    assert_eq!(early.retry_after(), Some(1));
    *now.lock().unwrap() += Duration::from_secs(2);
    assert_eq!(door.send(&sent).await.status, 200, "H11: the take-over");
    gate.open(1);
    let first = first.await.unwrap();
    first.assert_refusal("H11: the first's commit is refused", 503);
    assert_eq!(door.endpoint().counts().rejected(Kind::LeaseLost), 1);
    let [one, two] = &door.ran()[..] else {
        panic!("two runs");
    };
    assert_eq!((one.attempt(), two.attempt()), (1, 2));
    let epoch = |delivery: &Delivery| delivery.fence().unwrap().epoch;
    assert!(epoch(two) > epoch(one), "H11: the fence rises");
    door.knows("H11: done", &sent).await;
}

#[test]
fn a_lease_that_cannot_be_renewed_in_time_cannot_be_configured() {
    // H11: a handler of three leases is renewed, and a renewal can be repeated.
    let builder = standard()
        .handler_timeout(Duration::from_secs(30))
        .lease(Duration::from_secs(11));
    let error = builder.build().unwrap_err();
    assert!(
        matches!(error, ConfigError::LeaseTooShort { .. }),
        "{error}"
    );
    assert!(standard().lease(Duration::ZERO).build().is_err());
    let short = standard().retention(Duration::from_secs(3600));
    let error = short.build().unwrap_err();
    assert!(
        matches!(error, ConfigError::RetentionTooShort { .. }),
        "H15: {error}"
    );
}

#[tokio::test]
async fn two_events_of_one_object_both_run() {
    // H13, H16: in whichever order they come.
    let door = Door::open(Endpoint::stripe(PLAIN).clock(NOW)).await;
    let event = |id: &str, kind: &str| {
        let object = r#""data":{"object":{"id":"pi_1"}}"#;
        stripe(&format!(r#"{{"id":"{id}","type":"{kind}",{object}}}"#))
    };
    let refunded = door
        .accepts("H16: the refund first", &event("evt_2", "refunded"))
        .await;
    let paid = door
        .accepts("H16: the payment second", &event("evt_1", "paid"))
        .await;
    assert_eq!(refunded.id(), Some("evt_2"));
    assert_eq!(paid.event_type(), Some("paid"));
    assert_eq!(paid.proof().signed_at(), Some(NOW));
    door.knows("H13: each once", &event("evt_2", "refunded"))
        .await;
}

#[tokio::test]
async fn a_full_store_answers_503_and_forgets_nothing_that_is_fresh() {
    // H14, at a capacity of 640.
    let memory = MemoryStore::builder().capacity(640).build();
    let store = CountingStore::around(memory);
    let handler = |_: Delivery| async { StatusCode::OK };
    let door = Door::inside(standard(), store, handler, |router| router).await;
    let at = |n: usize| delivery(&format!("msg_{n}"), BODY);
    let mut taken = Vec::new();
    for n in 0..2000 {
        let reply = door.oneshot(at(n).request().unwrap()).await;
        match reply.status {
            200 => taken.push(n),
            _ => reply.assert_refusal("H14: full", 503),
        }
    }
    assert!(taken.len() < 2000 && taken.len() >= 320, "{}", taken.len());
    assert_eq!(door.runs(), taken.len());
    for n in &taken {
        let reply = door.oneshot(at(*n).request().unwrap()).await;
        reply.assert_duplicate("H14: what ran is known");
    }
    assert_eq!(door.runs(), taken.len(), "H14: something ran twice");
}

#[tokio::test]
async fn after_its_retention_or_when_forgotten_a_delivery_runs_again() {
    // H15.
    let now = Arc::new(Mutex::new(Duration::ZERO));
    let clock = Arc::clone(&now);
    let memory = MemoryStore::builder()
        .clock(move || *clock.lock().unwrap())
        .build();
    let store = CountingStore::around(memory);
    let handler = |_: Delivery| async { StatusCode::OK };
    let door = Door::inside(standard(), store, handler, |router| router).await;
    let sent = delivery("msg_h15", BODY);
    door.accepts("H15: the first", &sent).await;
    let day = Duration::from_secs(24 * 60 * 60);
    *now.lock().unwrap() += day * 6;
    door.knows("H15: after six days", &sent).await;
    *now.lock().unwrap() += day * 2;
    let again = door.accepts("H15: after eight days", &sent).await;
    assert_eq!(again.attempt(), 1);
    let key = door.store.keys().pop().unwrap();
    assert!(door.endpoint().forget(&key).await.unwrap());
    assert!(!door.endpoint().forget(&key).await.unwrap());
    door.accepts("H15: forgotten by an operator", &sent).await;
}

#[tokio::test]
async fn two_processes_whose_clocks_differ_by_ten_minutes_run_a_delivery_once() {
    // H17: freshness is the receiver's, memory is the store's.
    let store = CountingStore::new();
    let off = |secs: i64| UnixTime::from_secs(NOW.as_secs().saturating_add_signed(secs));
    let door = async |clock: UnixTime| {
        let handler = |_: Delivery| async { StatusCode::OK };
        let builder = standard().clock(clock);
        Door::inside(builder, store.clone(), handler, |router| router).await
    };
    let (slow, fast) = (door(off(-299)).await, door(off(299)).await);
    for n in 0..20 {
        let sent = delivery(&format!("msg_h17_{n}"), BODY);
        let (a, b) = tokio::join!(slow.send(&sent), fast.send(&sent));
        for reply in [&a, &b] {
            assert!(matches!(reply.status, 200 | 503), "{reply:?}");
        }
        assert!(a.status == 200 || b.status == 200);
        assert_eq!(slow.runs() + fast.runs(), n + 1, "H17: not once");
        slow.send(&sent).await.assert_duplicate("H17: slow");
        fast.send(&sent).await.assert_duplicate("H17: fast");
    }
}

#[tokio::test]
async fn consumers_tenants_providers_and_modes_do_not_share_ids() {
    // G05, G08, CVE-2026-41362.
    let store = CountingStore::new();
    let door = async |builder| {
        let handler = |_: Delivery| async { StatusCode::OK };
        Door::inside(builder, store.clone(), handler, |router| router).await
    };
    let mut doors = Vec::new();
    for (consumer, tenant) in [
        ("", ""),
        ("a", ""),
        ("", "a"),
        ("b", ""),
        ("a", "b"),
        ("ab", ""),
    ] {
        doors.push(door(standard().consumer(consumer).tenant(tenant)).await);
    }
    let sent = delivery("evt_1", BODY);
    for door in &doors {
        door.accepts("G05: its own", &sent).await;
    }
    for door in &doors {
        door.knows("G05: and known there", &sent).await;
    }
    let svix = door(Endpoint::svix(webhook_test::WHSEC).clock(NOW)).await;
    svix.accepts("G05: another provider", &sent).await;
    let stripe_door = door(Endpoint::stripe(PLAIN).clock(NOW)).await;
    for body in [
        r#"{"id":"evt_1","livemode":true}"#,
        r#"{"id":"evt_1","livemode":false}"#,
        r#"{"id":"evt_1"}"#,
    ] {
        stripe_door
            .accepts("G08: a mode of its own", &stripe(body))
            .await;
    }
}

#[tokio::test]
async fn a_store_that_cannot_tell_is_503_and_nothing_runs() {
    // I01.
    let door = Door::open(standard()).await;
    let sent = delivery("msg_i01", BODY);
    door.store.fail_claims(true);
    let reply = door.send(&sent).await;
    reply.assert_refusal("I01", 503);
    assert_eq!(reply.retry_after(), Some(10));
    assert_eq!(door.runs(), 0);
    let rejected = door.endpoint().counts().rejected(Kind::StoreUnavailable);
    assert_eq!(rejected, 1);
    // A forged delivery is refused without the store, up or down.
    let calls = door.store.calls();
    let forged = sent.clone().body("{}");
    door.refuses(&Row::new("I01: forged", Kind::BadSignature, forged), 401)
        .await;
    assert_eq!(door.store.calls(), calls);
    door.store.fail_claims(false);
    door.accepts("I01: the retry", &sent).await;
}

#[tokio::test]
async fn a_success_that_the_store_could_not_record_is_answered_and_recorded_later() {
    // I04.
    let handler = |_: Delivery| async { (StatusCode::CREATED, "done") };
    let door = Door::with(standard(), handler).await;
    let sent = delivery("msg_i04", BODY);
    door.store.fail_commits(true);
    let reply = door.send(&sent).await;
    assert_eq!((reply.status, &reply.body[..]), (201, &b"done"[..]));
    assert_eq!(door.endpoint().counts().commits_failed, 1);
    door.send(&sent)
        .await
        .assert_refusal("I04: not recorded yet", 503);
    door.store.fail_commits(false);
    let start = std::time::Instant::now();
    let reply = loop {
        let reply: Reply = door.send(&sent).await;
        if reply.status != 503 {
            break reply;
        }
        assert!(start.elapsed() < webhook_test::PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    reply.assert_duplicate("I04: recorded in the end");
    assert_eq!(door.runs(), 1);
}

#[tokio::test]
async fn a_claim_that_could_not_be_released_ends_with_its_lease() {
    // I06.
    let now = Arc::new(Mutex::new(Duration::ZERO));
    let clock = Arc::clone(&now);
    let memory = MemoryStore::builder()
        .clock(move || *clock.lock().unwrap())
        .build();
    let handler = |delivery: Delivery| async move {
        if delivery.attempt() == 1 {
            StatusCode::BAD_REQUEST
        } else {
            StatusCode::OK
        }
    };
    let store = CountingStore::around(memory);
    let door = Door::inside(standard(), store, handler, |router| router).await;
    let sent = delivery("msg_i06", BODY);
    door.store.fail_releases(true);
    assert_eq!(door.send(&sent).await.status, 400);
    door.store.fail_releases(false);
    door.send(&sent)
        .await
        .assert_refusal("I06: until the lease ends", 503);
    *now.lock().unwrap() += Duration::from_secs(61);
    let ran = door.accepts("I06: and then it runs", &sent).await;
    assert_eq!(ran.attempt(), 2);
}

#[tokio::test]
async fn the_memory_store_keeps_every_promise_of_a_store() {
    let now = Arc::new(Mutex::new(Duration::ZERO));
    let clock = Arc::clone(&now);
    let store = MemoryStore::builder()
        .clock(move || *clock.lock().unwrap())
        .build();
    let pass = async |time| *now.lock().unwrap() += time;
    conformance::all(&store, pass).await;
}

#[tokio::test]
async fn the_memory_stores_own_clock_ends_a_lease() {
    let store = MemoryStore::new();
    let key = ReplayKey::from_bytes([7; 32]);
    let request = |owner| {
        let (lease, retain) = (Duration::from_millis(1), Duration::from_secs(600));
        ClaimRequest::new(Owner::from_bits(owner), lease, retain)
    };
    let first = store.claim(&key, &request(1)).await.unwrap();
    assert!(matches!(first, Claim::Acquired(_)), "{first:?}");
    let start = std::time::Instant::now();
    let second = loop {
        match store.claim(&key, &request(2)).await.unwrap() {
            Claim::Acquired(lease) => break lease,
            _ => assert!(start.elapsed() < webhook_test::PATIENCE, "it never ends"),
        }
    };
    assert_eq!(second.attempt(), 2);
}

#[tokio::test]
async fn a_signed_id_counts_and_the_attempt_time_does_not() {
    // 3.2, class A: one key for every attempt, whoever signs it.
    let store = CountingStore::new();
    let handler = |_: Delivery| async { StatusCode::OK };
    let door = Door::inside(standard(), store.clone(), handler, |router| router).await;
    let signer = Signer::new(providers::STANDARD_WEBHOOKS, webhook_test::WHSEC).unwrap();
    let at = |secs| {
        Sent::from(
            signer
                .clone()
                .id("msg")
                .sign(UnixTime::from_secs(secs), BODY),
        )
    };
    door.send(&at(NOW.as_secs())).await;
    door.send(&at(NOW.as_secs() + 5)).await;
    let keys = store.keys();
    assert_eq!(keys[0], keys[1]);
    assert_eq!(door.runs(), 1);
}

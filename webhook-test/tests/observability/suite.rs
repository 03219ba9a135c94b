//! What every framework shows of a delivery. Each adapter includes this file, and supplies its
//! `Layer`, `serve` and `route`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::yield_now;
use tracing::Instrument as _;
use webhook_core::{
    DeadLetters, Delivery, Disposition, Endpoint, EndpointBuilder, Head, MemoryStore,
    RejectionKind, SecretSet, Signer, UnixTime, providers,
};
use webhook_test::{CountingStore, Gate, NOW, Rng, Sent, WHSEC, delivery, delivery_at, standard};
use webhook_tower::forward::{Forwarded, Forwarder};
use webhook_tower::tenants::{Tenants, from_path};

use super::{FRAMEWORK, Layer, route, serve};
use crate::{page, spans};

/// How the body of a request comes.
#[derive(Clone, Copy)]
pub(crate) enum Arrives {
    Whole,
    Never,
}

/// What the handlers of these tests do: what the type of the event says.
#[derive(Clone)]
pub(crate) struct Handler {
    endpoint: Endpoint,
    gate: Gate,
}

impl Handler {
    pub(crate) async fn act(self, delivery: Delivery) -> (u16, Option<Disposition>) {
        let work = tracing::info_span!("work", consumer = delivery.consumer());
        self.work(delivery).instrument(work).await
    }

    async fn work(self, delivery: Delivery) -> (u16, Option<Disposition>) {
        match delivery.event_type().unwrap_or_default() {
            "fails" => return (500, None),
            "gives up" => return (200, Some(Disposition::GiveUp)),
            "panics" => panic!("the handler panics as told"),
            "hangs" => std::future::pending().await,
            "waits" => self.gate.pass().await,
            "forwards" => {
                let forwarding = forward_to_nobody(&delivery);
                let _ = forwarding.await;
            }
            "loses" => {
                let key = *delivery.replay_key().unwrap();
                self.endpoint.forget(&key).await.unwrap();
            }
            _ => {}
        }
        (200, None)
    }
}

/// Forwards a delivery to a port at which nobody listens.
fn forward_to_nobody(delivery: &Delivery) -> impl Future<Output = Forwarded> + Send + use<> {
    let port = webhook_test_services::free_port();
    let forwarder = Forwarder::to(format!("http://127.0.0.1:{port}/"));
    let forwarder = forwarder.without_hop_credential().build().unwrap();
    let none: Vec<(String, String)> = Vec::new();
    let head = Head {
        method: "POST",
        path_and_query: "/",
        headers: &none,
    };
    forwarder.forward(delivery, &head)
}

/// A name that no other test has.
fn consumer(test: &str) -> String {
    format!("{test}-{FRAMEWORK}")
}

fn listen() {
    spans::listen();
    page::record();
}

/// An endpoint, its layer, and what is sent to it.
struct Bench {
    consumer: String,
    endpoint: Endpoint,
    layer: Layer,
    gate: Gate,
    served: super::Served,
    requests: u64,
}

impl Bench {
    async fn new(test: &str, builder: EndpointBuilder) -> Self {
        listen();
        let consumer = consumer(test);
        let endpoint = builder.consumer(&*consumer).build().unwrap();
        let (layer, gate) = (Layer::new(endpoint.clone()), Gate::new());
        let handler = Handler {
            endpoint: endpoint.clone(),
            gate: gate.clone(),
        };
        Self {
            served: serve(layer.clone(), handler).await,
            consumer,
            endpoint,
            layer,
            gate,
            requests: 0,
        }
    }

    async fn send(&mut self, sent: &Sent) -> u16 {
        self.requests += 1;
        self.served.send(sent, Arrives::Whole).await
    }

    /// The span of the last request, once it is closed.
    async fn last(&self) -> spans::Recorded {
        for _ in 0..10_000 {
            let last = spans::of(&self.consumer).pop();
            match last {
                Some(last) if last.is_closed => return last,
                _ => yield_now().await,
            }
        }
        panic!("the last span does not close");
    }

    async fn assert_last(&self, what: &str, outcome: &str, error: Option<&str>) {
        let last = self.last().await;
        let told = (last.field("webhook.outcome"), last.field("error.type"));
        assert_eq!(told, (Some(outcome), error), "{what}: {last:#?}");
    }

    /// Every request has a span and an outcome, and the metrics agree with the counts.
    fn assert_complete(&self) {
        let (consumer, counts) = (&*self.consumer, self.endpoint.counts());
        assert_eq!(spans::of(consumer).len() as u64, self.requests);
        let deliveries = page::sum(consumer, "webhook_deliveries_total", None);
        assert_eq!(deliveries, self.requests, "the sum over the outcomes");
        for kind in RejectionKind::ALL {
            let reason = ("reason", kind.as_str());
            let counted = page::sum(consumer, "webhook_rejections_total", Some(reason));
            assert_eq!(counted, counts.rejected(*kind), "{reason:?}");
        }
        let of = |outcome| {
            let outcome = Some(("outcome", outcome));
            page::sum(consumer, "webhook_deliveries_total", outcome)
        };
        assert_eq!(of("duplicate"), counts.duplicates);
        assert_eq!(of("over_bound"), counts.over_bound);
        assert_eq!(of("dead"), counts.dead_acknowledged);
        assert_eq!(of("challenge"), counts.challenges);
        assert_eq!(of("buried"), counts.buried);
        let total = |name: &str| page::sum(consumer, name, None);
        assert_eq!(total("webhook_verified_total"), counts.verified);
        assert_eq!(total("webhook_dead_events_total"), counts.buried);
        assert_eq!(total("webhook_leases_lost_total"), counts.leases_lost);
        assert_eq!(
            total("webhook_commit_failures_total"),
            counts.commits_failed
        );
        assert_eq!(total("webhook_unprotected_runs_total"), counts.unprotected);
        let changed = total("webhook_changed_duplicates_total");
        assert_eq!(changed, counts.changed_duplicates);
        for gauge in [
            "running_deliveries",
            "detached_deliveries",
            "unverified_bytes",
        ] {
            let level = page::level(consumer, &format!("webhook_{gauge}"));
            assert!(level.abs() < 0.5, "{gauge} is {level} when nothing runs");
        }
    }
}

fn event(id: &str, kind: &str) -> Sent {
    delivery(id, format!(r#"{{"type":"{kind}"}}"#))
}

#[actix_web::test]
async fn a_handled_delivery_has_one_span_with_the_labels_that_are_verified() {
    let mut bench = Bench::new("labels", standard().store(MemoryStore::new())).await;
    let request = tracing::info_span!("request");
    let sent = event("msg_1", "ok");
    let bytes = sent.body.len();
    let status = bench.send(&sent).instrument(request).await;
    assert_eq!(status, 200);
    let span = bench.last().await;
    assert_eq!((span.name, span.target), ("delivery", "webhook"));
    for (field, value) in [
        ("otel.name", "process standard-webhooks"),
        ("otel.kind", "consumer"),
        ("messaging.system", "webhook"),
        ("messaging.operation.name", "process"),
        ("messaging.operation.type", "process"),
        ("messaging.message.body.size", &*bytes.to_string()),
        ("webhook.provider", "standard-webhooks"),
        ("webhook.consumer", &*bench.consumer),
        ("webhook.event.id", "msg_1"),
        ("webhook.event.type", "ok"),
        ("webhook.key_slot", "0"),
        ("webhook.attempt", "1"),
        ("webhook.outcome", "done"),
    ] {
        assert_eq!(span.field(field), Some(value), "{field}");
    }
    for absent in [
        "error.type",
        "otel.status_code",
        "webhook.tenant",
        "webhook.detached",
    ] {
        assert_eq!(span.field(absent), None, "{absent}");
    }
    let all = spans::all();
    let parent = &all[span.parent.expect("a parent")];
    assert_eq!(parent.name, "request");
    let is_work = |other: &&spans::Recorded| {
        other.name == "work" && other.field("consumer") == Some(&bench.consumer)
    };
    let work = all.iter().find(is_work).expect("the handler's own span");
    let around = &all[work.parent.expect("a parent")];
    assert_eq!(around.field("webhook.consumer"), Some(&*bench.consumer));
    let handled = span.events.iter().filter_map(|event| event.get("message"));
    assert!(
        handled
            .into_iter()
            .any(|message| message == "delivery handled")
    );
    bench.assert_complete();
}

#[actix_web::test]
async fn every_ending_without_a_store_fault_is_in_the_span_and_counted_once() {
    tokio::time::pause();
    let builder = standard()
        .body_limit(1024)
        .handler_timeout(Duration::from_secs(1));
    let mut bench = Bench::new("endings", builder.store(MemoryStore::new())).await;
    let fine = event("msg_fine", "ok");
    let old = UnixTime::from_secs(NOW.as_secs() - 3600);
    let stale = delivery_at("msg_stale", old, r#"{"type":"ok"}"#);
    let row =
        |what, sent: &Sent, status, outcome, error| (what, sent.clone(), status, outcome, error);
    for (what, sent, status, outcome, error) in [
        row("a first delivery", &fine, 200, "done", None),
        row("a copy", &fine, 200, "duplicate", None),
        row(
            "another method",
            &fine.clone().method("PUT"),
            405,
            "refused",
            Some("method_not_allowed"),
        ),
        row(
            "no signature",
            &fine.clone().without("webhook-signature"),
            401,
            "refused",
            Some("missing_header"),
        ),
        row(
            "another body",
            &fine.clone().body("{}"),
            401,
            "refused",
            Some("bad_signature"),
        ),
        row("an old time", &stale, 401, "refused", Some("stale")),
        row(
            "a long body",
            &fine.clone().body(vec![b'x'; 2000]),
            413,
            "refused",
            Some("too_large"),
        ),
        row(
            "a 500",
            &event("msg_500", "fails"),
            500,
            "released",
            Some("500"),
        ),
        row(
            "a panic",
            &event("msg_panic", "panics"),
            500,
            "released",
            Some("handler_panicked"),
        ),
        row(
            "a time-out",
            &event("msg_slow", "hangs"),
            503,
            "released",
            Some("handler_timeout"),
        ),
        row(
            "a giving up",
            &event("msg_bad", "gives up"),
            200,
            "given_up",
            Some("handler"),
        ),
        row(
            "a copy of a dead event",
            &event("msg_bad", "gives up"),
            200,
            "dead",
            None,
        ),
    ] {
        assert_eq!(bench.send(&sent).await, status, "{what}");
        bench.assert_last(what, outcome, error).await;
        let is_failure = ["released", "given_up"].contains(&outcome);
        let told = bench.last().await.fields.get("otel.status_code").cloned();
        assert_eq!(told.is_some(), is_failure, "{what}");
    }
    assert_eq!(bench.send(&event("msg_500", "fails")).await, 500);
    assert_eq!(bench.last().await.field("webhook.attempt"), Some("2"));
    let retried = page::sum(&bench.consumer, "webhook_retried_runs_total", None);
    assert_eq!(retried, 1);
    drop(bench.layer.drain(Duration::ZERO));
    assert_eq!(bench.send(&event("msg_late", "ok")).await, 503);
    bench
        .assert_last("a shutdown", "refused", Some("shutting_down"))
        .await;
    bench.assert_complete();
}

#[actix_web::test]
async fn a_fault_of_the_store_has_its_outcome_too() {
    tokio::time::pause();
    let store = CountingStore::new();
    let mut bench = Bench::new("faults", standard().store(store.clone())).await;
    store.fail_claims(true);
    assert_eq!(bench.send(&event("msg_1", "ok")).await, 503);
    bench
        .assert_last("no claim", "refused", Some("store_unavailable"))
        .await;
    assert_eq!(bench.last().await.field("otel.status_code"), Some("ERROR"));
    store.fail_claims(false);
    store.hang_claims(true);
    assert_eq!(bench.send(&event("msg_2", "ok")).await, 503);
    bench
        .assert_last(
            "a claim without an answer",
            "refused",
            Some("store_unavailable"),
        )
        .await;
    store.hang_claims(false);
    store.panic_on_claim(true);
    assert_eq!(bench.send(&event("msg_3", "ok")).await, 503);
    bench
        .assert_last("a store that panics", "unsettled", None)
        .await;
    store.panic_on_claim(false);
    store.fail_commits(true);
    assert_eq!(bench.send(&event("msg_4", "ok")).await, 200);
    bench.assert_last("no commit", "done", None).await;
    store.fail_commits(false);
    store.fail_releases(true);
    assert_eq!(bench.send(&event("msg_5", "fails")).await, 500);
    bench
        .assert_last("no release", "released", Some("500"))
        .await;
    store.fail_releases(false);
    assert_eq!(bench.send(&event("msg_6", "loses")).await, 503);
    bench
        .assert_last("a lost lease", "refused", Some("lease_lost"))
        .await;
    bench.assert_complete();
    let calls = |verb, result| {
        let series = page::of(&bench.consumer).into_iter();
        let count = "webhook_store_call_duration_seconds_count";
        let verb = format!("verb=\"{verb}\"");
        let result = format!("result=\"{result}\"");
        let mut series = series.filter(|sample| sample.series.starts_with(count));
        series.find(|sample| sample.series.contains(&verb) && sample.series.contains(&result))
    };
    for (verb, result) in [
        ("claim", "ok"),
        ("claim", "unavailable"),
        ("commit", "unavailable"),
        ("release", "unavailable"),
    ] {
        let sample = calls(verb, result);
        assert!(
            sample.is_some_and(|calls| calls.value > 0.5),
            "{verb} {result}"
        );
    }
}

#[actix_web::test]
async fn an_event_that_fails_too_often_is_buried_and_its_copies_are_dead() {
    let builder = standard().dead_letters(DeadLetters::after(2));
    let mut bench = Bench::new("buried", builder.store(MemoryStore::new())).await;
    for (status, outcome, error) in [
        (500, "released", Some("500")),
        (200, "buried", Some("500")),
        (200, "dead", None),
    ] {
        assert_eq!(bench.send(&event("msg_1", "fails")).await, status);
        bench.assert_last("a failure", outcome, error).await;
    }
    bench.assert_complete();
}

#[actix_web::test]
async fn a_challenge_is_counted_as_one() {
    let mut bench = Bench::new(
        "challenge",
        Endpoint::dropbox(webhook_test::PLAIN).store(MemoryStore::new()),
    )
    .await;
    let challenge = Sent {
        method: "GET".to_owned(),
        target: "/?challenge=abc".to_owned(),
        headers: Vec::new(),
        body: bytes::Bytes::new(),
    };
    assert_eq!(bench.send(&challenge).await, 200);
    bench.assert_last("a challenge", "challenge", None).await;
    bench.assert_complete();
}

#[actix_web::test]
async fn a_forwarded_delivery_is_counted_by_what_became_of_it() {
    let mut bench = Bench::new("forwarded", standard().store(MemoryStore::new())).await;
    assert_eq!(bench.send(&event("msg_1", "forwards")).await, 200);
    let unreachable = Some(("outcome", "unreachable"));
    let forwards = |outcome| page::sum(&bench.consumer, "webhook_forwards_total", outcome);
    assert_eq!((forwards(unreachable), forwards(None)), (1, 1));
    bench.assert_complete();
}

#[actix_web::test]
async fn a_copy_in_flight_is_refused_and_is_no_failure() {
    let mut bench = Bench::new("in-flight", standard().store(MemoryStore::new())).await;
    let sent = event("msg_1", "waits");
    bench.requests = 2;
    let both = async {
        bench.gate.entered().await;
        let status = bench.served.send(&sent, Arrives::Whole).await;
        let running = page::level(&bench.consumer, "webhook_running_deliveries");
        bench.gate.open(1);
        (status, running)
    };
    let first = bench.served.send(&sent, Arrives::Whole);
    let (first, (copy, running)) = tokio::join!(first, both);
    assert_eq!((first, copy), (200, 503));
    assert!((running - 1.0).abs() < 0.5, "{running} run");
    bench
        .assert_last("a copy", "refused", Some("in_flight"))
        .await;
    assert_eq!(bench.last().await.field("otel.status_code"), None);
    bench.assert_complete();
}

#[actix_web::test]
async fn the_span_outlives_the_client() {
    let mut bench = Bench::new("client-gone", standard().store(MemoryStore::new())).await;
    let sent = event("msg_1", "waits");
    bench.requests = 1;
    tokio::select! {
        biased;
        () = bench.gate.entered() => {}
        status = bench.served.send(&sent, Arrives::Whole) => panic!("answered {status}"),
    }
    assert!(!spans::of(&bench.consumer).pop().unwrap().is_closed);
    let detached = page::level(&bench.consumer, "webhook_detached_deliveries");
    assert!(
        (detached - 1.0).abs() < 0.5,
        "{detached} run without a client"
    );
    bench.gate.open(1);
    bench.gate.left().await;
    bench.assert_last("a client that left", "done", None).await;
    assert_eq!(bench.last().await.field("webhook.detached"), Some("true"));
    bench.assert_complete();
}

#[actix_web::test]
async fn a_client_that_leaves_before_its_body_is_there_has_abandoned_it() {
    let mut bench = Bench::new("abandoned", standard().store(MemoryStore::new())).await;
    bench.requests = 1;
    let sent = event("msg_1", "ok");
    tokio::select! {
        biased;
        _ = bench.served.send(&sent, Arrives::Never) => panic!("answered"),
        () = yield_now() => {}
    }
    bench
        .assert_last("a body that never comes", "abandoned", None)
        .await;
    assert_eq!(bench.last().await.field("webhook.event.id"), None);
    bench.assert_complete();
}

/// Texts of a sender and secrets. None of them may be in a span or a series.
const MARKS: [&str; 4] = ["MARKED-ID", "MARKED-BODY", "MARKED-HEADER", "MARKED-PATH"];

#[actix_web::test]
async fn nothing_that_is_not_verified_is_in_a_span_or_a_series() {
    let mut bench = Bench::new("garbage", standard().store(MemoryStore::new())).await;
    let mut rng = Rng::new(7);
    let mut signatures = BTreeSet::new();
    let cases = webhook_test::cases(600);
    for case in 0..cases {
        let sent = garbage(&mut rng, case);
        if let Some((_, value)) = sent
            .headers
            .iter()
            .find(|(name, _)| name == "webhook-signature")
        {
            signatures.insert(String::from_utf8_lossy(value).into_owned());
        }
        bench.send(&sent).await;
    }
    let spans = spans::of(&bench.consumer);
    assert_eq!(spans.len(), cases);
    let shown = format!("{spans:?} {:?}", page::of(&bench.consumer));
    for secret in MARKS.into_iter().chain([WHSEC, &WHSEC[6..]]) {
        assert!(!shown.contains(secret), "{secret}");
    }
    for signature in signatures.iter().filter(|signature| signature.len() > 8) {
        assert!(!shown.contains(signature.as_str()), "{signature}");
    }
    let of_senders = [
        "webhook.event.id",
        "webhook.event.type",
        "messaging.message.body.size",
    ];
    for span in spans
        .iter()
        .filter(|span| span.field("webhook.outcome") == Some("refused"))
    {
        for field in of_senders {
            assert_eq!(span.field(field), None, "{span:#?}");
        }
    }
    // Also of a body that is verified, nothing but the id and the type.
    let body = r#"{"type":"ok","data":"MARKED-BODY"}"#;
    assert_eq!(bench.send(&delivery("msg_genuine", body)).await, 200);
    let shown = format!("{:?}", bench.last().await);
    assert!(
        shown.contains("msg_genuine") && !shown.contains("MARKED-BODY"),
        "{shown}"
    );
    bench.assert_complete();
}

/// A request with something wrong in it.
fn garbage(rng: &mut Rng, case: usize) -> Sent {
    let id = format!("MARKED-ID-{case}");
    let body = format!(r#"{{"type":"MARKED-BODY","n":{case}}}"#);
    let sent = delivery(&id, body).add("x-marked", "MARKED-HEADER");
    let mut sent = match rng.below(8) {
        0 => sent.without("webhook-id"),
        1 => sent.without("webhook-signature"),
        2 => sent.set("webhook-timestamp", "MARKED-HEADER"),
        3 => sent.body("MARKED-BODY"),
        4 => sent.set("webhook-id", format!("MARKED-ID {case}")),
        5 => sent.method("DELETE"),
        6 => sent.add("webhook-id", "MARKED-ID"),
        _ => sent.set("webhook-signature", "v1,TUFSS0VELUhFQURFUg=="),
    };
    sent.target = format!("/?token=MARKED-PATH-{case}");
    sent
}

#[actix_web::test]
async fn twenty_thousand_unknown_tenants_types_and_ids_make_no_series() {
    page::record();
    let consumer = consumer("cardinality");
    let template = Endpoint::stripe(SecretSet::per_tenant())
        .consumer(&*consumer)
        .store(MemoryStore::new());
    let resolver = |tenant: Arc<str>| async move {
        let known = (&*tenant == "acme").then_some("whsec_0123456789abcdef");
        Ok::<_, std::io::Error>(known)
    };
    let template = template.build().unwrap();
    let tenants = Tenants::new(template.clone(), from_path("/hooks/{tenant}"), resolver);
    let served = route(tenants.into()).await;
    let signer = Signer::new(providers::STRIPE, "whsec_0123456789abcdef").unwrap();
    let other = Signer::new(providers::STRIPE, "whsec_another-0123456").unwrap();
    let send = async |case: usize| {
        let kind = match case % 5 {
            0 => "known.type".to_owned(),
            1 => format!("known.family.{case}"),
            _ => format!("unknown.{case}"),
        };
        let body = format!(r#"{{"id":"evt_{case}","type":"{kind}"}}"#);
        let (signer, tenant) = match case % 3 {
            0 => (&signer, "acme".to_owned()),
            1 => (&signer, format!("nobody-{case}")),
            _ => (&other, "acme".to_owned()),
        };
        let mut sent = Sent::from(signer.sign_now(body));
        sent.target = format!("/hooks/{tenant}");
        served.send(&sent, Arrives::Whole).await
    };
    let series = || -> BTreeSet<String> {
        page::of(&consumer)
            .into_iter()
            .map(|sample| sample.series)
            .collect()
    };
    for case in 0..60 {
        send(case).await;
    }
    let before = series();
    for case in 60..20_000 {
        send(case).await;
    }
    let after = series();
    let new: Vec<_> = after.difference(&before).collect();
    assert!(new.is_empty(), "{new:#?}");
    let types: BTreeSet<_> = after
        .iter()
        .filter_map(|series| series.split_once("type=\"")?.1.split_once('"'))
        .map(|(kind, _)| kind)
        .collect();
    assert_eq!(
        types,
        BTreeSet::from(["known.family.*", "known.type", "other"])
    );
    let deliveries = page::sum(&consumer, "webhook_deliveries_total", None);
    assert_eq!(deliveries, 20_000);
    let lookups = page::sum(&consumer, "webhook_tenant_lookups_total", None);
    assert_eq!(lookups, 20_000);
    for (result, expected) in [("found", 1), ("not_found", 6_667), ("cached", 13_332)] {
        let of_result = Some(("result", result));
        let lookups = page::sum(&consumer, "webhook_tenant_lookups_total", of_result);
        assert_eq!(lookups, expected, "{result}");
    }
}

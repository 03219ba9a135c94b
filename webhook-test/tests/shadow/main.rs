//! A shadow in front of a live endpoint, over all adapters: it refuses nothing, and nothing
//! unverified comes out of it as a delivery.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod doors;

use std::time::Duration;

use bytes::Bytes;
use doors::{Door, Handler, PATH, Sent, Step, enforced, extractors, shadowed};
use webhook_core::testing::{MockEvent, Plain, TestClock, TestSender};
use webhook_core::{Endpoint, Provider, RejectionKind, SignedRequest};
use webhook_test::{CountingStore, Logs, Rng, cases};
use webhook_tower::{ShadowVerdict, UnverifiedLimit};

type Sender = TestSender<Plain>;

fn sender(provider: &Provider) -> Sender {
    let sender = Sender::made_up(*provider).path(PATH);
    sender.clock(TestClock::new()).body_limit(16 * 1024)
}

fn endpoint(sender: &Sender) -> (Endpoint, CountingStore) {
    let store = CountingStore::new();
    (
        sender.endpoint().store(store.clone()).build().unwrap(),
        store,
    )
}

fn stripe() -> (Sender, Endpoint, CountingStore) {
    let sender = sender(&webhook_core::providers::STRIPE);
    let (endpoint, store) = endpoint(&sender);
    (sender, endpoint, store)
}

fn an_event(sender: &Sender) -> MockEvent {
    let samples = MockEvent::samples(sender.provider());
    let event_type = samples.first().map_or("an.event", |name| name);
    sender.event(event_type, ())
}

/// Every kind of request that the kit plays for a provider, and that is not genuine.
fn not_genuine(sender: &Sender) -> Vec<(&'static str, SignedRequest)> {
    let event = an_event(sender);
    let mut requests = vec![
        ("unsigned", sender.unsigned(&event)),
        ("forged", sender.forged(&event)),
        ("tampered", sender.tampered(&event)),
        ("oversized", sender.oversized()),
    ];
    requests.extend(sender.stale(&event).map(|request| ("stale", request)));
    requests.extend(sender.future(&event).map(|request| ("future", request)));
    requests
}

fn played() -> impl Iterator<Item = &'static Provider> {
    Provider::ALL
        .iter()
        .filter(|provider| Sender::can_sign(provider))
}

/// The property: what is refused without a shadow reaches the handler with one, whole, without a
/// delivery, and without a call of the store.
#[actix_web::test]
async fn what_a_layer_refuses_passes_a_shadow_without_a_delivery_and_without_the_store() {
    for provider in played() {
        let sender = sender(provider);
        for (what, request) in not_genuine(&sender) {
            let sent = Sent::from(request);
            for door in Door::ALL {
                let name = provider.name();
                let (layer, _) = endpoint(&sender);
                let refused = enforced(door, &layer, &sent).await;
                assert!(
                    [401, 413].contains(&refused),
                    "{name} {what} {door:?}: {refused}"
                );

                let (shadow, store) = endpoint(&sender);
                let handler = Handler::answering(418);
                let status = shadowed(door, &shadow, &sent, &handler, None).await;
                assert_eq!(status, 418, "{name} {what} {door:?}");
                let got = handler.take();
                let [got] = &got[..] else {
                    panic!("{name} {what} {door:?}: {got:?}")
                };
                assert!(got.delivery.is_none(), "{name} {what} {door:?}");
                assert_eq!(
                    got.body,
                    Some(sent.head.body.clone()),
                    "{name} {what} {door:?}"
                );
                let ShadowVerdict::Refused(kind) = got.verdict else {
                    panic!("{name} {what} {door:?}: {:?}", got.verdict)
                };
                assert_eq!(shadow.counts().rejected(kind), 1, "{name} {what} {door:?}");
                assert_eq!(layer.counts(), shadow.counts(), "{name} {what} {door:?}");
                assert_eq!(store.calls().claims, 0, "{name} {what} {door:?}");
            }
        }
    }
}

/// The same property over requests that were changed at random, signed ones among them.
#[actix_web::test]
async fn a_changed_request_has_a_delivery_in_a_shadow_if_and_only_if_the_layer_runs_it() {
    let mut rng = Rng::new(20_270_115);
    let (mut refused, mut ran) = (0, 0);
    for provider in played() {
        let sender = sender(provider);
        for _ in 0..cases(8) {
            let sent = Sent::from(changed(&mut rng, sender.signed(an_event(&sender))));
            let (name, door) = (provider.name(), Door::Tower);
            let ((layer, _), (shadow, store)) = (endpoint(&sender), endpoint(&sender));
            enforced(door, &layer, &sent).await;
            let handler = Handler::new();
            assert_eq!(
                shadowed(door, &shadow, &sent, &handler, None).await,
                200,
                "{name}"
            );
            let got = handler.take();
            assert_eq!(
                got[0].delivery.is_some(),
                layer.counts().done > 0,
                "{name}: {got:?}"
            );
            assert_eq!(got[0].body, Some(sent.head.body.clone()), "{name}");
            assert_eq!(layer.counts(), shadow.counts(), "{name}");
            match got[0].delivery {
                Some(_) => ran += 1,
                None => {
                    assert_eq!(store.calls().claims, 0, "{name}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > ran && ran > 100, "{refused} refused, {ran} ran");
}

/// Changes a byte of the body or of a header, or leaves a header out.
fn changed(rng: &mut Rng, mut request: SignedRequest) -> SignedRequest {
    match rng.below(3) {
        0 if !request.body.is_empty() => {
            let mut body = request.body.to_vec();
            let at = rng.below(body.len());
            body[at] ^= 1 << rng.below(8);
            request.body = body.into();
        }
        1 if !request.headers.is_empty() => {
            let at = rng.below(request.headers.len());
            request.headers.remove(at);
        }
        _ if !request.headers.is_empty() => {
            let header = rng.below(request.headers.len());
            let value = &mut request.headers[header].1;
            if let Some((at, _)) = value.char_indices().nth(rng.below(value.len().max(1))) {
                value.replace_range(at..=at, "0");
            }
        }
        _ => {}
    }
    request
}

#[actix_web::test]
async fn a_genuine_delivery_runs_and_is_remembered_for_every_provider() {
    for provider in played() {
        let sender = sender(provider);
        let name = provider.name();
        for door in Door::ALL {
            let (shadow, store) = endpoint(&sender);
            let handler = Handler::new();
            for (copy, request) in sender.duplicate(an_event(&sender)).into_iter().enumerate() {
                let sent = Sent::from(request);
                let status = shadowed(door, &shadow, &sent, &handler, None).await;
                assert_eq!(status, 200, "{name} {door:?}");
                let got = handler.take();
                let [got] = &got[..] else {
                    panic!("{name} {door:?}: {got:?}")
                };
                assert_eq!(got.body, Some(sent.head.body.clone()), "{name} {door:?}");
                let delivery = got.delivery.as_ref().unwrap();
                assert_eq!(delivery.provider(), name);
                assert_eq!(*delivery.raw(), sent.head.body, "{name} {door:?}");
                assert!(delivery.fence().is_none(), "a shadow protects from nothing");
                let expected = match copy == 1 && sender.knows_duplicates() {
                    true => ShadowVerdict::Duplicate,
                    false => ShadowVerdict::Run,
                };
                assert_eq!(got.verdict, expected, "{name} {door:?} {copy}");
            }
            let counts = shadow.counts();
            assert_eq!(counts.verified, 2, "{name} {door:?}");
            assert_eq!(
                counts.duplicates,
                u64::from(sender.knows_duplicates()),
                "{name}"
            );
            assert!(store.calls().claims > 0, "{name} {door:?}");
        }
    }
}

#[actix_web::test]
async fn a_challenge_is_handed_on_and_not_answered() {
    let mut challenges = 0;
    for provider in played() {
        let sender = sender(provider);
        let Some(request) = sender.handshake() else {
            continue;
        };
        for door in Door::ALL {
            let (shadow, store) = endpoint(&sender);
            let handler = Handler::answering(418);
            let sent = Sent::from(request.clone());
            let status = shadowed(door, &shadow, &sent, &handler, None).await;
            assert_eq!(status, 418, "{} {door:?}", provider.name());
            let got = handler.take();
            assert_eq!(
                got[0].verdict,
                ShadowVerdict::Challenge,
                "{}",
                provider.name()
            );
            assert!(got[0].delivery.is_none());
            assert_eq!(got[0].body, Some(sent.head.body.clone()));
            assert_eq!(shadow.counts().challenges, 1);
            assert_eq!(store.calls().claims, 0);
        }
        challenges += 1;
    }
    assert!(challenges > 10, "{challenges}");
}

#[actix_web::test]
async fn a_handler_that_fails_gives_the_claim_back() {
    for door in Door::ALL {
        let (sender, shadow, store) = stripe();
        let [first, second] = sender.duplicate(an_event(&sender)).map(Sent::from);
        let failing = Handler::answering(500);
        assert_eq!(shadowed(door, &shadow, &first, &failing, None).await, 500);
        assert_eq!(store.calls().releases, 1, "{door:?}");
        let handler = Handler::new();
        assert_eq!(shadowed(door, &shadow, &second, &handler, None).await, 200);
        assert_eq!(handler.take()[0].verdict, ShadowVerdict::Run, "{door:?}");
        assert_eq!(shadow.counts().done, 1);
    }
}

/// What ran behind a shadow does not run again once the layer protects.
#[actix_web::test]
async fn the_layer_knows_what_the_shadow_saw() {
    for door in Door::ALL {
        let (sender, shadow, store) = stripe();
        let [first, second] = sender.duplicate(an_event(&sender)).map(Sent::from);
        let handler = Handler::new();
        assert_eq!(shadowed(door, &shadow, &first, &handler, None).await, 200);
        let layer = sender
            .endpoint()
            .store(store.clone())
            .consumer("")
            .build()
            .unwrap();
        assert_eq!(enforced(door, &layer, &second).await, 200);
        assert_eq!(
            (layer.counts().duplicates, layer.counts().done),
            (1, 0),
            "{door:?}"
        );
    }
}

#[actix_web::test]
async fn a_store_that_fails_or_panics_is_a_verdict() {
    for door in Door::ALL {
        for panics in [false, true] {
            let (sender, shadow, store) = stripe();
            match panics {
                true => store.panic_on_claim(true),
                false => store.fail_claims(true),
            }
            let handler = Handler::answering(202);
            let sent = Sent::from(sender.signed(an_event(&sender)));
            assert_eq!(shadowed(door, &shadow, &sent, &handler, None).await, 202);
            let got = handler.take();
            let unavailable = RejectionKind::StoreUnavailable;
            assert_eq!(
                got[0].verdict,
                ShadowVerdict::Refused(unavailable),
                "{door:?}"
            );
            assert!(got[0].delivery.is_some(), "it is verified");
            assert_eq!(shadow.counts().rejected(unavailable), 1);
        }
    }
}

#[actix_web::test]
async fn a_commit_that_fails_leaves_the_response_as_it_is() {
    for door in Door::ALL {
        let (sender, shadow, store) = stripe();
        store.fail_commits(true);
        let handler = Handler::answering(202);
        let sent = Sent::from(sender.signed(an_event(&sender)));
        assert_eq!(shadowed(door, &shadow, &sent, &handler, None).await, 202);
        assert_eq!(shadow.counts().commits_failed, 1, "{door:?}");
    }
}

#[actix_web::test]
async fn a_body_over_the_limit_is_handed_on_and_never_held_whole() {
    const CHUNK: usize = 8 * 1024;
    for door in Door::ALL {
        let (sender, shadow, store) = stripe();
        let limit = UnverifiedLimit::default();
        let chunk = Bytes::from(vec![b' '; CHUNK]);
        let mut sent = Sent::from(sender.signed(vec![b' '; 100 * CHUNK]));
        sent.head
            .headers
            .retain(|(name, _)| name != "content-length");
        sent.body = vec![Step::Chunk(chunk); 100];
        let handler = Handler::new();
        let status = shadowed(door, &shadow, &sent, &handler, Some(limit.clone())).await;
        assert_eq!(status, 200, "{door:?}");
        let got = handler.take();
        let too_large = RejectionKind::TooLarge;
        assert_eq!(
            got[0].verdict,
            ShadowVerdict::Refused(too_large),
            "{door:?}"
        );
        assert_eq!(
            got[0].body.as_ref().map(Bytes::len),
            Some(100 * CHUNK),
            "{door:?}"
        );
        assert_eq!(shadow.counts().rejected(too_large), 1);
        assert_eq!((limit.held(), store.calls().claims), (0, 0), "{door:?}");
    }
}

#[actix_web::test]
async fn a_limit_of_unverified_bytes_holds_and_refuses_nothing() {
    for door in Door::ALL {
        let (sender, shadow, _) = stripe();
        let limit = UnverifiedLimit::new(10);
        let sent = Sent::from(sender.signed(an_event(&sender)));
        let handler = Handler::new();
        let status = shadowed(door, &shadow, &sent, &handler, Some(limit.clone())).await;
        assert_eq!((status, limit.held()), (200, 0), "{door:?}");
        let got = handler.take();
        let overloaded = ShadowVerdict::Refused(RejectionKind::Overloaded);
        assert_eq!(got[0].verdict, overloaded, "{door:?}");
        assert_eq!(got[0].body, Some(sent.head.body.clone()), "{door:?}");
    }
}

#[actix_web::test]
async fn a_slow_body_is_waited_for_as_long_as_the_endpoint_says_and_handed_on() {
    tokio::time::pause();
    for door in Door::ALL {
        let (sender, shadow, _) = stripe();
        let mut sent = Sent::from(sender.signed(an_event(&sender)));
        let (first, second) = (sent.head.body.slice(..10), sent.head.body.slice(10..));
        let wait = shadow.limits().body_timeout + Duration::from_secs(1);
        sent.body = vec![Step::Chunk(first), Step::Wait(wait), Step::Chunk(second)];
        let handler = Handler::new();
        assert_eq!(shadowed(door, &shadow, &sent, &handler, None).await, 200);
        let got = handler.take();
        let timeout = ShadowVerdict::Refused(RejectionKind::BodyTimeout);
        assert_eq!(got[0].verdict, timeout, "{door:?}");
        assert_eq!(got[0].body, Some(sent.head.body.clone()), "{door:?}");
    }
}

#[actix_web::test]
async fn a_body_that_breaks_off_is_not_handed_on_as_a_whole_one() {
    for door in Door::ALL {
        let (sender, shadow, _) = stripe();
        let mut sent = Sent::from(sender.signed(an_event(&sender)));
        sent.body.push(Step::Fail);
        let handler = Handler::new();
        shadowed(door, &shadow, &sent, &handler, None).await;
        let got = handler.take();
        let failed = ShadowVerdict::Refused(RejectionKind::BodyError);
        assert_eq!(got[0].verdict, failed, "{door:?}");
        assert_eq!(got[0].body, None, "{door:?}");
    }
}

#[actix_web::test]
async fn a_handler_that_takes_an_event_gets_verified_ones_and_fails_loudly_for_others() {
    for door in [Door::Axum, Door::Actix] {
        let (sender, shadow, _) = stripe();
        let genuine = Sent::from(sender.signed(an_event(&sender)));
        let forged = Sent::from(sender.forged(an_event(&sender)));
        assert_eq!(
            extractors(door, &shadow, &genuine, true).await,
            (200, 200),
            "{door:?}"
        );
        assert_eq!(
            extractors(door, &shadow, &forged, true).await,
            (500, 200),
            "{door:?}"
        );
        let (_, layer, _) = stripe();
        let (event, request) = extractors(door, &layer, &forged, false).await;
        assert_eq!(
            (event, request),
            (401, 401),
            "{door:?}: nothing passes a layer"
        );
    }
}

#[actix_web::test]
async fn a_handler_of_unverified_requests_does_not_run_behind_a_layer() {
    for door in [Door::Axum, Door::Actix] {
        let (sender, layer, _) = stripe();
        let genuine = Sent::from(sender.signed(an_event(&sender)));
        let (event, duplicate) = extractors(door, &layer, &genuine, false).await;
        assert_eq!((event, duplicate), (200, 200), "{door:?}");
        let (sender, layer, _) = stripe();
        let wrong = Sent::from(sender.signed("not JSON"));
        let (event, request) = extractors(door, &layer, &wrong, false).await;
        assert_eq!(
            (event, request),
            (422, 500),
            "{door:?}: released, and then refused"
        );
    }
}

/// A shadow that verified a request does not let its copies past a layer further in.
#[actix_web::test]
async fn a_layer_inside_a_shadow_verifies_for_itself() {
    use axum::body::Body;
    use axum::routing::{MethodRouter, post};
    use axum::{Router, http::StatusCode};
    use tower::ServiceExt as _;

    let (sender, outer, _) = stripe();
    let inner = sender
        .endpoint()
        .store(CountingStore::new())
        .build()
        .unwrap();
    let route = post(async || StatusCode::ACCEPTED);
    let route: MethodRouter = route.layer(webhook_axum::WebhookLayer::new(inner.clone()));
    let route = route.layer(webhook_axum::WebhookLayer::new(outer.clone()).shadow());
    let app: Router = Router::new().route(PATH, route);
    let send = async |request: &SignedRequest| {
        let request = request.to_http::<Body>(PATH);
        app.clone()
            .oneshot(request)
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    let [genuine, copy] = sender.duplicate(an_event(&sender));
    assert_eq!(send(&genuine).await, 202);
    assert_eq!(send(&copy).await, 200, "a duplicate of the inner layer");
    assert_eq!(send(&sender.forged(an_event(&sender))).await, 401);
    assert_eq!(inner.counts().duplicates, 1);
}

#[actix_web::test]
async fn lines_of_a_shadow_say_that_nothing_is_refused() {
    let logs = Logs::of_process();
    let (sender, shadow, _) = stripe();
    let forged = Sent::from(sender.forged(an_event(&sender)));
    shadowed(Door::Axum, &shadow, &forged, &Handler::new(), None).await;
    let text = logs.text();
    let line = text
        .lines()
        .find(|line| line.contains("delivery would be refused"));
    let line = line.unwrap_or_else(|| panic!("{text}"));
    assert!(
        line.contains("shadow=true") && line.contains("bad_signature"),
        "{line}"
    );
}

#[actix_web::test]
async fn each_tenant_is_observed_with_its_own_secret() {
    use std::sync::Arc;

    use axum::body::Body;
    use axum::{Router, routing::post};
    use tower::ServiceExt as _;
    use webhook_axum::tenants::from_path;
    use webhook_axum::{SecretSet, UnverifiedRequest, WebhookLayer};

    let secret = |tenant: &str| format!("whsec_0123456789abcdef-{tenant}");
    let template = Endpoint::stripe(SecretSet::per_tenant()).store(CountingStore::new());
    let layer = WebhookLayer::per_tenant(
        template.build().unwrap(),
        from_path("/hooks/{tenant}"),
        move |tenant: Arc<str>| async move {
            Ok::<_, String>((&*tenant != "nobody").then(|| secret(&tenant)))
        },
    );
    let whose = async |UnverifiedRequest(shadowed): UnverifiedRequest| {
        let tenant = shadowed.delivery().and_then(|delivery| delivery.tenant());
        format!("{:?} {:?}", tenant, shadowed.verdict())
    };
    let route = post(whose).layer(layer.shadow());
    let app: Router = Router::new().route("/hooks/{tenant}", route);
    for (path, expected) in [
        ("/hooks/acme", "Some(\"acme\") Run"),
        ("/hooks/initech", "None Refused(BadSignature)"),
        ("/hooks/nobody", "None Refused(UnknownTenant)"),
    ] {
        let sender = TestSender::<Plain>::stripe(secret("acme"));
        let request = sender.signed(an_event(&sender)).to_http::<Body>(path);
        let response = app.clone().oneshot(request).await.unwrap();
        let body = axum::body::to_bytes(response.into_body(), 4096)
            .await
            .unwrap();
        assert_eq!(body, expected, "{path}");
    }
}
